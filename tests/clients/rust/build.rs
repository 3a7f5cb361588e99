//! Generates the client from the contract, in its OpenAPI 3.0 form: progenitor reads no newer one.

// [snippet: generate]
use std::{env, fs, path::Path};

use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

fn main() {
    let contract = "../../../openapi/openapi-3.0.json";
    println!("cargo::rerun-if-changed={contract}");
    let contract = fs::read_to_string(contract).expect("the contract is there");
    let mut contract: Value = serde_json::from_str(&contract).expect("the contract is JSON");
    keep_oauth_errors(&mut contract);
    simplify(&mut contract);
    let contract: openapiv3::OpenAPI = serde_json::from_value(contract).expect("it is OpenAPI 3.0");
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Builder);
    let client = Generator::new(&settings).generate_tokens(&contract).expect("it generates");
    let folder = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("doorward.rs"), client.to_string()).expect("it is writable");
}

/// OAuth's endpoints answer errors of two forms, and progenitor takes one: OAuth's own.
fn keep_oauth_errors(contract: &mut Value) {
    for (path, item) in contract["paths"].as_object_mut().expect("paths") {
        if path.starts_with("/oauth2/") {
            let answers = item["post"]["responses"].as_object_mut().expect("responses");
            answers.retain(|_, answer| answer["content"].get("application/problem+json").is_none());
        }
    }
}

/// Problems are JSON, which progenitor does not see by their name; and a text with limits would
/// become a type of its own, of which two would have the same name.
fn simplify(value: &mut Value) {
    if let Value::Object(fields) = value {
        if let Some(problem) = fields.remove("application/problem+json") {
            fields.insert("application/json".into(), problem);
        }
        if fields.get("type").is_some_and(|kind| kind == "string") {
            fields
                .retain(|name, _| !["minLength", "maxLength", "pattern"].contains(&name.as_str()));
        }
        fields.values_mut().for_each(simplify);
    } else if let Value::Array(items) = value {
        items.iter_mut().for_each(simplify);
    }
}
// [/snippet]
