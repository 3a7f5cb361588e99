//! API keys: what they look like, and their rows. A key leaves the service once; its row keeps a
//! hash, and the beginning by which people tell their keys apart.

use std::fmt;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    db::{Backend, Conn, schema::api_keys},
    kernel::{
        chance::Chance,
        clock::Timestamp,
        id::{self, ApiKeyId, UserId},
        scope::Scope,
        secret::{Secret, TokenHash, same},
    },
};

/// What every key begins with, so that programs that look for leaked secrets find it.
pub const PREFIX: &str = "dw_";

/// Characters of 32 random bytes, and of the checksum behind them.
const RANDOM: usize = 52;
const SUM: usize = 8;

/// Characters of the random part that are shown of a key.
const SHOWN: usize = 6;

/// Seconds after which the use of a key is noted again.
const TOUCH: i64 = 60;

/// How many keys an account has at most.
pub const MOST: i64 = 100;

/// A key: `dw_`, 256 random bits and a checksum, in lower-case letters and digits. Whoever finds
/// one can tell without asking anybody that it is a key and was not mistyped.
#[derive(Clone)]
pub struct ApiKey(Secret);

impl ApiKey {
    pub fn random(chance: &Chance) -> Self {
        let body = format!("{PREFIX}{}", id::base32(&chance.bytes::<32>()));
        let sum = checksum(&body);
        Self(Secret::new(body + &sum))
    }

    /// A text as a key, if it can be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.split_at_checked(PREFIX.len() + RANDOM)?;
        let is_key = body.starts_with(PREFIX) && same(sum.as_bytes(), checksum(body).as_bytes());
        is_key.then(|| Self(Secret::new(text.to_owned())))
    }

    /// The whole key, for the one who made it.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// What may be shown of it later.
    pub fn prefix(&self) -> &str {
        &self.reveal()[..PREFIX.len() + SHOWN]
    }

    /// By which it is found.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of_kind("api key", &[self.reveal()])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[API key]")
    }
}

/// The first 40 bits of SHA-256.
fn checksum(body: &str) -> String {
    let hash = Sha256::digest(body.as_bytes());
    let text = id::base32(&hash[..5]);
    debug_assert_eq!(text.len(), SUM);
    text
}

/// A key as it is stored, but for its hash.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub struct KeyRow {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub name: String,
    pub prefix: String,
    /// What it may be used for at most.
    pub permissions: Scope,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

impl KeyRow {
    /// Whether its use is worth noting again.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.seconds_since(last) >= TOUCH)
    }
}

/// Keeps a key's row and hash.
pub fn insert(db: &mut Conn, row: &KeyRow, key: &ApiKey) -> QueryResult<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(&row.id),
            api_keys::user_id.eq(&row.user_id),
            api_keys::name.eq(&row.name),
            api_keys::key_hash.eq(key.hash()),
            api_keys::prefix.eq(&row.prefix),
            api_keys::permissions.eq(row.permissions.to_string()),
            api_keys::created_at.eq(row.created_at),
            api_keys::expires_at.eq(row.expires_at),
        ))
        .execute(db)
        .map(drop)
}

/// The keys of an account that count at `now`, newest first, at most `limit`, older than `after`.
pub fn list(
    db: &mut Conn,
    user: &UserId,
    now: Timestamp,
    after: Option<&ApiKeyId>,
    limit: i64,
) -> QueryResult<Vec<KeyRow>> {
    let mut query = api_keys::table
        .filter(api_keys::user_id.eq(user))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .order(api_keys::id.desc())
        .limit(limit)
        .select(KeyRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(api_keys::id.lt(after.clone()));
    }
    query.load(db)
}

/// Ends a key of an account; whether there was one to end.
pub fn revoke(db: &mut Conn, user: &UserId, id: &ApiKeyId, now: Timestamp) -> QueryResult<bool> {
    let key = api_keys::table
        .filter(api_keys::id.eq(id))
        .filter(api_keys::user_id.eq(user))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)));
    Ok(diesel::update(key).set(api_keys::revoked_at.eq(now)).execute(db)? == 1)
}

/// Removes every row of an account's keys, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    diesel::delete(api_keys::table.filter(api_keys::user_id.eq(user))).execute(db).map(drop)
}

/// Notes use at `now`.
pub fn touch(db: &mut Conn, id: &ApiKeyId, now: Timestamp) -> QueryResult<()> {
    diesel::update(api_keys::table.find(id))
        .set(api_keys::last_used_at.eq(now))
        .execute(db)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_by_itself_and_every_changed_one_is_none() {
        let key = ApiKey::random(&Chance::seeded(7));
        let text = key.reveal().to_owned();
        assert_eq!(text.len(), PREFIX.len() + RANDOM + SUM);
        assert!(ApiKey::parse(&text).is_some());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(ApiKey::parse(&changed).is_none(), "changed at {at}");
            assert!(ApiKey::parse(&text[..at]).is_none(), "cut at {at}");
        }
        for other in
            [format!("{text}0"), text.to_uppercase(), format!(" {text}"), "dw_é".repeat(30)]
        {
            assert!(ApiKey::parse(&other).is_none(), "{other}");
        }
        assert_eq!(key.prefix(), &text[..9]);
        assert_eq!(format!("{key:?}"), "[API key]");
    }
}
