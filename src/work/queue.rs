//! The outbox as a queue: a mail is taken under a lease, so that no two nodes deliver it at once,
//! and whatever came of it is written only by who holds the lease.

use diesel::prelude::*;

use super::outbox::{MailRow, Status};
use crate::{
    db::{Conn, schema::outbox},
    kernel::{clock::Timestamp, id::MailId},
};

/// Seconds for which a mail is taken. A node that dies leaves its mail to the others after that.
pub const LEASE: i64 = 300;

/// Days for which delivered mail, without what it said, and dead mail stay in the table.
const KEEP_DAYS: i64 = 30;

/// Whether any mail is due.
pub fn any_due(db: &mut Conn, now: Timestamp) -> QueryResult<bool> {
    let due = outbox::table
        .filter(outbox::status.eq(Status::Waiting.as_str()))
        .filter(outbox::next_at.le(now))
        .select(outbox::id);
    Ok(due.first::<MailId>(db).optional()?.is_some())
}

/// Takes what is due, the oldest first, at most `limit`; each counts as an attempt.
pub fn take(db: &mut Conn, lease: &str, now: Timestamp, limit: i64) -> QueryResult<Vec<MailRow>> {
    let due: Vec<MailId> = outbox::table
        .filter(outbox::status.eq(Status::Waiting.as_str()))
        .filter(outbox::next_at.le(now))
        .order((outbox::next_at, outbox::id))
        .limit(limit)
        .select(outbox::id)
        .load(db)?;
    let mut taken = Vec::new();
    for id in due {
        // Another node may have taken it since; then its time is in the future.
        let still_due = outbox::table
            .find(&id)
            .filter(outbox::status.eq(Status::Waiting.as_str()))
            .filter(outbox::next_at.le(now));
        let change = (
            outbox::lease.eq(lease),
            outbox::next_at.eq(now.plus_seconds(LEASE)),
            outbox::attempts.eq(outbox::attempts + 1_i64),
        );
        if diesel::update(still_due).set(change).execute(db)? == 1 {
            taken.push(outbox::table.find(&id).select(MailRow::as_select()).first(db)?);
        }
    }
    Ok(taken)
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// To be tried again at that time, for this reason.
    PutOff(Timestamp, Reason),
    /// Not to be tried again.
    GivenUp(Reason),
}

/// Why a mail was not delivered: our own words, without what the mail or the server said.
pub type Reason = &'static str;

/// Writes down what came of an attempt, if the lease still is held.
pub fn settle(db: &mut Conn, id: &MailId, lease: &str, outcome: Outcome) -> QueryResult<bool> {
    let held = outbox::table.find(id).filter(outbox::lease.eq(lease));
    let free = outbox::lease.eq(None::<String>);
    let changed = match outcome {
        Outcome::Delivered => diesel::update(held)
            .set((
                free,
                outbox::status.eq(Status::Sent.as_str()),
                outbox::content.eq(None::<Vec<u8>>),
                outbox::last_error.eq(None::<String>),
            ))
            .execute(db)?,
        Outcome::PutOff(next_at, reason) => diesel::update(held)
            .set((free, outbox::next_at.eq(next_at), outbox::last_error.eq(reason)))
            .execute(db)?,
        Outcome::GivenUp(reason) => diesel::update(held)
            .set((free, outbox::status.eq(Status::Dead.as_str()), outbox::last_error.eq(reason)))
            .execute(db)?,
    };
    Ok(changed == 1)
}

/// Which mails an operator wants to be tried again.
pub enum Which {
    One(MailId),
    /// All that are dead.
    Dead,
}

/// Makes mails due now, with all their attempts before them. Answers how many. A mail that was
/// delivered or is on its way is none of them.
pub fn retry(db: &mut Conn, which: &Which, now: Timestamp) -> QueryResult<usize> {
    let fresh = (
        outbox::status.eq(Status::Waiting.as_str()),
        outbox::attempts.eq(0_i64),
        outbox::next_at.eq(now),
    );
    let idle = outbox::table.filter(outbox::lease.is_null());
    match which {
        Which::One(id) => {
            let states = [Status::Dead, Status::Waiting, Status::Kept].map(Status::as_str);
            let one = idle.filter(outbox::id.eq(id)).filter(outbox::status.eq_any(states));
            diesel::update(one).set(fresh).execute(db)
        }
        Which::Dead => {
            let dead = idle.filter(outbox::status.eq(Status::Dead.as_str()));
            diesel::update(dead).set(fresh).execute(db)
        }
    }
}

/// How many mails are in a status.
pub fn count(db: &mut Conn, status: Status) -> QueryResult<i64> {
    outbox::table.filter(outbox::status.eq(status.as_str())).count().get_result(db)
}

/// Ids of mails that are of no use any more, at most `limit`: those for nobody at once, all that
/// don't wait after 30 days.
pub fn over(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<MailId>> {
    let old = outbox::created_at.lt(now.plus_seconds(-KEEP_DAYS * 86_400));
    let done = outbox::status.ne(Status::Waiting.as_str());
    outbox::table
        .filter(outbox::status.eq(Status::Void.as_str()).or(done.and(old)))
        .select(outbox::id)
        .limit(limit)
        .load(db)
}

/// Removes mails.
pub fn sweep(db: &mut Conn, ids: &[MailId]) -> QueryResult<usize> {
    diesel::delete(outbox::table.filter(outbox::id.eq_any(ids))).execute(db)
}
