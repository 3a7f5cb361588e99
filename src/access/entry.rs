//! The one way in. Whatever somebody has proved (a password, a passkey, a mailed link, another
//! service's word), here it is decided whether that starts a session: no path goes around the
//! account's state, its second factor, or the audit log.

use std::sync::Arc;

use actix_web::HttpRequest;
use diesel::prelude::*;
use serde_json::json;

use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::{self, Caller},
        devices::{self, DeviceRow, DeviceToken},
        families, find, notify,
        pending::{self, Begun},
        sessions::{self, NewSession, Opened, Remember},
        state::{Standing, State, Terms},
        steps,
    },
    app::App,
    db::{Conn, schema::users},
    http::{code::Code, peer::Peer, problem::Problem},
    kernel::{
        account::AccountKind,
        assurance::{Amr, Assurance, Method},
        clock::Timestamp,
        device::Device,
        id::UserId,
        mail::Mail,
    },
};

/// Who stands at the door, before they have proved anything.
pub struct Arrival {
    pub peer: Arc<Peer>,
    /// The browser's token, if it has one.
    device: Option<DeviceToken>,
    /// Whose session the browser has until now.
    replaces: Option<Arc<Caller>>,
}

impl Arrival {
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let found = caller::of_cookie(request).ok().flatten();
        Self {
            peer: Peer::of(request),
            device: DeviceToken::of(request, app),
            replaces: found.map(|found| Arc::clone(&found.caller)),
        }
    }

    /// The device of this account, if the browser is known.
    pub fn device(&self, db: &mut Conn, user: &UserId) -> QueryResult<Option<DeviceRow>> {
        devices::find(db, user, self.device.as_ref())
    }
}

/// What somebody has proved.
pub struct Proof<'a> {
    pub user: UserId,
    pub amr: Amr,
    pub remember: Remember,
    /// Whether the browser shall stand in for the second factor from now on.
    pub trust: bool,
    pub arrival: &'a Arrival,
}

/// What a proof led to.
pub enum Entered {
    Session(Box<Started>),
    /// The second factor is missing; nothing is open yet.
    SecondFactor(Begun, Vec<Method>),
}

/// A session whose row stands, and what the browser must be told.
pub struct Started {
    pub caller: Caller,
    opened: Opened,
    device: Option<DeviceToken>,
}

impl Started {
    /// Names the session and how it was proved in what is recorded of it.
    pub fn tell(&self, event: Event) -> Event {
        let Some(session) = self.caller.session() else { return event };
        event.session(&session.id).detail(json!({ "amr": session.amr().names() }))
    }

    /// Puts the cookies on the answer. Call it after the transaction.
    pub fn hand_over(self, app: &App, request: &HttpRequest) -> Result<Caller, Problem> {
        sessions::hand_over(request, self.opened)?;
        if let Some(device) = self.device {
            device.give(request, app);
        }
        Ok(self.caller)
    }
}

/// The account as it is while its row is locked.
#[derive(Queryable)]
struct Account {
    status: String,
    disabled_until: Option<Timestamp>,
    locked_at: Option<Timestamp>,
    verified_at: Option<Timestamp>,
    second_factor: bool,
    email_step: bool,
}

impl Account {
    fn lock(db: &mut Conn, user: &UserId) -> QueryResult<Option<Self>> {
        let row = users::table.find(user);
        diesel::update(row).set(users::version.eq(users::version)).execute(db)?;
        // A program has keys, and no way of signing in.
        row.filter(users::kind.eq(AccountKind::Person))
            .select((
                users::status,
                users::disabled_until,
                users::locked_at,
                users::email_verified_at,
                users::second_factor,
                users::email_step,
            ))
            .first(db)
            .optional()
    }

    fn state(&self, app: &App) -> State {
        let standing = Standing {
            status: &self.status,
            disabled_until: self.disabled_until,
            locked_at: self.locked_at,
            verified_at: self.verified_at,
        };
        State::of(&standing, &Terms::of(app))
    }

    /// Whether these methods are not enough.
    fn asks_more(&self, amr: &Amr, device: Option<&DeviceRow>, now: Timestamp) -> bool {
        let is_trusted = device.is_some_and(|device| device.is_trusted(now));
        if is_trusted || amr.assurance() == Assurance::Aal2 {
            return false;
        }
        let mailed = self.email_step && self.verified_at.is_some() && !amr.has(Method::Email);
        self.second_factor || mailed
    }
}

/// Starts the session that a proof deserves, or says what is missing. Call it within the write that
/// burns what was proved; the refusal is the inner result, because what was burnt stays burnt.
///
/// Errors: `auth.invalid_credentials` where the account is gone, and those of
/// [`State::may_sign_in`].
pub fn enter(
    db: &mut Conn,
    app: &App,
    proof: &Proof<'_>,
) -> Result<Result<Entered, Code>, Problem> {
    let now = app.now();
    let account = Account::lock(db, &proof.user)?;
    let state = account.as_ref().map(|account| account.state(app).may_sign_in());
    let allowed = state.unwrap_or(Err(Code::InvalidCredentials));
    let (Some(account), Ok(())) = (account, allowed) else {
        let code = allowed.err().unwrap_or(Code::InvalidCredentials);
        audit::record(db, refused(app, proof, code))?;
        return Ok(Err(code));
    };
    let device = proof.arrival.device(db, &proof.user)?;
    if account.asks_more(&proof.amr, device.as_ref(), now) {
        let methods = steps::finishing(db, &proof.user)?;
        let begun = pending::begin(db, app, &proof.user, &proof.amr, proof.remember)?;
        let event = about(app, proof, Kind::SecondFactorAsked);
        audit::record(db, event)?;
        return Ok(Ok(Entered::SecondFactor(begun, methods)));
    }
    Ok(Ok(Entered::Session(Box::new(start(db, app, proof)?))))
}

/// The refusal of [`enter`] for whoever proved something else than a password: where the account is
/// gone, what they gave is worth nothing, and `gone` says so.
pub fn refusal(gone: Code) -> impl Fn(Code) -> Code {
    move |code| if code == Code::InvalidCredentials { gone } else { code }
}

/// Starts a session in the place of the one that the browser had.
fn start(db: &mut Conn, app: &App, proof: &Proof<'_>) -> Result<Started, Problem> {
    let (user, now) = (&proof.user, app.now());
    let is_known = devices::has_any(db, user)?;
    let seen = devices::see(db, app, user, &proof.arrival.peer, proof.arrival.device.as_ref())?;
    if proof.trust {
        devices::trust(db, &seen.id, now)?;
    }
    let (session, opened) =
        NewSession::new(app, user, &proof.arrival.peer, proof.remember, &proof.amr);
    let session = session.on(Some(seen.id));
    let old = proof.arrival.replaces.as_ref().and_then(|old| old.session());
    let old = match old {
        Some(old) if sessions::revoke(db, &old.user_id, &old.id, now)? => Some(old),
        _ => None,
    };
    sessions::insert(db, &session)?;
    sessions::cap(db, user, now)?;
    let caller = find::by_session_key(db, session.key_hash(), now)?;
    let caller = caller.ok_or_else(|| Problem::internal("a new session was not found"))?;
    if seen.is_new && is_known {
        notify::owner(db, app, user, &new_device(app, &proof.arrival.peer))?;
    }
    if let Some(old) = old {
        let event = Event::new(app, Kind::SessionRevoked).actor(user).peer(&proof.arrival.peer);
        let event = event.subject(old.user_id.as_str()).session(&old.id);
        audit::record(db, event.detail(json!({ "why": "replaced by a sign-in" })))?;
    }
    let event = about(app, proof, Kind::SignedIn).session(session.id());
    audit::record(db, event.detail(json!({ "amr": proof.amr.names() })))?;
    Ok(Started { caller, opened, device: seen.token })
}

/// Puts a session with further proof in the place of the caller's own: a new id at each rise of
/// assurance, so that whoever knows the old cookie gains nothing.
pub fn raise(
    db: &mut Conn,
    app: &App,
    caller: &Caller,
    peer: &Peer,
    method: Method,
) -> Result<Started, Problem> {
    let old = caller.session().ok_or(Code::SessionRequired)?;
    let (user, now) = (&caller.user_id, app.now());
    let (session, opened) =
        NewSession::new(app, user, peer, old.remember.into(), &old.amr().with(method));
    let session = session.on(old.device_id.clone());
    sessions::revoke(db, user, &old.id, now)?;
    sessions::insert(db, &session)?;
    families::follow(db, &old.id, session.id())?;
    let caller = find::by_session_key(db, session.key_hash(), now)?;
    let caller = caller.ok_or_else(|| Problem::internal("a new session was not found"))?;
    Ok(Started { caller, opened, device: None })
}

fn new_device(app: &App, peer: &Peer) -> Mail {
    let device = Device::of(&peer.user_agent).line();
    let (ip, link) = (peer.ip.to_string(), app.config.page("/account"));
    Mail::NewDevice { device, ip, at: app.now(), link }
}

fn about(app: &App, proof: &Proof<'_>, kind: Kind) -> Event {
    let event = Event::new(app, kind).actor(&proof.user).subject(proof.user.as_str());
    event.peer(&proof.arrival.peer)
}

fn refused(app: &App, proof: &Proof<'_>, code: Code) -> Event {
    let event = Event::new(app, Kind::SignInRefused).subject(proof.user.as_str());
    event.peer(&proof.arrival.peer).detail(json!({ "why": code.as_str() }))
}
