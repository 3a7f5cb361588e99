//! Proving again, by a passkey, who one is. It counts in the session in which it was begun alone.

use actix_web::{HttpRequest, web::Data};

use super::{
    check,
    model::{PasskeyCeremony, PasskeyProof},
};
use crate::{
    access::{
        answer::{CurrentSession, SignInAnswer},
        audit::{self, Event, Kind},
        entry::{self, Started},
        guard::{Enrolling, InPerson, SignedIn, Visit},
        passkeys::{
            ceremony::{self, Purpose, Terms},
            party::Party,
            store,
        },
        steps,
        throttle::{self, Ceremonies, Passwords},
    },
    app::App,
    endpoints,
    features::accounts::confirm,
    http::{
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Created, Ok200},
    },
    kernel::assurance::Method,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        begin_passkey_step_up: [MethodRefused, PasskeysUnavailable],
        finish_passkey_step_up: [PasskeyRefused, MethodRefused, PasskeysUnavailable],
    ]
}

fn terms(by: &Visit) -> Terms {
    Terms {
        purpose: Purpose::StepUp,
        user: Some(by.user().clone()),
        bound_to: by.caller.session_id().map(ToString::to_string),
    }
}

/// Begin to prove again, by a passkey, who you are.
#[utoipa::path(post, path = "/v1/auth/step-up/passkey/begin", tag = "auth")]
pub async fn begin_passkey_step_up(
    by: Enrolling<InPerson<SignedIn<Ceremonies>>>,
    app: Data<App>,
) -> Result<Created<PasskeyCeremony>, Problem> {
    Ok(Created(begin(&app, &by).await?))
}

/// What both the API and the page do. Errors: `factors.method_refused` where there is no passkey
/// that counts, `passkeys.unavailable`, `rate_limit.exceeded`.
pub async fn begin(app: &App, by: &Visit) -> Result<PasskeyCeremony, Problem> {
    let party = Party::of(app)?;
    throttle::take_try(app, by.address.clone()).await?;
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            confirm::lock(db, &visit, now)?;
            steps::must_do(db, visit.user(), Method::Passkey)?;
            let allowed = store::all(db, visit.user())?;
            let question = party.ask_for_proof(Some(&allowed))?;
            let begun = ceremony::begin(db, &own, &terms(&visit), &question.state)?;
            Ok(PasskeyCeremony::new(&begun, question))
        })
        .await
}

/// Prove again, by a passkey, who you are.
///
/// The session goes on under a new cookie.
#[utoipa::path(post, path = "/v1/auth/step-up/passkey", tag = "auth")]
pub async fn finish_passkey_step_up(
    by: Enrolling<InPerson<SignedIn<Passwords>>>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasskeyProof>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(finish(&app, &by, &request, body).await?))
}

/// What both the API and the page do. Errors: `passkeys.refused`, `factors.method_refused` where
/// there is no passkey that counts, `passkeys.unavailable`, `rate_limit.exceeded`.
pub async fn finish(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    body: PasskeyProof,
) -> Result<SignInAnswer, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let checked = check::check(app, body.ceremony, terms(by), body.credential).await?;
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let refused = about(app, by, Kind::StepUpRefused);
    let raised = app.db.write(move |db| -> Result<Result<Started, Problem>, Problem> {
        confirm::lock(db, &visit, now)?;
        steps::must_do(db, visit.user(), Method::Passkey)?;
        if let Err(problem) = checked.guess(db, &own, visit.user())? {
            checked.record(db, &own, refused)?;
            return Ok(Err(problem));
        }
        if let Some(address) = &visit.address {
            throttle::give_back(db, address)?;
        }
        let caller = visit.recheck(db, now)?;
        let started = entry::raise(db, &own, &caller, &visit.peer, Method::Passkey)?;
        audit::record(db, started.tell(about(&own, &visit, Kind::SteppedUp)))?;
        Ok(Ok(started))
    });
    let caller = raised.await??.hand_over(app, request)?;
    Ok(SignInAnswer::signed_in(CurrentSession::of(&caller, app)))
}

fn about(app: &App, by: &Visit, kind: Kind) -> Event {
    let event = Event::new(app, kind).actor(by.user()).subject(by.user().as_str());
    event.session(by.caller.session_id()).peer(&by.peer)
}
