//! Mail that somebody asks for by an address alone. Answer and work are the same whether the
//! address has an account or not.

use serde::{Deserialize, Serialize};
use tokio::time::{Duration, Instant};
use utoipa::ToSchema;
use validator::Validate;

use super::{
    model::{mailbox, parse_email},
    store::{self, AccountRow},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::Public,
        once::{self, Proof, Purpose},
        state::{State, Terms},
        throttle::{self, Bucket, Mails},
    },
    app::App,
    http::problem::Problem,
    kernel::mail::Mail,
    work::outbox::{self, Letter, To},
};

/// The address of an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
}

/// What comes after a request for a mail.
#[derive(Serialize, ToSchema)]
pub struct MailAnswer {
    #[schema(inline)]
    pub next: MailStep,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailStep {
    /// Look into the mailbox. The answer is the same where no mail was sent because there is no
    /// account or nothing to prove.
    CheckMail,
}

impl MailAnswer {
    pub const CHECK_MAIL: Self = Self { next: MailStep::CheckMail };
}

/// What is sent to whom.
pub struct Asked<M> {
    /// What the audit log calls the request.
    pub kind: Kind,
    /// Makes the mail that carries the proof.
    pub mail: M,
    /// Which of the accounts that are not disabled get it.
    pub wanted: fn(&AccountRow) -> bool,
}

/// How long an answer takes at least: longer than the work, whose few microseconds more for a row
/// that is there can be told apart in enough tries.
const AT_LEAST: Duration = Duration::from_millis(10);

/// Sends a proof to the account of an address, if there is one that is not disabled and wants it.
/// Else the same is written for nobody.
///
/// Errors: `rate_limit.exceeded`, for the caller's address and for the account's alike; accounts
/// that don't exist are counted too.
pub async fn send<P: Purpose, M>(
    app: &App,
    by: Public<Mails>,
    body: Mailbox,
    asked: Asked<M>,
) -> Result<(), Problem>
where
    M: Fn(&App, &Proof<P>) -> Mail,
{
    let answer_at = Instant::now() + AT_LEAST;
    let email = parse_email(&body.email)?;
    throttle::take_try(app, by.address).await?;
    let bucket = Bucket::account_mails(&app.config.throttle, &email);
    throttle::take_try(app, Some(bucket)).await?;
    let proof = Proof::<P>::new(app);
    let letter = Letter::new(app, &(asked.mail)(app, &proof));
    let nobody = once::nobody(&app.vault, email.as_str());
    let event = Event::new(app, asked.kind).peer(&by.peer);
    let terms = Terms::of(app);
    app.db
        .write_quiet(move |db| {
            // Not locked: that would write to a row which nobody has.
            let row = store::find_by_email(db, &email)?;
            let is_usable = |row: &AccountRow| row.state(&terms) != State::Disabled;
            let row = row.filter(|row| is_usable(row) && (asked.wanted)(row));
            match row {
                Some(row) => {
                    once::issue(db, &proof, &row.id, &row.email)?;
                    outbox::put(db, &letter, row.reader())?;
                    audit::record(db, event.subject(row.id.as_str()))?;
                }
                None => {
                    let to = To { user: None, email: email.as_str(), locale: "" };
                    once::issue(db, &proof, &nobody, email.as_str())?;
                    outbox::put(db, &letter.void(), to)?;
                    audit::record(db, event)?;
                }
            }
            Ok::<_, Problem>(())
        })
        .await?;
    tokio::time::sleep_until(answer_at).await;
    Ok(())
}
