//! The contract itself: complete, bounded, stable, and refused where it would be wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use doorward::{api, cli, http::code::Code};
use serde_json::Value;

use crate::harness::{Contract, sample};

fn files() -> Vec<(&'static str, String)> {
    cli::contract_files().expect("a contract")
}

/// A generated file, parsed.
fn parsed(name: &str) -> Value {
    let files = files();
    let (_, text) = files.iter().find(|(file, _)| *file == name).expect("the file");
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn the_committed_contract_is_the_generated_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    for (name, text) in files() {
        let committed = fs::read_to_string(folder.join(name)).expect("a committed file");
        assert!(committed == text, "openapi/{name} is out of date: run `make contract`");
    }
}

#[test]
fn the_command_contract_writes_the_same_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("new/openapi");
    let program = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .current_dir(folder.path())
        .env_clear()
        .arg("contract")
        .arg("--out")
        .arg(&out)
        .output()
        .expect("it runs");
    assert!(program.status.success(), "{program:?}");
    for (name, text) in files() {
        assert!(fs::read_to_string(out.join(name)).expect("a file") == text, "{name} differs");
    }
    let made = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(made, 1, "nothing but the wanted folder is made");
}

/// Every value of a document with its JSON pointer.
fn walk<'a>(at: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| walk(format!("{at}/{name}"), field, found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| walk(format!("{at}/{index}"), item, found));
        }
        _ => {}
    }
    found.push((at, value));
}

fn all(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    walk(String::new(), document, &mut found);
    found
}

#[test]
fn every_reference_resolves_and_every_schema_is_referred_to() {
    for name in ["openapi.json", "openapi-3.0.json"] {
        let document = parsed(name);
        let references: BTreeSet<_> =
            all(&document).iter().filter_map(|(_, value)| value["$ref"].as_str()).collect();
        for reference in &references {
            let target = document.pointer(reference.strip_prefix('#').expect("a local one"));
            assert!(target.is_some(), "{name}: {reference} leads nowhere");
        }
        for schema in document["components"]["schemas"].as_object().expect("schemas").keys() {
            let reference = format!("#/components/schemas/{schema}");
            assert!(references.contains(reference.as_str()), "{name}: nothing uses {schema}");
        }
    }
}

#[test]
fn operation_ids_are_unique_and_in_snake_case() {
    let endpoints = api::endpoints();
    let ids: BTreeSet<_> = endpoints.iter().map(|endpoint| &endpoint.id).collect();
    assert_eq!(ids.len(), endpoints.len());
    for id in ids {
        let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_snake = id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(is_inner);
        assert!(is_snake && !id.contains("__") && !id.ends_with('_'), "{id}");
    }
}

/// Every schema of an input: of bodies and of parameters.
fn inputs(contract: &Contract) -> Vec<(String, Value)> {
    let document = &contract.document;
    let mut found = Vec::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let id = operation["operationId"].as_str().expect("an id");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let content = operation["requestBody"]["content"].as_object();
            let bodies = content.into_iter().flatten().map(|(_, body)| &body["schema"]);
            let schemas = parameters.iter().map(|parameter| &parameter["schema"]);
            for schema in schemas.chain(bodies) {
                let spots = sample::spots(document, schema, id);
                found.extend(spots.into_iter().map(|spot| (spot.pointer, spot.schema)));
            }
        }
    }
    found
}

#[test]
fn asvs_1_3_3_every_input_is_bounded() {
    let contract = Contract::of("doorward");
    let inputs = inputs(&contract);
    assert!(inputs.len() > 50, "the inputs were found");
    for (at, schema) in inputs {
        let has = |name: &str| schema.get(name).is_some();
        let is_bounded = match sample::kind(&schema) {
            "string" => has("maxLength") || has("enum"),
            "array" => has("maxItems"),
            "integer" | "number" => has("minimum") && has("maximum"),
            "object" => schema["additionalProperties"] == false || has("maxProperties"),
            "boolean" => true,
            other => panic!("{at} has the type {other:?}"),
        };
        assert!(is_bounded, "{at} has no bound: {schema}");
    }
}

#[test]
fn every_array_of_an_answer_is_bounded() {
    let document = parsed("openapi.json");
    for (at, value) in all(&document) {
        let is_array = value["type"] == "array";
        assert!(!is_array || value.get("maxItems").is_some(), "{at} has no maxItems");
    }
}

/// The words of OpenAPI 3.1 that 3.0 does not know, or knows with another meaning.
fn is_newer(name: &str, value: &Value) -> bool {
    match name {
        "const"
        | "$defs"
        | "patternProperties"
        | "prefixItems"
        | "contains"
        | "if"
        | "then"
        | "else"
        | "propertyNames"
        | "unevaluatedProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "contentMediaType"
        | "contentEncoding"
        | "webhooks"
        | "jsonSchemaDialect"
        | "identifier"
        | "pathItems" => true,
        "examples" => value.is_array(),
        "type" => value.is_array() || value == "null",
        "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        _ => false,
    }
}

#[test]
fn the_older_contract_has_no_newer_words() {
    let newer = |document: &Value| {
        let mut found = Vec::new();
        for (at, value) in all(document) {
            // Names of properties are no words of the language.
            let Value::Object(fields) = value else { continue };
            if at.ends_with("/properties") {
                continue;
            }
            let words = fields.iter().filter(|(name, value)| is_newer(name, value));
            found.extend(words.map(|(name, _)| format!("{at}/{name}")));
            if fields.contains_key("$ref") && fields.len() > 1 {
                found.push(format!("{at}/$ref has neighbours"));
            }
        }
        found
    };
    assert_eq!(newer(&parsed("openapi-3.0.json")), Vec::<String>::new());
    assert!(!newer(&parsed("openapi.json")).is_empty(), "the words are looked for");
}

/// Every code that was ever published, with its status. A line here is never changed or removed.
const PUBLISHED: &[(u16, &str)] = &[
    (400, "request.body_malformed"),
    (400, "request.path_invalid"),
    (400, "request.query_invalid"),
    (400, "request.header_invalid"),
    (400, "paging.cursor_invalid"),
    (401, "auth.not_signed_in"),
    (401, "auth.token_invalid"),
    (401, "auth.invalid_credentials"),
    (403, "auth.permission_missing"),
    (403, "auth.step_up_required"),
    (403, "auth.account_disabled"),
    (403, "accounts.sign_up_closed"),
    (403, "passwords.current_wrong"),
    (403, "csrf.origin_refused"),
    (403, "setup.token_invalid"),
    (403, "grants.exceeds_own"),
    (403, "challenge.required"),
    (403, "challenge.invalid"),
    (404, "request.not_found"),
    (404, "accounts.not_found"),
    (404, "sessions.not_found"),
    (404, "roles.not_found"),
    (404, "grants.not_found"),
    (405, "request.method_not_allowed"),
    (408, "request.timeout"),
    (409, "accounts.email_taken"),
    (409, "setup.already_done"),
    (409, "roles.name_taken"),
    (409, "roles.in_use"),
    (409, "roles.built_in"),
    (409, "permissions.name_taken"),
    (409, "grants.exists"),
    (409, "grants.last_admin"),
    (412, "precondition.stale"),
    (413, "request.body_too_large"),
    (415, "request.content_type_unsupported"),
    (422, "validation.failed"),
    (428, "precondition.missing"),
    (429, "rate_limit.exceeded"),
    (431, "request.headers_too_large"),
    (500, "server.internal"),
    (503, "server.busy"),
    (503, "server.unavailable"),
    (503, "server.not_ready"),
    (409, "accounts.own"),
    (400, "request.form_malformed"),
    (403, "auth.second_factor_needed"),
    (403, "auth.email_unverified"),
    (403, "auth.pending_invalid"),
    (403, "factors.refused"),
    (403, "factors.method_refused"),
    (404, "factors.not_found"),
    (404, "devices.not_found"),
    (409, "factors.exists"),
    (409, "factors.missing"),
    (403, "proofs.invalid"),
    (403, "passkeys.refused"),
    (409, "passkeys.unavailable"),
    (409, "factors.last_way_in"),
    (400, "auth.too_many_credentials"),
    (403, "auth.session_required"),
    (404, "api_keys.not_found"),
    (409, "accounts.not_a_service"),
    (409, "accounts.not_a_person"),
    (409, "api_keys.too_many"),
    (400, "tokens.invalid_target"),
    (400, "oauth.invalid_request"),
    (400, "oauth.invalid_grant"),
    (400, "oauth.unsupported_grant_type"),
    (400, "oauth.invalid_scope"),
    (400, "oauth.invalid_target"),
    (401, "oauth.invalid_client"),
    (401, "auth.dpop_invalid"),
    (401, "auth.dpop_nonce_needed"),
    (404, "clients.not_found"),
    (409, "clients.too_many"),
    (409, "clients.no_secret"),
    (415, "request.form_expected"),
    (403, "providers.flow_invalid"),
    (403, "providers.denied"),
    (403, "providers.refused"),
    (403, "providers.email_unverified"),
    (404, "providers.not_found"),
    (404, "identities.not_found"),
    (404, "identities.no_tokens"),
    (409, "providers.account_exists"),
    (409, "identities.taken"),
    (409, "identities.too_many"),
    (503, "providers.unavailable"),
];

/// A field's name as that of a type.
fn as_type(field: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    field.split('_').map(capital).collect()
}

/// What generators write of their own stands beside the schemas: constructors (Go), a type for each
/// bounded text (Rust), a list called like its field and the client itself (Python).
#[test]
fn no_schema_is_called_like_what_generators_write_beside_it() {
    let document = parsed("openapi.json");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    assert!(!schemas.contains_key("Client"));
    for (name, schema) in schemas {
        assert!(!schemas.contains_key(&format!("New{name}")), "New{name}");
        let fields = schema["properties"].as_object();
        for (field, value) in fields.into_iter().flatten() {
            let inner = format!("{name}{}", as_type(field));
            let is_own = value.get("$ref").is_none();
            assert!(!(is_own && schemas.contains_key(&inner)), "{inner}");
            assert!(!(value["type"] == "array" && as_type(field) == *name), "{name}");
        }
    }
}

#[test]
fn a_published_code_keeps_its_status_for_ever() {
    let known: BTreeMap<_, _> =
        Code::ALL.iter().map(|code| (code.as_str(), code.status_number())).collect();
    assert_eq!(known.len(), Code::ALL.len(), "no code stands twice");
    for (status, code) in PUBLISHED {
        assert_eq!(known.get(code), Some(status), "{code} was published");
    }
    for code in known.keys() {
        let is_listed = PUBLISHED.iter().any(|(_, published)| published == code);
        assert!(is_listed, "{code} is new: add it to the list, where it stays");
    }
}
