//! Where a provider is talked to. Discovery tells it for OpenID Connect; what it tells counts only
//! if it is the document of the issuer that is configured.

use serde::Deserialize;
use url::Url;

use super::talk::Fault;
use crate::{
    app::App,
    config::{ClientAuth, Protocol, Provider},
    kernel::fetch,
};

/// The addresses of a provider.
pub struct Places {
    pub authorization: Url,
    pub token: Url,
    /// Where it tells more of somebody.
    pub userinfo: Option<Url>,
    /// Its keys, where it signs ID tokens.
    pub keys: Option<Url>,
    pub client_auth: ClientAuth,
    /// Whether it always says who it is when it leads back (RFC 9207, section 3).
    pub names_itself: bool,
}

/// What is read of a discovery document (OpenID Connect Discovery 1.0, section 3; RFC 9207).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    jwks_uri: Url,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Places {
    /// The places of a provider.
    pub async fn of(app: &App, provider: &Provider) -> Result<Self, Fault> {
        let (discovery, many_tenants) = match &provider.protocol {
            Protocol::Oidc { discovery, many_tenants } => (discovery, *many_tenants),
            Protocol::OAuth2(own) => {
                return Ok(Self {
                    authorization: own.authorization.clone(),
                    token: own.token.clone(),
                    userinfo: Some(own.userinfo.clone()),
                    keys: None,
                    client_auth: chosen(provider.client_auth, ClientAuth::Post),
                    names_itself: false,
                });
            }
        };
        let text = app.fetch.document(discovery, app.now()).await?;
        let document: Document = serde_json::from_slice(&text)
            .map_err(|_| Fault::Wrong("the discovery document can't be read"))?;
        let is_own = match many_tenants {
            true => names_all_tenants(&provider.issuer, &document.issuer),
            false => document.issuer == provider.issuer,
        };
        if !is_own {
            return Err(Fault::Wrong("the discovery document is another issuer's"));
        }
        document.places(app, provider)
    }
}

/// Whether an issuer is the one of many tenants, written as Microsoft does.
fn names_all_tenants(of_many: &str, found: &str) -> bool {
    found == crate::config::issuer_of_tenant(of_many, "{tenantid}") || found == of_many
}

impl Document {
    fn places(self, app: &App, provider: &Provider) -> Result<Places, Fault> {
        // People are sent to the first by their browsers; the others are asked by the service.
        let all = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        let all = all.into_iter().chain(&self.userinfo_endpoint);
        if !all.into_iter().all(|url| app.fetch.may_ask(url)) {
            return Err(fetch::Fault::Address.into());
        }
        let knows = |name: &str| {
            let methods = self.token_endpoint_auth_methods_supported.as_ref();
            methods.is_none_or(|methods| methods.iter().any(|method| method == name))
        };
        let usual = match knows("client_secret_basic") {
            true => ClientAuth::Basic,
            false => ClientAuth::Post,
        };
        Ok(Places {
            authorization: self.authorization_endpoint,
            token: self.token_endpoint,
            userinfo: self.userinfo_endpoint,
            keys: Some(self.jwks_uri),
            client_auth: chosen(provider.client_auth, usual),
            names_itself: self.authorization_response_iss_parameter_supported,
        })
    }
}

fn chosen(set: ClientAuth, usual: ClientAuth) -> ClientAuth {
    if set == ClientAuth::Auto { usual } else { set }
}
