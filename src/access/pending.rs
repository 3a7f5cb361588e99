//! Sign-ins whose second factor is still missing: a row of their own and no session. Each can be
//! finished once, for a short time, and not after too many failures.

use diesel::prelude::*;

use crate::{
    access::sessions::Remember,
    app::App,
    db::{Conn, schema::pending_sign_ins},
    kernel::{
        assurance::Amr,
        clock::Timestamp,
        id::{PendingId, UserId},
        secret::{Token, TokenHash},
    },
};

/// Seconds in which the second factor must be given.
pub const LIFE: i64 = 600;

/// Failures after which a sign-in has to be begun anew.
const FAILURES: i64 = 10;

/// A sign-in on its way.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = pending_sign_ins)]
pub struct PendingRow {
    pub id: PendingId,
    pub user_id: UserId,
    amr: String,
    remember: bool,
    pub expires_at: Timestamp,
}

impl PendingRow {
    pub fn amr(&self) -> Amr {
        Amr::parse(&self.amr)
    }

    pub fn remember(&self) -> Remember {
        self.remember.into()
    }
}

/// A started one: its token leaves once, the table gets the hash.
pub struct Begun {
    pub token: Token,
    pub expires_at: Timestamp,
}

fn hash(token: &str) -> TokenHash {
    TokenHash::of_kind("pending sign-in", &[token])
}

/// Begins one.
pub fn begin(
    db: &mut Conn,
    app: &App,
    user: &UserId,
    amr: &Amr,
    remember: Remember,
) -> QueryResult<Begun> {
    let (now, token) = (app.now(), Token::random(&app.chance));
    let expires_at = now.plus_seconds(LIFE);
    diesel::insert_into(pending_sign_ins::table)
        .values((
            pending_sign_ins::id.eq(PendingId::make(now, &app.chance)),
            pending_sign_ins::user_id.eq(user),
            pending_sign_ins::token_hash.eq(hash(token.reveal())),
            pending_sign_ins::amr.eq(amr.to_text()),
            pending_sign_ins::remember.eq(remember == Remember::Yes),
            pending_sign_ins::failures.eq(0),
            pending_sign_ins::created_at.eq(now),
            pending_sign_ins::expires_at.eq(expires_at),
        ))
        .execute(db)?;
    Ok(Begun { token, expires_at })
}

/// The one behind a token, as long as it can be finished.
pub fn find(db: &mut Conn, token: &str, now: Timestamp) -> QueryResult<Option<PendingRow>> {
    pending_sign_ins::table
        .filter(pending_sign_ins::token_hash.eq(hash(token)))
        .filter(pending_sign_ins::used_at.is_null())
        .filter(pending_sign_ins::expires_at.gt(now))
        .filter(pending_sign_ins::failures.lt(FAILURES))
        .select(PendingRow::as_select())
        .first(db)
        .optional()
}

/// Counts a failure.
pub fn fail(db: &mut Conn, id: &PendingId) -> QueryResult<()> {
    diesel::update(pending_sign_ins::table.find(id))
        .set(pending_sign_ins::failures.eq(pending_sign_ins::failures + 1))
        .execute(db)
        .map(drop)
}

/// Burns it; whether it was there to burn.
pub fn burn(db: &mut Conn, id: &PendingId, now: Timestamp) -> QueryResult<bool> {
    let open = pending_sign_ins::table
        .filter(pending_sign_ins::id.eq(id))
        .filter(pending_sign_ins::used_at.is_null());
    Ok(diesel::update(open).set(pending_sign_ins::used_at.eq(now)).execute(db)? == 1)
}

/// Ends all of an account: what the first factor proved may not be true any more.
pub fn void(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let own = pending_sign_ins::table.filter(pending_sign_ins::user_id.eq(user));
    diesel::delete(own).execute(db).map(drop)
}

/// Ends all of everybody.
pub fn void_all(db: &mut Conn) -> QueryResult<()> {
    diesel::delete(pending_sign_ins::table).execute(db).map(drop)
}

/// Removes at most `limit` rows that can't be finished any more.
pub fn sweep(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let over: Vec<PendingId> = pending_sign_ins::table
        .filter(pending_sign_ins::expires_at.lt(now))
        .select(pending_sign_ins::id)
        .limit(limit)
        .load(db)?;
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::id.eq_any(over))).execute(db)
}
