//! What a request says in its body, as a form or as JSON: texts by their names. Names that nobody
//! asks for are passed over, because the client sends along whatever a page gives it.

use actix_web::{HttpMessage, web::BytesMut};
use serde_json::{Map, Value};

use crate::{
    http::{code::Code, problem::Problem},
    kernel::strict,
    pages::asked::Asked,
};

/// The texts of a body.
pub struct Said(Vec<(String, String)>);

impl Said {
    /// The body of a request: a form, a JSON object, or nothing.
    ///
    /// Errors: `request.form_malformed`, `request.body_malformed`,
    /// `request.content_type_unsupported`, `request.body_too_large`, `request.timeout`.
    pub async fn of(asked: &mut Asked) -> Result<Self, Problem> {
        let kind = asked.request.content_type().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-www-form-urlencoded" => of_form(asked.pairs().await?),
            "application/json" => of_json(&asked.bytes().await?),
            "" if asked.bytes().await?.is_empty() => Ok(Self(Vec::new())),
            _ => Err(Code::ContentTypeUnsupported.into()),
        }
    }

    /// A text that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A text that may be left out. A script that has no value sends the name of nothing.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !matches!(*value, "undefined" | "null"))
    }

    /// Whether a box is ticked.
    pub fn is_set(&self, name: &str) -> bool {
        self.option(name).is_some_and(|value| !matches!(value, "false" | "0" | "off"))
    }
}

fn of_form(pairs: Vec<(String, String)>) -> Result<Said, Problem> {
    let is_again = |at: usize| pairs[..at].iter().any(|(name, _)| *name == pairs[at].0);
    if (0..pairs.len()).any(is_again) {
        return Err(Code::FormMalformed.into());
    }
    Ok(Said(pairs))
}

fn of_json(bytes: &BytesMut) -> Result<Said, Problem> {
    if bytes.is_empty() {
        return Ok(Said(Vec::new()));
    }
    let value = strict::parse(bytes).map_err(|_| Problem::from(Code::BodyMalformed))?;
    match value {
        Value::Object(fields) if strict::find_nul(&Value::Object(fields.clone())).is_none() => {
            Ok(Said(texts(fields)))
        }
        _ => Err(Code::BodyMalformed.into()),
    }
}

fn texts(fields: Map<String, Value>) -> Vec<(String, String)> {
    let text = |value| match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
}
