//! The users of Auth.js as its adapters keep them. It has no passwords of its own: apps that add a
//! column for them mostly keep bcrypt there.

use serde_json::{Map, Value};

use super::{fields::Fields, source::Entry};
use crate::features::imports::model::{Fault, Record};

const PASSWORDS: &[&str] =
    &["password", "password_hash", "passwordHash", "hashedPassword", "hashed_password"];

/// Reads one user. Fields that are not known stay behind.
pub fn entry(map: &Map<String, Value>) -> Entry {
    record(map).into()
}

fn record(map: &Map<String, Value>) -> Result<Record, Vec<Fault>> {
    let mut fields = Fields::new(map);
    let record = Record {
        id: fields.text(&["id"]),
        email: fields.text(&["email"]),
        email_verified: fields.any_moment(&["emailVerified", "email_verified"]).is_some(),
        name: fields.text(&["name"]),
        password_hash: fields.text(PASSWORDS),
        created_at: fields.any_moment(&["createdAt", "created_at"]),
        roles: fields.text(&["role"]).into_iter().collect(),
        ..Record::default()
    };
    fields.done(record)
}
