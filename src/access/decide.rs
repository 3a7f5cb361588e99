//! Whether a rule lets somebody in: the one decision behind guards, access matrix and "what may I".

use crate::{
    access::{caller::Caller, sessions::SessionRow},
    config::{Config, RequiredFor},
    http::{
        code::Code,
        problem::Problem,
        rule::{Rule, Who},
    },
    kernel::{account::AccountKind, assurance::Assurance, clock::Timestamp},
};

/// Whose thing a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The account with this id, as the path says.
    Account(&'a str),
    /// The path names no account, or it does not matter which.
    Nobodys,
}

/// Refuses a caller whom the rule does not let in. The caller is told of a missing permission
/// before anything that a further proof could mend, so that nobody proves in vain.
///
/// Errors: `auth.not_signed_in`, `auth.second_factor_needed`, `auth.permission_missing`,
/// `auth.step_up_required`, and `accounts.not_found` where the caller may not know whether the
/// account exists.
pub fn decide(
    rule: &Rule,
    caller: Option<&Caller>,
    whose: Whose<'_>,
    terms: &Asked<'_>,
) -> Result<(), Problem> {
    if rule.who.is_open() {
        return Ok(());
    }
    let caller = caller.ok_or(Code::NotSignedIn)?;
    if !rule.enrolling && caller.owes_second_factor(terms.second_factor) {
        return Err(Code::SecondFactorNeeded.into());
    }
    match rule.who {
        Who::Public | Who::PerhapsClient | Who::SignedIn => {}
        Who::Can { permission } | Who::ClientOr { permission } => {
            if !caller.can(permission) {
                return Err(Problem::missing_permission(permission));
            }
        }
        Who::OwnOr { permission } => {
            // What a key may do stands in its scope; that its account owns something adds nothing.
            let is_own =
                caller.session().is_some() && whose == Whose::Account(caller.user_id.as_str());
            if !is_own && !caller.can(permission) {
                return Err(Code::AccountNotFound.into());
            }
        }
    }
    let Some(session) = caller.session() else { return without_session(rule, caller) };
    let is_enough = proves_enough(rule, caller, session, terms.now);
    if is_enough { Ok(()) } else { Err(Code::StepUpRequired.into()) }
}

/// What asks for a person, or for a proof that only a person can give, refuses a program; but not
/// one with an account of its own, where nothing but a permission is asked of its owner: it proves
/// who it is with each call.
fn without_session(rule: &Rule, caller: &Caller) -> Result<(), Problem> {
    let is_service = caller.kind == AccountKind::Service;
    let is_fine = match rule.who {
        Who::Can { .. } | Who::ClientOr { .. } => {
            !rule.in_person && (is_service || !rule.wants_proof())
        }
        _ => !rule.needs_session(),
    };
    if is_fine { Ok(()) } else { Err(Code::SessionRequired.into()) }
}

/// What the service asks of every caller.
pub struct Asked<'a> {
    pub now: Timestamp,
    /// Of whom a second factor is asked.
    pub second_factor: &'a RequiredFor,
}

impl<'a> Asked<'a> {
    pub fn of(config: &'a Config, now: Timestamp) -> Self {
        Self { now, second_factor: &config.account.second_factor }
    }
}

/// Who has a second factor has proved it too, or nothing recent counts: a session that somebody
/// else got hold of is worth no more than its cookie.
fn proves_enough(rule: &Rule, caller: &Caller, session: &SessionRow, now: Timestamp) -> bool {
    let Some(seconds) = rule.fresh else { return caller.assurance() >= rule.assurance };
    let needed = if caller.second_factor { Assurance::Aal2 } else { rule.assurance };
    caller.assurance() >= needed && now.seconds_since(session.auth_time) <= i64::from(seconds)
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
        (Who::Public | Who::PerhapsClient, _) => Access::Allow,
        (_, None) => Access::Deny,
        (Who::SignedIn, _) => Access::Allow,
        (Who::Can { permission } | Who::OwnOr { permission } | Who::ClientOr { permission }, _)
            if holds(permission) =>
        {
            Access::Allow
        }
        (Who::OwnOr { .. }, _) => Access::OwnOnly,
        (Who::Can { .. } | Who::ClientOr { .. }, _) => Access::Deny,
    }
}
