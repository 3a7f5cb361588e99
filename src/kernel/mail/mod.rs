//! Mail in our own words: which mails there are and what each one says. No value that a stranger
//! chose stands in a subject, and none without being escaped anywhere else.

mod render;
mod sample;
#[cfg(test)]
mod tests;

pub use render::{Rendered, TemplateError, Templates};

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// Seconds for which a code of six digits is good, whatever the link beside it is.
pub const CODE_SECONDS: i64 = 600;

/// A link and for how long it is good.
#[derive(Clone, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
    /// Seconds from when it was made.
    pub seconds: i64,
}

/// What changed of the ways in which somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorChange {
    TotpAdded,
    TotpRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    IdentityAdded,
    IdentityRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    /// After too many failures a factor does not count until it is set up again.
    FactorSwitchedOff,
    /// An administrator has removed the factors.
    FactorsRemoved,
    PasswordRemoved,
}

impl FactorChange {
    pub const ALL: [Self; 11] = [
        Self::TotpAdded,
        Self::TotpRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::IdentityAdded,
        Self::IdentityRemoved,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::FactorSwitchedOff,
        Self::FactorsRemoved,
        Self::PasswordRemoved,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TotpAdded => "totp-added",
            Self::TotpRemoved => "totp-removed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::IdentityAdded => "identity-added",
            Self::IdentityRemoved => "identity-removed",
            Self::RecoveryCodesMade => "recovery-codes-made",
            Self::RecoveryCodeUsed => "recovery-code-used",
            Self::FactorSwitchedOff => "factor-switched-off",
            Self::FactorsRemoved => "factors-removed",
            Self::PasswordRemoved => "password-removed",
        }
    }
}

/// A mail with its values. It is serialised only to be sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mail {
    /// To a new account: prove that the address is yours.
    VerifyEmail { link: Link, code: String },
    /// Somebody wanted the address for an account, and it has one. `link` leads to the sign-in.
    AddressInUse { link: String },
    /// What was asked for by somebody who has forgotten the password.
    ResetPassword { link: Link },
    /// To the owner of an account that an administrator has made: choose a password.
    AccountMade { link: Link },
    /// The same where it has a password already. `link` leads to the sign-in.
    AccountReady { link: String },
    /// An administrator asks for a password to be chosen.
    ChoosePassword { link: Link },
    /// The password was changed. `link` leads to where it can be reset.
    PasswordChanged { at: Timestamp, link: String },
    /// To the present address: somebody who is signed in wants to change it.
    EmailChangeAsked { new: String },
    /// To the new address: prove that it is yours.
    ConfirmEmail { link: Link, code: String },
    /// To the former address: it was changed, and the link undoes that.
    EmailChanged { new: String, link: Link },
    /// To the address that has become the present one.
    EmailIsYours,
    /// Sign in with a link or a code alone.
    MagicLink { link: Link, code: String },
    /// The second step of a sign-in.
    MailedFactor { code: String },
    /// A sign-in from a device that was not known. `link` leads to the account.
    NewDevice { device: String, ip: String, at: Timestamp, link: String },
    /// A factor was added, removed or used up. `link` leads to the account.
    FactorChanged { change: FactorChange, at: Timestamp, link: String },
}

impl Mail {
    /// The name under which it is stored and its templates and texts are found.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AddressInUse { .. } => "address_in_use",
            Self::ResetPassword { .. } => "reset_password",
            Self::AccountMade { .. } => "account_made",
            Self::AccountReady { .. } => "account_ready",
            Self::ChoosePassword { .. } => "choose_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::EmailChangeAsked { .. } => "email_change_asked",
            Self::ConfirmEmail { .. } => "confirm_email",
            Self::EmailChanged { .. } => "email_changed",
            Self::EmailIsYours => "email_is_yours",
            Self::MagicLink { .. } => "magic_link",
            Self::MailedFactor { .. } => "mailed_factor",
            Self::NewDevice { .. } => "new_device",
            Self::FactorChanged { .. } => "factor_changed",
        }
    }

    /// The link in it.
    pub fn link(&self) -> Option<&str> {
        match self {
            Self::VerifyEmail { link, .. }
            | Self::ResetPassword { link }
            | Self::AccountMade { link }
            | Self::ChoosePassword { link }
            | Self::ConfirmEmail { link, .. }
            | Self::EmailChanged { link, .. }
            | Self::MagicLink { link, .. } => Some(&link.url),
            Self::AddressInUse { link }
            | Self::AccountReady { link }
            | Self::PasswordChanged { link, .. }
            | Self::NewDevice { link, .. }
            | Self::FactorChanged { link, .. } => Some(link),
            Self::EmailChangeAsked { .. } | Self::EmailIsYours | Self::MailedFactor { .. } => None,
        }
    }

    /// The code in it.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::VerifyEmail { code, .. }
            | Self::ConfirmEmail { code, .. }
            | Self::MagicLink { code, .. }
            | Self::MailedFactor { code } => Some(code),
            _ => None,
        }
    }
}
