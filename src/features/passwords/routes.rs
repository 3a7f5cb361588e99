//! `change_password`.

use actix_web::{HttpRequest, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{SignedIn, Visit},
        sessions::{self, NewSession, Which},
        throttle::{self, Bucket, Passwords},
    },
    app::App,
    endpoints,
    features::accounts::{model::parse_email, sign_up::check_password, store},
    http::{code::Code, endpoint::Endpoint, json::Json, problem::Problem, reply::NoContent},
    kernel::{
        password::{PasswordHash, Verdict},
        secret::Secret,
    },
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
    by: SignedIn<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasswordChange>,
) -> Result<NoContent, Problem> {
    let new = Secret::new(body.new_password);
    check_password(&app, &new, &by.caller.email, &by.caller.name, "/new_password")?;
    let account = Bucket::account(&app.config.throttle, &parse_email(&by.caller.email)?);
    let stored = begin(&app, &by, &account).await?;
    let verdict = app.hasher.verify(Secret::new(body.current_password), stored.clone()).await?;
    let Some(old) = stored.filter(|_| verdict != Verdict::Wrong) else {
        let event = refused(&app, &by);
        app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
        return Err(Code::CurrentPasswordWrong.into());
    };
    let new = app.hasher.hash(new).await?;
    let change = Change { old, new, account, address: by.tried.clone() };
    complete(&app, &by, change, &request).await?;
    Ok(NoContent)
}

/// A change whose old password was right when it was checked.
struct Change {
    old: PasswordHash,
    new: PasswordHash,
    account: Bucket,
    address: Option<Bucket>,
}

fn refused(app: &App, by: &Visit) -> Event {
    let event = Event::new(app, Kind::PasswordRefused).actor(by.user());
    event.subject(by.user().as_str()).peer(&by.peer)
}

/// Counts the attempt, then reads the hash: guessing here is no cheaper than at sign-in.
async fn begin(app: &App, by: &Visit, account: &Bucket) -> Result<Option<PasswordHash>, Problem> {
    let (id, bucket, now) = (by.user().clone(), account.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let hash = store::find_password(db, &id)?;
            Ok::<_, Problem>(throttle::take(db, &bucket, now)?.map(|()| hash))
        })
        .await?
}

/// Puts the new password and a new session in the place of all that was: one transaction, then
/// the cookie.
async fn complete(
    app: &App,
    by: &Visit,
    change: Change,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let came_with = by.caller.session.id.clone();
    let remember = by.caller.session.remember.into();
    let (session, opened) = NewSession::new(app, &id, &by.peer, remember, "pwd");
    let made = Event::new(app, Kind::PasswordChanged).actor(&id).subject(id.as_str());
    let made = made.session(session.id()).peer(&by.peer);
    let refused = refused(app, by);
    app.db
        .write(move |db| {
            // Looked at again: another change may have come first, or somebody may have ended the
            // session, while the password was being checked.
            store::lock(db, &id)?;
            if !store::has_password(db, &id, &change.old)? {
                audit::record(db, refused)?;
                return Ok(Err(Code::CurrentPasswordWrong));
            }
            if !sessions::revoke(db, &id, &came_with, now)? {
                return Err(Problem::from(Code::NotSignedIn));
            }
            if let Some(address) = &change.address {
                throttle::give_back(db, address)?;
            }
            throttle::clear(db, &change.account)?;
            store::put_password(db, &id, &change.new, now)?;
            sessions::revoke_many(db, &id, &Which::All, now)?;
            sessions::insert(db, &session)?;
            Ok(Ok(audit::record(db, made)?))
        })
        .await??;
    sessions::hand_over(request, opened)
}
