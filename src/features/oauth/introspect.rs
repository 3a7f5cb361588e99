//! `/oauth2/introspect` (RFC 7662): what a token is worth now, for who may know.

use actix_web::web::Data;

use super::model::{BoundTo, Introspection, TokenQuestion, TokenType};
use crate::{
    access::{
        client_guard::ClientOr,
        clients::{ClientRow, ClientToken},
        find,
        tokens::{self, Claims},
    },
    app::App,
    db::Conn,
    endpoints,
    http::{endpoint::Endpoint, form::Form, problem::Problem, reply::Ok200},
    kernel::{clock::Timestamp, permission::TokensIntrospect},
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
    let scope = app.db.look(move |db| Ok::<_, Problem>(scope_now(db, &asked, now)?)).await?;
    let Some(scope) = scope else { return Ok(Ok200(Introspection::default())) };
    Ok(Ok200(told(claims, scope)))
}

/// Whether a client may know of a token.
fn concerns(client: &ClientRow, claims: &Claims) -> bool {
    claims.client().as_ref() == Some(&client.id)
        || client.audiences().any(|audience| audience == claims.aud)
}

/// What a token may be used for now, if it counts: it, its session or client, and its account.
fn scope_now(
    db: &mut Conn,
    claims: &Claims,
    now: Timestamp,
) -> diesel::QueryResult<Option<String>> {
    if claims.is_ended(db)? {
        return Ok(None);
    }
    let caller = match (&claims.sid, claims.client()) {
        (Some(session), _) => find::by_session(db, session, now)?,
        (None, Some(id)) => {
            let token = ClientToken {
                id: claims.jti.clone(),
                issued_at: claims.issued_at(),
                expires_at: claims.expires_at(),
                jkt: claims.jkt().map(ToOwned::to_owned),
            };
            find::by_client(db, &id, claims.scope().as_ref(), Some(&token), now)?
        }
        (None, None) => None,
    };
    let caller = caller.filter(|caller| caller.user_id == claims.sub);
    Ok(caller.map(|caller| {
        let wanted = claims.scope();
        let held = caller.permissions().iter();
        let within = held.filter(|it| wanted.as_ref().is_none_or(|wanted| wanted.contains(it)));
        within.map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }))
}

fn told(claims: Claims, scope: String) -> Introspection {
    let jkt = claims.jkt().map(ToOwned::to_owned);
    Introspection {
        active: true,
        scope: Some(scope),
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
