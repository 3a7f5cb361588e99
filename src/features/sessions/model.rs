//! Sessions as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::{answer::CurrentSession, codes::CodeMethod, sessions::SessionRow},
    features::accounts::model::{mailbox, six_digits},
    http::json::present,
    kernel::{assurance::Assurance, clock::Timestamp, id::SessionId},
};

/// What a person signs in with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, examples("a river of green tea"))]
    pub password: String,
    /// Whether the session outlives the browser; it does not if absent.
    #[serde(default)]
    pub remember: bool,
    /// The answer to a puzzle of `/v1/auth/challenge`, where the service asks for one.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 120))]
    #[schema(max_length = 120, nullable = false)]
    pub challenge: Option<String>,
}

/// The second step of a sign-in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// What the first step answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub token: String,
    #[schema(inline)]
    pub method: CodeMethod,
    #[validate(length(max = 64))]
    #[schema(max_length = 64, examples("287082"))]
    pub code: String,
    /// Whether this browser stands in for the second factor for the next 30 days.
    #[serde(default)]
    pub trust_device: bool,
}

/// A sign-in whose second step a code is mailed for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HalfDone {
    /// What the first step answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub token: String,
}

/// The token of a link that signs in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MagicToken {
    /// The `token` of the link.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub token: String,
    /// Whether the session outlives the browser; it does not if absent.
    #[serde(default)]
    pub remember: bool,
}

/// A mailed code that signs in, with the address that it came to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MagicCode {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
    /// The six digits.
    #[validate(custom(function = six_digits))]
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$", examples("012345"))]
    pub code: String,
    /// Whether the session outlives the browser; it does not if absent.
    #[serde(default)]
    pub remember: bool,
}

/// A further proof. `password` goes with the method `password`, `code` with all others.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    #[schema(inline)]
    pub method: StepUpMethod,
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, nullable = false)]
    pub password: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 64))]
    #[schema(max_length = 64, nullable = false, examples("287082"))]
    pub code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepUpMethod {
    Password,
    /// A code from an authenticator app.
    Totp,
    RecoveryCode,
    /// A code that was mailed.
    Email,
}

/// The caller's session, or null.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    #[schema(required)]
    pub session: Option<CurrentSession>,
}

/// One of the running sessions of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    pub id: SessionId,
    /// Whether the request itself came with it.
    pub current: bool,
    pub remember: bool,
    #[schema(max_items = 10)]
    pub amr: Vec<String>,
    pub acr: Assurance,
    pub auth_time: Timestamp,
    #[schema(max_length = 45, examples("203.0.113.7"))]
    pub ip: String,
    #[schema(max_length = 200)]
    pub user_agent: String,
    pub created_at: Timestamp,
    /// Moved on at most once a minute.
    pub last_seen_at: Timestamp,
    pub expires: Timestamp,
}

impl SessionView {
    pub fn new(row: SessionRow, current: Option<&SessionId>) -> Self {
        Self {
            current: Some(&row.id) == current,
            acr: row.amr().assurance(),
            amr: row.amr().names(),
            expires: row.ends_at(),
            id: row.id,
            remember: row.remember,
            auth_time: row.auth_time,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub struct Revoked {
    #[schema(minimum = 0)]
    pub revoked: u64,
}

/// The session that the path names.
#[derive(Deserialize, IntoParams)]
pub struct SessionPath {
    /// The session's id.
    #[param(inline)]
    pub id: SessionId,
}
