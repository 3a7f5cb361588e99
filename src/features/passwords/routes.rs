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
    let verdict = app.hasher.verify(Secret::new(body.current_password), stored).await?;
    if verdict == Verdict::Wrong {
        let event = Event::new(&app, Kind::PasswordRefused).actor(by.user());
        let event = event.subject(by.user().as_str()).peer(&by.peer);
        app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
        return Err(Code::CurrentPasswordWrong.into());
    }
    let hash = app.hasher.hash(new).await?;
    complete(&app, &by, by.tried.clone(), account, hash, &request).await?;
    Ok(NoContent)
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

async fn complete(
    app: &App,
    by: &Visit,
    tried: Option<Bucket>,
    account: Bucket,
    hash: PasswordHash,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let remember = by.caller.session.remember.into();
    let (session, opened) = NewSession::new(app, &id, &by.peer, remember, "pwd");
    let event = Event::new(app, Kind::PasswordChanged).actor(&id).subject(id.as_str());
    let event = event.session(session.id()).peer(&by.peer);
    app.db
        .write(move |db| {
            if let Some(tried) = &tried {
                throttle::give_back(db, tried)?;
            }
            throttle::clear(db, &account)?;
            store::put_password(db, &id, &hash, now)?;
            sessions::revoke_many(db, &id, &Which::All, now)?;
            sessions::insert(db, &session)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    sessions::hand_over(request, opened)
}
