//! `/oauth2/introspect` (RFC 7662): what a token is worth now, for who may know.

use actix_web::web::Data;

use super::model::{BoundTo, Introspection, TokenQuestion, TokenType};
use crate::{
    access::{
        caller::Caller,
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

/// Ask what an access token is worth now.
///
/// For services that keep no keys of their own. A client is told of tokens that are for one of its
/// audiences or its own; of any other, and of one that does not count, nothing but
/// `{"active": false}`.
#[utoipa::path(post, path = "/oauth2/introspect", tag = "oauth")]
pub async fn introspect_oauth_token(
    by: ClientOr<TokensIntrospect>,
    app: Data<App>,
    Form(form): Form<TokenQuestion>,
) -> Result<Ok200<Introspection>, Problem> {
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

fn told(claims: Claims, caller: &Caller) -> Introspection {
    let scope: Vec<_> = caller.permissions().iter().map(ToString::to_string).collect();
    let jkt = claims.jkt().map(ToOwned::to_owned);
    Introspection {
        active: true,
        scope: Some(scope.join(" ")),
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
