//! The second step of a sign-in. What the first step proved waits in a row of its own; here it is
//! burnt together with the code.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::model::{HalfDone, SecondFactor};
use crate::{
    access::{
        answer::SignInAnswer,
        audit::{self, Event, Kind},
        codes::{self, Typed},
        entry::{self, Arrival, Entered, Proof},
        guard::Public,
        pending::{self, PendingRow},
        steps,
        throttle::{self, Bucket, Mails, Passwords},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{ask::MailAnswer, store},
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        peer::Peer,
        problem::Problem,
        reply::{Accepted, Ok200},
    },
    kernel::assurance::Method,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        give_second_factor:
            [PendingInvalid, FactorRefused, AccountDisabled, EmailUnverified],
        mail_second_factor: [PendingInvalid, MethodRefused],
    ]
}

/// Give the second factor of a sign-in.
///
/// `token` is what the first step answered. Sets the session cookie. After ten wrong codes the
/// sign-in has to be begun anew; after a hundred in a row the factor is switched off.
#[utoipa::path(post, path = "/v1/auth/second-factor", tag = "auth")]
pub async fn give_second_factor(
    by: Public<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<SecondFactor>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(give(&app, by, &request, body).await?))
}

/// What both the API and the page do with a filled-in form.
///
/// Errors: `auth.pending_invalid`, `factors.refused`, `rate_limit.exceeded`, and those of
/// [`entry::enter`].
pub async fn give(
    app: &App,
    by: Public<Passwords>,
    request: &HttpRequest,
    body: SecondFactor,
) -> Result<SignInAnswer, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let (own, now, address) = (app.clone(), app.now(), by.address);
    let arrival = Arrival::of(app, request);
    let entered: Result<Entered, Problem> = app
        .db
        .write(move |db| {
            let Some(row) = pending::find(db, &body.token, now)? else {
                audit::record(db, refused(&own, &by.peer, None))?;
                return Ok::<_, Problem>(Err(Code::PendingInvalid.into()));
            };
            // The account before any throttle: whoever locks both does so in this order.
            store::lock(db, &row.user_id)?;
            if let Err(problem) = guess(db, &own, &row, &body)? {
                pending::fail(db, &row.id)?;
                audit::record(db, refused(&own, &by.peer, Some(&row)))?;
                return Ok(Err(problem));
            }
            if let Some(address) = &address {
                throttle::give_back(db, address)?;
            }
            if !pending::burn(db, &row.id, now)? {
                audit::record(db, refused(&own, &by.peer, Some(&row)))?;
                return Ok::<_, Problem>(Err(Code::PendingInvalid.into()));
            }
            let proof = Proof {
                amr: row.amr().with(body.method.into()),
                remember: row.remember(),
                trust: body.trust_device,
                user: row.user_id,
                arrival: &arrival,
            };
            let refusal = entry::refusal(Code::PendingInvalid);
            Ok(entry::enter(db, &own, &proof)?.map_err(|code| refusal(code).into()))
        })
        .await?;
    SignInAnswer::of(entered?, app, request)
}

/// Have a code mailed for the second step of a sign-in.
///
/// Only where `email` is among the methods that the first step answered. The code before does not
/// count any more.
#[utoipa::path(post, path = "/v1/auth/second-factor/mail", tag = "auth")]
pub async fn mail_second_factor(
    by: Public<Mails>,
    app: Data<App>,
    Json(body): Json<HalfDone>,
) -> Result<Accepted<MailAnswer>, Problem> {
    mail(&app, by, body).await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}

/// What both the API and the page do. Errors: `auth.pending_invalid`, `factors.method_refused`
/// where no mailed code is asked for, `rate_limit.exceeded`.
pub async fn mail(app: &App, by: Public<Mails>, body: HalfDone) -> Result<(), Problem> {
    throttle::take_try(app, by.address).await?;
    let (own, now) = (app.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let row = pending::find(db, &body.token, now)?.ok_or(Code::PendingInvalid)?;
            if !steps::finishing(db, &row.user_id)?.contains(&Method::Email) {
                return Err(Problem::from(Code::MethodRefused));
            }
            let bucket = Bucket::mailed_factors(&own.config.throttle, &row.user_id);
            if let Err(problem) = throttle::take(db, &bucket, now)? {
                return Ok(Err(problem));
            }
            codes::mail(db, &own, &row.user_id, row.id.as_str())?;
            Ok::<_, Problem>(Ok(()))
        })
        .await?
}

fn guess(
    db: &mut Conn,
    app: &App,
    row: &PendingRow,
    body: &SecondFactor,
) -> Result<Result<(), Problem>, Problem> {
    if !steps::finishing(db, &row.user_id)?.contains(&body.method.into()) {
        return Ok(Err(Code::FactorRefused.into()));
    }
    let (user, binding) = (&row.user_id, row.id.as_str());
    codes::guess(db, app, &Typed { user, method: body.method, code: &body.code, binding })
}

fn refused(app: &App, peer: &Peer, row: Option<&PendingRow>) -> Event {
    let event = Event::new(app, Kind::SecondFactorRefused).peer(peer);
    match row {
        Some(row) => event.subject(row.user_id.as_str()),
        None => event.detail(json!({ "why": Code::PendingInvalid.as_str() })),
    }
}
