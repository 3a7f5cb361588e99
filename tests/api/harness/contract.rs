//! The contract as a judge: a reply that it does not declare fails the test that caused it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use doorward::{api, server};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::Reply;

/// Headers that the contract declares wherever they are sent.
const DECLARED: &[&str] = &["ETag", "Retry-After", "WWW-Authenticate", "RateLimit"];

/// The generated document, ready to be asked.
pub struct Contract {
    pub document: Value,
    /// The document's components, in which no object has more than its properties.
    closed: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    pub fn of(cookie: &str) -> Self {
        let document = server::document(&api::endpoints(), cookie).expect("a contract");
        let mut closed = document["components"].clone();
        close(&mut closed);
        Self { document, closed, validators: Mutex::default() }
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
        check_headers(&at, response, reply);
        let kind = reply.header("content-type").unwrap_or_default();
        let Some(content) = response.get("content") else {
            assert!(reply.text.is_empty(), "{at} with a body that is not declared");
            return;
        };
        let declared = content.get(kind).unwrap_or_else(|| panic!("{at} as {kind:?}"));
        if reply.text.is_empty() {
            return;
        }
        // What is no JSON stands in the schema as a text.
        let body = match kind.contains("json") {
            true => reply.json(),
            false => Value::String(reply.text.clone()),
        };
        let reference = declared["schema"]["$ref"].as_str().expect("a named schema");
        let validator = self.validator(reference);
        let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{at} against its schema: {errors:?}\n{}", reply.text);
        if reply.status >= 400 {
            let codes = response["x-problem-codes"].as_array().expect("codes");
            let code = reply.code();
            assert!(codes.contains(&json!(code)), "{at} with {code}, not declared");
            let errors = response["x-oauth-errors"].as_array();
            let is_declared = errors.is_some_and(|errors| errors.contains(&body["error"]));
            assert_eq!(is_declared, body["error"].is_string(), "{at} with {}", body["error"]);
        }
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
            let schema = json!({ "$ref": reference, "components": self.closed });
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&schema)
                .expect("a schema");
            Arc::new(validator)
        });
        Arc::clone(validator)
    }
}

fn check_headers(at: &str, response: &Value, reply: &Reply) {
    for name in DECLARED {
        let is_declared = response["headers"].get(name).is_some();
        // Beside a 403 it tells a program that its key is not for this, and others nothing.
        if reply.status == 403 && is_declared {
            continue;
        }
        assert_eq!(reply.header(name).is_some(), is_declared, "{at}: {name} sent and declared");
    }
}

/// What is not declared must not be sent, though clients have to bear it.
fn close(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.contains_key("properties") {
                fields.insert("additionalProperties".into(), false.into());
            }
        }
        _ => {}
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given) = (template.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(|(wanted, given)| match wanted.starts_with('{') {
            true => !given.is_empty(),
            false => wanted == given,
        })
}
