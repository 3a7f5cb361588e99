//! Role grants as rows. One account has one live grant of a role in a scope at most.

use diesel::prelude::*;

use crate::{
    db::{Conn, schema::role_grants, taken},
    kernel::{
        clock::Timestamp,
        id::{GrantId, RoleId, UserId},
    },
};

/// A grant as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = role_grants)]
pub struct GrantRow {
    pub id: GrantId,
    pub user_id: UserId,
    pub role_id: RoleId,
    pub scope: String,
    pub granted_by: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// That a grant counts at `now`: nobody has ended it, and it has not ended by itself.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn live(now: Timestamp) -> _ {
    role_grants::revoked_at
        .is_null()
        .and(role_grants::expires_at.is_null().or(role_grants::expires_at.gt(now)))
}

/// Whether a grant was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Yes,
    Exists,
}

/// Adds a grant; one of the same role that is over makes room for it.
pub fn insert(db: &mut Conn, row: &GrantRow) -> QueryResult<Inserted> {
    let over = role_grants::table
        .filter(role_grants::user_id.eq(&row.user_id))
        .filter(role_grants::role_id.eq(&row.role_id))
        .filter(role_grants::scope.eq(&row.scope))
        .filter(role_grants::revoked_at.is_null())
        .filter(role_grants::expires_at.le(row.created_at));
    diesel::update(over).set(role_grants::revoked_at.eq(role_grants::expires_at)).execute(db)?;
    let done = db.transaction(|db| diesel::insert_into(role_grants::table).values(row).execute(db));
    match done {
        Err(error) if taken(&error, "role_grants.user_id,role_id,scope") => Ok(Inserted::Exists),
        other => other.map(|_| Inserted::Yes),
    }
}

/// Revokes a grant; whether it was live until now.
pub fn revoke(db: &mut Conn, id: &GrantId, now: Timestamp) -> QueryResult<bool> {
    let live = role_grants::table.find(id).filter(role_grants::revoked_at.is_null());
    Ok(diesel::update(live).set(role_grants::revoked_at.eq(now)).execute(db)? == 1)
}
