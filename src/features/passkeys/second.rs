//! A passkey as the second step of a sign-in: what the first step proved is burnt together with the
//! ceremony, and each counts for the other alone.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::{
    check,
    model::{PasskeyCeremony, PasskeySecondFactor, PasskeySecondStep},
};
use crate::{
    access::{
        answer::SignInAnswer,
        audit::{self, Event, Kind},
        entry::{self, Arrival, Entered, Proof},
        guard::Public,
        passkeys::{
            ceremony::{self, Purpose, Terms},
            party::Party,
            store as passkeys,
        },
        pending::{self, PendingRow},
        steps,
        throttle::{self, Ceremonies, Passwords},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::store,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        peer::Peer,
        problem::Problem,
        reply::{Created, Ok200},
    },
    kernel::assurance::Method,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        begin_passkey_second_factor: [PendingInvalid, PasskeyRefused, PasskeysUnavailable],
        finish_passkey_second_factor: [
            PendingInvalid, PasskeyRefused, AccountDisabled, EmailUnverified, PasskeysUnavailable,
        ],
    ]
}

fn terms(row: &PendingRow) -> Terms {
    Terms {
        purpose: Purpose::SecondFactor,
        user: Some(row.user_id.clone()),
        bound_to: Some(row.id.to_string()),
    }
}

/// Begin the second step of a sign-in with a passkey.
///
/// Only where `passkey` is among the methods that the first step answered.
#[utoipa::path(post, path = "/v1/auth/second-factor/passkey/begin", tag = "auth")]
pub async fn begin_passkey_second_factor(
    by: Public<Ceremonies>,
    app: Data<App>,
    Json(body): Json<PasskeySecondStep>,
) -> Result<Created<PasskeyCeremony>, Problem> {
    Ok(Created(begin(&app, by, body).await?))
}

/// What both the API and the page do. Errors: `auth.pending_invalid`, `passkeys.refused` where the
/// account has no passkey that counts, `passkeys.unavailable`, `rate_limit.exceeded`.
pub async fn begin(
    app: &App,
    by: Public<Ceremonies>,
    body: PasskeySecondStep,
) -> Result<PasskeyCeremony, Problem> {
    let party = Party::of(app)?;
    throttle::take_try(app, by.address).await?;
    let (own, now) = (app.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let row = pending::find(db, &body.token, now)?.ok_or(Code::PendingInvalid)?;
            if !steps::finishing(db, &row.user_id)?.contains(&Method::Passkey) {
                return Err(Problem::from(Code::PasskeyRefused));
            }
            let allowed = passkeys::all(db, &row.user_id)?;
            let question = party.ask_for_proof(Some(&allowed))?;
            let begun = ceremony::begin(db, &own, &terms(&row), &question.state)?;
            Ok(PasskeyCeremony::new(&begun, question))
        })
        .await
}

/// Give a passkey as the second step of a sign-in.
///
/// Sets the session cookie. After ten wrong answers the sign-in has to be begun anew; after a
/// hundred in a row passkeys are switched off until one is added.
#[utoipa::path(post, path = "/v1/auth/second-factor/passkey", tag = "auth")]
pub async fn finish_passkey_second_factor(
    by: Public<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasskeySecondFactor>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(finish(&app, by, &request, body).await?))
}

/// What both the API and the page do. Errors: `auth.pending_invalid`, `passkeys.refused`,
/// `passkeys.unavailable`, `rate_limit.exceeded`, and those of [`entry::enter`].
pub async fn finish(
    app: &App,
    by: Public<Passwords>,
    request: &HttpRequest,
    body: PasskeySecondFactor,
) -> Result<SignInAnswer, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let (token, now) = (body.token.clone(), app.now());
    let read = move |db: &mut Conn| Ok::<_, Problem>(pending::find(db, &token, now)?);
    let Some(known) = app.db.read(read).await? else { return Err(over(app, &by.peer).await?) };
    let checked = check::check(app, body.ceremony, terms(&known), body.credential).await?;
    let (own, address, arrival) = (app.clone(), by.address, Arrival::of(app, request));
    let refused = refused(app, &by.peer).subject(known.user_id.as_str());
    let entered = app.db.write(move |db| -> Result<Result<Entered, Problem>, Problem> {
        store::lock(db, &known.user_id)?;
        let row = pending::find(db, &body.token, now)?;
        let Some(row) = row.filter(|row| row.id == known.id) else {
            audit::record(db, refused)?;
            return Ok(Err(Code::PendingInvalid.into()));
        };
        let is_asked = steps::finishing(db, &row.user_id)?.contains(&Method::Passkey);
        let guessed = match is_asked {
            true => checked.guess(db, &own, &row.user_id)?,
            false => Err(Code::PasskeyRefused.into()),
        };
        if let Err(problem) = guessed {
            pending::fail(db, &row.id)?;
            checked.record(db, &own, refused)?;
            return Ok(Err(problem));
        }
        if !pending::burn(db, &row.id, now)? {
            audit::record(db, refused)?;
            return Ok(Err(Code::PendingInvalid.into()));
        }
        if let Some(address) = &address {
            throttle::give_back(db, address)?;
        }
        let proof = Proof {
            amr: row.amr().with(Method::Passkey),
            remember: row.remember(),
            trust: body.trust_device,
            user: row.user_id,
            arrival: &arrival,
        };
        let refusal = entry::refusal(Code::PasskeyRefused);
        Ok(entry::enter(db, &own, &proof)?.map_err(|code| refusal(code).into()))
    });
    SignInAnswer::of(entered.await??, app, request)
}

fn refused(app: &App, peer: &Peer) -> Event {
    Event::new(app, Kind::SecondFactorRefused).peer(peer)
}

/// Records that there is no such sign-in.
async fn over(app: &App, peer: &Peer) -> Result<Problem, Problem> {
    let event = refused(app, peer).detail(json!({ "why": Code::PendingInvalid.as_str() }));
    app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
    Ok(Code::PendingInvalid.into())
}
