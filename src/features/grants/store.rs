//! The rows of role grants. A row that is revoked stays, so that it can be told who held what.

use diesel::prelude::*;

use crate::{
    db::{
        Backend, Conn,
        schema::{role_grants, role_permissions, roles},
        taken,
    },
    kernel::{
        clock::Timestamp,
        id::{GrantId, RoleId, UserId},
        permission::PermissionName,
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

/// Whether a grant was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Yes,
    Exists,
}

/// Whose grants are listed.
pub enum Of<'a> {
    User(&'a UserId),
    Role(&'a RoleId),
}

/// Live grants with their roles' names, oldest first.
pub fn list(
    db: &mut Conn,
    of: &Of<'_>,
    now: Timestamp,
    after: Option<GrantId>,
    limit: i64,
) -> QueryResult<Vec<(GrantRow, String)>> {
    let mut query = role_grants::table
        .inner_join(roles::table)
        .filter(role_grants::revoked_at.is_null())
        .filter(role_grants::expires_at.is_null().or(role_grants::expires_at.gt(now)))
        .select((GrantRow::as_select(), roles::name))
        .into_boxed::<Backend>();
    query = match of {
        Of::User(id) => query.filter(role_grants::user_id.eq((*id).clone())),
        Of::Role(id) => query.filter(role_grants::role_id.eq((*id).clone())),
    };
    if let Some(after) = after {
        query = query.filter(role_grants::id.gt(after));
    }
    query.order(role_grants::id).limit(limit).load(db)
}

/// A live grant.
pub fn find(db: &mut Conn, id: &GrantId, now: Timestamp) -> QueryResult<Option<GrantRow>> {
    role_grants::table
        .find(id)
        .filter(role_grants::revoked_at.is_null())
        .filter(role_grants::expires_at.is_null().or(role_grants::expires_at.gt(now)))
        .select(GrantRow::as_select())
        .first(db)
        .optional()
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

/// The name of a role and what it holds.
pub fn find_role(db: &mut Conn, id: &RoleId) -> QueryResult<Option<(String, Vec<PermissionName>)>> {
    let name: Option<String> = roles::table.find(id).select(roles::name).first(db).optional()?;
    let Some(name) = name else { return Ok(None) };
    let permissions = role_permissions::table
        .filter(role_permissions::role_id.eq(id))
        .select(role_permissions::permission)
        .load(db)?;
    Ok(Some((name, permissions)))
}
