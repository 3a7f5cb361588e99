//! Who may call an operation, as a value: the guard types carry it, and everything that must
//! know it (the check, the document, the access matrix) reads it from there.

use serde_json::json;
use utoipa::openapi::{RefOr, path::Operation, security::SecurityRequirement};

use super::code::Code;
use crate::kernel::assurance::Assurance;

/// What a guard demands. Written once, as the type of a handler's first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub who: Who,
    pub rate: Rate,
    /// Seconds since the caller last proved to be who they are, at most. Who has a second factor
    /// must have proved that too.
    pub fresh: Option<u32>,
    /// How sure it must be who the caller is.
    pub assurance: Assurance,
    /// Whether it also lets in who has yet to set up the second factor that is asked of them.
    pub enrolling: bool,
    /// Whether only somebody who has signed in themselves gets in, and no program with a key.
    pub in_person: bool,
}

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    /// Who holds the permission in the scope `system`.
    Can { permission: &'static str },
    /// A client that shows who it is, and anybody who shows nothing.
    PerhapsClient,
    /// A client whose account holds the permission, and anybody else who does.
    ClientOr { permission: &'static str },
    /// The account that the path's `id` names, and who holds the permission.
    OwnOr { permission: &'static str },
}

/// How often one address may call: the name of a class of throttles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub class: &'static str,
    pub throttled: bool,
}

impl Rate {
    /// No limit but the service's own capacity.
    pub const OPEN: Self = Self { class: "open", throttled: false };
}

/// The names under which the ways to show who one is stand in the document.
pub const SESSION_SCHEME: &str = "session";
pub const BEARER_SCHEME: &str = "bearer";
pub const API_KEY_SCHEME: &str = "api_key";
pub const BASIC_SCHEME: &str = "client";

impl Rule {
    /// What a caller may get whose credentials don't count.
    const CALLER: &[Code] = &[
        Code::NotSignedIn,
        Code::TokenInvalid,
        Code::TooManyCredentials,
        Code::DpopInvalid,
        Code::DpopNonceNeeded,
    ];

    /// What a client that fails to show who it is may get.
    const CLIENT: &[Code] = &[
        Code::OauthInvalidRequest,
        Code::OauthInvalidClient,
        Code::RequestTimeout,
        Code::BodyTooLarge,
        Code::FormExpected,
    ];

    /// Nothing beyond who somebody is.
    pub const fn new(who: Who) -> Self {
        let (fresh, assurance) = (None, Assurance::Aal1);
        Self { who, rate: Rate::OPEN, fresh, assurance, enrolling: false, in_person: false }
    }

    /// Whether a recent or a second proof may be asked for.
    pub const fn wants_proof(&self) -> bool {
        self.fresh.is_some() || matches!(self.assurance, Assurance::Aal2)
    }

    /// Whether a program with a key is refused, whoever gave it the key.
    pub const fn needs_session(&self) -> bool {
        self.in_person || (self.wants_proof() && !matches!(self.who, Who::Can { .. }))
    }

    /// The ways to show who one is, any of which will do.
    fn schemes(&self) -> &'static [&'static str] {
        match self.who {
            // An empty list says "no credentials needed"; leaving it out would inherit.
            Who::Public => &[],
            Who::PerhapsClient => &[BASIC_SCHEME],
            Who::ClientOr { .. } => &[BASIC_SCHEME, SESSION_SCHEME, BEARER_SCHEME, API_KEY_SCHEME],
            // A token of the session is as good as its cookie; a key is not.
            _ if self.needs_session() => &[SESSION_SCHEME, BEARER_SCHEME],
            _ => &[SESSION_SCHEME, BEARER_SCHEME, API_KEY_SCHEME],
        }
    }

    /// What the guard itself may answer.
    pub fn codes(&self) -> Vec<Code> {
        let mut codes = match self.who {
            Who::Public => vec![],
            Who::PerhapsClient => Self::CLIENT.to_vec(),
            Who::ClientOr { .. } => [Self::CLIENT, Self::CALLER].concat(),
            _ => Self::CALLER.to_vec(),
        };
        if !self.who.is_open() && (self.in_person || self.wants_proof()) {
            codes.push(Code::SessionRequired);
        }
        match self.who {
            Who::Public | Who::PerhapsClient | Who::SignedIn => {}
            Who::Can { .. } | Who::ClientOr { .. } => codes.push(Code::PermissionMissing),
            // To who may not know it, another account looks like one that does not exist.
            Who::OwnOr { .. } => codes.push(Code::AccountNotFound),
        }
        if !self.who.is_open() && !self.enrolling {
            codes.push(Code::SecondFactorNeeded);
        }
        if self.wants_proof() {
            codes.push(Code::StepUpRequired);
        }
        if self.rate.throttled {
            codes.push(Code::RateLimited);
        }
        codes
    }

    /// Writes what it demands into the document.
    pub fn describe(&self, operation: &mut Operation) {
        let schemes = self.schemes().iter();
        let security = schemes.map(|name| SecurityRequirement::new(*name, [] as [&str; 0]));
        // An empty requirement says that nothing need be shown.
        let none = matches!(self.who, Who::PerhapsClient).then(SecurityRequirement::default);
        operation.security = Some(security.chain(none).collect());
        let extensions = operation.extensions.get_or_insert_default();
        extensions.insert("x-access".into(), self.who.name().into());
        extensions.insert("x-rate-class".into(), self.rate.class.into());
        if let Some(permission) = self.permission() {
            extensions.insert("x-required-permission".into(), permission.into());
        }
        if self.wants_proof() {
            let mut assurance = json!({ "acr": self.assurance.as_str() });
            if let Some(seconds) = self.fresh {
                assurance["max_age"] = seconds.into();
            }
            extensions.insert("x-assurance".into(), assurance);
        }
    }

    /// Who may call, as a sentence for people who read the document.
    pub fn sentence(&self) -> String {
        let mut sentence = match self.who {
            Who::Public => "Open to everybody".to_owned(),
            Who::PerhapsClient => {
                "For clients that show who they are, and for everybody".to_owned()
            }
            Who::ClientOr { permission } => {
                format!("For clients whose service account holds `{permission}`, and other holders")
            }
            Who::SignedIn => "For everybody who is signed in".to_owned(),
            Who::Can { permission } => format!("For holders of `{permission}`"),
            Who::OwnOr { permission } => {
                format!("For the account itself and for holders of `{permission}`")
            }
        };
        if self.needs_session() && self.fresh.is_none() {
            sentence.push_str(", in person and not by a key");
        }
        if self.assurance == Assurance::Aal2 {
            sentence.push_str(", signed in with two factors");
        }
        if let Some(seconds) = self.fresh {
            sentence.push_str(&format!(
                ", within {seconds} seconds after proving who they are (with the second factor, \
                 where there is one)"
            ));
        }
        sentence.push('.');
        sentence
    }

    pub fn permission(&self) -> Option<&'static str> {
        match self.who {
            Who::Can { permission } | Who::OwnOr { permission } | Who::ClientOr { permission } => {
                Some(permission)
            }
            _ => None,
        }
    }
}

impl Who {
    /// Its name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::PerhapsClient => "client_or_public",
            Self::ClientOr { .. } => "client_or_permission",
            Self::SignedIn => "signed_in",
            Self::Can { .. } => "permission",
            Self::OwnOr { .. } => "own_or_permission",
        }
    }

    /// Whether nobody has to show who they are.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::PerhapsClient)
    }

    /// Whether refusals are told in the words of OAuth, which its callers understand.
    pub const fn speaks_oauth(self) -> bool {
        matches!(self, Self::PerhapsClient | Self::ClientOr { .. })
    }
}

/// Whether a document's operation says what the rule demands: the start compares the two.
pub fn is_described(rule: &Rule, operation: &Operation) -> bool {
    let mut expected = Operation::new();
    rule.describe(&mut expected);
    let written = |name: &str| {
        operation.extensions.as_ref().and_then(|extensions| extensions.get(name)).cloned()
    };
    let wanted = expected.extensions.unwrap_or_default();
    operation.security == expected.security
        && wanted.iter().all(|(name, value)| written(name).as_ref() == Some(value))
}

/// The parameter as an object, when it is not a reference.
pub fn as_object<T>(value: &RefOr<T>) -> Option<&T> {
    match value {
        RefOr::T(value) => Some(value),
        RefOr::Ref(_) => None,
    }
}
