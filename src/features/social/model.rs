//! Providers and identities as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    config::Provider,
    http::json::present,
    kernel::{clock::Timestamp, id::IdentityId},
};

/// The services that people can sign in with.
#[derive(Serialize, ToSchema)]
pub struct ProviderList {
    /// By name.
    #[schema(max_items = 100)]
    pub providers: Vec<ProviderView>,
}

/// A service that people can sign in with.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderView {
    /// Names it in requests.
    #[schema(max_length = 32, examples("google"))]
    pub name: String,
    /// What people call it.
    #[schema(max_length = 40, examples("Google"))]
    pub title: String,
    /// Which of the well-known services it is; `oidc` or `oauth2` for any other.
    #[schema(max_length = 20, examples("google"))]
    pub preset: String,
}

impl From<Provider> for ProviderView {
    fn from(provider: Provider) -> Self {
        let preset = provider.preset.as_str().to_owned();
        Self { name: provider.name, title: provider.title, preset }
    }
}

/// With which service somebody wants to sign in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSignIn {
    /// The name of the provider.
    #[validate(length(min = 1, max = 32))]
    #[schema(min_length = 1, max_length = 32, examples("google"))]
    pub provider: String,
    /// Where the browser is led once the person is signed in: a path of the service, or an address
    /// that is listed in `pages.return_to`. Anything else leads to the account page.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, nullable = false, examples("/account"))]
    pub return_to: Option<String>,
    /// Whether the session outlives the browser; it does not if absent.
    #[serde(default)]
    pub remember: bool,
}

/// With which service somebody wants to sign in from now on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityInput {
    /// The name of the provider.
    #[validate(length(min = 1, max = 32))]
    #[schema(min_length = 1, max_length = 32, examples("google"))]
    pub provider: String,
    /// Where the browser is led afterwards, as for a sign-in.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, nullable = false, examples("/account/identities"))]
    pub return_to: Option<String>,
}

/// A way through a provider that has begun.
#[derive(Serialize, ToSchema)]
pub struct ProviderFlow {
    /// The address at the provider that the browser has to open, in the same window. The provider
    /// leads back to the service.
    #[schema(max_length = 8000, format = "uri")]
    pub url: String,
    /// Until when the provider must have led back.
    pub expires: Timestamp,
}

/// The identity that the path names.
#[derive(Deserialize, IntoParams)]
pub struct IdentityPath {
    /// The identity's id.
    #[param(inline)]
    pub id: IdentityId,
}

/// A token of the provider, for its own API.
#[derive(Serialize, ToSchema)]
pub struct ProviderToken {
    #[schema(max_length = 16_384)]
    pub access_token: String,
    /// How the provider wants it to be sent.
    #[schema(max_length = 40, examples("Bearer"))]
    pub token_type: String,
    /// What it is good for, as the provider says; null where it says nothing.
    #[schema(required, max_length = 2000)]
    pub scope: Option<String>,
    /// When it ends; null where the provider does not say.
    #[schema(required)]
    pub expires: Option<Timestamp>,
}
