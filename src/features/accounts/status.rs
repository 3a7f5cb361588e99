//! What an account's end or pause takes with it: its sessions and its grants, in one transaction.

use diesel::prelude::*;

use crate::{
    access::{
        admins, api_keys,
        caller::SYSTEM,
        clients, devices, families, identities, once, pending,
        revocations::{self, Ended},
        sessions, steps,
    },
    db::{
        Conn,
        schema::{role_grants, roles},
    },
    features::accounts::store,
    http::{code::Code, problem::Problem},
    kernel::{clock::Timestamp, id::UserId},
    work::outbox,
};

/// Does `change`, and refuses it when it takes away the last administrator.
///
/// Only accounts that are administrators are held to this, so that a service without one can still
/// be put in order. Errors: `grants.last_admin`.
pub fn keeping_an_admin<T>(
    db: &mut Conn,
    user: &UserId,
    now: Timestamp,
    change: impl FnOnce(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    admins::lock(db)?;
    let was_admin = is_lasting_admin(db, user)?;
    let done = change(db)?;
    if was_admin {
        admins::must_remain(db, now)?;
    }
    Ok(done)
}

fn is_lasting_admin(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    let grants: i64 = role_grants::table
        .inner_join(roles::table)
        .filter(role_grants::user_id.eq(user))
        .filter(role_grants::scope.eq(SYSTEM))
        .filter(role_grants::revoked_at.is_null())
        .filter(role_grants::expires_at.is_null())
        .filter(roles::name.eq(admins::ADMIN))
        .filter(roles::built_in.eq(true))
        .count()
        .get_result(db)?;
    Ok(grants > 0)
}

/// Deletes an account with all that is its own; what the audit log tells of it stays.
///
/// Call it within [`keeping_an_admin`], with the row locked: a sign-in on its way must not add a
/// session behind. Errors: `accounts.not_found`.
pub fn delete(db: &mut Conn, user: &UserId, now: Timestamp) -> Result<(), Problem> {
    sessions::delete_all(db, user)?;
    revocations::note(db, Ended::Subject(user), now)?;
    api_keys::delete_all(db, user)?;
    clients::delete_all(db, user)?;
    families::delete_all(db, user)?;
    identities::delete_all(db, user)?;
    pending::void(db, user)?;
    devices::delete_all(db, user)?;
    steps::remove_all(db, user)?;
    once::void_all(db, user)?;
    outbox::delete_all(db, user)?;
    diesel::delete(role_grants::table.filter(role_grants::user_id.eq(user))).execute(db)?;
    if store::delete(db, user)? { Ok(()) } else { Err(Code::AccountNotFound.into()) }
}
