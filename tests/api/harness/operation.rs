//! Requests derived from the contract: whatever tests loop over them covers a new operation the
//! moment it exists.

use std::sync::Arc;

use doorward::api;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

use super::{
    Actor, Contract, House,
    sample::{self, Fill, Spot},
};

/// An operation of the contract.
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// The path as the contract writes it, with `{name}`s.
    pub template: String,
    /// What the document says of it.
    pub described: Value,
    contract: Arc<Contract>,
}

impl House {
    /// Every operation that the service mounts.
    pub fn operations(&self) -> Vec<Operation> {
        let of = |endpoint: doorward::http::endpoint::Endpoint| {
            let method = endpoint.method.as_str().to_lowercase();
            Operation {
                described: self.contract.document["paths"][&endpoint.path][&method].clone(),
                method: endpoint.method.as_str().parse().expect("a method"),
                id: endpoint.id,
                template: endpoint.path,
                contract: Arc::clone(&self.contract),
            }
        };
        api::endpoints().into_iter().map(of).collect()
    }
}

impl Operation {
    /// Whether anybody may call it, as the document says.
    pub fn is_open(&self) -> bool {
        let security = self.described["security"].as_array().expect("a list");
        security.is_empty() || security.contains(&json!({}))
    }

    pub fn is_safe(&self) -> bool {
        self.method == Method::GET
    }

    /// The permission that it asks for.
    pub fn permission(&self) -> Option<&str> {
        self.described["x-required-permission"].as_str()
    }

    /// Its parameters that stand at `place`: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<Spot> {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        let here = parameters.filter(|parameter| parameter["in"] == place);
        here.map(|parameter| Spot {
            pointer: format!("/{}", parameter["name"].as_str().expect("a name")),
            schema: sample::resolve(&self.contract.document, &parameter["schema"]).clone(),
        })
        .collect()
    }

    /// The path with an id for each parameter, which `id` makes for a prefix such as `usr_`.
    pub fn path(&self, id: impl Fn(&str) -> String) -> String {
        self.parameters("path").iter().fold(self.template.clone(), |path, parameter| {
            let pattern = parameter.schema["pattern"].as_str().expect("an id's pattern");
            let (prefix, _) = pattern[1..].split_once('[').expect("a prefix");
            path.replace(&format!("{{{}}}", &parameter.pointer[1..]), &id(prefix))
        })
    }

    /// The path with ids that nothing has.
    pub fn random_path(&self) -> String {
        self.path(sample::random_id)
    }

    /// The schema of its body, if it takes one.
    pub fn body_schema(&self) -> Option<&Value> {
        let content = self.described["requestBody"]["content"].get("application/json")?;
        Some(sample::resolve(&self.contract.document, &content["schema"]))
    }

    /// A body that its schema allows.
    pub fn body(&self, fill: Fill) -> Option<Value> {
        self.body_schema().map(|schema| sample::right(&self.contract.document, schema, fill))
    }

    /// Every place in its body.
    pub fn body_spots(&self) -> Vec<Spot> {
        let schema = self.body_schema();
        schema.map_or(vec![], |schema| sample::spots(&self.contract.document, schema, ""))
    }
}

impl Actor {
    /// A call without a body, with what the contract demands of its headers.
    pub fn bare_call(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let request = self.request(operation.method.clone(), path);
        if operation.parameters("header").is_empty() {
            return request;
        }
        request.header(header::IF_MATCH, "\"1\"")
    }

    /// A call that the contract finds nothing wrong with.
    pub fn right_call(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let request = self.bare_call(operation, path);
        match operation.body(Fill::Required) {
            Some(body) => request.json(&body),
            None => request,
        }
    }
}
