//! Failures of each way to prove who one is, in a row. After too many the way is switched off until
//! it is set up anew (NIST SP 800-63B-4, section 3.2.2).

use diesel::prelude::*;

use crate::{
    db::{
        Conn,
        schema::{factor_failures, users},
    },
    kernel::{assurance::Method, clock::Timestamp, id::UserId},
};

/// After how many failures in a row a factor is switched off.
pub const MOST: i64 = 100;

/// Counts a failure, the account being locked for it: parallel ones are all counted.
pub fn note(db: &mut Conn, user: &UserId, method: Method, now: Timestamp) -> QueryResult<()> {
    diesel::update(users::table.find(user)).set(users::version.eq(users::version)).execute(db)?;
    let row = factor_failures::table.find((user, method.as_str()));
    let counted = diesel::update(row)
        .set(factor_failures::failures.eq(factor_failures::failures + 1))
        .execute(db)?;
    if counted == 0 {
        diesel::insert_into(factor_failures::table)
            .values((
                factor_failures::user_id.eq(user),
                factor_failures::method.eq(method.as_str()),
                factor_failures::failures.eq(1),
            ))
            .execute(db)?;
    }
    if method == Method::Password && is_off(db, user, method)? {
        let open = users::table.find(user).filter(users::locked_at.is_null());
        diesel::update(open).set(users::locked_at.eq(now)).execute(db)?;
    }
    Ok(())
}

/// The same work for somebody who does not exist, so that it does not tell who does.
pub fn note_nobody(db: &mut Conn, method: Method) -> QueryResult<()> {
    diesel::update(users::table.find("")).set(users::version.eq(users::version)).execute(db)?;
    let row = factor_failures::table.find(("", method.as_str()));
    diesel::update(row)
        .set(factor_failures::failures.eq(factor_failures::failures + 1))
        .execute(db)?;
    row.select(factor_failures::failures).first::<i64>(db).optional().map(drop)
}

/// Forgets them: it succeeded, or was set up anew.
pub fn clear(db: &mut Conn, user: &UserId, method: Method) -> QueryResult<()> {
    diesel::delete(factor_failures::table.find((user, method.as_str()))).execute(db)?;
    if method == Method::Password {
        let locked = users::table.find(user).filter(users::locked_at.is_not_null());
        diesel::update(locked).set(users::locked_at.eq(None::<Timestamp>)).execute(db)?;
    }
    Ok(())
}

/// Whether it is switched off.
pub fn is_off(db: &mut Conn, user: &UserId, method: Method) -> QueryResult<bool> {
    let failures: Option<i64> = factor_failures::table
        .find((user, method.as_str()))
        .select(factor_failures::failures)
        .first(db)
        .optional()?;
    Ok(failures.is_some_and(|failures| failures >= MOST))
}
