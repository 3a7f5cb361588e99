//! Proving again, or by more, who one is: the session gets a new id with every proof.

use actix_web::{HttpRequest, web::Data};

use super::model::{StepUp, StepUpMethod};
use crate::{
    access::{
        answer::{CurrentSession, SignInAnswer},
        audit::{self, Event, Kind},
        codes::{self, CodeMethod, Typed},
        entry::{self, Started},
        guard::{Enrolling, InPerson, SignedIn, Visit},
        steps,
        throttle::{self, Bucket, Mails, Passwords},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        ask::MailAnswer,
        confirm::{self, Confirmed},
    },
    http::{
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Accepted, Ok200},
    },
    kernel::{assurance::Method, refusal::Refusal, secret::Secret},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        step_up: [CurrentPasswordWrong, FactorRefused, MethodRefused],
        mail_step_up: [MethodRefused],
    ]
}

const NEEDED: Refusal = Refusal::new("required", "The method needs this field.");

/// Prove again who you are.
///
/// For operations that want a recent or a stronger proof: their refusal names the methods that
/// would do. The session goes on under a new cookie.
#[utoipa::path(post, path = "/v1/auth/step-up", tag = "auth")]
pub async fn step_up(
    by: Enrolling<InPerson<SignedIn<Passwords>>>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<StepUp>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(prove(&app, &by, &request, body).await?))
}

/// Have a code mailed to prove again who you are.
///
/// Only where nothing stronger is there: no second factor and no password. It counts in this
/// session alone, and the code before does not any more.
#[utoipa::path(post, path = "/v1/auth/step-up/mail", tag = "auth")]
pub async fn mail_step_up(
    by: Enrolling<InPerson<SignedIn<Mails>>>,
    app: Data<App>,
) -> Result<Accepted<MailAnswer>, Problem> {
    mail(&app, &by).await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}

/// What both the API and the page do. Errors: `factors.method_refused` where another method is
/// asked for, `rate_limit.exceeded`.
pub async fn mail(app: &App, by: &Visit) -> Result<(), Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            confirm::lock(db, &visit, now)?;
            steps::must_do(db, visit.user(), Method::Email)?;
            let bucket = Bucket::mailed_factors(&own.config.throttle, visit.user());
            if let Err(problem) = throttle::take(db, &bucket, now)? {
                return Ok(Err(problem));
            }
            codes::mail(db, &own, visit.user(), visit.session()?.id.as_str())?;
            Ok::<_, Problem>(Ok(()))
        })
        .await?
}

/// What both the API and the page do with a filled-in form.
///
/// Errors: `passwords.current_wrong`, `factors.refused`, `factors.method_refused` for one that
/// is not enough, `rate_limit.exceeded`, `server.busy`.
pub async fn prove(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    body: StepUp,
) -> Result<SignInAnswer, Problem> {
    let started = match body.method {
        StepUpMethod::Password => {
            let password = body.password.ok_or_else(|| Problem::field("/password", NEEDED))?;
            let refusal = Kind::StepUpRefused;
            let right = confirm::password(app, by, Secret::new(password), refusal).await?;
            with_password(app, by, right).await?
        }
        StepUpMethod::Totp => with_code(app, by, CodeMethod::Totp, body.code).await?,
        StepUpMethod::RecoveryCode => {
            with_code(app, by, CodeMethod::RecoveryCode, body.code).await?
        }
        StepUpMethod::Email => with_code(app, by, CodeMethod::Email, body.code).await?,
    };
    let caller = started.hand_over(app, request)?;
    Ok(SignInAnswer::signed_in(CurrentSession::of(&caller, app)))
}

async fn with_password(app: &App, by: &Visit, right: Confirmed) -> Result<Started, Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let raised = app.db.write(move |db| {
        confirm::lock(db, &visit, now)?;
        if let Err(code) = right.still(db)? {
            return Ok(Err(code));
        }
        steps::must_do(db, visit.user(), Method::Password)?;
        Ok::<_, Problem>(Ok(raise(db, &own, &visit, Method::Password)?))
    });
    Ok(raised.await??)
}

async fn with_code(
    app: &App,
    by: &Visit,
    method: CodeMethod,
    code: Option<String>,
) -> Result<Started, Problem> {
    let code = code.ok_or_else(|| Problem::field("/code", NEEDED))?;
    throttle::take_try(app, by.address.clone()).await?;
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let refused = Event::new(app, Kind::StepUpRefused).actor(by.user()).subject(by.user().as_str());
    let refused = refused.session(by.caller.session_id()).peer(&by.peer);
    let raised = app.db.write(move |db| {
        confirm::lock(db, &visit, now)?;
        steps::must_do(db, visit.user(), method.into())?;
        let (user, binding) = (visit.user(), visit.session()?.id.as_str());
        let typed = Typed { user, method, code: &code, binding };
        if let Err(problem) = codes::guess(db, &own, &typed)? {
            audit::record(db, refused)?;
            return Ok(Err(problem));
        }
        if let Some(address) = &visit.address {
            throttle::give_back(db, address)?;
        }
        Ok::<_, Problem>(Ok(raise(db, &own, &visit, method.into())?))
    });
    raised.await?
}

fn raise(db: &mut Conn, app: &App, by: &Visit, method: Method) -> Result<Started, Problem> {
    let caller = by.recheck(db, app.now())?;
    let started = entry::raise(db, app, &caller, &by.peer, method)?;
    let event = Event::new(app, Kind::SteppedUp).actor(by.user()).subject(by.user().as_str());
    audit::record(db, started.tell(event).peer(&by.peer))?;
    Ok(started)
}
