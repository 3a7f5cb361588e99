//! Changing the e-mail address once it is confirmed, and undoing that for a week from the mailbox
//! that was the account's before.

use actix_web::web::Data;
use serde_json::json;

use super::model::{MailedCode, MailedToken};
use crate::{
    access::{
        audit::{self, Event, Kind},
        devices,
        guard::{InPerson, Public, SignedIn, Visit},
        once::{self, ChangeEmail, Found, Guess, Proof, ProofHash, ResetPassword, UndoEmailChange},
        pending,
        sessions::{self, Which},
        throttle::{self, Bucket, Proofs},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        model::parse_email,
        store::{self, AccountRow, Change, Changed},
    },
    http::{
        code::Code, endpoint::Endpoint, json::Json, peer::Peer, problem::Problem, reply::NoContent,
    },
    kernel::{clock::Timestamp, mail::Mail},
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        confirm_email_change: [ProofInvalid, EmailTaken],
        confirm_email_change_with_code: [ProofInvalid, EmailTaken],
        undo_email_change: [ProofInvalid, EmailTaken],
    ]
}

type Outcome = Result<Result<(), Problem>, Problem>;

/// Confirm your new address with the link of a mail. Works once, for a day.
///
/// The former address is told and can undo the change for seven days.
#[utoipa::path(post, path = "/v1/auth/email-change/confirm", tag = "auth")]
pub async fn confirm_email_change(
    by: Public<Proofs>,
    app: Data<App>,
    Json(body): Json<MailedToken>,
) -> Result<NoContent, Problem> {
    throttle::take_try(&app, by.address.clone()).await?;
    let (token, now) = (ProofHash::<ChangeEmail>::of(&body.token), app.now());
    let confirming = Confirming::new(&app, &by.peer, by.address);
    app.db
        .write(move |db| {
            let known = once::look(db, &token, now)?.map(|found| found.user_id);
            let row = known.map(|id| store::lock(db, &id)).transpose()?.flatten();
            let found = once::burn(db, &token, now)?;
            confirming.settle(db, row, found)
        })
        .await??;
    Ok(NoContent)
}

/// Confirm your new address with the code of a mail. It is good for ten minutes and five tries.
///
/// The former address is told and can undo the change for seven days.
#[utoipa::path(post, path = "/v1/me/email/confirm", tag = "me")]
pub async fn confirm_email_change_with_code(
    by: InPerson<SignedIn<Proofs>>,
    app: Data<App>,
    Json(body): Json<MailedCode>,
) -> Result<NoContent, Problem> {
    throttle::take_try(&app, by.address.clone()).await?;
    let (id, now, visit, vault) =
        (by.user().clone(), app.now(), Visit::clone(&by), app.vault.clone());
    let confirming = Confirming::new(&app, &by.peer, by.address.clone());
    app.db
        .write(move |db| {
            let row = store::lock(db, &id)?;
            visit.recheck(db, now)?;
            let guess = Guess { user: &id, binding: None, code: &body.code };
            let found = once::try_code::<ChangeEmail>(db, &vault, &guess, now)?;
            confirming.settle(db, row, found)
        })
        .await??;
    Ok(NoContent)
}

/// All that a confirmed change writes, made before the transaction.
struct Confirming {
    app: App,
    undo: Proof<UndoEmailChange>,
    welcome: Letter,
    changed: Event,
    refused: Event,
    address: Option<Bucket>,
    now: Timestamp,
}

impl Confirming {
    fn new(app: &App, peer: &Peer, address: Option<Bucket>) -> Self {
        let refused = Event::new(app, Kind::ProofRefused).peer(peer);
        Self {
            undo: Proof::new(app),
            welcome: Letter::new(app, &Mail::EmailIsYours),
            changed: Event::new(app, Kind::EmailChanged).peer(peer),
            refused: refused.detail(json!({ "of": "email change" })),
            address,
            now: app.now(),
            app: app.clone(),
        }
    }

    /// Changes the address to the one that the proof was sent to.
    fn settle(self, db: &mut Conn, row: Option<AccountRow>, found: Option<Found>) -> Outcome {
        let (Some(row), Some(found)) = (row, found) else {
            audit::record(db, self.refused)?;
            return Ok(Err(Code::ProofInvalid.into()));
        };
        if let Some(address) = &self.address {
            throttle::give_back(db, address)?;
        }
        move_to(db, &row, &found.email, self.now)?;
        once::void_all_but_undo(db, &row.id)?;
        once::issue(db, &self.undo, &row.id, &row.email)?;
        let notice =
            Mail::EmailChanged { new: found.email.clone(), link: self.undo.link(&self.app.config) };
        outbox::put(db, &Letter::new(&self.app, &notice), row.reader())?;
        let to = outbox::To { email: &found.email, ..row.reader() };
        outbox::put(db, &self.welcome, to)?;
        audit::record(db, self.changed.actor(&row.id).subject(row.id.as_str()))?;
        Ok(Ok(()))
    }
}

/// Gives the account an address that was proved just now. Errors: `accounts.email_taken`.
fn move_to(db: &mut Conn, row: &AccountRow, email: &str, now: Timestamp) -> Result<(), Problem> {
    let email = parse_email(email)?;
    let change = Change {
        email: Some(email.to_string()),
        email_key: Some(email.key()),
        email_verified_at: Some(Some(now)),
        ..Change::default()
    };
    match store::update(db, row, &change, now)? {
        Changed::Yes => Ok(()),
        // The row is locked, so nobody else can have changed it.
        Changed::Stale => Err(Problem::internal("a locked account has changed")),
        Changed::EmailTaken => Err(Code::EmailTaken.into()),
    }
}

/// Undo a change of your e-mail address with the link that came to the former one. Works once, for
/// seven days after the change.
///
/// All sessions of the account end, later changes of the address are undone with it, and a mail to
/// set a new password comes to the address: whoever changed it may know the password.
#[utoipa::path(post, path = "/v1/auth/email-change/undo", tag = "auth")]
pub async fn undo_email_change(
    by: Public<Proofs>,
    app: Data<App>,
    Json(body): Json<MailedToken>,
) -> Result<NoContent, Problem> {
    throttle::take_try(&app, by.address.clone()).await?;
    let (token, now) = (ProofHash::<UndoEmailChange>::of(&body.token), app.now());
    let reset = Proof::<ResetPassword>::new(&app);
    let letter = Letter::new(&app, &Mail::ResetPassword { link: reset.link(&app.config) });
    let undone = Event::new(&app, Kind::EmailChangeUndone).peer(&by.peer);
    let refused = Event::new(&app, Kind::ProofRefused).peer(&by.peer);
    let refused = refused.detail(json!({ "of": "undoing an email change" }));
    app.db
        .write(move |db| {
            let known = once::look(db, &token, now)?.map(|found| found.user_id);
            let row = known.map(|id| store::lock(db, &id)).transpose()?.flatten();
            let (Some(row), Some(found)) = (row, once::burn(db, &token, now)?) else {
                audit::record(db, refused)?;
                return Ok(Err(Code::ProofInvalid));
            };
            if let Some(address) = &by.address {
                throttle::give_back(db, address)?;
            }
            move_to(db, &row, &found.email, now)?;
            sessions::revoke_many(db, &row.id, &Which::All, now)?;
            pending::void(db, &row.id)?;
            devices::distrust(db, &row.id)?;
            once::void_all(db, &row.id)?;
            once::issue(db, &reset, &row.id, &found.email)?;
            let to = outbox::To { email: &found.email, ..row.reader() };
            outbox::put(db, &letter, to)?;
            audit::record(db, undone.actor(&row.id).subject(row.id.as_str()))?;
            Ok::<_, Problem>(Ok(()))
        })
        .await??;
    Ok(NoContent)
}
