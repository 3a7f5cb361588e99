//! Nobody gives, takes or touches more than they hold: the rule against climbing.

use diesel::prelude::*;

use crate::{
    access::{
        caller::{Caller, SYSTEM},
        find, grants,
    },
    db::{
        Conn,
        schema::{role_grants, role_permissions},
    },
    http::{code::Code, problem::Problem},
    kernel::{clock::Timestamp, id::UserId, permission::PermissionName},
};

/// Takes turns with every other change of what roles hold and of who holds them, so that what is
/// found about either stays true until the transaction ends. Call it first.
pub fn lock(db: &mut Conn) -> QueryResult<()> {
    crate::db::lock(db, "roles and grants")
}

/// Refuses who does not hold all of these permissions in `scope`, at least until `until`, or for
/// good where it is `None`: who holds a role until Friday can't pass it on for longer.
///
/// Errors: `grants.exceeds_own`.
pub fn check<'a>(
    caller: &Caller,
    permissions: impl IntoIterator<Item = &'a PermissionName>,
    scope: &str,
    until: Option<Timestamp>,
) -> Result<(), Problem> {
    let holds_all = permissions.into_iter().all(|wanted| caller.can_until(wanted, scope, until));
    if holds_all { Ok(()) } else { Err(Code::GrantExceedsOwn.into()) }
}

/// Refuses who holds less than the account that they want to change, so that a helper can't lock
/// out an administrator. Errors: `grants.exceeds_own`.
pub fn check_account(
    db: &mut Conn,
    caller: &Caller,
    user: &UserId,
    now: Timestamp,
) -> Result<(), Problem> {
    for held in find::held(db, user, now)? {
        check(caller, &held.permissions, &held.scope, Some(now))?;
    }
    Ok(())
}

/// Refuses who holds less than all that is held by anybody in the scope `system`.
///
/// Errors: `grants.exceeds_own`.
pub fn check_everybody(db: &mut Conn, caller: &Caller, now: Timestamp) -> Result<(), Problem> {
    let held: Vec<PermissionName> = role_grants::table
        .inner_join(role_permissions::table.on(role_permissions::role_id.eq(role_grants::role_id)))
        .filter(role_grants::scope.eq(SYSTEM))
        .filter(grants::live(now))
        .select(role_permissions::permission)
        .distinct()
        .load(db)?;
    check(caller, &held, SYSTEM, Some(now))
}
