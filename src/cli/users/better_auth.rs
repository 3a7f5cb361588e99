//! Better Auth's tables `user` and `account` as one document: `{"user": […], "account": […]}`. The
//! password is the one of the account whose provider is `credential`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    fields::Fields,
    source::{Entries, object},
};
use crate::features::imports::model::{Fault, Record};

const REASON: &str = "banned in the old system";

/// The users of a document, or nothing where it is another one.
pub fn entries(document: Value) -> Option<Entries> {
    let Value::Object(mut document) = document else { return None };
    let mut list = |names: [&str; 2]| match names.iter().find_map(|name| document.remove(*name)) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    };
    let users = list(["user", "users"])?;
    let accounts = list(["account", "accounts"])?;
    let passwords: HashMap<String, String> = accounts.iter().filter_map(password).collect();
    Some(Box::new(users.into_iter().map(move |user| {
        let read = object(user).map_err(|fault| vec![fault]);
        read.and_then(|map| record(&map, &passwords)).into()
    })))
}

/// Whose password an account holds, and its hash.
fn password(account: &Value) -> Option<(String, String)> {
    let first = |names: [&str; 2]| names.iter().find_map(|name| account.get(*name)?.as_str());
    if first(["providerId", "provider_id"])? != "credential" {
        return None;
    }
    let user = Fields::new(account.as_object()?).text(&["userId", "user_id"])?;
    Some((user, first(["password", "password"])?.to_owned()))
}

fn record(
    map: &Map<String, Value>,
    passwords: &HashMap<String, String>,
) -> Result<Record, Vec<Fault>> {
    let mut fields = Fields::new(map);
    let id = fields.text(&["id"]);
    let roles = fields.text(&["role"]).unwrap_or_default();
    let roles = roles.split(',').map(str::trim).filter(|role| !role.is_empty());
    let disabled = fields.flag(&["banned"]);
    let reason = fields.text(&["banReason", "ban_reason"]);
    let record = Record {
        password_hash: id.as_ref().and_then(|id| passwords.get(id)).cloned(),
        id,
        email: fields.text(&["email"]),
        email_verified: fields.flag(&["emailVerified", "email_verified"]),
        name: fields.text(&["name"]),
        created_at: fields.any_moment(&["createdAt", "created_at"]),
        roles: roles.map(ToOwned::to_owned).collect(),
        disabled,
        disabled_until: fields.any_moment(&["banExpires", "ban_expires"]),
        disabled_reason: reason.or(Some(REASON.to_owned())).filter(|_| disabled),
        ..Record::default()
    };
    fields.done(record)
}
