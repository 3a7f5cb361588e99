//! Administrators: the service never loses the last one.

use diesel::prelude::*;

use crate::{
    access::{caller::SYSTEM, grants},
    db::{
        Conn,
        schema::{role_grants, roles, users},
    },
    http::{code::Code, problem::Problem},
    kernel::{account::AccountKind, clock::Timestamp},
};

/// The name of the built-in role that holds every permission.
pub const ADMIN: &str = "admin";

/// The name of the built-in role that reads everything.
pub const AUDITOR: &str = "auditor";

/// How many active accounts hold the role `admin` in the scope `system`.
///
/// `for_good` leaves out grants that expire: an administrator until Friday is not the one who keeps
/// the service reachable.
fn count_where(db: &mut Conn, now: Timestamp, for_good: bool) -> QueryResult<i64> {
    let mut query = role_grants::table
        .inner_join(roles::table)
        .inner_join(users::table)
        .filter(roles::name.eq(ADMIN))
        .filter(roles::built_in.eq(true))
        .filter(role_grants::scope.eq(SYSTEM))
        .filter(grants::live(now))
        .filter(users::kind.eq(AccountKind::Person))
        .filter(users::status.eq("active"))
        .count()
        .into_boxed::<crate::db::Backend>();
    if for_good {
        query = query.filter(role_grants::expires_at.is_null());
    }
    // One account has one live grant of a role in a scope at most, so grants count accounts.
    query.get_result(db)
}

/// How many administrators there are now.
pub fn count(db: &mut Conn, now: Timestamp) -> QueryResult<i64> {
    count_where(db, now, false)
}

/// Takes turns with every other change that could remove an administrator. Call it first.
pub fn lock(db: &mut Conn) -> QueryResult<()> {
    crate::db::lock(db, "admins")
}

/// Refuses a change after which no lasting administrator is left; call it after the change, inside
/// its transaction. Errors: `grants.last_admin`.
pub fn must_remain(db: &mut Conn, now: Timestamp) -> Result<(), Problem> {
    if count_where(db, now, true)? > 0 { Ok(()) } else { Err(Code::LastAdmin.into()) }
}
