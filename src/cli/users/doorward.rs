//! Doorward's own form: one JSON object on each line. A name that is not known is a fault, so that
//! a slip of the pen loses nothing.

use serde_json::{Map, Value};

use super::{fields::Fields, source::Entry};
use crate::features::imports::model::{Fault, Record};

const NAMES: &[&str] = &[
    "id", "email", "email_verified", "name", "locale", "password_hash", "created_at", "roles",
    "disabled", "disabled_reason", "disabled_until",
];

/// Reads one line's object.
pub fn entry(map: &Map<String, Value>) -> Entry {
    record(map).into()
}

fn record(map: &Map<String, Value>) -> Result<Record, Vec<Fault>> {
    let mut fields = Fields::new(map);
    fields.only(NAMES);
    let record = Record {
        id: fields.text(&["id"]),
        email: fields.text(&["email"]),
        email_verified: fields.flag(&["email_verified"]),
        name: fields.text(&["name"]),
        password_hash: fields.text(&["password_hash"]),
        created_at: fields.moment("created_at"),
        roles: fields.list("roles"),
        disabled: fields.flag(&["disabled"]),
        disabled_reason: fields.text(&["disabled_reason"]),
        disabled_until: fields.moment("disabled_until"),
        locale: fields.text(&["locale"]),
    };
    fields.done(record)
}
