//! A person's own password: changed, set where there was none, and removed where another way in
//! remains.

use actix_web::{HttpRequest, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    access::{
        audit::{self, Event, Kind},
        devices,
        guard::{Fresh, RECENTLY, SignedIn, Visit},
        notify, once,
        sessions::{self, NewSession, Which},
        throttle::Passwords,
        ways,
    },
    app::App,
    endpoints,
    features::accounts::{
        confirm::{self, Confirmed},
        sign_up::check_password,
        store,
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::{Json, present},
        problem::Problem,
        reply::NoContent,
    },
    kernel::{
        assurance::Method,
        mail::{FactorChange, Mail},
        password::PasswordHash,
        refusal::Refusal,
        secret::Secret,
    },
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        change_password: [CurrentPasswordWrong],
        remove_my_password: [FactorNotFound, LastWayIn],
    ]
}

const NEEDED: Refusal = Refusal::new("required", "The account has a password: enter it, too.");

/// The old password and the new one.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Absent where the account has none yet.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, nullable = false)]
    pub current_password: Option<String>,
    /// At least 15 characters unless configured otherwise.
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password)]
    pub new_password: String,
}

/// Change your password, or set one where the account has none.
///
/// All other sessions of the account end, and this one gets a new cookie.
#[utoipa::path(post, path = "/v1/me/password", tag = "me")]
pub async fn change_password(
    by: Fresh<RECENTLY, SignedIn<Passwords>>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasswordChange>,
) -> Result<NoContent, Problem> {
    change(&app, &by, &request, body).await?;
    Ok(NoContent)
}

/// What both the API and the account page do with a filled-in form.
///
/// Errors: `validation.failed`, `passwords.current_wrong`, `rate_limit.exceeded`, `server.busy`.
pub async fn change(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    body: PasswordChange,
) -> Result<(), Problem> {
    let new = Secret::new(body.new_password);
    check_password(app, &new, &by.caller.email, &by.caller.name, "/new_password")?;
    let old = match body.current_password.map(Secret::new) {
        Some(old) => Some(confirm::password(app, by, old, Kind::PasswordRefused).await?),
        None => none_yet(app, by).await.map(|()| None)?,
    };
    let new = app.hasher.hash(new).await?;
    complete(app, by, old, new, request).await
}

/// Refuses who has a password and does not name it, before anything is hashed for them.
async fn none_yet(app: &App, by: &Visit) -> Result<(), Problem> {
    let id = by.user().clone();
    let known = app.db.read(move |db| Ok::<_, Problem>(store::find_password(db, &id)?)).await?;
    if known.is_some() { Err(Problem::field("/current_password", NEEDED)) } else { Ok(()) }
}

/// Puts the new password and a new session in the place of all that was: one transaction, then
/// the cookie.
async fn complete(
    app: &App,
    by: &Visit,
    old: Option<Confirmed>,
    new: PasswordHash,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let visit = by.clone();
    let current = by.session()?;
    // A password that was not there before proves nothing of who sets it.
    let amr = match &old {
        Some(_) => current.amr().with(Method::Password),
        None => current.amr(),
    };
    let (session, opened) = NewSession::new(app, &id, &by.peer, current.remember.into(), &amr);
    // A second factor was proved when it was, and not by this password.
    let is_proof = old.is_some() && !by.caller.second_factor;
    let proved_at = if is_proof { now } else { current.auth_time };
    let session = session.on(current.device_id.clone()).proved_at(proved_at);
    let made = Event::new(app, Kind::PasswordChanged).actor(&id).subject(id.as_str());
    let made = made.session(session.id()).peer(&by.peer);
    let notice = Mail::PasswordChanged { at: now, link: app.config.page("/forgot") };
    let notice = Letter::new(app, &notice);
    app.db
        .write(move |db| {
            // Looked at again: another change may have come first, or somebody may have ended the
            // session, while the password was being checked.
            let row = confirm::lock(db, &visit, now)?;
            let is_allowed = match old {
                Some(old) => old.still(db)?,
                None if store::find_password(db, &id)?.is_none() => Ok(()),
                None => Err(Code::CurrentPasswordWrong),
            };
            if let Err(code) = is_allowed {
                return Ok(Err(code));
            }
            store::put_password(db, &id, &new, now)?;
            sessions::revoke_many(db, &id, &Which::All, now)?;
            devices::distrust(db, &id)?;
            sessions::insert(db, &session)?;
            once::void_all_but_undo(db, &id)?;
            outbox::put(db, &notice, row.reader())?;
            Ok::<_, Problem>(Ok(audit::record(db, made)?))
        })
        .await??;
    sessions::hand_over(request, opened)
}

/// Remove your password. Another way in has to remain.
///
/// All other sessions of the account end. A mail for a new password can still be asked for.
#[utoipa::path(delete, path = "/v1/me/password", tag = "me")]
pub async fn remove_my_password(by: Fresh, app: Data<App>) -> Result<NoContent, Problem> {
    remove(&app, &by).await?;
    Ok(NoContent)
}

/// What both the API and the account page do. Errors: `factors.not_found` where there is none,
/// `factors.last_way_in`.
pub async fn remove(app: &App, by: &Visit) -> Result<(), Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let (id, session) = (by.user().clone(), by.session()?.id.clone());
    let event = Event::new(app, Kind::PasswordRemoved).actor(&id).subject(id.as_str());
    let event = event.session(&session).peer(&by.peer);
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            if !store::remove_password(db, &id)? {
                return Err(Code::FactorNotFound.into());
            }
            ways::must_remain(db, &own, &id)?;
            sessions::revoke_many(db, &id, &Which::AllBut(&session), now)?;
            devices::distrust(db, &id)?;
            notify::factor_changed(db, &own, &id, FactorChange::PasswordRemoved)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}
