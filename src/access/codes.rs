//! Codes that people type: from an authenticator app, a sheet of recovery codes or a mail. Every
//! guess at one is counted before it is looked at, whatever it is asked for.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    access::{
        failures, recovery,
        throttle::{self, Bucket},
        totp,
    },
    app::App,
    db::Conn,
    http::{code::Code, problem::Problem},
    kernel::{assurance::Method, id::UserId},
};

/// A way to prove who one is by typing a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeMethod {
    /// A code from an authenticator app.
    Totp,
    RecoveryCode,
}

impl From<CodeMethod> for Method {
    fn from(method: CodeMethod) -> Self {
        match method {
            CodeMethod::Totp => Self::Totp,
            CodeMethod::RecoveryCode => Self::RecoveryCode,
        }
    }
}

/// Burns a code of an account, or counts the failure. The refusal is the inner result, because what
/// was counted stays counted.
///
/// Errors: `factors.refused`, also for a factor that is switched off; `rate_limit.exceeded`, then
/// for a right code too.
pub fn guess(
    db: &mut Conn,
    app: &App,
    user: &UserId,
    method: CodeMethod,
    code: &str,
) -> Result<Result<(), Problem>, Problem> {
    let (now, bucket) = (app.now(), Bucket::factors(&app.config.throttle, user));
    // The bucket's row is locked from here on, so guesses of one account take turns.
    if let Err(problem) = throttle::take(db, &bucket, now)? {
        return Ok(Err(problem));
    }
    if failures::is_off(db, user, method.into())? {
        return Ok(Err(Code::FactorRefused.into()));
    }
    let is_right = match method {
        CodeMethod::Totp => totp::burn(db, app, user, code)?,
        CodeMethod::RecoveryCode => recovery::burn(db, user, code, now)?,
    };
    if !is_right {
        failures::note(db, user, method.into(), now)?;
        return Ok(Err(Code::FactorRefused.into()));
    }
    failures::clear(db, user, method.into())?;
    throttle::clear(db, &bucket)?;
    Ok(Ok(()))
}
