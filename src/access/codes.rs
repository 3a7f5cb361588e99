//! Codes that people type: from an authenticator app, a sheet of recovery codes or a mail. Every
//! guess at one is counted before it is looked at, whatever it is asked for.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    access::{
        failures, notify,
        once::{self, Guess, MailedFactor, Proof},
        recovery,
        throttle::{self, Bucket},
        totp,
    },
    app::App,
    db::{Conn, schema::users},
    http::{code::Code, problem::Problem},
    kernel::{
        assurance::Method,
        id::UserId,
        mail::{FactorChange, Mail},
    },
};

/// A way to prove who one is by typing a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeMethod {
    /// A code from an authenticator app.
    Totp,
    RecoveryCode,
    /// A code that was mailed for this sign-in or this session.
    Email,
}

impl From<CodeMethod> for Method {
    fn from(method: CodeMethod) -> Self {
        match method {
            CodeMethod::Totp => Self::Totp,
            CodeMethod::RecoveryCode => Self::RecoveryCode,
            CodeMethod::Email => Self::Email,
        }
    }
}

/// A code that somebody typed.
pub struct Typed<'a> {
    pub user: &'a UserId,
    pub method: CodeMethod,
    pub code: &'a str,
    /// The sign-in or the session that it was typed for: a mailed code counts for no other.
    pub binding: &'a str,
}

/// Burns a code of an account, or counts the failure. The refusal is the inner result, because what
/// was counted stays counted.
///
/// Errors: `factors.refused`, also for a factor that is switched off; `rate_limit.exceeded`, then
/// for a right code too.
pub fn guess(db: &mut Conn, app: &App, typed: &Typed<'_>) -> Result<Result<(), Problem>, Problem> {
    let (now, user, method) = (app.now(), typed.user, Method::from(typed.method));
    let bucket = Bucket::factors(&app.config.throttle, user);
    // The bucket's row is locked from here on, so guesses of one account take turns.
    if let Err(problem) = throttle::take(db, &bucket, now)? {
        return Ok(Err(problem));
    }
    if failures::is_off(db, user, method)? {
        return Ok(Err(Code::FactorRefused.into()));
    }
    if !burn(db, app, typed)? {
        failures::note(db, user, method, now)?;
        if failures::is_off(db, user, method)? {
            notify::factor_changed(db, app, user, FactorChange::FactorSwitchedOff)?;
        }
        return Ok(Err(Code::FactorRefused.into()));
    }
    failures::clear(db, user, method)?;
    throttle::clear(db, &bucket)?;
    if typed.method == CodeMethod::RecoveryCode {
        notify::factor_changed(db, app, user, FactorChange::RecoveryCodeUsed)?;
    }
    Ok(Ok(()))
}

fn burn(db: &mut Conn, app: &App, typed: &Typed<'_>) -> Result<bool, Problem> {
    let (user, code, now) = (typed.user, typed.code, app.now());
    Ok(match typed.method {
        CodeMethod::Totp => totp::burn(db, app, user, code)?,
        CodeMethod::RecoveryCode => recovery::burn(db, user, code, now)?,
        CodeMethod::Email => {
            let guess = Guess { user, binding: Some(typed.binding), code };
            once::try_code::<MailedFactor>(db, &app.vault, &guess, now)?.is_some()
        }
    })
}

/// Mails a code that counts for one sign-in or one session alone. Older ones don't count any more.
pub fn mail(db: &mut Conn, app: &App, user: &UserId, binding: &str) -> QueryResult<()> {
    let proof = Proof::<MailedFactor>::new(app).bound_to(binding);
    let email: String = users::table.find(user).select(users::email).first(db)?;
    once::issue(db, &proof, user, &email)?;
    notify::owner(db, app, user, &Mail::MailedFactor { code: proof.code() })
}
