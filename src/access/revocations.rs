//! What has ended while access tokens of it may still be about: rows that are written in the
//! transaction of whatever ends something, so that who checks tokens by themselves hears of it.
//! A row is kept for as long as such a token could count.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::keys::TAIL;
use crate::{
    db::{
        Conn,
        schema::{revocations, sessions},
        taken,
    },
    kernel::{
        clock::Timestamp,
        id::{ClientId, SessionId, TokenId, UserId},
    },
};

/// What has ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    /// A session, with every token of it.
    Session(&'a SessionId),
    /// One token.
    Token(&'a TokenId),
    /// Every token of an account that was issued until now.
    Subject(&'a UserId),
    /// Every token of a client that was issued until now.
    Client(&'a ClientId),
    /// Every token that names the role and was issued until now.
    Role(&'a str),
    /// Every token that was issued until now.
    Everything,
}

const SESSION: &str = "session";
const TOKEN: &str = "token";
const SUBJECT: &str = "subject";
const CLIENT: &str = "client";
const ROLE: &str = "role";
const EVERYTHING: &str = "all";

impl<'a> Ended<'a> {
    fn columns(self) -> (&'static str, &'a str) {
        match self {
            Self::Session(id) => (SESSION, id.as_str()),
            Self::Token(id) => (TOKEN, id.as_str()),
            Self::Subject(id) => (SUBJECT, id.as_str()),
            Self::Client(id) => (CLIENT, id.as_str()),
            Self::Role(name) => (ROLE, name),
            Self::Everything => (EVERYTHING, ""),
        }
    }
}

/// Notes an end, within the transaction of what ends.
pub fn note(db: &mut Conn, ended: Ended<'_>, now: Timestamp) -> QueryResult<()> {
    let (kind, target) = ended.columns();
    let row = (
        revocations::target.eq(target),
        revocations::kind.eq(kind),
        revocations::at.eq(now),
        revocations::until.eq(now.plus_seconds(TAIL)),
    );
    let done = db.transaction(|db| diesel::insert_into(revocations::table).values(row).execute(db));
    match done {
        // Noted in the same moment already.
        Err(error) if taken(&error, "revocations.target,kind,at") => Ok(()),
        other => other.map(drop),
    }
}

/// Notes the ends of those sessions of an account that were ended at `now` and have tokens that may
/// still count. Call it after the update that ends them: from then on no token is made of them.
pub fn note_sessions(db: &mut Conn, user: &UserId, now: Timestamp) -> QueryResult<()> {
    let ended: Vec<SessionId> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.eq(now))
        .filter(sessions::token_until.gt(now))
        .select(sessions::id)
        .load(db)?;
    ended.iter().try_for_each(|id| note(db, Ended::Session(id), now))
}

/// By what a token can be ended.
#[derive(Clone, Debug)]
pub struct Marks<'a> {
    pub token: &'a TokenId,
    pub session: Option<&'a SessionId>,
    pub subject: &'a UserId,
    pub client: Option<&'a ClientId>,
    pub roles: &'a [String],
    /// In whole seconds, as the token says it.
    pub issued_at: Timestamp,
}

/// Whether a token has been ended. One that was issued in the very second of a cut-off is ended by
/// it: nothing tells which of the two came first.
pub fn is_ended(db: &mut Conn, marks: &Marks<'_>) -> QueryResult<bool> {
    let mut targets = vec!["", marks.token.as_str(), marks.subject.as_str()];
    targets.extend(marks.session.map(SessionId::as_str));
    targets.extend(marks.client.map(ClientId::as_str));
    targets.extend(marks.roles.iter().map(String::as_str));
    let rows: Vec<(String, String, Timestamp)> = revocations::table
        .filter(revocations::target.eq_any(targets))
        .select((revocations::kind, revocations::target, revocations::at))
        .load(db)?;
    Ok(rows.iter().any(|(kind, target, at)| {
        let is_before = marks.issued_at <= *at;
        match kind.as_str() {
            SESSION => marks.session.is_some_and(|id| id.as_str() == target),
            TOKEN => marks.token.as_str() == target,
            SUBJECT => is_before && marks.subject.as_str() == target,
            CLIENT => is_before && marks.client.is_some_and(|id| id.as_str() == target),
            ROLE => is_before && marks.roles.contains(target),
            _ => is_before,
        }
    }))
}

/// Everything that has ended and may still be of interest, for the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    pub sessions: Vec<String>,
    pub tokens: Vec<String>,
    /// The cut-offs, in seconds, each with the latest for its target.
    pub subjects: BTreeMap<String, i64>,
    pub clients: BTreeMap<String, i64>,
    pub roles: BTreeMap<String, i64>,
    pub everything: Option<i64>,
}

/// Reads all that counts at `now`.
pub fn list(db: &mut Conn, now: Timestamp) -> QueryResult<Listed> {
    let rows: Vec<(String, String, Timestamp)> = revocations::table
        .filter(revocations::until.gt(now))
        .order((revocations::at, revocations::target))
        .select((revocations::kind, revocations::target, revocations::at))
        .load(db)?;
    let mut listed = Listed::default();
    for (kind, target, at) in rows {
        let second = at.micros().div_euclid(1_000_000);
        match kind.as_str() {
            SESSION => listed.sessions.push(target),
            TOKEN => listed.tokens.push(target),
            SUBJECT => drop(listed.subjects.insert(target, second)),
            CLIENT => drop(listed.clients.insert(target, second)),
            ROLE => drop(listed.roles.insert(target, second)),
            _ => listed.everything = Some(second),
        }
    }
    Ok(listed)
}

/// Removes the rows that nothing depends on any more.
pub fn sweep(db: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    diesel::delete(revocations::table.filter(revocations::until.le(now))).execute(db)
}
