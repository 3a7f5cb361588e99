//! The rows of roles and permissions.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    access::grants,
    db::{
        Backend, Conn,
        schema::{permissions, role_grants, role_permissions, roles},
        taken,
    },
    kernel::{clock::Timestamp, id::RoleId, permission::PermissionName},
};

/// A role as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = roles)]
pub struct RoleRow {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    pub built_in: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A permission as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = permissions)]
pub struct PermissionRow {
    pub name: PermissionName,
    pub description: String,
    pub built_in: bool,
    pub created_at: Timestamp,
}

/// Whether a row with a unique name was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Yes,
    NameTaken,
    /// The row has another version by now.
    Stale,
}

/// The role of an id.
pub fn find(db: &mut Conn, id: &RoleId) -> QueryResult<Option<RoleRow>> {
    roles::table.find(id).select(RoleRow::as_select()).first(db).optional()
}

/// The role as it is, and stays until the end of the transaction.
pub fn lock(db: &mut Conn, id: &RoleId) -> QueryResult<Option<RoleRow>> {
    // Both databases understand an update that changes nothing; PostgreSQL locks the row for it.
    diesel::update(roles::table.find(id)).set(roles::version.eq(roles::version)).execute(db)?;
    find(db, id)
}

/// Moves a role's version on, because what belongs to it has changed.
pub fn bump(db: &mut Conn, id: &RoleId, now: Timestamp) -> QueryResult<()> {
    diesel::update(roles::table.find(id))
        .set((roles::version.eq(roles::version + 1), roles::updated_at.eq(now)))
        .execute(db)
        .map(drop)
}

/// The role of a name.
pub fn find_by_name(db: &mut Conn, name: &str) -> QueryResult<Option<RoleRow>> {
    roles::table.filter(roles::name.eq(name)).select(RoleRow::as_select()).first(db).optional()
}

pub fn list(db: &mut Conn, after: Option<RoleId>, limit: i64) -> QueryResult<Vec<RoleRow>> {
    let mut query = roles::table.select(RoleRow::as_select()).into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(roles::id.gt(after));
    }
    query.order(roles::id).limit(limit).load(db)
}

/// Adds a role, without permissions.
pub fn insert(db: &mut Conn, row: &RoleRow) -> QueryResult<Written> {
    let done = db.transaction(|db| diesel::insert_into(roles::table).values(row).execute(db));
    written(done, "roles.name")
}

fn written(done: QueryResult<usize>, unique: &str) -> QueryResult<Written> {
    match done {
        Ok(1) => Ok(Written::Yes),
        Ok(_) => Ok(Written::Stale),
        Err(error) if taken(&error, unique) => Ok(Written::NameTaken),
        Err(error) => Err(error),
    }
}

/// What changes of a role's own row.
#[derive(AsChangeset, Default)]
#[diesel(table_name = roles)]
pub struct Change {
    pub name: Option<String>,
    pub description: Option<String>,
}

/// Changes the row of exactly this version and moves its version on.
pub fn update(
    db: &mut Conn,
    row: &RoleRow,
    change: &Change,
    now: Timestamp,
) -> QueryResult<Written> {
    let same = roles::table.filter(roles::id.eq(&row.id)).filter(roles::version.eq(row.version));
    let moved = (roles::version.eq(row.version + 1), roles::updated_at.eq(now));
    let done = db.transaction(|db| diesel::update(same).set((change, moved)).execute(db));
    written(done, "roles.name")
}

/// Removes a role, its permissions and its past grants; the audit log tells of them.
pub fn delete(db: &mut Conn, id: &RoleId) -> QueryResult<()> {
    diesel::delete(role_grants::table.filter(role_grants::role_id.eq(id))).execute(db)?;
    diesel::delete(role_permissions::table.filter(role_permissions::role_id.eq(id))).execute(db)?;
    diesel::delete(roles::table.find(id)).execute(db).map(drop)
}

/// Whether somebody holds the role at `now`.
pub fn is_granted(db: &mut Conn, id: &RoleId, now: Timestamp) -> QueryResult<bool> {
    let live = role_grants::table.filter(role_grants::role_id.eq(id)).filter(grants::live(now));
    Ok(live.count().get_result::<i64>(db)? > 0)
}

/// What a role holds, in the order of bytes: PostgreSQL's may be another.
pub fn permissions_of(db: &mut Conn, id: &RoleId) -> QueryResult<Vec<PermissionName>> {
    let mut names: Vec<PermissionName> = role_permissions::table
        .filter(role_permissions::role_id.eq(id))
        .select(role_permissions::permission)
        .load(db)?;
    names.sort();
    Ok(names)
}

/// The permissions of several roles at once, each role's as `permissions_of` has them.
pub fn permissions_of_all(
    db: &mut Conn,
    rows: &[RoleRow],
) -> QueryResult<HashMap<RoleId, Vec<PermissionName>>> {
    let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
    let pairs: Vec<(RoleId, PermissionName)> = role_permissions::table
        .filter(role_permissions::role_id.eq_any(ids))
        .select((role_permissions::role_id, role_permissions::permission))
        .load(db)?;
    let mut map: HashMap<RoleId, Vec<PermissionName>> = HashMap::new();
    for (role, permission) in pairs {
        map.entry(role).or_default().push(permission);
    }
    map.values_mut().for_each(|names| names.sort());
    Ok(map)
}

/// Makes these the role's permissions and no others. Each must exist.
pub fn set_permissions(db: &mut Conn, id: &RoleId, wanted: &[PermissionName]) -> QueryResult<()> {
    diesel::delete(role_permissions::table.filter(role_permissions::role_id.eq(id))).execute(db)?;
    for permission in wanted {
        add_permission(db, id, permission)?;
    }
    Ok(())
}

/// Adds a permission, which must exist and not be the role's yet.
pub fn add_permission(db: &mut Conn, id: &RoleId, name: &PermissionName) -> QueryResult<()> {
    diesel::insert_into(role_permissions::table)
        .values((role_permissions::role_id.eq(id), role_permissions::permission.eq(name)))
        .execute(db)
        .map(drop)
}

/// Which of these permissions exist.
pub fn known(db: &mut Conn, names: &[PermissionName]) -> QueryResult<Vec<PermissionName>> {
    permissions::table.filter(permissions::name.eq_any(names)).select(permissions::name).load(db)
}

/// Adds a permission that no role holds yet.
pub fn insert_permission(db: &mut Conn, row: &PermissionRow) -> QueryResult<Written> {
    let done = db.transaction(|db| diesel::insert_into(permissions::table).values(row).execute(db));
    written(done, "permissions.name")
}

pub fn list_permissions(
    db: &mut Conn,
    after: Option<PermissionName>,
    limit: i64,
) -> QueryResult<Vec<PermissionRow>> {
    let mut query = permissions::table.select(PermissionRow::as_select()).into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(permissions::name.gt(after));
    }
    query.order(permissions::name).limit(limit).load(db)
}
