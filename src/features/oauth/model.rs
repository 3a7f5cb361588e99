//! What the endpoints of OAuth take and answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A request for tokens (RFC 6749, sections 4.4 and 6; RFC 8707). What is not listed is ignored.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(max_properties = 50)]
pub struct TokenForm {
    /// `client_credentials` or `refresh_token`.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, examples("client_credentials"))]
    pub grant_type: String,
    /// The refresh token, where the grant is one.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, nullable = false)]
    pub refresh_token: Option<String>,
    /// What the token shall be used for, with spaces between; all that is allowed if absent.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000, nullable = false, examples("users:read"))]
    pub scope: Option<String>,
    /// For whom the token shall be, as one of the client's audiences.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, nullable = false)]
    pub resource: Option<String>,
    /// Who the client is, where it does not say so in `Authorization`.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false)]
    pub client_id: Option<String>,
    /// Its secret, where it does not stand in `Authorization`.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, nullable = false, format = Password)]
    pub client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, beside an assertion.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false)]
    pub client_assertion_type: Option<String>,
    /// A JWT that the client has signed (RFC 7523).
    #[validate(length(max = 8192))]
    #[schema(max_length = 8192, nullable = false)]
    pub client_assertion: Option<String>,
}

/// Tokens (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
pub struct OAuthTokens {
    #[schema(max_length = 16384)]
    pub access_token: String,
    #[schema(inline)]
    pub token_type: TokenType,
    /// Seconds.
    #[schema(minimum = 1, maximum = 900)]
    pub expires_in: i64,
    /// There after a refresh: the one token that goes on from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 47, nullable = false)]
    pub refresh_token: Option<String>,
    /// What the access token may be used for, with spaces between.
    #[schema(max_length = 20000)]
    pub scope: String,
}

/// How an access token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum TokenType {
    Bearer,
    /// Beside a proof of the key to which it is bound (RFC 9449).
    #[serde(rename = "DPoP")]
    Dpop,
}

impl TokenType {
    /// How a token with this binding is shown.
    pub const fn of(jkt: Option<&str>) -> Self {
        if jkt.is_some() { Self::Dpop } else { Self::Bearer }
    }
}

/// A token that is asked about or given up (RFC 7662, RFC 7009).
#[derive(Deserialize, Validate, ToSchema)]
#[schema(max_properties = 50)]
pub struct TokenQuestion {
    #[validate(length(max = 16384))]
    #[schema(max_length = 16384)]
    pub token: String,
    /// Taken, and not needed.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false, examples("access_token"))]
    pub token_type_hint: Option<String>,
    /// Who the client is, where it does not say so in `Authorization`.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false)]
    pub client_id: Option<String>,
    /// Its secret, where it does not stand in `Authorization`.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, nullable = false, format = Password)]
    pub client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, beside an assertion.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false)]
    pub client_assertion_type: Option<String>,
    /// A JWT that the client has signed (RFC 7523).
    #[validate(length(max = 8192))]
    #[schema(max_length = 8192, nullable = false)]
    pub client_assertion: Option<String>,
}

/// What is known of a token; of one that does not count, nothing but that (RFC 7662, section 2.2).
#[derive(Default, Serialize, ToSchema)]
pub struct Introspection {
    pub active: bool,
    /// What it may be used for, with spaces between.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000, nullable = false)]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, nullable = false)]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    pub token_type: Option<TokenType>,
    /// Seconds since 1970, as all times here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, nullable = false)]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, nullable = false)]
    pub aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, nullable = false)]
    pub iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, nullable = false)]
    pub jti: Option<String>,
    /// The session, where a person has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, nullable = false)]
    pub sid: Option<String>,
    /// How sure it is who they are, and how and when they proved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, nullable = false)]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10, nullable = false)]
    pub amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub auth_time: Option<i64>,
    /// The names of roles that are held everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000, nullable = false)]
    pub roles: Option<Vec<String>>,
    /// To which key it is bound (RFC 9449, section 6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cnf: Option<BoundTo>,
}

/// A key, by its thumbprint (RFC 7638).
#[derive(Serialize, ToSchema)]
pub struct BoundTo {
    #[schema(max_length = 43)]
    pub jkt: String,
}
