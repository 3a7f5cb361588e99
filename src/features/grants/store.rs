//! The live grants of accounts and roles, to read.

use diesel::prelude::*;

use crate::{
    access::grants::{self, GrantRow},
    db::{
        Backend, Conn,
        schema::{role_grants, role_permissions, roles},
    },
    kernel::{
        clock::Timestamp,
        id::{GrantId, RoleId, UserId},
        permission::PermissionName,
    },
};

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
        .filter(grants::live(now))
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
        .filter(grants::live(now))
        .select(GrantRow::as_select())
        .first(db)
        .optional()
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
