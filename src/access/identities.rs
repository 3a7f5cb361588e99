//! Accounts at other services with which somebody signs in here. Issuer and subject alone tell
//! whose an identity is: nothing else that a provider says is a key.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    config::Config,
    db::{
        Backend, Conn,
        schema::{identities, identity_tokens, provider_flows},
    },
    kernel::{
        clock::Timestamp,
        id::{FlowId, IdentityId, UserId},
        vault::Place,
    },
};

/// Where the tokens of an identity's provider are sealed.
pub fn tokens_place(id: &IdentityId) -> Place<'_> {
    Place { table: "identity_tokens", column: "sealed", row: id.as_str() }
}

/// Where the secrets of a way through a provider are sealed.
pub fn flow_place<'a>(column: &'static str, id: &'a FlowId) -> Place<'a> {
    Place { table: "provider_flows", column, row: id.as_str() }
}

/// How many an account has at most.
pub const MOST: usize = 20;

/// An identity as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = identities)]
pub struct IdentityRow {
    pub id: IdentityId,
    pub user_id: UserId,
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// An account at another service that somebody signs in with.
#[derive(Serialize, ToSchema)]
pub struct Identity {
    pub id: IdentityId,
    /// The name of the provider.
    #[schema(max_length = 32, examples("google"))]
    pub provider: String,
    /// The address that the provider last told; null where it told none.
    #[schema(required, max_length = 254, examples("ann@example.com"))]
    pub email: Option<String>,
    pub created_at: Timestamp,
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        let IdentityRow { id, provider, email, created_at, last_used_at, .. } = row;
        Self { id, provider, email, created_at, last_used_at }
    }
}

/// Makes others who look for an identity that they have never seen wait until the transaction ends.
/// Call it before any account is locked.
pub fn lock(db: &mut Conn) -> QueryResult<()> {
    crate::db::lock(db, "identities")
}

/// The identity of a subject.
pub fn find(db: &mut Conn, issuer: &str, subject: &str) -> QueryResult<Option<IdentityRow>> {
    identities::table
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .select(IdentityRow::as_select())
        .first(db)
        .optional()
}

/// One of an account's own.
pub fn find_own(db: &mut Conn, user: &UserId, id: &IdentityId) -> QueryResult<Option<IdentityRow>> {
    identities::table
        .filter(identities::id.eq(id))
        .filter(identities::user_id.eq(user))
        .select(IdentityRow::as_select())
        .first(db)
        .optional()
}

/// All of an account, oldest first.
pub fn all(db: &mut Conn, user: &UserId) -> QueryResult<Vec<IdentityRow>> {
    page(db, user, None, i64::try_from(MOST).unwrap_or(i64::MAX))
}

/// Those of an account, oldest first, younger than `after`.
pub fn page(
    db: &mut Conn,
    user: &UserId,
    after: Option<&IdentityId>,
    limit: i64,
) -> QueryResult<Vec<IdentityRow>> {
    let mut query = identities::table
        .filter(identities::user_id.eq(user))
        .order(identities::id)
        .limit(limit)
        .select(IdentityRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(identities::id.gt(after.clone()));
    }
    query.load(db)
}

/// Gives an account an identity. Take [`lock`] first.
pub fn insert(db: &mut Conn, row: &IdentityRow) -> QueryResult<()> {
    diesel::insert_into(identities::table).values(row).execute(db).map(drop)
}

/// Notes that it was used, and what the provider called the person.
pub fn note_use(
    db: &mut Conn,
    id: &IdentityId,
    email: Option<&str>,
    now: Timestamp,
) -> QueryResult<()> {
    let used = (identities::last_used_at.eq(now), identities::email.eq(email));
    diesel::update(identities::table.find(id)).set(used).execute(db).map(drop)
}

/// Takes one from an account; whether there was one to take.
pub fn remove(db: &mut Conn, user: &UserId, id: &IdentityId) -> QueryResult<bool> {
    if find_own(db, user, id)?.is_none() {
        return Ok(false);
    }
    diesel::delete(identity_tokens::table.find(id)).execute(db)?;
    Ok(diesel::delete(identities::table.find(id)).execute(db)? == 1)
}

/// Removes every one of an account, and what was begun to get more.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    for row in all(db, user)? {
        remove(db, user, &row.id)?;
    }
    let begun = provider_flows::table.filter(provider_flows::user_id.eq(user));
    diesel::delete(begun).execute(db).map(drop)
}

/// Whether the account can sign in with one of them: its provider must still be configured.
pub fn any_usable(db: &mut Conn, config: &Config, user: &UserId) -> QueryResult<bool> {
    let all = all(db, user)?;
    Ok(all.iter().any(|row| config.knows_issuer(&row.provider, &row.issuer)))
}
