//! What the client asks without doing anything: who is signed in, and by which ways one can be.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{csrf, said::Said, site::Site};
use crate::{
    access::{answer::CurrentSession, caller, guard::Public},
    config::{AuthjsVersion, Delivery, Protocol},
    http::code::Code,
    kernel::{
        assurance::Assurance,
        clock::Timestamp,
        id::{SessionId, UserId},
        permission::PermissionName,
    },
    pages::asked::{Answer, Asked},
};

/// A session as Auth.js has it, and what Doorward tells beside that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    user: User,
    expires: Timestamp,
    id: SessionId,
    roles: Vec<String>,
    permissions: Vec<PermissionName>,
    amr: Vec<String>,
    acr: Assurance,
    auth_time: Timestamp,
    created_at: Timestamp,
    second_factor_needed: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: UserId,
    name: String,
    email: String,
    email_verified: bool,
    /// Doorward keeps no pictures.
    image: Option<String>,
}

impl From<CurrentSession> for Session {
    fn from(it: CurrentSession) -> Self {
        let user = User {
            id: it.user.id,
            name: it.user.name,
            email: it.user.email,
            email_verified: it.user.email_verified,
            image: None,
        };
        Self {
            user,
            expires: it.expires,
            id: it.id,
            roles: it.roles,
            permissions: it.permissions,
            amr: it.amr,
            acr: it.acr,
            auth_time: it.auth_time,
            created_at: it.created_at,
            second_factor_needed: it.second_factor_needed,
        }
    }
}

/// `GET /session`. Who is not signed in is no error.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    current(&asked)
}

fn current(asked: &Asked) -> Answer {
    let found = match caller::of_cookie(&asked.request) {
        // The endpoints are for browsers: a token beside the cookie leaves nobody.
        Err(problem) if problem.code() == Code::TokenInvalid => None,
        other => other?,
    };
    let session = found.and_then(|found| CurrentSession::of(&found.caller, &asked.app));
    Ok(match session.map(Session::from) {
        Some(session) => HttpResponse::Ok().json(session),
        None => HttpResponse::Ok().json(nobody(asked)),
    })
}

/// How who is not signed in is told so. The client of next-auth 5 takes `{}` for somebody; that of
/// next-auth 4 takes both for nobody, but logs an error for `null`.
fn nobody(asked: &Asked) -> Value {
    match asked.app.config.authjs.version {
        AuthjsVersion::Four => json!({}),
        AuthjsVersion::Five | AuthjsVersion::Auto => Value::Null,
    }
}

/// `POST /session`, behind `update(data)`: the session as it is now. Nothing that the page sends is
/// taken over: an account is changed at `/v1/me`.
pub async fn update(mut asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let said = Said::of(&mut asked).await?;
    if !csrf::holds(&asked, &said) {
        return Err(Code::FormMalformed.into());
    }
    current(&asked)
}

/// `GET /providers`: the ways in, by their ids.
pub async fn providers(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let config = &asked.app.config;
    let site = Site::of(&asked.request, config);
    let way = |id: &str, name: &str, kind: &str| {
        json!({
            "id": id,
            "name": name,
            "type": kind,
            "signinUrl": site.address(&format!("/api/auth/signin/{id}")),
            "callbackUrl": site.address(&format!("/api/auth/callback/{id}")),
        })
    };
    let mut ways = Map::new();
    for provider in config.offered_providers() {
        let is_oidc = matches!(provider.protocol, Protocol::Oidc { .. });
        let kind = if is_oidc { "oidc" } else { "oauth" };
        ways.insert(provider.name.clone(), way(&provider.name, &provider.title, kind));
    }
    if config.delivery() != Delivery::Later {
        ways.insert("email".to_owned(), way("email", "Email", "email"));
    }
    ways.insert("credentials".to_owned(), way("credentials", "Password", "credentials"));
    Ok(HttpResponse::Ok().json(ways))
}

/// `POST /_log`: what went wrong in a browser, as next-auth 4 tells it. Nobody vouches for it, so
/// nothing of it is kept.
pub async fn log(mut asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    asked.bytes().await?;
    tracing::debug!("a browser tells of an error");
    Ok(HttpResponse::Ok().finish())
}
