//! Values made from a schema of the contract: right ones, and wrong ones that break one limit.

use doorward::kernel::{chance::Chance, clock::Timestamp, id::RequestId};
use serde_json::{Map, Value, json};

use super::PASSWORD;

/// Which properties of an object a sample has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    Required,
    Everything,
}

/// A place in a body or query, with its schema.
pub struct Spot {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    pub schema: Value,
}

/// A schema without its `$ref`.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("the reference resolves"),
        None => schema,
    }
}

/// A value that the schema allows.
pub fn right(document: &Value, schema: &Value, fill: Fill) -> Value {
    let schema = resolve(document, schema);
    match kind(schema) {
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let wanted = |name: &str| fill == Fill::Everything || required.contains(&json!(name));
            let fields = properties(schema).into_iter().filter(|(name, _)| wanted(name));
            let filled = fields.map(|(name, field)| (name, right(document, &field, fill)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let count = least.max(u64::from(fill == Fill::Everything));
            (0..count).map(|_| right(document, &schema["items"], fill)).collect()
        }
        "string" => text(schema).into(),
        "boolean" => false.into(),
        "integer" => schema["minimum"].as_i64().unwrap_or(1).into(),
        other => panic!("no sample of the type {other:?}: {schema}"),
    }
}

/// Every place of a value of this schema, the root without a pointer first.
pub fn spots(document: &Value, schema: &Value, pointer: &str) -> Vec<Spot> {
    let schema = resolve(document, schema);
    let mut found = vec![Spot { pointer: pointer.to_owned(), schema: schema.clone() }];
    for (name, field) in properties(schema) {
        found.extend(spots(document, &field, &format!("{pointer}/{name}")));
    }
    if kind(schema) == "array" {
        found.extend(spots(document, &schema["items"], &format!("{pointer}/0")));
    }
    found
}

/// A text of exactly so many characters that fits format and pattern as far as that can be.
pub fn text_of(schema: &Value, length: usize) -> String {
    match schema["format"].as_str() {
        Some("email" | "idn-email") => email_of(length),
        Some("date-time") => {
            let digits = "0".repeat(length.saturating_sub("2027-01-01T00:00:00.Z".len()));
            format!("2027-01-01T00:00:00.{digits}Z")
        }
        Some("password") => PASSWORD.chars().cycle().take(length).collect(),
        _ => {
            let base = text(schema);
            let last = base.chars().next_back().unwrap_or('x');
            base.chars().chain(std::iter::repeat(last)).take(length).collect()
        }
    }
}

/// Whether the schema, read by itself, allows the value.
pub fn allows(schema: &Value, value: &Value) -> bool {
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    options.build(schema).expect("a schema").is_valid(value)
}

/// What a schema says its values are; `""` where it does not say one type.
pub fn kind(schema: &Value) -> &str {
    schema["type"].as_str().unwrap_or_default()
}

/// An id that nothing has, of the kind that this prefix names.
pub fn random_id(prefix: &str) -> String {
    let id = RequestId::make(Timestamp::from_micros(0), &Chance::System);
    id.as_str().replacen(RequestId::PREFIX, prefix, 1)
}

fn properties(schema: &Value) -> Vec<(String, Value)> {
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields.map(|(name, field)| (name.clone(), field.clone())).collect()
}

fn text(schema: &Value) -> String {
    if let Some(first) = schema["enum"].get(0) {
        return first.as_str().expect("a text").to_owned();
    }
    match schema["format"].as_str() {
        Some("email" | "idn-email") => {
            format!("sample{}@example.test", uuid::Uuid::now_v7().simple())
        }
        Some("date-time") => "2027-01-01T00:00:00Z".to_owned(),
        Some("password") => PASSWORD.to_owned(),
        _ => match (schema["examples"].get(0), schema["pattern"].as_str()) {
            (Some(example), _) => example.as_str().expect("a text").to_owned(),
            (None, Some(pattern)) => of_pattern(pattern),
            (None, None) => "x".repeat(length(schema, "minLength").unwrap_or(1).max(1)),
        },
    }
}

/// A limit that a schema sets.
pub fn length(schema: &Value, name: &str) -> Option<usize> {
    schema[name].as_u64().map(|limit| usize::try_from(limit).expect("a length"))
}

/// The contract's patterns without an example begin with what they can always begin with.
fn of_pattern(pattern: &str) -> String {
    let choices = ["a", "system", "0"];
    let fitting = choices.iter().find(|text| allows(&json!({ "pattern": pattern }), &json!(text)));
    (*fitting.unwrap_or_else(|| panic!("give the field of {pattern} an example"))).to_owned()
}

fn email_of(length: usize) -> String {
    let (local, end) = ("a".repeat(64), ".test");
    let rest = length.saturating_sub(local.len() + 1 + end.len());
    let domain: String = (0..rest).map(|at| if at % 50 == 49 { '.' } else { 'b' }).collect();
    let domain = domain.trim_end_matches('.');
    format!("{local}@{domain}{}{end}", "b".repeat(rest - domain.len()))
}
