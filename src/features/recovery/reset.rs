//! `request_password_reset` and `reset_password`.

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    access::{
        audit::{self, Event, Kind},
        devices, failures,
        guard::Public,
        identities,
        once::{self, Found, Proof, ProofHash, ResetPassword},
        pending,
        sessions::{self, Which},
        state::{State, Terms},
        throttle::{self, Bucket, Mails, Proofs},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        ask::{self, Asked, MailAnswer, Mailbox},
        model::parse_email,
        sign_up::check_password,
        store::{self, AccountRow, Change},
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Accepted, NoContent},
    },
    kernel::{
        assurance::Method, clock::Timestamp, mail::Mail, password::PasswordHash, secret::Secret,
    },
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        request_password_reset: [],
        reset_password: [ProofInvalid],
    ]
}

/// Ask for a mail to set a new password.
///
/// The link in it works once, within 15 minutes. Answer and time are the same for an address
/// without an account.
#[utoipa::path(post, path = "/v1/auth/password-reset", tag = "auth")]
pub async fn request_password_reset(
    by: Public<Mails>,
    app: Data<App>,
    Json(body): Json<Mailbox>,
) -> Result<Accepted<MailAnswer>, Problem> {
    let asked = Asked {
        kind: Kind::PasswordResetAsked,
        mail: |app: &App, proof: &Proof<ResetPassword>| Mail::ResetPassword {
            link: proof.link(&app.config),
        },
        wanted: |_| true,
    };
    ask::send(&app, by, body, asked).await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}

/// A new password, and the proof that it may be set.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The `token` of the link.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub token: String,
    /// At least 15 characters unless configured otherwise.
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, examples("a river of green tea"))]
    pub password: String,
}

/// Set a new password with the link of a mail or of an administrator. A password that is refused
/// does not use the link up.
///
/// All sessions of the account end and none begins: sign in next, with the second factor where
/// there is one.
#[utoipa::path(post, path = "/v1/auth/password-reset/complete", tag = "auth")]
pub async fn reset_password(
    by: Public<Proofs>,
    app: Data<App>,
    Json(body): Json<PasswordReset>,
) -> Result<NoContent, Problem> {
    throttle::take_try(&app, by.address.clone()).await?;
    let (token, now) = (ProofHash::<ResetPassword>::of(&body.token), app.now());
    let password = Secret::new(body.password);
    let refused = Event::new(&app, Kind::ProofRefused).peer(&by.peer);
    let refused = refused.detail(json!({ "of": "password reset" }));
    let Some(account) = look(&app, token.clone(), now).await? else {
        app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, refused)?)).await?;
        return Err(Code::ProofInvalid.into());
    };
    check_password(&app, &password, &account.email, &account.name, "/password")?;
    let hash = app.hasher.hash(password).await?;
    let link = app.config.page("/forgot");
    let letter = Letter::new(&app, &Mail::PasswordChanged { at: now, link });
    let reset = Event::new(&app, Kind::PasswordReset).peer(&by.peer);
    let buckets = (by.address, account_bucket(&app, &account)?);
    let terms = Terms::of(&app);
    app.db
        .write(move |db| {
            let row = store::lock(db, &account.id)?;
            let Some((row, found)) = may_reset(row, once::burn(db, &token, now)?, &terms) else {
                audit::record(db, refused.subject(account.id.as_str()))?;
                return Ok(Err(Code::ProofInvalid));
            };
            forgive(db, &buckets)?;
            put(db, &row, &hash, now)?;
            if found.binding.is_none() {
                verify(db, &row, now)?;
            }
            outbox::put(db, &letter, row.reader())?;
            audit::record(db, reset.actor(&row.id).subject(row.id.as_str()))?;
            Ok::<_, Problem>(Ok(()))
        })
        .await??;
    Ok(NoContent)
}

/// The account that a token could set the password of. Looking does not burn it.
async fn look(
    app: &App,
    token: ProofHash<ResetPassword>,
    now: Timestamp,
) -> Result<Option<AccountRow>, Problem> {
    let terms = Terms::of(app);
    app.db
        .read(move |db| {
            let Some(found) = once::look(db, &token, now)? else { return Ok(None) };
            let row = store::find(db, &found.user_id)?;
            Ok::<_, Problem>(may_reset(row, Some(found), &terms).map(|(row, _)| row))
        })
        .await
}

/// The account, if it is not disabled and has the address that the proof was sent to.
fn may_reset(
    row: Option<AccountRow>,
    found: Option<Found>,
    terms: &Terms,
) -> Option<(AccountRow, Found)> {
    let (row, found) = (row?, found?);
    let is_usable = row.state(terms) != State::Disabled;
    (is_usable && row.email == found.email).then_some((row, found))
}

fn account_bucket(app: &App, row: &AccountRow) -> Result<Bucket, Problem> {
    Ok(Bucket::account(&app.config.throttle, &parse_email(&row.email)?))
}

/// A right proof is no failure of its address, and forgives the account's failed sign-ins.
fn forgive(db: &mut Conn, (address, account): &(Option<Bucket>, Bucket)) -> Result<(), Problem> {
    if let Some(address) = address {
        throttle::give_back(db, address)?;
    }
    Ok(throttle::clear(db, account)?)
}

/// Sets the password, and ends what rested on the former one.
fn put(
    db: &mut Conn,
    row: &AccountRow,
    hash: &PasswordHash,
    now: Timestamp,
) -> Result<(), Problem> {
    store::put_password(db, &row.id, hash, now)?;
    // A password that was switched off after too many failures counts again.
    failures::clear(db, &row.id, Method::Password)?;
    sessions::revoke_many(db, &row.id, &Which::All, now)?;
    pending::void(db, &row.id)?;
    devices::distrust(db, &row.id)?;
    Ok(once::void_all_but_undo(db, &row.id)?)
}

/// Who has read the mail has the mailbox. Whoever used the account before that may have been
/// somebody else: what they sign in with at other services is of no use any more.
fn verify(db: &mut Conn, row: &AccountRow, now: Timestamp) -> Result<(), Problem> {
    if row.email_verified_at.is_none() {
        identities::delete_all(db, &row.id)?;
        let change = Change { email_verified_at: Some(Some(now)), ..Change::default() };
        store::update(db, row, &change, now)?;
    }
    Ok(())
}
