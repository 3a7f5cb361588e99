//! Asking for another e-mail address. Nothing changes before the new one is confirmed, and both
//! mailboxes are told.

use actix_web::web::Data;

use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Fresh, RECENTLY, SignedIn, Visit},
        once::{self, ChangeEmail, Proof},
        throttle::{self, Bucket, Mails},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        ask::{MailAnswer, Mailbox},
        model::parse_email,
        store,
    },
    http::{code::Code, endpoint::Endpoint, json::Json, problem::Problem, reply::Accepted},
    kernel::{email::Email, id::UserId, mail::Mail, refusal::Refusal},
    work::outbox::{self, Letter, To},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        request_email_change: [],
    ]
}

const SAME: Refusal = Refusal::new("same", "This is the account's address already.");

/// The mails of a change that is asked for, and what they rest on.
struct Asked {
    new: Email,
    proof: Proof<ChangeEmail>,
    /// Stands for the account in the proof when the new address has another account.
    nobody: UserId,
    confirm: Letter,
    in_use: Letter,
    notice: Letter,
}

impl Asked {
    fn new(app: &App, new: Email) -> Self {
        let proof = Proof::<ChangeEmail>::new(app);
        let confirm = Mail::ConfirmEmail { link: proof.link(&app.config), code: proof.code() };
        let in_use = Mail::AddressInUse { link: app.config.page("/sign-in") };
        let notice = Mail::EmailChangeAsked { new: new.to_string() };
        Self {
            confirm: Letter::new(app, &confirm),
            in_use: Letter::new(app, &in_use),
            notice: Letter::new(app, &notice),
            nobody: once::nobody(&app.vault, new.as_str()),
            new,
            proof,
        }
    }

    /// Writes to the new address, and to the present one. An address that has another account gets
    /// a mail that tells its owner so, and the caller gets the same answer.
    fn write(self, db: &mut Conn, row: &store::AccountRow) -> Result<(), Problem> {
        once::void_older::<ChangeEmail>(db, &row.id)?;
        match store::find_by_email(db, &self.new)? {
            Some(owner) => {
                once::issue(db, &self.proof, &self.nobody, self.new.as_str())?;
                outbox::put(db, &self.in_use, owner.reader())?;
            }
            None => {
                once::issue(db, &self.proof, &row.id, self.new.as_str())?;
                let to = To { email: self.new.as_str(), ..row.reader() };
                outbox::put(db, &self.confirm, to)?;
            }
        }
        Ok(outbox::put(db, &self.notice, row.reader())?)
    }
}

/// Ask for another e-mail address.
///
/// A mail to the new address confirms it, by link or code; the present address is told. Only the
/// latest request counts. The answer is the same when another account has the new address.
#[utoipa::path(post, path = "/v1/me/email", tag = "me")]
pub async fn request_email_change(
    by: Fresh<RECENTLY, SignedIn<Mails>>,
    app: Data<App>,
    Json(body): Json<Mailbox>,
) -> Result<Accepted<MailAnswer>, Problem> {
    let new = parse_email(&body.email)?;
    let present = parse_email(&by.caller.email)?;
    if new == present {
        return Err(Problem::field("/email", SAME));
    }
    throttle::take_try(&app, by.address.clone()).await?;
    for email in [&present, &new] {
        let bucket = Bucket::account_mails(&app.config.throttle, email);
        throttle::take_try(&app, Some(bucket)).await?;
    }
    let (id, now, visit) = (by.user().clone(), app.now(), Visit::clone(&by));
    let asked = Asked::new(&app, new);
    let event = Event::new(&app, Kind::EmailChangeAsked).actor(&id).subject(id.as_str());
    let event = event.session(by.caller.session_id()).peer(&by.peer);
    app.db
        .write(move |db| {
            let row = store::lock(db, &id)?.ok_or(Code::NotSignedIn)?;
            visit.recheck(db, now)?;
            asked.write(db, &row)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(Accepted(MailAnswer::CHECK_MAIL))
}
