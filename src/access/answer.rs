//! What somebody who signs in is told, whichever way they came.

use actix_web::HttpRequest;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    caller::{Caller, SYSTEM},
    entry::Entered,
};
use crate::{
    app::App,
    http::problem::Problem,
    kernel::{
        assurance::{Assurance, Method},
        clock::Timestamp,
        id::{SessionId, UserId},
        permission::PermissionName,
    },
};

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

    pub fn signed_in(session: Option<CurrentSession>) -> Self {
        Self { status: SignInStatus::SignedIn, session, second_factor: None }
    }
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
    /// The session of a caller who has one, under the rules of this service.
    pub fn of(caller: &Caller, app: &App) -> Option<Self> {
        let session = caller.session()?;
        let system = caller.held.iter().filter(|held| held.scope == SYSTEM);
        Some(Self {
            id: session.id.clone(),
            user: SessionUser {
                id: caller.user_id.clone(),
                email: caller.email.clone(),
                email_verified: caller.email_verified,
                name: caller.name.clone(),
            },
            roles: system.map(|held| held.role.clone()).collect(),
            permissions: caller.permissions().iter().cloned().collect(),
            amr: session.amr().names(),
            acr: caller.assurance(),
            auth_time: session.auth_time,
            second_factor_needed: caller.owes_second_factor(&app.config.account.second_factor),
            created_at: session.created_at,
            expires: session.ends_at(),
        })
    }
}
