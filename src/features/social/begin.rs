//! The way to a provider: what it is asked, and by which the answer will be known.

use actix_web::HttpRequest;
use url::Url;

use super::{
    flow::{self, Begun, Browser, NewFlow, Purpose},
    model::ProviderFlow,
    places::Places,
};
use crate::{
    access::{
        guard::Visit,
        sessions::Remember,
        throttle::{self, Bucket},
    },
    app::App,
    config::{Protocol, Provider},
    http::{code::Code, problem::Problem},
};

/// Where a provider leads back to, below the service's own address and before its name.
pub const CALLBACK: &str = "/sign-in/callback/";

/// What somebody wants of a provider.
pub struct Wanted {
    pub provider: String,
    /// Where it shall lead back to, before its name: the end of the flow must be told the same.
    pub callback: &'static str,
    pub return_to: Option<String>,
    pub remember: Remember,
}

/// Begins a sign-in. The browser gets a cookie, by which it is known when it comes back.
///
/// Errors: `providers.not_found`, `providers.unavailable`, `rate_limit.exceeded`.
pub async fn sign_in(
    app: &App,
    address: Option<Bucket>,
    request: &HttpRequest,
    wanted: Wanted,
) -> Result<ProviderFlow, Problem> {
    begin(app, address, request, (wanted, None)).await
}

/// Begins to give the caller's account one more identity. It counts for the session that it was
/// begun in.
///
/// Errors: as [`sign_in`].
pub async fn link(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    wanted: Wanted,
) -> Result<ProviderFlow, Problem> {
    begin(app, by.address.clone(), request, (wanted, Some(by.clone()))).await
}

async fn begin(
    app: &App,
    address: Option<Bucket>,
    request: &HttpRequest,
    (wanted, by): (Wanted, Option<Visit>),
) -> Result<ProviderFlow, Problem> {
    let provider = app.config.provider(&wanted.provider).ok_or(Code::ProviderNotFound)?;
    throttle::take_try(app, address).await?;
    let places = Places::of(app, &provider).await?;
    let purpose = match &by {
        None => Purpose::SignIn,
        Some(by) => Purpose::Link { user: by.user().clone(), session: by.session()?.id.clone() },
    };
    let browser = Browser::of_or_new(app, request);
    browser.give(app, request);
    let (own, name, now) = (app.clone(), provider.name.clone(), app.now());
    let redirect_uri = redirect_uri(app, &provider, wanted.callback);
    let begun = app.db.write_quiet(move |db| {
        if let Some(by) = by {
            by.recheck(db, now)?;
        }
        let return_to = wanted.return_to.as_deref().unwrap_or_default();
        let new = NewFlow { provider: &name, purpose, return_to, remember: wanted.remember };
        flow::begin(db, &own, &new, &browser)
    });
    let begun = begun.await?;
    let url = address_of(&provider, &redirect_uri, places.authorization, &begun).to_string();
    Ok(ProviderFlow { url, expires: begun.expires_at })
}

/// The address at the provider (RFC 6749, section 4.1.1; RFC 7636, section 4.3).
fn address_of(provider: &Provider, redirect_uri: &str, mut url: Url, begun: &Begun) -> Url {
    let is_oidc = matches!(provider.protocol, Protocol::Oidc { .. });
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", &provider.scopes.join(" "))
        .append_pair("state", begun.state.reveal())
        .append_pair("code_challenge", &begun.secrets.code_challenge())
        .append_pair("code_challenge_method", "S256");
    if is_oidc {
        query.append_pair("nonce", &begun.secrets.nonce);
    }
    if provider.form_post {
        query.append_pair("response_mode", "form_post");
    }
    for parameter in &provider.parameters {
        query.append_pair(&parameter.name, &parameter.value);
    }
    drop(query);
    url
}

/// Where this provider leads back to. Each has a place of its own, so that no answer of one is
/// taken for another's.
pub fn redirect_uri(app: &App, provider: &Provider, callback: &str) -> String {
    app.config.page(&format!("{callback}{}", provider.name))
}
