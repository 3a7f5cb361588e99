//! `/.well-known/oauth-authorization-server` (RFC 8414): what there is, and nothing that is not.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{dpop, guard::Public},
    app::App,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::Ok200},
    kernel::jwk::Alg,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![get_oauth_metadata: []]
}

/// Where the endpoints are and what they take.
#[derive(Serialize, ToSchema)]
pub struct OAuthMetadata {
    #[schema(max_length = 300)]
    pub issuer: String,
    #[schema(max_length = 300)]
    pub token_endpoint: String,
    #[schema(max_length = 300)]
    pub introspection_endpoint: String,
    #[schema(max_length = 300)]
    pub revocation_endpoint: String,
    #[schema(max_length = 300)]
    pub jwks_uri: String,
    #[schema(max_items = 10)]
    pub grant_types_supported: Vec<&'static str>,
    /// None: nobody is sent to an authorization endpoint.
    #[schema(max_items = 10)]
    pub response_types_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[schema(max_items = 10)]
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, nullable = false)]
    pub service_documentation: Option<String>,
}

/// How clients may show who they are.
const METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "private_key_jwt"];

/// Read where the endpoints of OAuth are and what they take.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth")]
pub async fn get_oauth_metadata(
    _by: Public,
    app: Data<App>,
) -> Result<Ok200<OAuthMetadata>, Problem> {
    let (config, methods, algs) = (&app.config, METHODS.to_vec(), Alg::NAMES.to_vec());
    Ok(Ok200(OAuthMetadata {
        issuer: config.origin(),
        token_endpoint: config.page("/oauth2/token"),
        introspection_endpoint: config.page("/oauth2/introspect"),
        revocation_endpoint: config.page("/oauth2/revoke"),
        jwks_uri: config.page("/.well-known/jwks.json"),
        grant_types_supported: vec!["client_credentials", "refresh_token"],
        response_types_supported: vec![],
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: algs.clone(),
        introspection_endpoint_auth_methods_supported: methods.clone(),
        introspection_endpoint_auth_signing_alg_values_supported: algs.clone(),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: algs,
        dpop_signing_alg_values_supported: dpop::ALGS.to_vec(),
        service_documentation: config.shows_docs().then(|| config.page("/docs/")),
    }))
}
