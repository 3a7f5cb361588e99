//! The contract for tools that read OpenAPI 3.0 only: the same facts in the older words.

use serde_json::{Map, Value, json};

/// An OpenAPI 3.1 document as 3.0.3.
pub fn to_3_0(document: &Value) -> Value {
    let source = document;
    let mut document = source.clone();
    convert(&mut document, source);
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".into(), json!("3.0.3"));
        root.remove("webhooks");
    }
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
        license.insert("url".into(), json!("https://spdx.org/licenses/"));
    }
    document
}

fn convert(value: &mut Value, source: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| convert(item, source)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| convert(field, source));
            convert_schema(fields, source);
        }
        _ => {}
    }
}

fn convert_schema(schema: &mut Map<String, Value>, source: &Value) {
    null_type(schema);
    null_choice(schema, source);
    if let Some(only) = schema.remove("const") {
        schema.insert("enum".into(), json!([only]));
    }
    for (limit, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if schema.get(flag).is_some_and(Value::is_number)
            && let Some(number) = schema.remove(flag)
        {
            schema.insert(limit.into(), number);
            schema.insert(flag.into(), json!(true));
        }
    }
    if let Some(Value::Array(examples)) = schema.get("examples") {
        let first = examples.first().cloned();
        schema.remove("examples");
        if let Some(first) = first {
            schema.insert("example".into(), first);
        }
    }
    schema.remove("propertyNames");
    reference_alone(schema);
}

/// In 3.0 nothing may stand beside a `$ref`.
fn reference_alone(schema: &mut Map<String, Value>) {
    if schema.len() > 1
        && let Some(reference) = schema.remove("$ref")
    {
        schema.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
}

/// `type: [T, null]` becomes `type: T, nullable: true`.
fn null_type(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else { return };
    let others: Vec<_> = types.iter().filter(|kind| *kind != "null").cloned().collect();
    let is_nullable = others.len() < types.len();
    if let [only] = others.as_slice() {
        schema.insert("type".into(), only.clone());
    }
    if is_nullable {
        schema.insert("nullable".into(), json!(true));
    }
}

/// `oneOf: [X, null]` becomes `allOf: [X], nullable: true`, and says the type of X, without which
/// 3.0 gives `nullable` no meaning.
fn null_choice(schema: &mut Map<String, Value>, source: &Value) {
    let is_null = |choice: &Value| choice.get("type").is_some_and(|kind| kind == "null");
    for word in ["oneOf", "anyOf"] {
        let Some(Value::Array(choices)) = schema.get(word) else { continue };
        let others: Vec<_> = choices.iter().filter(|choice| !is_null(choice)).cloned().collect();
        if others.len() == choices.len() {
            continue;
        }
        schema.remove(word);
        if let Some(kind) = others.first().and_then(|choice| type_of(choice, source)) {
            schema.insert("type".into(), kind);
        }
        let word = if others.len() == 1 { "allOf" } else { word };
        schema.insert(word.into(), Value::Array(others));
        schema.insert("nullable".into(), json!(true));
    }
}

fn type_of(schema: &Value, source: &Value) -> Option<Value> {
    // By now the choice may have been rewritten, so both forms of a reference are looked at.
    let reference = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref"));
    let target = match reference.and_then(Value::as_str) {
        Some(reference) => source.pointer(reference.strip_prefix('#')?)?,
        None => schema,
    };
    target.get("type").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_words_say_the_same() {
        let new = json!({
            "openapi": "3.1.0",
            "info": { "license": { "name": "MIT", "identifier": "MIT" } },
            "a": { "type": ["string", "null"], "examples": ["x"] },
            "b": { "oneOf": [{ "type": "null" }, { "$ref": "#/c" }] },
            "c": { "type": "object" },
            "d": { "const": 1, "exclusiveMinimum": 0 },
            "e": { "$ref": "#/c", "description": "text" },
        });
        let old = json!({
            "openapi": "3.0.3",
            "info": { "license": { "name": "MIT", "url": "https://spdx.org/licenses/" } },
            "a": { "type": "string", "nullable": true, "example": "x" },
            "b": { "type": "object", "allOf": [{ "$ref": "#/c" }], "nullable": true },
            "c": { "type": "object" },
            "d": { "enum": [1], "minimum": 0, "exclusiveMinimum": true },
            "e": { "allOf": [{ "$ref": "#/c" }], "description": "text" },
        });
        assert_eq!(to_3_0(&new), old);
    }
}
