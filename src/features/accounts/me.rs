//! What a person does with their own account.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::{
    model::{MyChange, NextStep, SignUp, SignUpAnswer, UserView},
    routes::versioned,
    sign_up, status,
    store::{self, Change, Changed, Inserted},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        challenge,
        guard::{Enrolling, Fresh, InPerson, Public, Visit},
        sessions,
        throttle::SignUps,
    },
    app::App,
    endpoints,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        language,
        problem::Problem,
        reply::{Accepted, NoContent, Versioned},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        sign_up: [SignUpClosed, ChallengeRequired, ChallengeInvalid],
        get_me: [],
        update_me: [PreconditionStale],
        delete_me: [LastAdmin, AccountNotFound],
    ]
}

/// Sign up with e-mail and password.
///
/// The answer is the same whether the address was free or not, and whoever has an account keeps
/// their password; a mail tells either which it is. There is no session yet: sign in next.
#[utoipa::path(post, path = "/v1/auth/sign-up", tag = "auth")]
pub async fn sign_up(
    by: Public<SignUps>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<SignUp>,
) -> Result<Accepted<SignUpAnswer>, Problem> {
    if !app.config.sign_up.enabled {
        return Err(Code::SignUpClosed.into());
    }
    let solved = challenge::check(&app, body.challenge.as_deref())?;
    let wanted = sign_up::check(&app, body)?.reading(language::accepted(request.headers()));
    challenge::take_try(&app, solved, by.address).await?;
    let mails = sign_up::Mails::new(&app, wanted.email()).await?;
    let (row, hash) = wanted.hash(&app).await?;
    let made = Event::new(&app, Kind::SignedUp).peer(&by.peer);
    let refused = Event::new(&app, Kind::SignUpRefused).peer(&by.peer);
    app.db
        .write(move |db| {
            let event = match store::insert(db, &row, Some(&hash))? {
                Inserted::Yes => {
                    mails.welcome(db, &row)?;
                    made.actor(&row.id).subject(row.id.as_str())
                }
                Inserted::EmailTaken => match sign_up::owner(db, &row.email)? {
                    Some(owner) => {
                        mails.tell(db, &row, &owner)?;
                        refused.subject(owner.id.as_str())
                    }
                    None => refused,
                },
            };
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(Accepted(SignUpAnswer { next: NextStep::SignIn }))
}

/// Read your account.
#[utoipa::path(get, path = "/v1/me", tag = "me")]
pub async fn get_me(by: Enrolling, app: Data<App>) -> Result<Versioned<UserView>, Problem> {
    let id = by.user().clone();
    let row = app.db.read(move |db| Ok::<_, Problem>(store::find(db, &id)?)).await?;
    let row = row.ok_or(Code::NotSignedIn)?;
    Ok(versioned(row, &app))
}

/// Change your account.
#[utoipa::path(patch, path = "/v1/me", tag = "me")]
pub async fn update_me(
    by: InPerson,
    app: Data<App>,
    Json(body): Json<MyChange>,
) -> Result<Versioned<UserView>, Problem> {
    let (id, now, visit) = (by.user().clone(), app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::AccountUpdated).actor(&id).subject(id.as_str());
    let fields: Vec<_> =
        [body.name.as_ref().map(|_| "name"), body.locale.as_ref().map(|_| "locale")]
            .into_iter()
            .flatten()
            .collect();
    let event = event.peer(&by.peer).detail(json!({ "fields": fields }));
    let row = app
        .db
        .write(move |db| {
            visit.recheck(db, now)?;
            let row = store::lock(db, &id)?.ok_or(Code::NotSignedIn)?;
            if body.name.is_none() && body.locale.is_none() {
                return Ok::<_, Problem>(row);
            }
            let change = Change { name: body.name, locale: body.locale, ..Change::default() };
            if store::update(db, &row, &change, now)? != Changed::Yes {
                return Err(Code::PreconditionStale.into());
            }
            let row = store::find(db, &id)?.ok_or(Code::NotSignedIn)?;
            audit::record(db, event)?;
            Ok(row)
        })
        .await?;
    Ok(versioned(row, &app))
}

/// Delete your account.
///
/// Sessions, grants and password go with it, at once and for good. What the audit log tells of the
/// account stays, under its id.
#[utoipa::path(delete, path = "/v1/me", tag = "me")]
pub async fn delete_me(
    by: Fresh<300>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<NoContent, Problem> {
    let (id, now, visit) = (by.user().clone(), app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::AccountDeleted).actor(&id).subject(id.as_str());
    let event = event.peer(&by.peer);
    app.db
        .write(move |db| {
            status::keeping_an_admin(db, &id, now, |db| {
                store::lock(db, &id)?;
                visit.recheck(db, now)?;
                status::delete(db, &id, now)
            })?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    sessions::take_back(&request);
    Ok(NoContent)
}
