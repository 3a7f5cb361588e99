//! A realm's export of Keycloak, whole or the files of its users: `{"users": […]}`. Of the
//! credentials the first password counts; one-time passwords and keys stay behind.

use serde_json::{Map, Value};

use super::{
    fields::{Fields, MALFORMED},
    source::{Entries, Entry, object},
};
use crate::{
    features::imports::model::{Fault, Record},
    kernel::refusal::Refusal,
};

const ALGORITHM_UNKNOWN: Refusal =
    Refusal::new("hash_unknown", "This password was hashed in a way that is not known.");
const REASON: &str = "disabled in the old system";

/// The users of a document, or nothing where it is another one.
pub fn entries(document: Value) -> Option<Entries> {
    let users = match document {
        Value::Array(users) => users,
        Value::Object(mut realm) => match realm.remove("users")? {
            Value::Array(users) => users,
            _ => return None,
        },
        _ => return None,
    };
    Some(Box::new(users.into_iter().map(|user| match object(user) {
        Err(fault) => Entry::Faulty(vec![fault]),
        // The account of a program, which has no address and no password.
        Ok(map) if map.contains_key("serviceAccountClientId") => Entry::LeftOut,
        Ok(map) => record(&map).into(),
    })))
}

fn record(map: &Map<String, Value>) -> Result<Record, Vec<Fault>> {
    let mut fields = Fields::new(map);
    let username = fields.text(&["username"]);
    let email = fields.text(&["email"]);
    let names = [fields.text(&["firstName"]), fields.text(&["lastName"])];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let disabled = map.contains_key("enabled") && !fields.flag(&["enabled"]);
    let password_hash = password(map).unwrap_or_else(|why| {
        fields.note("credentials", why);
        None
    });
    let record = Record {
        id: fields.text(&["id"]),
        email: email.or(username.clone().filter(|name| name.contains('@'))),
        email_verified: fields.flag(&["emailVerified"]),
        name: Some(name).filter(|name| !name.trim().is_empty()).or(username),
        password_hash,
        created_at: fields.any_moment(&["createdTimestamp"]),
        roles: fields.list("realmRoles"),
        disabled,
        disabled_reason: disabled.then(|| REASON.to_owned()),
        ..Record::default()
    };
    fields.done(record)
}

/// The hash of the password, where there is one.
fn password(user: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let credentials = user.get("credentials").and_then(Value::as_array);
    let is_password = |it: &&Value| it.get("type").and_then(Value::as_str) == Some("password");
    let Some(credential) = credentials.and_then(|all| all.iter().find(is_password)) else {
        return Ok(None);
    };
    let secret = part(credential, "secretData").ok_or(MALFORMED)?;
    let data = part(credential, "credentialData").ok_or(MALFORMED)?;
    let text = |map: &Map<String, Value>, name: &str| {
        map.get(name).and_then(Value::as_str).map(ToOwned::to_owned)
    };
    let (hash, salt) = (text(&secret, "value"), text(&secret, "salt"));
    let (hash, salt) = (hash.ok_or(MALFORMED)?, salt.ok_or(MALFORMED)?);
    let rounds = data.get("hashIterations").and_then(Value::as_u64).ok_or(MALFORMED)?;
    match &*text(&data, "algorithm").ok_or(MALFORMED)? {
        "pbkdf2" => Ok(Some(format!("$pbkdf2-sha1${rounds}${salt}${hash}"))),
        name @ ("pbkdf2-sha256" | "pbkdf2-sha512") => {
            Ok(Some(format!("${name}${rounds}${salt}${hash}")))
        }
        "argon2" => argon2(&data, rounds, &salt, &hash).ok_or(MALFORMED).map(Some),
        _ => Err(ALGORITHM_UNKNOWN),
    }
}

/// `secretData` and `credentialData` are JSON in a text.
fn part(credential: &Value, name: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(credential.get(name)?.as_str()?).ok()
}

/// Keycloak's parts of an Argon2 hash as a PHC string, whose Base64 has no padding.
fn argon2(data: &Map<String, Value>, rounds: u64, salt: &str, hash: &str) -> Option<String> {
    let parameters = data.get("additionalParameters")?;
    let first = |name: &str| parameters.get(name)?.get(0)?.as_str();
    let kind = first("type")?;
    let version = match first("version")? {
        "1.0" => 16,
        "1.3" => 19,
        _ => return None,
    };
    let (memory, lanes) = (first("memory")?, first("parallelism")?);
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    Some(format!(
        "$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${}${}",
        bare(salt),
        bare(hash)
    ))
}
