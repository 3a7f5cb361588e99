//! The rows of imported accounts. A row of `imported_users` is what makes a second run know the
//! first: it is written with the account, or not at all.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::model::{Account, EMAIL_TAKEN, Fault, ID_TAKEN};
use crate::{
    access::{
        audit::{self, Event},
        caller::SYSTEM,
        grants::{self, GrantRow},
    },
    db::{
        Conn,
        schema::{imported_users, passwords, roles, users},
    },
    http::problem::Problem,
    kernel::{
        clock::Timestamp,
        id::{GrantId, RoleId, UserId},
    },
};

/// Where an account came from.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = imported_users)]
struct ImportedRow {
    user_id: UserId,
    source: String,
    external_id: Option<String>,
    email_key: Vec<u8>,
    imported_at: Timestamp,
}

/// What is known of an account before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: it can be written.
    New,
    /// An earlier run has written it.
    Already,
    /// Somebody else has what it needs.
    Taken(Fault),
}

/// An account with what else is written with it.
pub struct New {
    pub account: Account,
    /// One id for each of its roles.
    pub grants: Vec<GrantId>,
    pub event: Event,
}

/// Every role by its name.
pub fn role_ids(db: &mut Conn) -> QueryResult<HashMap<String, RoleId>> {
    Ok(roles::table.select((roles::name, roles::id)).load(db)?.into_iter().collect())
}

/// What is known of each of these accounts, in their order.
pub fn find(db: &mut Conn, source: &str, accounts: &[&Account]) -> QueryResult<Vec<Found>> {
    let keys: Vec<Vec<u8>> = accounts.iter().map(|it| it.row.email_key.clone()).collect();
    let done: HashSet<Vec<u8>> = imported_users::table
        .filter(imported_users::email_key.eq_any(&keys))
        .select(imported_users::email_key)
        .load(db)?
        .into_iter()
        .collect();
    let taken: HashSet<Vec<u8>> = users::table
        .filter(users::email_key.eq_any(&keys))
        .select(users::email_key)
        .load(db)?
        .into_iter()
        .collect();
    let ids: Vec<&str> = accounts.iter().filter_map(|it| it.external_id.as_deref()).collect();
    let used: HashSet<Option<String>> = imported_users::table
        .filter(imported_users::source.eq(source))
        .filter(imported_users::external_id.eq_any(ids))
        .select(imported_users::external_id)
        .load(db)?
        .into_iter()
        .collect();
    let found = |account: &&Account| {
        if done.contains(&account.row.email_key) {
            Found::Already
        } else if taken.contains(&account.row.email_key) {
            Found::Taken(Fault::new("email", EMAIL_TAKEN))
        } else if account.external_id.is_some() && used.contains(&account.external_id) {
            Found::Taken(Fault::new("id", ID_TAKEN))
        } else {
            Found::New
        }
    };
    Ok(accounts.iter().map(found).collect())
}

/// Writes those accounts that are new, all or none, each with its event; answers what was found of
/// each. A conflict with somebody who signs up at this moment is an error: try again.
pub fn write(
    db: &mut Conn,
    source: &str,
    batch: Vec<New>,
    now: Timestamp,
) -> Result<Vec<Found>, Problem> {
    // Two imports at once take turns.
    crate::db::lock(db, "import")?;
    let accounts: Vec<_> = batch.iter().map(|new| &new.account).collect();
    let found = find(db, source, &accounts)?;
    let mut events = Vec::with_capacity(batch.len());
    for (new, found) in batch.into_iter().zip(&found) {
        if *found == Found::New {
            insert(db, source, new.account, new.grants, now)?;
            events.push(new.event);
        }
    }
    if !events.is_empty() {
        audit::record_all(db, events)?;
    }
    Ok(found)
}

fn insert(
    db: &mut Conn,
    source: &str,
    account: Account,
    grant_ids: Vec<GrantId>,
    now: Timestamp,
) -> QueryResult<()> {
    let Account { row, external_id, hash, roles } = account;
    diesel::insert_into(users::table).values(&row).execute(db)?;
    if let Some(hash) = hash {
        let new = (
            passwords::user_id.eq(&row.id),
            passwords::hash.eq(&hash),
            passwords::changed_at.eq(row.created_at),
        );
        diesel::insert_into(passwords::table).values(new).execute(db)?;
    }
    let imported = ImportedRow {
        user_id: row.id.clone(),
        source: source.to_owned(),
        external_id,
        email_key: row.email_key,
        imported_at: now,
    };
    diesel::insert_into(imported_users::table).values(&imported).execute(db)?;
    for (role_id, id) in roles.into_iter().zip(grant_ids) {
        let grant = GrantRow {
            id,
            user_id: row.id.clone(),
            role_id,
            scope: SYSTEM.to_owned(),
            granted_by: None,
            created_at: now,
            expires_at: None,
        };
        grants::insert(db, &grant)?;
    }
    Ok(())
}

/// An account in a list of all.
#[derive(Queryable, serde::Serialize)]
pub struct Listed {
    pub id: UserId,
    pub email: String,
    pub email_verified_at: Option<Timestamp>,
    pub name: String,
    pub status: String,
    pub created_at: Timestamp,
    /// The system that had the account before, and its id there.
    pub source: Option<String>,
    pub external_id: Option<String>,
}

/// Accounts by age, behind one of them.
pub fn list(db: &mut Conn, after: Option<UserId>, limit: i64) -> QueryResult<Vec<Listed>> {
    let mut query = users::table
        .left_join(imported_users::table)
        .select((
            users::id,
            users::email,
            users::email_verified_at,
            users::name,
            users::status,
            users::created_at,
            imported_users::source.nullable(),
            imported_users::external_id.nullable(),
        ))
        .order(users::id)
        .limit(limit)
        .into_boxed::<crate::db::Backend>();
    if let Some(after) = after {
        query = query.filter(users::id.gt(after));
    }
    query.load(db)
}
