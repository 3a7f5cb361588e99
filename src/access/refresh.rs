//! Refresh tokens (RFC 6749, section 6): each counts once and has one successor. The tokens that
//! follow each other are a family, which ends with its session; whoever brings a token that was
//! used long ago ends the whole family (RFC 9700, section 4.14.2).

use diesel::prelude::*;
use serde_json::json;

use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::Caller,
        families::{self, FamilyRow, GRACE},
        find,
        sessions::{self, SessionRow},
    },
    app::App,
    db::{
        Conn,
        schema::{refresh_families, refresh_tokens},
    },
    http::{code::Code, peer::Peer, problem::Problem},
    kernel::{
        clock::Timestamp,
        id::{ClientId, RefreshTokenId, TokenId},
        scope::Scope,
        secret::{Secret, Token, TokenHash},
        vault::Place,
    },
};

/// What every refresh token begins with, so that programs that look for leaked secrets find it.
pub const PREFIX: &str = "dwr_";

/// What a family is for, decided when it begins.
pub struct Grant {
    /// The client to which it is given; nothing for a program of the service's own.
    pub client: Option<ClientId>,
    pub audience: String,
    pub scope: Option<Scope>,
    /// The thumbprint of the key that has to be proved with each token (RFC 9449).
    pub jkt: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_tokens)]
struct TokenRow {
    id: RefreshTokenId,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    successor: Option<Vec<u8>>,
}

/// What came with a request to refresh.
#[derive(Clone)]
pub struct Presented {
    pub token: Secret,
    /// Who has shown to be which client; nobody where no client was named.
    pub client: Option<ClientId>,
    /// The thumbprint of the key that was proved.
    pub jkt: Option<String>,
    /// What is wanted, where that is less than all.
    pub scope: Option<Scope>,
    pub resource: Option<String>,
}

/// A family that goes on.
pub struct Turn {
    /// Whose it is, as they are now.
    pub caller: Caller,
    pub family: FamilyRow,
    /// The token that follows.
    pub successor: Secret,
    /// What the access token may be used for at most.
    pub scope: Option<Scope>,
    token: RefreshTokenId,
}

fn hash(token: &str) -> TokenHash {
    TokenHash::of_kind("refresh token", &[token])
}

/// Where the successor of a token is kept.
pub fn place(id: &RefreshTokenId) -> Place<'_> {
    Place { table: "refresh_tokens", column: "successor", row: id.as_str() }
}

/// Begins a family in a session; answers its first token. `access` is the access token that goes
/// out with it, in the write that calls this. The oldest of too many families ends.
pub fn issue(
    db: &mut Conn,
    app: &App,
    session: &SessionRow,
    grant: &Grant,
    access: &TokenId,
) -> QueryResult<Secret> {
    families::cap(db, &session.id, app.now())?;
    let (now, id) = (app.now(), RefreshTokenId::make(app.now(), &app.chance));
    let longest = i64::from(app.config.oauth.refresh_absolute_seconds);
    let expires_at = now.plus_seconds(longest).min(session.expires_at);
    let family = FamilyRow {
        id,
        session_id: session.id.clone(),
        user_id: session.user_id.clone(),
        client_id: grant.client.clone(),
        audience: grant.audience.clone(),
        scope: grant.scope.clone(),
        jkt: grant.jkt.clone(),
        expires_at,
        revoked_at: None,
    };
    families::insert(db, &family, now)?;
    let token = Token::prefixed(PREFIX, &app.chance);
    insert(db, app, &family, &token, access.as_str())?;
    Ok(Secret::new(token.reveal().to_owned()))
}

/// Adds a token to a family.
fn insert(
    db: &mut Conn,
    app: &App,
    family: &FamilyRow,
    token: &Token,
    access: &str,
) -> QueryResult<RefreshTokenId> {
    let (now, id) = (app.now(), RefreshTokenId::make(app.now(), &app.chance));
    let idle = i64::from(app.config.oauth.refresh_idle_seconds);
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::id.eq(&id),
            refresh_tokens::family_id.eq(&family.id),
            refresh_tokens::token_hash.eq(hash(token.reveal())),
            refresh_tokens::access_ids.eq(access),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(now.plus_seconds(idle).min(family.expires_at)),
        ))
        .execute(db)?;
    Ok(id)
}

/// Uses a refresh token: answers the one that follows. Within [`GRACE`] seconds of its first use a
/// token answers with the same successor again; later it ends the whole family.
///
/// The refusal is the inner result, because what it has ended and recorded stays: one of
/// `oauth.invalid_grant`, `oauth.invalid_scope`, `oauth.invalid_target`.
pub fn rotate(
    db: &mut Conn,
    app: &App,
    by: &Presented,
    peer: &Peer,
) -> Result<Result<Turn, Code>, Problem> {
    let now = app.now();
    let Some((family, token)) = lock(db, &by.token)? else {
        return refused(db, app, None, peer, "unknown");
    };
    if let Some(why) = mismatch(&family, &token, by, now) {
        return refused(db, app, Some(&family), peer, why);
    }
    let caller = find::by_session(db, &family.session_id, now)?;
    let Some(caller) = caller else {
        return refused(db, app, Some(&family), peer, "its session is over");
    };
    if by.resource.as_ref().is_some_and(|wanted| *wanted != family.audience) {
        return Ok(Err(Code::OauthInvalidTarget));
    }
    let Some(scope) = narrowed(family.scope.as_ref(), by.scope.as_ref()) else {
        return Ok(Err(Code::OauthInvalidScope));
    };
    let successor = Token::prefixed(PREFIX, &app.chance);
    let sealed = app.vault.seal(place(&token.id), successor.reveal().as_bytes());
    let unused = refresh_tokens::table.find(&token.id).filter(refresh_tokens::used_at.is_null());
    let burnt = diesel::update(unused)
        .set((refresh_tokens::used_at.eq(now), refresh_tokens::successor.eq(sealed)))
        .execute(db)?;
    let (successor, next) = if burnt == 1 {
        let next = insert(db, app, &family, &successor, "")?;
        (Secret::new(successor.reveal().to_owned()), next)
    } else {
        match again(db, app, &token, now)? {
            Some(known) => known,
            None => return replayed(db, app, &family, peer),
        }
    };
    if caller.session().is_some_and(|session| session.wants_touch(now)) {
        sessions::touch(db, &family.session_id, now)?;
    }
    Ok(Ok(Turn { caller, family, successor, scope, token: next }))
}

/// The token with its family, both as they are behind the locks of the session and of the family:
/// uses of one family take turns, and whoever raises the session comes before or after.
///
/// Errors: `server.busy` when the session was raised in this very moment.
fn lock(db: &mut Conn, token: &Secret) -> Result<Option<(FamilyRow, TokenRow)>, Problem> {
    let Some((known, _)) = look(db, token)? else { return Ok(None) };
    sessions::lock(db, &known.session_id)?;
    families::lock(db, &known.id)?;
    let found = look(db, token)?;
    if found.as_ref().is_some_and(|(family, _)| family.session_id != known.session_id) {
        return Err(Code::Busy.into());
    }
    Ok(found)
}

fn look(db: &mut Conn, token: &Secret) -> QueryResult<Option<(FamilyRow, TokenRow)>> {
    refresh_tokens::table
        .inner_join(refresh_families::table)
        .filter(refresh_tokens::token_hash.eq(hash(token.reveal())))
        .select((FamilyRow::as_select(), TokenRow::as_select()))
        .first(db)
        .optional()
}

/// The family of a token, used or not.
pub fn family_of(db: &mut Conn, token: &Secret) -> QueryResult<Option<FamilyRow>> {
    Ok(look(db, token)?.map(|(family, _)| family))
}

/// Why a token is of no use to who brings it, whether it was used or not.
fn mismatch(
    family: &FamilyRow,
    token: &TokenRow,
    by: &Presented,
    now: Timestamp,
) -> Option<&'static str> {
    if family.client_id != by.client {
        return Some("another client's");
    }
    if family.jkt.is_some() && family.jkt != by.jkt {
        return Some("bound to another key");
    }
    if family.revoked_at.is_some() {
        return Some("ended");
    }
    let is_over = family.expires_at <= now || (token.used_at.is_none() && token.expires_at <= now);
    is_over.then_some("too old")
}

/// What is wanted, if it is not more than what was granted.
fn narrowed(granted: Option<&Scope>, wanted: Option<&Scope>) -> Option<Option<Scope>> {
    match (granted, wanted) {
        (granted, None) => Some(granted.cloned()),
        (Some(granted), Some(wanted)) if !wanted.is_within(granted) => None,
        (_, Some(wanted)) => Some(Some(wanted.clone())),
    }
}

/// The successor that a used token has got, while it may still be asked for.
fn again(
    db: &mut Conn,
    app: &App,
    token: &TokenRow,
    now: Timestamp,
) -> QueryResult<Option<(Secret, RefreshTokenId)>> {
    let is_late = token.used_at.is_none_or(|used| now > used.plus_seconds(GRACE));
    let Some(sealed) = token.successor.as_ref().filter(|_| !is_late) else { return Ok(None) };
    let Ok(plain) = app.vault.open(place(&token.id), sealed) else { return Ok(None) };
    let successor = Secret::new(String::from_utf8_lossy(&plain).into_owned());
    let next = refresh_tokens::table
        .filter(refresh_tokens::token_hash.eq(hash(successor.reveal())))
        .select(refresh_tokens::id)
        .first(db)
        .optional()?;
    Ok(next.map(|next| (successor, next)))
}

/// Notes which access token went out with a successor, so that it ends with its family.
pub fn note_access(db: &mut Conn, turn: &Turn, access: &TokenId) -> QueryResult<()> {
    let row = refresh_tokens::table.find(&turn.token);
    let known: String = row.select(refresh_tokens::access_ids).first(db)?;
    let all = format!("{known} {access}");
    diesel::update(row).set(refresh_tokens::access_ids.eq(all.trim())).execute(db).map(drop)
}

/// A token that was used comes back after its time: somebody else has it.
fn replayed(
    db: &mut Conn,
    app: &App,
    family: &FamilyRow,
    peer: &Peer,
) -> Result<Result<Turn, Code>, Problem> {
    families::revoke(db, app, family)?;
    let event = about(app, Kind::RefreshReplayed, family, peer);
    audit::record(db, event)?;
    Ok(Err(Code::OauthInvalidGrant))
}

fn refused(
    db: &mut Conn,
    app: &App,
    family: Option<&FamilyRow>,
    peer: &Peer,
    why: &'static str,
) -> Result<Result<Turn, Code>, Problem> {
    let event = match family {
        Some(family) => about(app, Kind::RefreshRefused, family, peer),
        None => Event::new(app, Kind::RefreshRefused).peer(peer),
    };
    audit::record(db, event.detail(json!({ "why": why })))?;
    Ok(Err(Code::OauthInvalidGrant))
}

fn about(app: &App, kind: Kind, family: &FamilyRow, peer: &Peer) -> Event {
    let event = Event::new(app, kind).subject(family.user_id.as_str()).session(&family.session_id);
    event.peer(peer).detail(json!({ "family": family.id }))
}
