//! Sessions as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::{
        caller::{Caller, SYSTEM},
        sessions::SessionRow,
    },
    features::accounts::model::mailbox,
    kernel::{
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

/// What came of a sign-in.
#[derive(Serialize, ToSchema)]
pub struct SignInAnswer {
    #[schema(inline)]
    pub status: SignInStatus,
    pub session: CurrentSession,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInStatus {
    /// The session cookie is set.
    SignedIn,
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
    /// When that was.
    pub auth_time: Timestamp,
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

impl From<&Caller> for CurrentSession {
    fn from(caller: &Caller) -> Self {
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
            amr: caller.session.methods(),
            auth_time: caller.session.auth_time,
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
            amr: row.methods(),
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
