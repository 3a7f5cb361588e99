//! `/oauth2/introspect` (RFC 7662): what a token is worth now, for who may know.

use actix_web::web::Data;

use super::model::{BoundTo, Introspection, TokenQuestion, TokenType};
use crate::{
    access::{
        api_keys::ApiKey,
        caller::{Caller, Credential},
        callers::Callers,
        client_guard::ClientOr,
        clients::ClientRow,
        find,
        tokens::{self, Claims},
    },
    app::App,
    endpoints,
    http::{endpoint::Endpoint, form::Form, problem::Problem, reply::Ok200},
    kernel::permission::TokensIntrospect,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![introspect_oauth_token: []]
}

/// Ask what an access token or an API key is worth now.
///
/// For services that keep no keys of their own. A client is told of tokens that are for one of its
/// audiences or its own, and of API keys, which are for no audience: who has been shown one may
/// know. Of any other, and of one that does not count, nothing but `{"active": false}`.
#[utoipa::path(post, path = "/oauth2/introspect", tag = "oauth")]
pub async fn introspect_oauth_token(
    by: ClientOr<TokensIntrospect>,
    app: Data<App>,
    callers: Data<Callers>,
    Form(form): Form<TokenQuestion>,
) -> Result<Ok200<Introspection>, Problem> {
    if let Some(key) = ApiKey::parse(&form.token) {
        let found = callers.find_key(&key).await?;
        let told = found.and_then(|found| told_of_key(&app, &found.caller));
        return Ok(Ok200(told.unwrap_or_default()));
    }
    let Ok(claims) = tokens::read(&app, &form.token).await? else {
        return Ok(Ok200(Introspection::default()));
    };
    if !by.client().is_none_or(|client| concerns(&client.row, &claims)) {
        return Ok(Ok200(Introspection::default()));
    }
    let (now, asked) = (app.now(), claims.clone());
    let found = app.db.look(move |db| Ok::<_, Problem>(find::by_token(db, &asked, now)?)).await?;
    Ok(Ok200(found.map_or_else(Introspection::default, |caller| told(claims, &caller))))
}

/// Whether a client may know of a token.
fn concerns(client: &ClientRow, claims: &Claims) -> bool {
    claims.client().as_ref() == Some(&client.id)
        || client.audiences().any(|audience| audience == claims.aud)
}

fn told_of_key(app: &App, caller: &Caller) -> Option<Introspection> {
    let Credential::Key(key) = &caller.credential else { return None };
    Some(Introspection {
        active: true,
        scope: Some(scope(caller)),
        token_type: Some(TokenType::Bearer),
        exp: key.expires_at.map(tokens::seconds),
        iat: Some(tokens::seconds(key.created_at)),
        sub: Some(caller.user_id.to_string()),
        jti: Some(key.id.to_string()),
        iss: Some(app.config.origin()),
        roles: Some(tokens::roles(caller)),
        ..Introspection::default()
    })
}

/// What a caller may do everywhere, with spaces between.
fn scope(caller: &Caller) -> String {
    let all: Vec<_> = caller.permissions().iter().map(ToString::to_string).collect();
    all.join(" ")
}

fn told(claims: Claims, caller: &Caller) -> Introspection {
    let jkt = claims.jkt().map(ToOwned::to_owned);
    Introspection {
        active: true,
        scope: Some(scope(caller)),
        token_type: Some(TokenType::of(jkt.as_deref())),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        sub: Some(claims.sub.to_string()),
        jti: Some(claims.jti.to_string()),
        sid: claims.sid.map(|sid| sid.to_string()),
        client_id: Some(claims.client_id),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        acr: claims.acr,
        amr: claims.amr,
        auth_time: claims.auth_time,
        roles: Some(claims.roles),
        cnf: jkt.map(|jkt| BoundTo { jkt }),
    }
}
