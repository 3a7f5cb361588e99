//! The contract as a judge: a reply that it does not declare fails the test that caused it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use doorward::{api, server};
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

use super::Reply;

/// The generated document, ready to be asked.
pub struct Contract {
    pub document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// An operation of the contract, at a path that fits its template and names nothing that exists.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub takes_body: bool,
}

impl Contract {
    pub fn of(cookie: &str) -> Self {
        let document = server::document(&api::endpoints(), cookie).expect("a contract");
        Self { document, validators: Mutex::default() }
    }

    /// Panics when the contract does not declare this reply to this call.
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        let Some((template, item)) = self.find(path) else {
            // Pages, documents and unknown paths stand outside the contract.
            return;
        };
        let method = if method == "HEAD" { "get" } else { &method.to_lowercase() };
        let Some(operation) = item.get(method) else {
            // What a browser asks before a request of another origin is no operation either.
            let is_known = reply.status == 405 || method == "options";
            assert!(is_known, "{method} {path} is no operation");
            return;
        };
        let at = format!("{method} {template} answered {}", reply.status);
        let response = operation["responses"].get(reply.status.to_string());
        let response =
            response.unwrap_or_else(|| panic!("{at}, which is not declared: {}", reply.text));
        let kind = reply.header("content-type").unwrap_or_default();
        let Some(content) = response.get("content") else {
            assert!(reply.text.is_empty(), "{at} with a body that is not declared");
            return;
        };
        let declared = content.get(kind).unwrap_or_else(|| panic!("{at} as {kind:?}"));
        if reply.text.is_empty() {
            return;
        }
        let body = reply.json();
        let reference = declared["schema"]["$ref"].as_str().expect("a named schema");
        let validator = self.validator(reference);
        let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{at} against its schema: {errors:?}\n{}", reply.text);
        if reply.status >= 400 {
            let codes = response["x-problem-codes"].as_array().expect("codes");
            assert!(codes.contains(&body["code"]), "{at} with {}, not declared", body["code"]);
        }
    }

    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().expect("paths");
        let items = paths.iter().flat_map(|(template, item)| {
            item.as_object().expect("an item").iter().map(move |(name, it)| (template, name, it))
        });
        let operations = items.map(|(template, name, it)| Operation {
            id: it["operationId"].as_str().expect("an id").to_owned(),
            method: name.to_uppercase().parse().expect("a method"),
            path: fill(template, it),
            takes_body: it.get("requestBody").is_some(),
        });
        operations.collect()
    }

    /// The path item whose template fits, literal parts first.
    fn find(&self, path: &str) -> Option<(&str, &Value)> {
        let paths = self.document["paths"].as_object().expect("paths");
        let mut fitting: Vec<_> =
            paths.iter().filter(|(template, _)| fits(template, path)).collect();
        fitting.sort_by_key(|(template, _)| template.matches('{').count());
        fitting.first().map(|(template, item)| (template.as_str(), *item))
    }

    fn validator(&self, reference: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("not poisoned");
        let validator = validators.entry(reference.to_owned()).or_insert_with(|| {
            let schema = json!({ "$ref": reference, "components": self.document["components"] });
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&schema)
                .expect("a schema");
            Arc::new(validator)
        });
        Arc::clone(validator)
    }
}

/// The template with an id in the place of its parameter, which the pattern starts with.
fn fill(template: &str, operation: &Value) -> String {
    let pattern = operation["parameters"][0]["schema"]["pattern"].as_str().unwrap_or_default();
    let prefix = pattern.trim_start_matches('^').split('[').next().unwrap_or_default();
    template.replace("{id}", &format!("{prefix}{}", "0".repeat(26)))
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given) = (template.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
}
