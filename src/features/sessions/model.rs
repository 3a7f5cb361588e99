//! Sessions as the API shows and takes them.

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::{
        caller::{Caller, SYSTEM},
        codes::CodeMethod,
        entry::Entered,
        sessions::SessionRow,
    },
    app::App,
    features::accounts::model::mailbox,
    http::{json::present, problem::Problem},
    kernel::{
        assurance::{Assurance, Method},
        clock::Timestamp,
        id::{SessionId, UserId},
        permission::PermissionName,
    },
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
}

/// What came of a sign-in, or of a step of it.
#[derive(Serialize, ToSchema)]
pub struct SignInAnswer {
    #[schema(inline)]
    pub status: SignInStatus,
    /// There once the status is `signed_in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub session: Option<CurrentSession>,
    /// There while the status is `second_factor_required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub second_factor: Option<SecondFactorRequired>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInStatus {
    /// The session cookie is set.
    SignedIn,
    /// There is no session yet: go on with one of the methods.
    SecondFactorRequired,
}

/// What is missing before a session starts.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorRequired {
    /// Names this sign-in when the second factor is given. Good once, and for no other purpose.
    #[schema(max_length = 43)]
    pub token: String,
    /// The methods that would do, the strongest first.
    #[schema(max_items = 5)]
    pub methods: Vec<Method>,
    /// Until when the sign-in can be finished.
    pub expires: Timestamp,
}

impl SignInAnswer {
    /// The answer to a proof; the cookies go with it.
    pub fn of(entered: Entered, app: &App, request: &HttpRequest) -> Result<Self, Problem> {
        match entered {
            Entered::Session(started) => {
                let caller = started.hand_over(app, request)?;
                Ok(Self::signed_in(CurrentSession::of(&caller, app)))
            }
            Entered::SecondFactor(begun, methods) => {
                let token = begun.token.reveal().to_owned();
                let required = SecondFactorRequired { token, methods, expires: begun.expires_at };
                let status = SignInStatus::SecondFactorRequired;
                Ok(Self { status, session: None, second_factor: Some(required) })
            }
        }
    }

    pub fn signed_in(session: CurrentSession) -> Self {
        Self { status: SignInStatus::SignedIn, session: Some(session), second_factor: None }
    }
}

/// The caller's session, or null.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    #[schema(required)]
    pub session: Option<CurrentSession>,
}

/// A session seen by the person who has it.
#[derive(Serialize, ToSchema)]
pub struct CurrentSession {
    pub id: SessionId,
    pub user: SessionUser,
    /// Names of the roles held in the scope `system`.
    #[schema(max_items = 1000)]
    pub roles: Vec<String>,
    /// Permissions held in the scope `system`.
    #[schema(max_items = 1000)]
    pub permissions: Vec<PermissionName>,
    /// How the person proved to be who they are (RFC 8176).
    #[schema(max_items = 10)]
    pub amr: Vec<String>,
    /// How sure that makes it (NIST SP 800-63B-4).
    pub acr: Assurance,
    /// When they last did so.
    pub auth_time: Timestamp,
    /// Whether nothing else is allowed before a second factor has been set up.
    pub second_factor_needed: bool,
    pub created_at: Timestamp,
    /// When the session ends if it is not used again.
    pub expires: Timestamp,
}

/// Whose session it is.
#[derive(Serialize, ToSchema)]
pub struct SessionUser {
    pub id: UserId,
    #[schema(max_length = 254, format = "idn-email", pattern = "^[^@ ]+@[^@ ]+$")]
    pub email: String,
    pub email_verified: bool,
    #[schema(max_length = 100)]
    pub name: String,
}

impl CurrentSession {
    /// The session of a caller, under the rules of this service.
    pub fn of(caller: &Caller, app: &App) -> Self {
        let system = caller.held.iter().filter(|held| held.scope == SYSTEM);
        Self {
            id: caller.session.id.clone(),
            user: SessionUser {
                id: caller.user_id.clone(),
                email: caller.email.clone(),
                email_verified: caller.email_verified,
                name: caller.name.clone(),
            },
            roles: system.map(|held| held.role.clone()).collect(),
            permissions: caller.permissions().iter().cloned().collect(),
            amr: caller.session.amr().names(),
            acr: caller.assurance(),
            auth_time: caller.session.auth_time,
            second_factor_needed: caller.owes_second_factor(&app.config.account.second_factor),
            created_at: caller.session.created_at,
            expires: caller.session.ends_at(),
        }
    }
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
    pub fn new(row: SessionRow, current: &SessionId) -> Self {
        Self {
            current: row.id == *current,
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
