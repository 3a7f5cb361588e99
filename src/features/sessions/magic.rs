//! Signing in by mail, with a link or a code. Only an address that was verified before gets one:
//! who reads the mailbox must not come into an account that a stranger has set up for it.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::model::{MagicCode, MagicToken};
use crate::{
    access::{
        answer::SignInAnswer,
        audit::{self, Event, Kind},
        entry::{self, Arrival, Entered, Proof},
        guard::Public,
        once::{self, Found, Guess, MagicLink, ProofHash},
        sessions::Remember,
        throttle::{self, Bucket, Mails, Proofs},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        ask::{self, Asked, MailAnswer, Mailbox},
        model::parse_email,
        store::{self, AccountRow},
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Accepted, Ok200},
    },
    kernel::{
        assurance::{Amr, Method},
        id::UserId,
        mail::{Link, Mail},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        request_magic_link: [],
        sign_in_with_magic_link:
            [ProofInvalid, InvalidCredentials, AccountDisabled, EmailUnverified],
        sign_in_with_magic_code:
            [ProofInvalid, InvalidCredentials, AccountDisabled, EmailUnverified],
    ]
}

/// Ask for a mail to sign in with.
///
/// The link and the code in it work once, within ten minutes. The answer is the same for an address
/// without an account and for one that is not verified.
#[utoipa::path(post, path = "/v1/auth/magic-link", tag = "auth")]
pub async fn request_magic_link(
    by: Public<Mails>,
    app: Data<App>,
    Json(body): Json<Mailbox>,
) -> Result<Accepted<MailAnswer>, Problem> {
    request(&app, by, body).await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}

/// What both the API and the page do. Errors: `rate_limit.exceeded`.
pub async fn request(app: &App, by: Public<Mails>, body: Mailbox) -> Result<(), Problem> {
    request_with(app, by, body, |app, proof| proof.link(&app.config)).await
}

/// The same with a link of another form. Errors: `rate_limit.exceeded`.
pub async fn request_with(
    app: &App,
    by: Public<Mails>,
    body: Mailbox,
    link: impl Fn(&App, &once::Proof<MagicLink>) -> Link,
) -> Result<(), Problem> {
    let asked = Asked {
        kind: Kind::MagicLinkAsked,
        mail: |app: &App, proof: &once::Proof<MagicLink>| Mail::MagicLink {
            link: link(app, proof),
            code: proof.code(),
        },
        wanted: |row| row.email_verified_at.is_some(),
    };
    ask::send(app, by, body, asked).await
}

/// Sign in with the link of a mail.
///
/// Sets the session cookie, or answers which second factor is missing.
#[utoipa::path(post, path = "/v1/auth/magic-link/complete", tag = "auth")]
pub async fn sign_in_with_magic_link(
    by: Public<Proofs>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<MagicToken>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(with_link(&app, by, &request, body).await?))
}

/// What both the API and the page do. Errors: `proofs.invalid`, `rate_limit.exceeded`, and those of
/// [`entry::enter`].
pub async fn with_link(
    app: &App,
    by: Public<Proofs>,
    request: &HttpRequest,
    body: MagicToken,
) -> Result<SignInAnswer, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let (token, now) = (ProofHash::<MagicLink>::of(&body.token), app.now());
    let coming = Coming::new(app, by, request, body.remember);
    let entered = app.db.write(move |db| {
        let known = once::look(db, &token, now)?.map(|found| found.user_id);
        let row = known.map(|id| store::lock(db, &id)).transpose()?.flatten();
        let found = once::burn(db, &token, now)?;
        coming.settle(db, row, found)
    });
    SignInAnswer::of(entered.await??, app, request)
}

/// Sign in with the code of a mail. It is good for ten minutes and five tries.
///
/// Sets the session cookie, or answers which second factor is missing.
#[utoipa::path(post, path = "/v1/auth/magic-link/code", tag = "auth")]
pub async fn sign_in_with_magic_code(
    by: Public<Proofs>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<MagicCode>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(with_code(&app, by, &request, body).await?))
}

/// What both the API and the page do. Errors: as [`with_link`].
pub async fn with_code(
    app: &App,
    by: Public<Proofs>,
    request: &HttpRequest,
    body: MagicCode,
) -> Result<SignInAnswer, Problem> {
    let (email, now) = (parse_email(&body.email)?, app.now());
    throttle::take_try(app, by.address.clone()).await?;
    let (vault, nobody) = (app.vault.clone(), UserId::make(now, &app.chance));
    let coming = Coming::new(app, by, request, body.remember);
    let entered = app.db.write(move |db| {
        let known = store::find_by_email(db, &email)?.map(|row| row.id);
        let id = known.unwrap_or(nobody);
        let row = store::lock(db, &id)?;
        let guess = Guess { user: &id, binding: None, code: &body.code };
        let found = once::try_code::<MagicLink>(db, &vault, &guess, now)?;
        coming.settle(db, row, found)
    });
    SignInAnswer::of(entered.await??, app, request)
}

/// Somebody who comes with a proof from a mail.
struct Coming {
    app: App,
    arrival: Arrival,
    remember: Remember,
    address: Option<Bucket>,
    refused: Event,
}

impl Coming {
    fn new(app: &App, by: Public<Proofs>, request: &HttpRequest, remember: bool) -> Self {
        let refused = Event::new(app, Kind::SignInRefused).peer(&by.peer);
        Self {
            app: app.clone(),
            arrival: Arrival::of(app, request),
            remember: remember.into(),
            address: by.address,
            refused: refused.detail(json!({ "why": "magic link" })),
        }
    }

    /// Enters if the proof was sent to the address that the account has now.
    fn settle(
        self,
        db: &mut Conn,
        row: Option<AccountRow>,
        found: Option<Found>,
    ) -> Result<Result<Entered, Code>, Problem> {
        let (Some(row), Some(_)) = (&row, found.filter(|it| is_for(row.as_ref(), it))) else {
            let event = match &row {
                Some(row) => self.refused.subject(row.id.as_str()),
                None => self.refused,
            };
            audit::record(db, event)?;
            return Ok(Err(Code::ProofInvalid));
        };
        if let Some(address) = &self.address {
            throttle::give_back(db, address)?;
        }
        let proof = Proof {
            user: row.id.clone(),
            amr: Amr::of(Method::Email),
            remember: self.remember,
            trust: false,
            arrival: &self.arrival,
        };
        entry::enter(db, &self.app, &proof)
    }
}

/// Whether a proof was sent to this account's address, and that still is verified.
fn is_for(row: Option<&AccountRow>, found: &Found) -> bool {
    row.is_some_and(|row| row.email == found.email && row.email_verified_at.is_some())
}
