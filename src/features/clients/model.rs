//! Clients as the API shows and takes them.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::jwks::JwkSet;
use crate::{
    access::clients::{BY_KEY, BY_SECRET, ClientRow, ClientSecret},
    app::App,
    features::accounts::model::plain,
    http::{json::present, problem::Problem},
    kernel::{
        clock::Timestamp,
        id::{ClientId, UserId},
        permission::PermissionName,
        refusal::Refusal,
    },
};

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// By a secret, in `Authorization: Basic` or in the form.
    ClientSecret,
    /// By an assertion that it signs with a key of its own (RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => BY_SECRET,
            Self::PrivateKeyJwt => BY_KEY,
        }
    }
}

/// A client, but for its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = OAuthClient)]
pub struct ClientView {
    /// Its `client_id`.
    pub id: ClientId,
    /// The service account that it acts for.
    pub service_account_id: UserId,
    #[schema(max_length = 60, examples("billing"))]
    pub name: String,
    pub auth_method: AuthMethod,
    /// How its secret begins, to tell it from others; null where it has none.
    #[schema(required, max_length = 20, examples("dwc_4kq2mw"))]
    pub secret_prefix: Option<String>,
    /// Its public keys; null where it has none.
    #[schema(required)]
    pub jwks: Option<JwkSet>,
    /// What its tokens may be used for, as far as the service account itself may.
    #[schema(max_items = 100)]
    pub scopes: Vec<PermissionName>,
    /// For whom its tokens may be; the first where it does not say.
    #[schema(max_items = 10)]
    pub audiences: Vec<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
    /// When it last showed who it is, to the minute; null before the first time.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<ClientRow> for ClientView {
    fn from(row: ClientRow) -> Self {
        let by_key = row.auth_method == BY_KEY;
        Self {
            auth_method: if by_key { AuthMethod::PrivateKeyJwt } else { AuthMethod::ClientSecret },
            jwks: row.jwks.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            scopes: row.scope.iter().cloned().collect(),
            audiences: row.audiences().map(ToOwned::to_owned).collect(),
            enabled: row.revoked_at.is_none(),
            id: row.id,
            service_account_id: row.user_id,
            name: row.name,
            secret_prefix: row.secret_prefix,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A new client, or one with a new secret.
#[derive(Serialize, ToSchema)]
pub struct CreatedClient {
    pub client: ClientView,
    /// Its secret, where it has one. It is shown this once.
    #[schema(required, max_length = 47, examples("dwc_…"))]
    pub client_secret: Option<String>,
}

/// What a client shall be.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    /// The service account that it acts for.
    pub service_account_id: UserId,
    /// What it is called in lists.
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("billing"))]
    pub name: String,
    pub auth_method: AuthMethod,
    /// Its public keys, where it signs with one of its own.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub jwks: Option<JwkSet>,
    /// What its tokens may be used for: permissions that the service account holds everywhere.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub scopes: Vec<PermissionName>,
    /// For whom its tokens may be (RFC 8707); the service itself if absent.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 10))]
    #[schema(min_items = 1, max_items = 10, nullable = false)]
    pub audiences: Option<Vec<Audience>>,
}

/// For whom a token is: an absolute address without a fragment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, max_length = 200, pattern = "^[a-z][a-z0-9+.-]*:[!-~]+$",
    examples("https://orders.example.com"))]
pub struct Audience(String);

const NO_AUDIENCE: Refusal =
    Refusal::new("audience_invalid", "An audience is an absolute address without a fragment.");
const NO_KEYS: Refusal = Refusal::new("required", "The method needs this field.");
const NO_USE: Refusal = Refusal::new("not_used", "The method has no use for this field.");

impl TryFrom<String> for Audience {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let is_plain = text.len() <= 200
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = Url::parse(&text).ok().filter(|url| url.fragment().is_none() && is_plain);
        url.map(|_| Self(text)).ok_or(NO_AUDIENCE)
    }
}

impl ClientInput {
    /// A client's row, with its secret where it has one.
    ///
    /// Errors: `validation.failed` for keys that are none, or that do not go with the method.
    pub fn make(self, app: &App) -> Result<(ClientRow, Option<ClientSecret>), Problem> {
        let now = app.now();
        let (secret, jwks) = match (self.auth_method, self.jwks) {
            (AuthMethod::ClientSecret, None) => (Some(ClientSecret::random(&app.chance)), None),
            (AuthMethod::PrivateKeyJwt, Some(jwks)) => (None, Some(jwks.checked()?)),
            (AuthMethod::ClientSecret, Some(_)) => return Err(Problem::field("/jwks", NO_USE)),
            (AuthMethod::PrivateKeyJwt, None) => return Err(Problem::field("/jwks", NO_KEYS)),
        };
        let audiences = self.audiences.map_or_else(
            || vec![app.config.origin()],
            |list| list.into_iter().map(|audience| audience.0).collect(),
        );
        let row = ClientRow {
            id: ClientId::make(now, &app.chance),
            user_id: self.service_account_id,
            name: self.name,
            auth_method: self.auth_method.as_str().to_owned(),
            secret_prefix: secret.as_ref().map(ClientSecret::prefix),
            jwks,
            scope: self.scopes.into_iter().collect(),
            audiences: audiences.join(" "),
            created_at: now,
            last_used_at: None,
            // Its first token may be of this very second.
            tokens_after: now.plus_seconds(-1),
            revoked_at: None,
        };
        Ok((row, secret))
    }
}

/// The client that the path names.
#[derive(Deserialize, IntoParams)]
pub struct ClientPath {
    /// The client's id.
    #[param(inline)]
    pub id: ClientId,
}

/// Which clients are listed.
#[derive(Deserialize, IntoParams)]
pub struct ClientFilter {
    /// Those of this service account alone.
    #[param(value_type = UserId, inline, required = false)]
    pub service_account_id: Option<UserId>,
}
