//! Tokens, keys and the list of what has ended, as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};
use validator::Validate;

use crate::{
    access::{refresh::Grant, tokens::Minted},
    http::{json::present, kept::Kept},
    kernel::{
        jose::{ALGORITHM, PublicKey},
        permission::PermissionName,
        scope::Scope,
        secret::Secret,
    },
};

/// What a token shall be for.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// The API that it is for: one of `token.audiences`, or this service, which is meant if absent.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 200))]
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        examples("https://api.example.com")
    )]
    pub audience: Option<String>,
    /// The permissions that it shall be good for at most, with spaces between; all that you have if
    /// absent.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000, nullable = false, examples("users:read"))]
    pub scope: Option<String>,
}

impl TokenInput {
    /// The scope that is asked for, if one is. What is no permission can't be held, and is left out
    /// as everything is that the caller does not hold.
    pub fn scope(&self) -> Option<Scope> {
        let asked = self.scope.as_deref()?.split(' ');
        Some(asked.filter_map(|name| name.parse::<PermissionName>().ok()).collect())
    }
}

/// A token, as OAuth answers with it (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub struct TokenView {
    /// A JWT (RFC 9068). Send it as `Authorization: Bearer …`.
    #[schema(max_length = 16384)]
    pub access_token: String,
    #[schema(inline)]
    pub token_type: TokenType,
    /// Seconds for which it counts.
    #[schema(minimum = 1, maximum = 900)]
    pub expires_in: i64,
    /// Gets the next tokens at `/oauth2/token`, once.
    #[schema(max_length = 47)]
    pub refresh_token: String,
    /// The permissions that it is good for, where some were asked for: those of them that you have.
    #[schema(required, max_length = 4000)]
    pub scope: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub enum TokenType {
    Bearer,
    /// Beside a proof of the key to which it is bound (RFC 9449).
    #[serde(rename = "DPoP")]
    Dpop,
}

impl TokenView {
    pub fn new(minted: &Minted, grant: &Grant, refresh: &Secret) -> Self {
        let is_bound = grant.jkt.is_some();
        Self {
            access_token: minted.text.reveal().to_owned(),
            token_type: if is_bound { TokenType::Dpop } else { TokenType::Bearer },
            expires_in: minted.expires_in,
            refresh_token: refresh.reveal().to_owned(),
            scope: grant.scope.as_ref().map(|_| minted.scope.to_string()),
        }
    }
}

/// The keys by which tokens are checked (RFC 7517, section 5).
#[derive(Serialize, ToSchema)]
pub struct JwkSet {
    #[schema(max_items = 20)]
    pub keys: Vec<Jwk>,
}

impl Kept for JwkSet {
    const MEDIA_TYPE: &'static str = "application/json";
    const CACHE_CONTROL: &'static str = "public, max-age=300, stale-while-revalidate=300";
}

/// A public key on P-256.
#[derive(Serialize, ToSchema)]
pub struct Jwk {
    #[schema(max_length = 10, examples("EC"))]
    kty: &'static str,
    #[schema(max_length = 10, examples("P-256"))]
    crv: &'static str,
    #[schema(max_length = 43)]
    x: String,
    #[schema(max_length = 43)]
    y: String,
    #[schema(max_length = 10, examples("sig"))]
    r#use: &'static str,
    #[schema(max_length = 10, examples("ES256"))]
    alg: &'static str,
    /// Its name in the header of tokens: the thumbprint of RFC 7638.
    #[schema(max_length = 43)]
    kid: String,
}

impl From<&PublicKey> for Jwk {
    fn from(key: &PublicKey) -> Self {
        let (x, y) = key.coordinates();
        let (x, y, kid) = (x.to_owned(), y.to_owned(), key.kid().to_owned());
        Self { kty: "EC", crv: "P-256", x, y, r#use: "sig", alg: ALGORITHM, kid }
    }
}

/// A signed list of what has ended: a JWT whose form docs/TOKENS.md describes.
pub struct RevocationList;

impl PartialSchema for RevocationList {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A JWT that is signed with a key of the key set, its `typ` being \
                 `doorward-revocations+jwt`. docs/TOKENS.md describes what it says.",
            ))
            .pattern(Some(r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"))
            .into()
    }
}

impl ToSchema for RevocationList {}

impl Kept for RevocationList {
    const MEDIA_TYPE: &'static str = "application/jwt";
    // Whoever stands between must not answer for us: a second is long here.
    const CACHE_CONTROL: &'static str = "public, no-cache";
}
