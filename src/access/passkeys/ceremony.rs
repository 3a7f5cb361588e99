//! Ceremonies on their way: what was asked of an authenticator waits here, not in the browser. Each
//! counts once, for five minutes, for one purpose, and for whom it was begun.

use diesel::prelude::*;

use crate::{
    app::App,
    db::{Conn, schema::passkey_ceremonies},
    kernel::{
        clock::Timestamp,
        id::{CeremonyId, UserId},
        secret::{Token, TokenHash},
    },
};

/// Seconds for which one can be finished.
pub const LIFE: i64 = 300;

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Register,
    SignIn,
    SecondFactor,
    StepUp,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::StepUp => "step_up",
        }
    }
}

/// For what, and for whom, a ceremony counts.
#[derive(Clone, Debug)]
pub struct Terms {
    pub purpose: Purpose,
    /// Nobody where it shall tell who signs in.
    pub user: Option<UserId>,
    /// The session or the half-done sign-in.
    pub bound_to: Option<String>,
}

/// A ceremony that can be finished.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = passkey_ceremonies)]
pub struct CeremonyRow {
    pub id: CeremonyId,
    user_id: Option<UserId>,
    bound_to: Option<String>,
    pub state: String,
}

/// A started one: its token leaves once, the table gets the hash.
pub struct Begun {
    pub token: Token,
    pub expires_at: Timestamp,
}

fn hash(token: &str) -> TokenHash {
    TokenHash::of_kind("passkey ceremony", &[token])
}

/// Begins one.
pub fn begin(db: &mut Conn, app: &App, terms: &Terms, state: &str) -> QueryResult<Begun> {
    let (now, token) = (app.now(), Token::random(&app.chance));
    let expires_at = now.plus_seconds(LIFE);
    diesel::insert_into(passkey_ceremonies::table)
        .values((
            passkey_ceremonies::id.eq(CeremonyId::make(now, &app.chance)),
            passkey_ceremonies::token_hash.eq(hash(token.reveal())),
            passkey_ceremonies::purpose.eq(terms.purpose.as_str()),
            passkey_ceremonies::user_id.eq(&terms.user),
            passkey_ceremonies::bound_to.eq(&terms.bound_to),
            passkey_ceremonies::state.eq(state),
            passkey_ceremonies::expires_at.eq(expires_at),
        ))
        .execute(db)?;
    Ok(Begun { token, expires_at })
}

/// The one behind a token, as long as it can be finished on these terms.
pub fn find(
    db: &mut Conn,
    token: &str,
    terms: &Terms,
    now: Timestamp,
) -> QueryResult<Option<CeremonyRow>> {
    let found: Option<CeremonyRow> = passkey_ceremonies::table
        .filter(passkey_ceremonies::token_hash.eq(hash(token)))
        .filter(passkey_ceremonies::purpose.eq(terms.purpose.as_str()))
        .filter(passkey_ceremonies::used_at.is_null())
        .filter(passkey_ceremonies::expires_at.gt(now))
        .select(CeremonyRow::as_select())
        .first(db)
        .optional()?;
    Ok(found.filter(|row| row.user_id == terms.user && row.bound_to == terms.bound_to))
}

/// Burns it; whether it was there to burn.
pub fn burn(db: &mut Conn, id: &CeremonyId, now: Timestamp) -> QueryResult<bool> {
    let open = passkey_ceremonies::table
        .filter(passkey_ceremonies::id.eq(id))
        .filter(passkey_ceremonies::used_at.is_null())
        .filter(passkey_ceremonies::expires_at.gt(now));
    Ok(diesel::update(open).set(passkey_ceremonies::used_at.eq(now)).execute(db)? == 1)
}

/// Ids of those that can't be finished any more, at most `limit`.
pub fn over(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<CeremonyId>> {
    passkey_ceremonies::table
        .filter(passkey_ceremonies::expires_at.lt(now))
        .select(passkey_ceremonies::id)
        .limit(limit)
        .load(db)
}

/// Removes these.
pub fn sweep(db: &mut Conn, ids: &[CeremonyId]) -> QueryResult<usize> {
    let over = passkey_ceremonies::table.filter(passkey_ceremonies::id.eq_any(ids));
    diesel::delete(over).execute(db)
}
