//! `/oauth2/token`: access tokens for clients, and the next tokens of a session.

use actix_web::{HttpRequest, web::Data};

use super::{
    grants,
    model::{OAuthTokens, TokenForm},
};
use crate::{
    access::{client_guard::ClientAuth, dpop},
    app::App,
    endpoints,
    http::{code::Code, endpoint::Endpoint, form::Form, problem::Problem, reply::Ok200},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        create_oauth_token: [
            OauthInvalidGrant, OauthUnsupportedGrantType, OauthInvalidScope, OauthInvalidTarget,
            DpopInvalid, DpopNonceNeeded,
        ],
    ]
}

/// Get an access token.
///
/// With `grant_type=client_credentials` a client gets one of its own; with
/// `grant_type=refresh_token` whoever has a session's refresh token gets the next two. A `DPoP`
/// proof beside the request (RFC 9449) binds the access token to its key.
#[utoipa::path(post, path = "/oauth2/token", tag = "oauth")]
pub async fn create_oauth_token(
    by: ClientAuth,
    app: Data<App>,
    request: HttpRequest,
    Form(form): Form<TokenForm>,
) -> Result<Ok200<OAuthTokens>, Problem> {
    let grant = form.grant_type.clone();
    if !["client_credentials", "refresh_token"].contains(&grant.as_str()) {
        return Err(Code::OauthUnsupportedGrantType.into());
    }
    let jkt = dpop::check(&request, None).await?;
    let tokens = match grant.as_str() {
        "client_credentials" => grants::of_client(&app, &by, &form, jkt.as_deref()).await?,
        _ => grants::of_refresh_token(&app, &by, form, jkt).await?,
    };
    Ok(Ok200(tokens))
}
