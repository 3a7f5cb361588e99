//! The state of an account: the one place that says who may sign in and whose sessions go on.
//! Every path asks here; an account that is gone has no row and so no state.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{app::App, http::code::Code, kernel::clock::Timestamp};

/// What an account may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserStatus)]
pub enum State {
    Active,
    /// Nobody has shown yet that the address is theirs, and the service asks for it.
    Unverified,
    /// The password is switched off after too many failures, until it is reset; other ways to
    /// sign in still work, and a browser that is known may go on trying.
    Locked,
    /// An administrator has ended or paused its use.
    Disabled,
}

/// What a row says about its account's state.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub status: &'a str,
    pub disabled_until: Option<Timestamp>,
    pub locked_at: Option<Timestamp>,
    pub verified_at: Option<Timestamp>,
}

/// What decides beside the row.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub now: Timestamp,
    pub require_verified: bool,
}

/// The status of a row that is in use; anything else counts as disabled, so that a doubt lets
/// nobody in.
pub const ACTIVE: &str = "active";
/// The status of a row whose use is ended or paused.
pub const DISABLED: &str = "disabled";

impl Terms {
    pub fn of(app: &App) -> Self {
        Self { now: app.now(), require_verified: app.config.requires_verified_email() }
    }
}

impl State {
    pub fn of(standing: &Standing<'_>, terms: &Terms) -> Self {
        if standing.is_disabled(terms.now) {
            Self::Disabled
        } else if terms.require_verified && standing.verified_at.is_none() {
            Self::Unverified
        } else if standing.locked_at.is_some() {
            Self::Locked
        } else {
            Self::Active
        }
    }

    /// Refuses a sign-in whose credential was right.
    ///
    /// Errors: `auth.account_disabled`, `auth.email_unverified`.
    pub fn may_sign_in(self) -> Result<(), Code> {
        match self {
            Self::Active | Self::Locked => Ok(()),
            Self::Unverified => Err(Code::EmailUnverified),
            Self::Disabled => Err(Code::AccountDisabled),
        }
    }
}

impl Standing<'_> {
    /// Whether its use is ended or paused at `now`: then sessions that ran stand still too.
    pub fn is_disabled(&self, now: Timestamp) -> bool {
        self.status != ACTIVE && self.disabled_until.is_none_or(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(status: &str, until: Option<i64>, locked: bool, verified: bool) -> State {
        let at = Timestamp::from_micros(1);
        let standing = Standing {
            status,
            disabled_until: until.map(Timestamp::from_micros),
            locked_at: locked.then_some(at),
            verified_at: verified.then_some(at),
        };
        State::of(&standing, &Terms { now: Timestamp::from_micros(100), require_verified: true })
    }

    #[test]
    fn the_strictest_state_counts() {
        assert_eq!(state("active", None, false, true), State::Active);
        assert_eq!(state("active", None, true, true), State::Locked);
        assert_eq!(state("active", None, true, false), State::Unverified);
        assert_eq!(state("disabled", None, true, false), State::Disabled);
        assert_eq!(state("whatever", None, false, true), State::Disabled);
    }

    #[test]
    fn a_pause_ends_by_itself() {
        assert_eq!(state("disabled", Some(101), false, true), State::Disabled);
        assert_eq!(state("disabled", Some(100), false, true), State::Active);
    }
}
