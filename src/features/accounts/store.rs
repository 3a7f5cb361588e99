//! The rows of accounts and of their passwords.

use diesel::prelude::*;

use crate::{
    app::App,
    db::{
        Backend, Conn,
        schema::{passwords, role_grants, roles, users},
        taken,
    },
    kernel::{
        clock::Timestamp,
        email::{Email, prefix_key},
        id::UserId,
        password::PasswordHash,
    },
};

/// An account as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct AccountRow {
    pub id: UserId,
    pub email: String,
    pub email_key: Vec<u8>,
    pub email_verified_at: Option<Timestamp>,
    pub name: String,
    pub status: String,
    pub disabled_reason: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl AccountRow {
    /// A new, active account.
    pub fn new(app: &App, email: &Email, name: &str) -> Self {
        let now = app.now();
        Self {
            id: UserId::make(now, &app.chance),
            email: email.to_string(),
            email_key: email.key(),
            email_verified_at: None,
            name: name.to_owned(),
            status: "active".to_owned(),
            disabled_reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Whether a row was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Yes,
    EmailTaken,
}

/// Adds an account, and its password where it has one.
pub fn insert(
    db: &mut Conn,
    row: &AccountRow,
    password: Option<&PasswordHash>,
) -> QueryResult<Inserted> {
    // A statement that fails ends PostgreSQL's transaction, so it gets one of its own.
    let inserted = db.transaction(|db| diesel::insert_into(users::table).values(row).execute(db));
    match inserted {
        Err(error) if taken(&error, "users.email_key") => return Ok(Inserted::EmailTaken),
        other => drop(other?),
    }
    if let Some(hash) = password {
        put_password(db, &row.id, hash, row.created_at)?;
    }
    Ok(Inserted::Yes)
}

pub fn find(db: &mut Conn, id: &UserId) -> QueryResult<Option<AccountRow>> {
    users::table.find(id).select(AccountRow::as_select()).first(db).optional()
}

pub fn find_by_email(db: &mut Conn, email: &Email) -> QueryResult<Option<AccountRow>> {
    users::table
        .filter(users::email_key.eq(email.key()))
        .select(AccountRow::as_select())
        .first(db)
        .optional()
}

/// The account as it is, and stays until the end of the transaction: whoever else changes it, its
/// password or its sessions has done so before, or waits.
pub fn lock(db: &mut Conn, id: &UserId) -> QueryResult<Option<AccountRow>> {
    // Both databases understand an update that changes nothing; PostgreSQL locks the row for it.
    diesel::update(users::table.find(id)).set(users::version.eq(users::version)).execute(db)?;
    find(db, id)
}

/// What is asked of the list.
pub struct Wanted {
    pub email_prefix: Option<String>,
    /// The name or the id of a role.
    pub role: Option<String>,
    pub status: Option<&'static str>,
    pub now: Timestamp,
    pub limit: i64,
}

/// Where a page starts: behind an address when addresses are searched, else behind an id.
#[derive(Debug)]
pub enum After {
    Id(UserId),
    EmailKey(Vec<u8>),
}

/// Accounts by age, or by address when a prefix is asked for.
pub fn list(db: &mut Conn, wanted: &Wanted, after: Option<After>) -> QueryResult<Vec<AccountRow>> {
    let mut query = users::table.select(AccountRow::as_select()).into_boxed::<Backend>();
    if let Some(status) = wanted.status {
        query = query.filter(users::status.eq(status));
    }
    if let Some(role) = &wanted.role {
        let holders = role_grants::table
            .inner_join(roles::table)
            .filter(roles::name.eq(role.clone()).or(roles::id.eq(role.clone())))
            .filter(role_grants::revoked_at.is_null())
            .filter(role_grants::expires_at.is_null().or(role_grants::expires_at.gt(wanted.now)))
            .select(role_grants::user_id);
        query = query.filter(users::id.eq_any(holders));
    }
    query = match &wanted.email_prefix {
        Some(prefix) => {
            let from = prefix_key(prefix);
            if let Some(to) = after_prefix(&from) {
                query = query.filter(users::email_key.lt(to));
            }
            query.filter(users::email_key.ge(from)).order(users::email_key)
        }
        None => query.order(users::id),
    };
    query = match after {
        Some(After::Id(id)) => query.filter(users::id.gt(id)),
        Some(After::EmailKey(key)) => query.filter(users::email_key.gt(key)),
        None => query,
    };
    query.limit(wanted.limit).load(db)
}

/// The first key behind all that start with `prefix`; none when there is no such key.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let keep = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut next = prefix[..=keep].to_vec();
    next[keep] += 1;
    Some(next)
}

/// What changes of an account.
#[derive(AsChangeset, Default)]
#[diesel(table_name = users)]
pub struct Change {
    pub email: Option<String>,
    pub email_key: Option<Vec<u8>>,
    /// `Some(None)`: not verified any more.
    pub email_verified_at: Option<Option<Timestamp>>,
    pub name: Option<String>,
    pub status: Option<&'static str>,
    /// `Some(None)`: no reason.
    pub disabled_reason: Option<Option<String>>,
}

/// What came of a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    Yes,
    /// The row is gone, or has another version by now.
    Stale,
    EmailTaken,
}

/// Changes the row of exactly this version and moves its version on.
pub fn update(
    db: &mut Conn,
    row: &AccountRow,
    change: &Change,
    now: Timestamp,
) -> QueryResult<Changed> {
    let same = users::table.filter(users::id.eq(&row.id)).filter(users::version.eq(row.version));
    let moved = (users::version.eq(row.version + 1), users::updated_at.eq(now));
    let changed = db.transaction(|db| diesel::update(same).set((change, moved)).execute(db));
    match changed {
        Ok(1) => Ok(Changed::Yes),
        Ok(_) => Ok(Changed::Stale),
        Err(error) if taken(&error, "users.email_key") => Ok(Changed::EmailTaken),
        Err(error) => Err(error),
    }
}

/// Removes the account's own rows. Sessions and grants must be gone by then.
pub fn delete(db: &mut Conn, id: &UserId) -> QueryResult<bool> {
    diesel::delete(passwords::table.find(id)).execute(db)?;
    Ok(diesel::delete(users::table.find(id)).execute(db)? == 1)
}

/// The account of an address with its password, for signing in.
pub fn find_credential(
    db: &mut Conn,
    email: &Email,
) -> QueryResult<Option<(AccountRow, Option<PasswordHash>)>> {
    users::table
        .left_join(passwords::table)
        .filter(users::email_key.eq(email.key()))
        .select((AccountRow::as_select(), passwords::hash.nullable()))
        .first(db)
        .optional()
}

pub fn find_password(db: &mut Conn, id: &UserId) -> QueryResult<Option<PasswordHash>> {
    passwords::table.find(id).select(passwords::hash).first(db).optional()
}

/// Whether the account's password still is the one that was checked. Lock the account first.
pub fn has_password(db: &mut Conn, id: &UserId, hash: &PasswordHash) -> QueryResult<bool> {
    let same = passwords::table.find(id).filter(passwords::hash.eq(hash));
    diesel::select(diesel::dsl::exists(same)).get_result(db)
}

/// Sets the password, whether there was one or not. Lock the account first.
pub fn put_password(
    db: &mut Conn,
    id: &UserId,
    hash: &PasswordHash,
    now: Timestamp,
) -> QueryResult<()> {
    let new = (passwords::hash.eq(hash), passwords::changed_at.eq(now));
    if diesel::update(passwords::table.find(id)).set(new).execute(db)? == 0 {
        diesel::insert_into(passwords::table)
            .values((passwords::user_id.eq(id), new))
            .execute(db)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn the_key_behind_a_prefix_is_the_next_one() {
        assert_eq!(after_prefix(b"ann").as_deref(), Some(&b"ano"[..]));
        assert_eq!(after_prefix(&[1, 255]).as_deref(), Some(&[2][..]));
        assert_eq!(after_prefix(&[255]), None);
        assert_eq!(after_prefix(b""), None);
    }
}
