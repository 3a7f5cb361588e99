//! The table `auth.users` of Supabase. Deleted accounts stay behind; accounts without an address,
//! such as those of a telephone alone, are faults.

use serde_json::{Map, Value};

use super::{fields::Fields, source::Entry};
use crate::features::imports::model::{Fault, Record};

const REASON: &str = "banned in the old system";

/// Reads one row.
pub fn entry(map: &Map<String, Value>) -> Entry {
    match map.get("deleted_at") {
        None | Some(Value::Null) => record(map).into(),
        Some(_) => Entry::LeftOut,
    }
}

fn record(map: &Map<String, Value>) -> Result<Record, Vec<Fault>> {
    let mut fields = Fields::new(map);
    let about = fields.object(&["raw_user_meta_data"]);
    let name = ["full_name", "name"].iter().find_map(|name| about.get(*name)?.as_str());
    let disabled_until = fields.any_moment(&["banned_until"]);
    let disabled = disabled_until.is_some();
    let record = Record {
        id: fields.text(&["id"]),
        email: fields.text(&["email"]),
        email_verified: fields.any_moment(&["email_confirmed_at", "confirmed_at"]).is_some(),
        name: name.map(ToOwned::to_owned),
        password_hash: fields
            .text(&["encrypted_password"])
            .filter(|hash| !hash.is_empty())
            .map(|hash| firebase(&hash).unwrap_or(hash)),
        created_at: fields.any_moment(&["created_at"]),
        disabled,
        disabled_until,
        disabled_reason: disabled.then(|| REASON.to_owned()),
        ..Record::default()
    };
    fields.done(record)
}

/// Supabase's own way to write Firebase's hashes, as the one that is known here:
/// `$fbscrypt$v=1,n=14,r=8,p=1,ss=…,sk=…$salt$hash`.
fn firebase(text: &str) -> Option<String> {
    let mut parts = text.strip_prefix("$fbscrypt$")?.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let value =
        |name: &str| cost.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let (n, r, p) = (value("n")?, value("r")?, value("p")?);
    let (separator, signer) = (value("ss")?, value("sk")?);
    Some(format!("$firescrypt$ln={n},r={r},p={p}${salt}${hash}${separator}${signer}"))
}
