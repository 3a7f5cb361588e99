//! Accounts as the API shows and takes them. Fields of people are checked here, once.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use super::store::AccountRow;
use crate::{
    http::{
        json::{present, refuse},
        problem::Problem,
    },
    kernel::{clock::Timestamp, email::Email, id::UserId, refusal::Refusal},
};

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserStatus)]
pub enum Status {
    Active,
    Disabled,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// What a row says. Anything unknown counts as disabled: a doubt lets nobody in.
    pub fn of(text: &str) -> Self {
        if text == Self::Active.as_str() { Self::Active } else { Self::Disabled }
    }
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    pub id: UserId,
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
    pub email_verified: bool,
    #[schema(max_length = 100, examples("Ann"))]
    pub name: String,
    #[schema(inline = false)]
    pub status: Status,
    /// Why the account is disabled, as an administrator wrote it.
    #[schema(required, max_length = 200)]
    pub disabled_reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<AccountRow> for UserView {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            email_verified: row.email_verified_at.is_some(),
            name: row.name,
            status: Status::of(&row.status),
            disabled_reason: row.disabled_reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// What a person fills in to get an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
    /// At least 15 characters unless configured otherwise. Any characters; a sentence is fine.
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, examples("a river of green tea"))]
    pub password: String,
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, examples("Ann"))]
    pub name: String,
}

/// What an administrator fills in to make an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ben@example.com")
    )]
    pub email: String,
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, examples("Ben"))]
    pub name: String,
    /// A first password, for scripted set-ups; the person can change it. Without one the account
    /// can't sign in with a password yet.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 128))]
    #[schema(
        max_length = 128,
        format = Password,
        nullable = false,
        examples("a river of green tea")
    )]
    pub password: Option<String>,
}

/// What an administrator changes of an account. What is absent stays as it is.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        nullable = false,
        examples("ben@example.com")
    )]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, nullable = false, examples("Ben"))]
    pub name: Option<String>,
}

/// What a person changes of their own account. What is absent stays as it is.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MyChange {
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, nullable = false, examples("Ann"))]
    pub name: Option<String>,
}

/// Why an account is disabled.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disabling {
    /// For the administrators; the person is not told.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 200), custom(function = plain))]
    #[schema(min_length = 1, max_length = 200, nullable = false, examples("left the company"))]
    pub reason: Option<String>,
}

/// What comes after a sign-up.
#[derive(Serialize, ToSchema)]
pub struct SignUpAnswer {
    #[schema(inline)]
    pub next: NextStep,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Sign in with the address and the password. The answer is the same when the address had an
    /// account before, whose password then still is the old one.
    SignIn,
}

/// Which accounts are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// Only addresses that start like this.
    #[param(max_length = 254, min_length = 1)]
    pub email_prefix: Option<String>,
    /// Only accounts that hold the role of this name or id.
    #[param(max_length = 60, min_length = 1)]
    pub role: Option<String>,
    /// Only accounts of this status.
    #[param(inline)]
    pub status: Option<Status>,
}

/// The account that the path names.
#[derive(Deserialize, IntoParams)]
pub struct UserPath {
    /// The account's id.
    #[param(inline)]
    pub id: UserId,
}

const CONTROL: Refusal = Refusal::new("control_character", "Control characters are not allowed.");

/// For `#[validate(custom(..))]`: an address that names one mailbox.
pub fn mailbox(text: &str) -> Result<(), ValidationError> {
    text.parse::<Email>().map(drop).map_err(refuse)
}

/// For `#[validate(custom(..))]`: a text of one line.
pub fn plain(text: &str) -> Result<(), ValidationError> {
    if text.chars().any(char::is_control) { Err(refuse(CONTROL)) } else { Ok(()) }
}

/// The address of a validated body. Errors: `validation.failed`.
pub fn parse_email(text: &str) -> Result<Email, Problem> {
    text.parse().map_err(|refusal| Problem::field("/email", refusal))
}
