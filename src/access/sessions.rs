//! Sessions as rows: start, look at, revoke. A row that is revoked or over never comes back.

use actix_identity::Identity;
use actix_session::SessionExt;
use actix_web::{HttpMessage, HttpRequest};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool},
};

use crate::{
    access::{
        pending,
        revocations::{self, Ended},
        store::KEY_KEY,
    },
    app::App,
    config,
    db::{Backend, Conn, schema::sessions},
    http::{cookie::Lifetime, peer::Peer, problem::Problem},
    kernel::{
        assurance::Amr,
        clock::Timestamp,
        id::{DeviceId, SessionId, UserId},
        secret::{Token, TokenHash},
    },
};

/// Seconds after which the use of a session is noted again.
const TOUCH: i64 = 60;

/// How many sessions an account has at most; a new one ends the oldest.
pub const MOST: i64 = 100;

/// When a session ends by not being used, in SQL that both databases understand.
const IDLE_END: &str = "last_seen_at + idle_seconds * 1000000";

/// A session as it is stored, but for its secret.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub remember: bool,
    pub amr: String,
    pub auth_time: Timestamp,
    pub ip: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub idle_seconds: i64,
    pub expires_at: Timestamp,
    pub device_id: Option<DeviceId>,
}

impl SessionRow {
    /// When it ends if it is not used again.
    pub fn ends_at(&self) -> Timestamp {
        self.last_seen_at.plus_seconds(self.idle_seconds).min(self.expires_at)
    }

    /// How the person proved to be who they are.
    pub fn amr(&self) -> Amr {
        Amr::parse(&self.amr)
    }

    /// Whether its use is worth noting again. The shortest idle time that can be configured is
    /// five times as long, so a session in use does not end between two notes.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.seconds_since(self.last_seen_at) >= TOUCH
    }
}

/// How long a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    Yes,
    No,
}

impl From<bool> for Remember {
    fn from(remember: bool) -> Self {
        if remember { Self::Yes } else { Self::No }
    }
}

/// A session about to start. Its token leaves in the cookie; the table gets the hash.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    id: SessionId,
    user_id: UserId,
    key_hash: TokenHash,
    remember: bool,
    amr: String,
    auth_time: Timestamp,
    ip: String,
    user_agent: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    idle_seconds: i64,
    expires_at: Timestamp,
    device_id: Option<DeviceId>,
}

/// What the browser must be told of a started session.
pub struct Opened {
    token: Token,
    user_id: UserId,
    lifetime: Lifetime,
}

impl NewSession {
    /// A session of `user` proved by `amr` just now.
    pub fn new(
        app: &App,
        user: &UserId,
        peer: &Peer,
        remember: Remember,
        amr: &Amr,
    ) -> (Self, Opened) {
        let (now, token) = (app.now(), Token::random(&app.chance));
        let (idle, absolute) = lengths(&app.config.session, remember);
        let session = Self {
            id: SessionId::make(now, &app.chance),
            user_id: user.clone(),
            key_hash: token.hash(),
            remember: remember == Remember::Yes,
            amr: amr.to_text(),
            auth_time: now,
            ip: peer.ip.to_string(),
            user_agent: peer.user_agent.clone(),
            created_at: now,
            last_seen_at: now,
            idle_seconds: idle,
            expires_at: now.plus_seconds(absolute),
            device_id: None,
        };
        let lifetime = match remember {
            Remember::Yes => Lifetime::Seconds(absolute),
            Remember::No => Lifetime::Browser,
        };
        let opened = Opened { token, user_id: user.clone(), lifetime };
        (session, opened)
    }

    /// The browser in which it starts.
    pub fn on(mut self, device: Option<DeviceId>) -> Self {
        self.device_id = device;
        self
    }

    /// When the person proved to be who they are, where that was before now.
    pub fn proved_at(mut self, auth_time: Timestamp) -> Self {
        self.auth_time = auth_time;
        self
    }

    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// By which the session will be found.
    pub fn key_hash(&self) -> &TokenHash {
        &self.key_hash
    }
}

fn lengths(config: &config::Session, remember: Remember) -> (i64, i64) {
    let (idle, absolute) = match remember {
        Remember::Yes => (config.remember_idle_seconds, config.remember_absolute_seconds),
        Remember::No => (config.idle_seconds, config.absolute_seconds),
    };
    (i64::from(idle), i64::from(absolute))
}

/// Puts a started session's cookie on the answer. Call it last: the row must stand by then.
pub fn hand_over(request: &HttpRequest, opened: Opened) -> Result<(), Problem> {
    let session = request.get_session();
    session.insert(KEY_KEY, opened.token.reveal()).map_err(Problem::internal)?;
    request.extensions_mut().insert(opened.lifetime);
    let extensions = request.extensions();
    // `login` renews the session, so the cookie that came with the request dies here.
    Identity::login(&extensions, opened.user_id.to_string()).map_err(Problem::internal)?;
    Ok(())
}

/// Takes the cookie away.
pub fn take_back(request: &HttpRequest) {
    request.get_session().purge();
}

/// Starts a session. The account's row must be locked.
pub fn insert(db: &mut Conn, session: &NewSession) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(session).execute(db).map(drop)
}

/// The sessions of an account that run at `now`, newest first, at most `limit`, older than `after`.
pub fn list(
    db: &mut Conn,
    user: &UserId,
    now: Timestamp,
    after: Option<&SessionId>,
    limit: i64,
) -> QueryResult<Vec<SessionRow>> {
    let mut query = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sql::<Bool>(IDLE_END).sql(" > ").bind::<BigInt, _>(now))
        .order(sessions::id.desc())
        .limit(limit)
        .select(SessionRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(sessions::id.lt(after.clone()));
    }
    query.load(db)
}

/// Ends the oldest sessions of an account that has more than [`MOST`].
pub fn cap(db: &mut Conn, user: &UserId, now: Timestamp) -> QueryResult<usize> {
    let newest = list(db, user, now, None, MOST)?;
    let (Some(last), true) = (newest.last(), newest.len() as i64 == MOST) else { return Ok(0) };
    let older = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::id.lt(&last.id));
    let ended = diesel::update(older).set(sessions::revoked_at.eq(now)).execute(db)?;
    revocations::note_sessions(db, user, now)?;
    Ok(ended)
}

/// A session that is still stored, whether it runs or not.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct StoredSession {
    #[diesel(embed)]
    pub session: SessionRow,
    pub revoked_at: Option<Timestamp>,
}

/// The sessions of an account that are still stored, newest first.
pub fn stored(db: &mut Conn, user: &UserId, limit: i64) -> QueryResult<Vec<StoredSession>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .order(sessions::id.desc())
        .limit(limit)
        .select(StoredSession::as_select())
        .load(db)
}

/// Ends one session of an account; whether there was one to end.
pub fn revoke(db: &mut Conn, user: &UserId, id: &SessionId, now: Timestamp) -> QueryResult<bool> {
    let running = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null());
    let ended = diesel::update(running).set(sessions::revoked_at.eq(now)).execute(db)?;
    revocations::note_sessions(db, user, now)?;
    Ok(ended == 1)
}

/// Which of an account's sessions end.
pub enum Which<'a> {
    All,
    AllBut(&'a SessionId),
}

/// Ends sessions of an account, and sign-ins on their way to one; answers how many sessions.
pub fn revoke_many(
    db: &mut Conn,
    user: &UserId,
    which: &Which<'_>,
    now: Timestamp,
) -> QueryResult<usize> {
    pending::void(db, user)?;
    let running =
        sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::revoked_at.is_null());
    let ended = match which {
        Which::All => diesel::update(running).set(sessions::revoked_at.eq(now)).execute(db)?,
        Which::AllBut(kept) => diesel::update(running.filter(sessions::id.ne(*kept)))
            .set(sessions::revoked_at.eq(now))
            .execute(db)?,
    };
    revocations::note_sessions(db, user, now)?;
    Ok(ended)
}

/// Ends every session but one, if one is named, whosever it is, and all sign-ins on their way to
/// one.
pub fn revoke_everybody_but(
    db: &mut Conn,
    kept: Option<&SessionId>,
    now: Timestamp,
) -> QueryResult<usize> {
    pending::void_all(db)?;
    let kept = kept.map_or("", SessionId::as_str);
    let others = sessions::table.filter(sessions::revoked_at.is_null());
    let ended = diesel::update(others.filter(sessions::id.ne(kept)))
        .set(sessions::revoked_at.eq(now))
        .execute(db)?;
    revocations::note(db, Ended::Everything, now)?;
    Ok(ended)
}

/// Ends the sessions that started in one browser.
pub fn revoke_on(
    db: &mut Conn,
    user: &UserId,
    device: &DeviceId,
    now: Timestamp,
) -> QueryResult<usize> {
    let running = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::device_id.eq(device))
        .filter(sessions::revoked_at.is_null());
    let ended = diesel::update(running).set(sessions::revoked_at.eq(now)).execute(db)?;
    revocations::note_sessions(db, user, now)?;
    Ok(ended)
}

/// Removes every row of an account's sessions, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(db).map(drop)
}

/// Keeps everybody else from changing the session until the end of the transaction.
pub fn lock(db: &mut Conn, id: &SessionId) -> QueryResult<()> {
    diesel::update(sessions::table.find(id))
        .set(sessions::last_seen_at.eq(sessions::last_seen_at))
        .execute(db)
        .map(drop)
}

/// Notes use at `now`, unless a later use was noted.
pub fn touch(db: &mut Conn, id: &SessionId, now: Timestamp) -> QueryResult<()> {
    let stale = sessions::table.filter(sessions::id.eq(id)).filter(sessions::last_seen_at.lt(now));
    diesel::update(stale).set(sessions::last_seen_at.eq(now)).execute(db).map(drop)
}

/// Ids of sessions that are over since `before`, at most `limit`.
pub fn over(db: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<Vec<SessionId>> {
    let ended =
        sessions::expires_at.lt(before).or(sessions::revoked_at.lt(before).assume_not_null());
    sessions::table
        .filter(ended.or(sql::<Bool>(IDLE_END).sql(" < ").bind::<BigInt, _>(before)))
        .select(sessions::id)
        .limit(limit)
        .load(db)
}

/// Removes the rows of sessions that are over.
pub fn sweep(db: &mut Conn, ids: &[SessionId]) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(db)
}
