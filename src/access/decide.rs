//! Whether a rule lets somebody in: the one decision behind guards, access matrix and "what may I".

use crate::{
    access::caller::Caller,
    http::{
        code::Code,
        problem::Problem,
        rule::{Rule, Who},
    },
    kernel::clock::Timestamp,
};

/// Whose thing a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The account with this id, as the path says.
    Account(&'a str),
    /// The path names no account, or it does not matter which.
    Nobodys,
}

/// Refuses a caller whom the rule does not let in.
///
/// Errors: `auth.not_signed_in`, `auth.permission_missing`, `auth.step_up_required`, and
/// `accounts.not_found` where the caller may not know whether the account exists.
pub fn decide(
    rule: &Rule,
    caller: Option<&Caller>,
    whose: Whose<'_>,
    now: Timestamp,
) -> Result<(), Problem> {
    if rule.who == Who::Public {
        return Ok(());
    }
    let caller = caller.ok_or(Code::NotSignedIn)?;
    match rule.who {
        Who::Public | Who::SignedIn => Ok(()),
        Who::Fresh { seconds } if caller.seconds_since_proof(now) <= i64::from(seconds) => Ok(()),
        Who::Fresh { .. } => Err(Code::StepUpRequired.into()),
        Who::Can { permission } if caller.can(permission) => Ok(()),
        Who::Can { permission } => Err(Problem::missing_permission(permission)),
        Who::OwnOr { permission } => {
            let is_own = whose == Whose::Account(caller.user_id.as_str());
            if is_own || caller.can(permission) {
                Ok(())
            } else {
                Err(Code::AccountNotFound.into())
            }
        }
    }
}

/// A cell of the access matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Allow,
    Deny,
    /// Only for what belongs to the caller.
    OwnOnly,
}

impl Access {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::OwnOnly => "own only",
        }
    }
}

/// What a rule gives somebody who is signed in just now and holds these permissions. `None`:
/// somebody who is not signed in.
pub fn access(rule: &Rule, permissions: Option<&[&str]>) -> Access {
    let holds = |permission| permissions.is_some_and(|held: &[&str]| held.contains(&permission));
    match (rule.who, permissions) {
        (Who::Public, _) => Access::Allow,
        (_, None) => Access::Deny,
        (Who::SignedIn | Who::Fresh { .. }, _) => Access::Allow,
        (Who::Can { permission } | Who::OwnOr { permission }, _) if holds(permission) => {
            Access::Allow
        }
        (Who::OwnOr { .. }, _) => Access::OwnOnly,
        (Who::Can { .. }, _) => Access::Deny,
    }
}
