//! Signing in with a passkey alone: the authenticator tells whose it is. Nobody is asked for a
//! name, so nothing tells which accounts there are.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::{
    check::{self, Outcome},
    model::{PasskeyCeremony, PasskeySignIn},
};
use crate::{
    access::{
        answer::SignInAnswer,
        audit::{Event, Kind},
        entry::{self, Arrival, Proof},
        failures,
        guard::Public,
        passkeys::{
            ceremony::{self, Purpose, Terms},
            party::Party,
        },
        throttle::{self, Ceremonies, Passwords},
    },
    app::App,
    endpoints,
    features::accounts::store,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Created, Ok200},
    },
    kernel::assurance::{Amr, Method},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        begin_passkey_sign_in: [PasskeysUnavailable],
        finish_passkey_sign_in:
            [PasskeyRefused, AccountDisabled, EmailUnverified, PasskeysUnavailable],
    ]
}

fn terms() -> Terms {
    Terms { purpose: Purpose::SignIn, user: None, bound_to: None }
}

/// Begin to sign in with a passkey.
///
/// The options name no passkeys, so that the person chooses one. They fit `mediation:
/// "conditional"`, which offers passkeys where the browser fills in forms, and none.
#[utoipa::path(post, path = "/v1/auth/passkey/begin", tag = "auth")]
pub async fn begin_passkey_sign_in(
    by: Public<Ceremonies>,
    app: Data<App>,
) -> Result<Created<PasskeyCeremony>, Problem> {
    Ok(Created(begin(&app, by).await?))
}

/// What both the API and the page do. Errors: `passkeys.unavailable`, `rate_limit.exceeded`.
pub async fn begin(app: &App, by: Public<Ceremonies>) -> Result<PasskeyCeremony, Problem> {
    let question = Party::of(app)?.ask_for_proof(None)?;
    throttle::take_try(app, by.address).await?;
    let (own, state) = (app.clone(), question.state.clone());
    let begun = app
        .db
        .write_quiet(move |db| Ok::<_, Problem>(ceremony::begin(db, &own, &terms(), &state)?));
    Ok(PasskeyCeremony::new(&begun.await?, question))
}

/// Sign in with a passkey.
///
/// Sets the session cookie. The authenticator has verified its user, so no second factor is asked
/// for.
#[utoipa::path(post, path = "/v1/auth/passkey", tag = "auth")]
pub async fn finish_passkey_sign_in(
    by: Public<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasskeySignIn>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(finish(&app, by, &request, body).await?))
}

/// What both the API and the page do. Errors: `passkeys.refused`, `passkeys.unavailable`,
/// `rate_limit.exceeded`, and those of [`entry::enter`].
pub async fn finish(
    app: &App,
    by: Public<Passwords>,
    request: &HttpRequest,
    body: PasskeySignIn,
) -> Result<SignInAnswer, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let checked = check::check(app, body.ceremony, terms(), body.credential).await?;
    let arrival = Arrival::of(app, request);
    let refused = Event::new(app, Kind::SignInRefused).peer(&by.peer);
    let refused = refused.detail(json!({ "why": "passkey" }));
    let (own, address) = (app.clone(), by.address);
    let entered = app.db.write(move |db| {
        let user = checked.user().cloned();
        let is_off = match &user {
            Some(user) => {
                store::lock(db, user)?;
                failures::is_off(db, user, Method::Passkey)?
            }
            None => false,
        };
        let outcome = checked.settle(db, &own)?;
        let Some(user) = user.filter(|_| outcome == Outcome::Accepted && !is_off) else {
            let refused = match checked.user() {
                Some(user) => refused.subject(user.as_str()),
                None => refused,
            };
            checked.record(db, &own, refused)?;
            return Ok::<_, Problem>(Err(Code::PasskeyRefused));
        };
        if let Some(address) = &address {
            throttle::give_back(db, address)?;
        }
        let proof = Proof {
            user,
            amr: Amr::of(Method::Passkey),
            remember: body.remember.into(),
            trust: false,
            arrival: &arrival,
        };
        Ok(entry::enter(db, &own, &proof)?.map_err(entry::refusal(Code::PasskeyRefused)))
    });
    SignInAnswer::of(entered.await??, app, request)
}
