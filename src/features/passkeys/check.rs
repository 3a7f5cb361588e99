//! A proof by a passkey. Its signature is checked before the transaction that rests on it, and what
//! it was checked against must still be so in there.

use serde_json::json;

use crate::{
    access::{
        audit::{self, Event, Kind},
        failures, notify,
        passkeys::{
            answer::ClientAnswer,
            ceremony::{self, CeremonyRow, Terms},
            party::{Fault, Party},
            store::{self, PasskeyRow},
        },
        throttle::{self, Bucket},
    },
    app::App,
    db::Conn,
    http::{code::Code, problem::Problem},
    kernel::{assurance::Method, id::UserId, mail::FactorChange},
};

/// A proof that was looked at.
pub struct Checked {
    ceremony: Option<CeremonyRow>,
    passkey: Option<PasskeyRow>,
    /// What the row holds after this use.
    verdict: Result<Vec<u8>, Fault>,
}

/// What came of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// There is no such ceremony to finish, or somebody else was faster.
    Over,
    Refused,
}

/// Looks at a proof. Nothing is written.
///
/// Errors: `passkeys.unavailable`, `validation.failed` for what no authenticator answers.
pub async fn check(
    app: &App,
    token: String,
    terms: Terms,
    answer: ClientAnswer,
) -> Result<Checked, Problem> {
    let (party, answer, now) = (Party::of(app)?, answer.proof()?, app.now());
    let (wanted, named) = (terms.user.clone(), answer.get_credential_id().to_vec());
    let (ceremony, passkey, handle) = app
        .db
        .read(move |db| {
            let ceremony = ceremony::find(db, &token, &terms, now)?;
            let passkey = store::find(db, &named)?;
            let handle = match &passkey {
                Some(row) => store::handle_of(db, &row.user_id)?,
                None => None,
            };
            Ok::<_, Problem>((ceremony, passkey, handle))
        })
        .await?;
    let told = answer.get_user_unique_id();
    let passkey = passkey.filter(|row| match &wanted {
        Some(user) => row.user_id == *user && (told.is_none() || told == handle.as_deref()),
        None => told.is_some() && told == handle.as_deref(),
    });
    let verdict = match (&ceremony, &passkey) {
        (Some(ceremony), Some(row)) => party.check_proof(app, &answer, &ceremony.state, row),
        _ => Err(Fault::Wrong),
    };
    Ok(Checked { ceremony, passkey, verdict })
}

impl Checked {
    /// Whose passkey it is, accepted or not.
    pub fn user(&self) -> Option<&UserId> {
        self.passkey.as_ref().map(|row| &row.user_id)
    }

    /// Burns the ceremony and notes the use. Lock the account first.
    pub fn settle(&self, db: &mut Conn, app: &App) -> Result<Outcome, Problem> {
        let now = app.now();
        let Some(ceremony) = &self.ceremony else { return Ok(Outcome::Over) };
        if !ceremony::burn(db, &ceremony.id, now)? {
            return Ok(Outcome::Over);
        }
        let (Some(row), Ok(sealed)) = (&self.passkey, &self.verdict) else {
            return Ok(Outcome::Refused);
        };
        let is_same = store::note_use(db, row, sealed, now)?;
        Ok(if is_same { Outcome::Accepted } else { Outcome::Refused })
    }

    /// The same as one of the guesses that an account's factors have, where somebody has proved
    /// something else already. The refusal is the inner result, because what was counted stays so.
    ///
    /// Errors: `passkeys.refused`, also where passkeys are switched off; `rate_limit.exceeded`.
    pub fn guess(
        &self,
        db: &mut Conn,
        app: &App,
        user: &UserId,
    ) -> Result<Result<(), Problem>, Problem> {
        let (now, method) = (app.now(), Method::Passkey);
        let bucket = Bucket::factors(&app.config.throttle, user);
        if let Err(problem) = throttle::take(db, &bucket, now)? {
            return Ok(Err(problem));
        }
        if failures::is_off(db, user, method)? {
            return Ok(Err(Code::PasskeyRefused.into()));
        }
        match self.settle(db, app)? {
            Outcome::Accepted => {}
            Outcome::Over => return Ok(Err(Code::PasskeyRefused.into())),
            Outcome::Refused => {
                failures::note(db, user, method, now)?;
                if failures::is_off(db, user, method)? {
                    notify::factor_changed(db, app, user, FactorChange::FactorSwitchedOff)?;
                }
                return Ok(Err(Code::PasskeyRefused.into()));
            }
        }
        failures::clear(db, user, method)?;
        throttle::clear(db, &bucket)?;
        Ok(Ok(()))
    }

    /// Records a refusal, and what it says of the authenticator.
    pub fn record(&self, db: &mut Conn, app: &App, refused: Event) -> Result<(), Problem> {
        if let (Some(row), Err(Fault::Cloned)) = (&self.passkey, &self.verdict) {
            let event = Event::new(app, Kind::PasskeyCloned).subject(row.user_id.as_str());
            audit::record(db, event.detail(json!({ "passkey": row.id.as_str() })))?;
        }
        Ok(audit::record(db, refused)?)
    }
}
