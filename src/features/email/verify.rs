//! Proving that an account's address is one's own, by the link or the code of a mail.

use actix_web::web::Data;
use serde_json::json;

use super::model::{AddressedCode, MailedToken};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::Public,
        once::{self, Found, Guess, Proof, ProofHash, VerifyEmail},
        throttle::{self, Bucket, Mails, Proofs},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        ask::{self, Asked, MailAnswer, Mailbox},
        model::parse_email,
        store::{self, AccountRow, Change},
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Accepted, NoContent},
    },
    kernel::{clock::Timestamp, id::UserId, mail::Mail},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        resend_verification: [],
        verify_email: [ProofInvalid],
        verify_email_with_code: [ProofInvalid],
    ]
}

/// Ask for another mail that verifies your address.
///
/// The link and the code of the mail before don't count any more. The answer is the same for an
/// address without an account and for one that is verified.
#[utoipa::path(post, path = "/v1/auth/verify-email/resend", tag = "auth")]
pub async fn resend_verification(
    by: Public<Mails>,
    app: Data<App>,
    Json(body): Json<Mailbox>,
) -> Result<Accepted<MailAnswer>, Problem> {
    let asked = Asked {
        kind: Kind::VerificationAsked,
        mail,
        wanted: |row| row.email_verified_at.is_none(),
    };
    ask::send(&app, by, body, asked).await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}

/// The mail of a proof.
fn mail(app: &App, proof: &Proof<VerifyEmail>) -> Mail {
    Mail::VerifyEmail { link: proof.link(&app.config), code: proof.code() }
}

/// Verify your address with the link of a mail. Works once, for a day.
#[utoipa::path(post, path = "/v1/auth/verify-email", tag = "auth")]
pub async fn verify_email(
    by: Public<Proofs>,
    app: Data<App>,
    Json(body): Json<MailedToken>,
) -> Result<NoContent, Problem> {
    throttle::take_try(&app, by.address.clone()).await?;
    let (token, now) = (ProofHash::<VerifyEmail>::of(&body.token), app.now());
    let events = Events::new(&app, &by);
    app.db
        .write(move |db| {
            let known = once::look(db, &token, now)?.map(|found| found.user_id);
            let row = known.map(|id| store::lock(db, &id)).transpose()?.flatten();
            let found = once::burn(db, &token, now)?;
            settle(db, (row, found), events, now)
        })
        .await??;
    Ok(NoContent)
}

/// Verify your address with the code of a mail. It is good for ten minutes and five tries.
#[utoipa::path(post, path = "/v1/auth/verify-email/code", tag = "auth")]
pub async fn verify_email_with_code(
    by: Public<Proofs>,
    app: Data<App>,
    Json(body): Json<AddressedCode>,
) -> Result<NoContent, Problem> {
    let (email, now) = (parse_email(&body.email)?, app.now());
    throttle::take_try(&app, by.address.clone()).await?;
    let (vault, nobody) = (app.vault.clone(), UserId::make(now, &app.chance));
    let events = Events::new(&app, &by);
    app.db
        .write(move |db| {
            let known = store::find_by_email(db, &email)?.map(|row| row.id);
            let id = known.unwrap_or(nobody);
            let row = store::lock(db, &id)?;
            let guess = Guess { user: &id, binding: None, code: &body.code };
            let found = once::try_code::<VerifyEmail>(db, &vault, &guess, now)?;
            settle(db, (row, found), events, now)
        })
        .await??;
    Ok(NoContent)
}

/// What is written of an attempt.
struct Events {
    verified: Event,
    refused: Event,
    address: Option<Bucket>,
}

impl Events {
    fn new(app: &App, by: &Public<Proofs>) -> Self {
        let refused = Event::new(app, Kind::ProofRefused).peer(&by.peer);
        Self {
            verified: Event::new(app, Kind::EmailVerified).peer(&by.peer),
            refused: refused.detail(json!({ "of": "email verification" })),
            address: by.address.clone(),
        }
    }
}

/// Marks the address as verified if the proof was sent to the one that the account has now. The
/// refusal is the inner result: what was counted stays counted.
fn settle(
    db: &mut Conn,
    (row, found): (Option<AccountRow>, Option<Found>),
    events: Events,
    now: Timestamp,
) -> Result<Result<(), Problem>, Problem> {
    let proved = match (row, found) {
        (Some(row), Some(found)) if row.email == found.email => Ok(row),
        (row, _) => Err(row),
    };
    let row = match proved {
        Ok(row) => row,
        Err(row) => {
            let subject = row.map(|row| row.id);
            audit::record(
                db,
                match &subject {
                    Some(id) => events.refused.subject(id.as_str()),
                    None => events.refused,
                },
            )?;
            return Ok(Err(Code::ProofInvalid.into()));
        }
    };
    if let Some(address) = &events.address {
        throttle::give_back(db, address)?;
    }
    if row.email_verified_at.is_none() {
        let change = Change { email_verified_at: Some(Some(now)), ..Change::default() };
        store::update(db, &row, &change, now)?;
    }
    audit::record(db, events.verified.actor(&row.id).subject(row.id.as_str()))?;
    Ok(Ok(()))
}
