//! `change_password`.

use actix_web::{HttpRequest, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    access::{
        audit::{self, Event, Kind},
        devices,
        guard::{Fresh, RECENTLY, SignedIn, Visit},
        once,
        sessions::{self, NewSession, Which},
        throttle::Passwords,
    },
    app::App,
    endpoints,
    features::accounts::{
        confirm::{self, Confirmed},
        sign_up::check_password,
        store,
    },
    http::{endpoint::Endpoint, json::Json, problem::Problem, reply::NoContent},
    kernel::{assurance::Method, mail::Mail, password::PasswordHash, secret::Secret},
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        change_password: [CurrentPasswordWrong],
    ]
}

/// The old password and the new one.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password)]
    pub current_password: String,
    /// At least 15 characters unless configured otherwise.
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password)]
    pub new_password: String,
}

/// Change your password.
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
    let old = Secret::new(body.current_password);
    let old = confirm::password(app, by, old, Kind::PasswordRefused).await?;
    let new = app.hasher.hash(new).await?;
    complete(app, by, old, new, request).await
}

/// Puts the new password and a new session in the place of all that was: one transaction, then
/// the cookie.
async fn complete(
    app: &App,
    by: &Visit,
    old: Confirmed,
    new: PasswordHash,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let visit = by.clone();
    let current = by.session()?;
    let amr = current.amr().with(Method::Password);
    let (session, opened) = NewSession::new(app, &id, &by.peer, current.remember.into(), &amr);
    // A second factor was proved when it was, and not by this password.
    let session = session.on(current.device_id.clone()).proved_at(current.auth_time);
    let made = Event::new(app, Kind::PasswordChanged).actor(&id).subject(id.as_str());
    let made = made.session(session.id()).peer(&by.peer);
    let notice = Mail::PasswordChanged { at: now, link: app.config.page("/forgot") };
    let notice = Letter::new(app, &notice);
    app.db
        .write(move |db| {
            // Looked at again: another change may have come first, or somebody may have ended the
            // session, while the password was being checked.
            let row = confirm::lock(db, &visit, now)?;
            if let Err(code) = old.still(db)? {
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
