//! How somebody proved to be who they are, and how much that is worth. A session's assurance
//! follows from its methods alone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way to prove who one is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Password,
    /// A code from an authenticator app (RFC 6238).
    Totp,
    RecoveryCode,
    Passkey,
    /// A code or a link that was mailed.
    Email,
}

impl Method {
    /// Every method, the strongest first.
    pub const ALL: [Self; 5] =
        [Self::Passkey, Self::Totp, Self::RecoveryCode, Self::Password, Self::Email];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::Email => "email",
        }
    }

    /// What the method adds to `amr`: RFC 8176, section 2, where it has a name.
    const fn references(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::Totp => &["otp"],
            Self::RecoveryCode => &["recovery"],
            // The authenticator has verified its user: a passkey is two factors in one.
            Self::Passkey => &["hwk", "user"],
            Self::Email => &["email"],
        }
    }
}

/// How sure it is who somebody is (NIST SP 800-63B-4, sections 2.1 and 2.2).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// One factor.
    Aal1,
    /// Two different factors, one of them something that the person has.
    Aal2,
}

impl Assurance {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }
}

/// The methods of a session, as its `amr` claim names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amr(BTreeSet<String>);

/// The name of another service's word. It is worth what a mailbox is: one factor.
const FEDERATED: &str = "fed";

/// The name that says "more than one factor".
const SEVERAL: &str = "mfa";

impl Amr {
    pub fn of(method: Method) -> Self {
        Self::default().with(method)
    }

    /// Another service's word for who somebody is.
    pub fn federated() -> Self {
        Self(BTreeSet::from([FEDERATED.to_owned()]))
    }

    /// What a session's row says.
    pub fn parse(text: &str) -> Self {
        Self(text.split(' ').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect())
    }

    /// These methods and one more.
    #[must_use]
    pub fn with(mut self, method: Method) -> Self {
        self.0.extend(method.references().iter().map(|&name| name.to_owned()));
        if self.assurance() == Assurance::Aal2 {
            self.0.insert(SEVERAL.to_owned());
        }
        self
    }

    /// Whether this method is among them.
    pub fn has(&self, method: Method) -> bool {
        method.references().iter().all(|&name| self.0.contains(name))
    }

    /// What they are worth. A mailed code proves a mailbox, which is neither known nor had.
    pub fn assurance(&self) -> Assurance {
        let any = |names: &[&str]| names.iter().any(|&name| self.0.contains(name));
        if any(&["otp", "recovery", "hwk"]) && any(&["pwd", "user", "email", FEDERATED]) {
            Assurance::Aal2
        } else {
            Assurance::Aal1
        }
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// As a session's row keeps it.
    pub fn to_text(&self) -> String {
        self.names().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_factors_are_worth_more_than_one() {
        for one in [Method::Password, Method::Totp, Method::RecoveryCode, Method::Email] {
            assert_eq!(Amr::of(one).assurance(), Assurance::Aal1, "{one:?}");
        }
        assert_eq!(Amr::of(Method::Password).with(Method::Email).assurance(), Assurance::Aal1);
        assert_eq!(Amr::of(Method::Totp).with(Method::RecoveryCode).assurance(), Assurance::Aal1);
        assert_eq!(Amr::of(Method::Password).with(Method::Totp).assurance(), Assurance::Aal2);
        assert_eq!(Amr::of(Method::Passkey).assurance(), Assurance::Aal2);
        assert_eq!(Amr::federated().assurance(), Assurance::Aal1);
        assert_eq!(Amr::federated().with(Method::Email).assurance(), Assurance::Aal1);
        assert_eq!(Amr::federated().with(Method::Totp).names(), ["fed", "mfa", "otp"]);
    }

    #[test]
    fn what_is_stored_reads_the_same() {
        let amr = Amr::of(Method::Password).with(Method::Totp);
        assert_eq!(amr.names(), ["mfa", "otp", "pwd"]);
        assert_eq!(Amr::parse(&amr.to_text()), amr);
    }
}
