//! Accounts as the API shows and takes them. Fields of people are checked here, once.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use super::store::AccountRow;
use crate::{
    access::state::{State, Terms},
    http::{
        json::{present, refuse},
        problem::Problem,
    },
    kernel::{account::AccountKind, clock::Timestamp, email::Email, id::UserId, refusal::Refusal},
};

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    pub id: UserId,
    #[schema(inline = false)]
    pub kind: AccountKind,
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
    pub status: State,
    /// Why the account is disabled, as an administrator wrote it; null once it is not any more.
    #[schema(required, max_length = 200)]
    pub disabled_reason: Option<String>,
    /// When that ends by itself.
    #[schema(required)]
    pub disabled_until: Option<Timestamp>,
    /// The language in which the person is written to (BCP 47), null for the service's own.
    #[schema(required, max_length = 35, examples("de"))]
    pub locale: Option<String>,
    /// Whether the account has a second factor.
    pub second_factor: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl UserView {
    /// The account as it is under these terms.
    pub fn of(row: AccountRow, terms: &Terms) -> Self {
        let status = row.state(terms);
        // An owner who is let in again reads their own account, but not what was written of it.
        let is_disabled = status == State::Disabled;
        Self {
            status,
            id: row.id,
            kind: row.kind,
            email: row.email,
            email_verified: row.email_verified_at.is_some(),
            name: row.name,
            disabled_reason: row.disabled_reason.filter(|_| is_disabled),
            disabled_until: row.disabled_until.filter(|_| is_disabled),
            locale: Some(row.locale).filter(|locale| !locale.is_empty()),
            second_factor: row.second_factor,
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
    /// The language in which you want to be written to (BCP 47). Absent: the best of ours for
    /// `Accept-Language`, or else the service's own.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 35), custom(function = language))]
    #[schema(
        max_length = 35,
        nullable = false,
        pattern = "^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$",
        examples("de-AT")
    )]
    pub locale: Option<String>,
    /// The answer to a puzzle of `/v1/auth/challenge`, where the service asks for one.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 120))]
    #[schema(max_length = 120, nullable = false)]
    pub challenge: Option<String>,
}

/// What an administrator fills in to make an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
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
    /// The language in which you want to be written to (BCP 47), or an empty text for the
    /// service's own.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 35), custom(function = language))]
    #[schema(
        max_length = 35,
        nullable = false,
        pattern = "^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$",
        examples("de-AT")
    )]
    pub locale: Option<String>,
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
    /// When it ends by itself; for good if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub until: Option<Timestamp>,
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
    pub status: Option<State>,
    /// Only accounts of people, or of programs.
    #[param(inline)]
    pub kind: Option<AccountKind>,
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

const LANGUAGE: Refusal = Refusal::new("language_invalid", "Enter a language tag such as `de`.");

/// For `#[validate(custom(..))]`: a language tag (BCP 47) in its common form, or nothing.
pub fn language(text: &str) -> Result<(), ValidationError> {
    let fine = |at: usize, part: &str| match at {
        0 => (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()),
        _ => (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()),
    };
    let is_tag = text.split('-').enumerate().all(|(at, part)| fine(at, part));
    if text.is_empty() || is_tag { Ok(()) } else { Err(refuse(LANGUAGE)) }
}

const CODE: Refusal = Refusal::new("code_invalid", "A code has six digits.");

/// For `#[validate(custom(..))]`: a code of six digits.
pub fn six_digits(text: &str) -> Result<(), ValidationError> {
    let fits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(()) } else { Err(refuse(CODE)) }
}

/// The address of a validated body. Errors: `validation.failed`.
pub fn parse_email(text: &str) -> Result<Email, Problem> {
    text.parse().map_err(|refusal| Problem::field("/email", refusal))
}
