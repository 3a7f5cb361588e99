//! What the contract says of lengths and ranges is what the service does. Every case is made from
//! the document: none is written down here.

use doorward::http::code::Code;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::harness::{
    Actor, Operation, Reply,
    sample::{self, Fill, Spot},
};

/// A value of a place, and why the contract refuses it, if it does.
struct Case {
    value: Value,
    refused_as: Option<&'static str>,
}

/// Values at the limits of a schema and just beyond them.
fn cases(schema: &Value) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |value: Value, code: &'static str| {
        let refused_as = (!sample::allows(&closed(schema), &value)).then_some(code);
        cases.push(Case { value, refused_as });
    };
    let limit = |name: &str| sample::length(schema, name);
    match sample::kind(schema) {
        "string" => {
            if let Some(max) = limit("maxLength") {
                add(sample::text_of(schema, max + 1).into(), "too_long");
                add(sample::text_of(schema, max).into(), "invalid");
            }
            if let Some(min) = limit("minLength") {
                add(sample::text_of(schema, min).into(), "invalid");
                add(sample::text_of(schema, min - 1).into(), "too_short");
            }
            // Beyond the contract's words stands only the policy of passwords.
            if schema["format"] != "password" {
                add("!".into(), "unknown_value");
            }
        }
        "array" => {
            let item = sample::right(schema, &schema["items"], Fill::Required);
            let mut of = |count: usize, code| add(vec![item.clone(); count].into(), code);
            if let Some(max) = limit("maxItems") {
                of(max + 1, "too_long");
                of(max, "invalid");
            }
            if let Some(min) = limit("minItems") {
                of(min, "invalid");
                of(min - 1, "too_short");
            }
        }
        "integer" => {
            for (name, step) in [("minimum", -1), ("maximum", 1)] {
                if let Some(limit) = schema[name].as_i64() {
                    add(limit.into(), "invalid");
                    add((limit + step).into(), "out_of_range");
                }
            }
        }
        _ => {}
    }
    cases
}

/// The schema without what needs the rest of the document.
fn closed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("items");
    }
    schema
}

/// Pointer and code of each error that a refusal names.
fn errors(reply: &Reply) -> Vec<(String, String)> {
    if reply.status < 400 {
        return vec![];
    }
    let body = reply.json();
    let errors = body["errors"].as_array().expect("a list").iter();
    let text = |error: &Value, key: &str| error[key].as_str().expect("text").to_owned();
    errors.map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

/// Whether the service agrees with the contract about one value.
#[track_caller]
fn hold(operation: &Operation, spot: &Spot, case: &Case, reply: &Reply, status: u16) {
    let at = format!("{} with {} = {}", operation.id, spot.pointer, case.value);
    let errors = errors(reply);
    // A cursor that was not made here has a code of its own.
    let is_cursor = spot.pointer == "/cursor" && reply.text.contains(Code::CursorInvalid.as_str());
    let at_spot: Vec<_> = errors.iter().filter(|(pointer, _)| *pointer == spot.pointer).collect();
    let Some(code) = case.refused_as else {
        // The form is right, but nothing has this name.
        let is_absent = at_spot.iter().all(|(_, code)| code == "permission_unknown");
        assert!(is_absent && reply.status != 429, "{at}: {}", reply.text);
        return;
    };
    assert_eq!(reply.status, status, "{at} was let through: {}", reply.text);
    assert!(is_cursor || !at_spot.is_empty(), "{at} is not pointed at: {}", reply.text);
    // A text with a form of its own is refused for its form.
    let is_plain = spot.schema.get("pattern").is_none() && spot.schema.get("format").is_none();
    assert!(!is_plain || at_spot.iter().any(|(_, given)| given == code), "{at}: {}", reply.text);
}

async fn send(who: &Actor, operation: &Operation, body: &Value) -> Reply {
    let request = who.bare_call(operation, &operation.random_path());
    who.send(request.json(body)).await
}

api_test! { asvs_1_3_3_asvs_2_2_1_every_limit_of_a_body_is_the_documented_one |house| {
    let admin = house.admin().await;
    let mut count = 0;
    for operation in house.operations() {
        let Some(body) = operation.body(Fill::Everything) else { continue };
        for spot in operation.body_spots() {
            let mut spot = spot;
            if let Some(items) = spot.schema.get_mut("items") {
                *items = sample::resolve(&house.contract.document, items).clone();
                // Items that refer to others can't be made without the document.
                resolve_all(&house.contract.document, items);
            }
            for case in cases(&spot.schema) {
                let mut body = body.clone();
                *body.pointer_mut(&spot.pointer).expect("the sample has it") = case.value.clone();
                let reply = send(&admin, &operation, &body).await;
                hold(&operation, &spot, &case, &reply, Code::FieldsInvalid.status_number());
                count += 1;
                // A minute gives back the try that the case may have taken.
                house.pass(60);
                if count % 10 == 0 {
                    // What needs a recent proof has one.
                    let now = house.now().micros();
                    house.execute(&format!("UPDATE sessions SET auth_time = {now}")).await;
                }
            }
        }
    }
    assert!(count > 100, "only {count} cases were made");
}}

fn resolve_all(document: &Value, schema: &mut Value) {
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.values_mut().for_each(|it| *it = sample::resolve(document, it).clone());
    }
}

/// A call with one parameter, about the caller where it is about an account.
fn query(who: &Actor, operation: &Operation, name: &str, value: &Value) -> RequestBuilder {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, &text).finish();
    let path = operation.path(|prefix| match prefix {
        "usr_" => who.id.clone(),
        other => sample::random_id(other),
    });
    who.right_call(operation, &format!("{path}?{query}"))
}

api_test! { asvs_1_3_3_asvs_2_2_1_every_limit_of_a_query_is_the_documented_one |house| {
    let admin = house.admin().await;
    let mut count = 0;
    for operation in house.operations() {
        for spot in operation.parameters("query") {
            for case in cases(&spot.schema) {
                let request = query(&admin, &operation, &spot.pointer[1..], &case.value);
                let reply = admin.send(request).await;
                hold(&operation, &spot, &case, &reply, Code::QueryInvalid.status_number());
                count += 1;
            }
        }
    }
    assert!(count > 50, "only {count} cases were made");
}}

api_test! { asvs_1_3_3_a_header_longer_than_documented_is_refused |house| {
    let admin = house.admin().await;
    let operations = house.operations();
    let with_header = operations.iter().filter(|it| !it.parameters("header").is_empty());
    let mut count = 0;
    for operation in with_header {
        for spot in operation.parameters("header") {
            let max = sample::length(&spot.schema, "maxLength").expect("a limit");
            for (length, is_refused) in [(max, false), (max + 1, true)] {
                let request = admin.request(operation.method.clone(), &operation.random_path());
                let request = request.header(&spot.pointer[1..], "x".repeat(length));
                let body = operation.body(Fill::Required).unwrap_or(json!({}));

                let reply = admin.send(request.json(&body)).await;

                let has_code = |code: Code| reply.text.contains(&format!("\"{}\"", code.as_str()));
                assert_eq!(has_code(Code::HeaderInvalid), is_refused, "{}", operation.id);
                count += 1;
            }
        }
    }
    assert!(count > 0, "some operation takes a header");
}}
