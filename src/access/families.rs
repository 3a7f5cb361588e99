//! Families of refresh tokens as rows: what one session handed to one program. A family ends once,
//! with everything that came of it, and never goes on.

use diesel::prelude::*;

use crate::{
    access::revocations::{self, Ended},
    app::App,
    db::{
        Conn,
        schema::{refresh_families, refresh_tokens},
    },
    kernel::{
        clock::Timestamp,
        id::{ClientId, RefreshTokenId, SessionId, TokenId, UserId},
        scope::Scope,
    },
};

/// Seconds for which a token that was used still answers with the same successor: whoever lost the
/// answer asks again, and parallel requests get the same.
pub const GRACE: i64 = 10;

/// How many families a session has at most.
const MOST: i64 = 50;

/// A family as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = refresh_families)]
pub struct FamilyRow {
    pub id: RefreshTokenId,
    pub session_id: SessionId,
    pub user_id: UserId,
    pub client_id: Option<ClientId>,
    pub audience: String,
    pub scope: Option<Scope>,
    pub jkt: Option<String>,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Keeps a new family.
pub fn insert(db: &mut Conn, row: &FamilyRow, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(refresh_families::table)
        .values((
            refresh_families::id.eq(&row.id),
            refresh_families::session_id.eq(&row.session_id),
            refresh_families::user_id.eq(&row.user_id),
            refresh_families::client_id.eq(&row.client_id),
            refresh_families::audience.eq(&row.audience),
            refresh_families::scope.eq(row.scope.as_ref().map(ToString::to_string)),
            refresh_families::jkt.eq(&row.jkt),
            refresh_families::created_at.eq(now),
            refresh_families::expires_at.eq(row.expires_at),
        ))
        .execute(db)
        .map(drop)
}

/// Keeps everybody else from the family until the end of the transaction. Lock its session first.
pub fn lock(db: &mut Conn, id: &RefreshTokenId) -> QueryResult<()> {
    diesel::update(refresh_families::table.find(id))
        .set(refresh_families::expires_at.eq(refresh_families::expires_at))
        .execute(db)
        .map(drop)
}

/// Ends the oldest families of a session that has [`MOST`], so that there is room for one more.
pub fn cap(db: &mut Conn, session: &SessionId, now: Timestamp) -> QueryResult<()> {
    let running = refresh_families::table
        .filter(refresh_families::session_id.eq(session))
        .filter(refresh_families::revoked_at.is_null());
    let newest: Vec<RefreshTokenId> = running
        .order(refresh_families::id.desc())
        .limit(MOST)
        .select(refresh_families::id)
        .load(db)?;
    let (Some(last), true) = (newest.last(), newest.len() as i64 == MOST) else { return Ok(()) };
    diesel::update(running.filter(refresh_families::id.le(last)))
        .set(refresh_families::revoked_at.eq(now))
        .execute(db)
        .map(drop)
}

/// Ends a family with the access tokens that went out with it; whether it went on until now.
pub fn revoke(db: &mut Conn, app: &App, family: &FamilyRow) -> QueryResult<bool> {
    let now = app.now();
    let running =
        refresh_families::table.find(&family.id).filter(refresh_families::revoked_at.is_null());
    if diesel::update(running).set(refresh_families::revoked_at.eq(now)).execute(db)? == 0 {
        return Ok(false);
    }
    let life = i64::from(app.config.token.seconds);
    // An access token may be as young as the last use of the token with which it went out.
    let young = now.plus_seconds(-life - GRACE);
    let ids: Vec<String> = refresh_tokens::table
        .filter(refresh_tokens::family_id.eq(&family.id))
        .filter(refresh_tokens::created_at.ge(young))
        .select(refresh_tokens::access_ids)
        .load(db)?;
    let ids = ids.iter().flat_map(|ids| ids.split(' '));
    for id in ids.filter_map(|id| id.parse::<TokenId>().ok()) {
        revocations::note(db, Ended::Token(&id), now)?;
    }
    Ok(true)
}

/// Lets the families of a session go on in the one that took its place.
pub fn follow(db: &mut Conn, old: &SessionId, new: &SessionId) -> QueryResult<()> {
    diesel::update(refresh_families::table.filter(refresh_families::session_id.eq(old)))
        .set(refresh_families::session_id.eq(new))
        .execute(db)
        .map(drop)
}

/// Removes every row of an account's families, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let own = refresh_families::table.filter(refresh_families::user_id.eq(user));
    let ids: Vec<RefreshTokenId> = own.select(refresh_families::id).load(db)?;
    sweep(db, &ids).map(drop)
}

/// Families that are over since `before`, at most `limit`.
pub fn over(db: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<Vec<RefreshTokenId>> {
    refresh_families::table
        .filter(
            refresh_families::expires_at
                .lt(before)
                .or(refresh_families::revoked_at.lt(before).assume_not_null()),
        )
        .select(refresh_families::id)
        .limit(limit)
        .load(db)
}

/// Removes the rows of families that are over.
pub fn sweep(db: &mut Conn, families: &[RefreshTokenId]) -> QueryResult<usize> {
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::family_id.eq_any(families)))
        .execute(db)?;
    diesel::delete(refresh_families::table.filter(refresh_families::id.eq_any(families)))
        .execute(db)
}

/// Forgets successors that nobody may ask for any more, and tokens that are over, at most `limit`.
pub fn forget(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let late = refresh_tokens::table
        .filter(refresh_tokens::successor.is_not_null())
        .filter(refresh_tokens::used_at.lt(now.plus_seconds(-GRACE)));
    diesel::update(late).set(refresh_tokens::successor.eq(None::<Vec<u8>>)).execute(db)?;
    let over: Vec<RefreshTokenId> = refresh_tokens::table
        .filter(refresh_tokens::expires_at.lt(now))
        .select(refresh_tokens::id)
        .limit(limit)
        .load(db)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::id.eq_any(over))).execute(db)
}
