//! `/oauth2/revoke` (RFC 7009): whoever has a token gives it up. What is not theirs stays.

use actix_web::web::Data;
use serde_json::json;

use super::model::TokenQuestion;
use crate::{
    access::{
        audit::{self, Event, Kind},
        client_guard::ClientAuth,
        families, refresh,
        revocations::{self, Ended},
        tokens,
    },
    app::App,
    endpoints,
    http::{endpoint::Endpoint, form::Form, problem::Problem, reply::Empty200},
    kernel::secret::Secret,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![revoke_oauth_token: []]
}

/// Give a token up.
///
/// A refresh token ends with all that follow it and with the access tokens that went out with
/// them; an access token ends alone. The answer is the same for what is no token, is over already,
/// or belongs to another client.
#[utoipa::path(post, path = "/oauth2/revoke", tag = "oauth")]
pub async fn revoke_oauth_token(
    by: ClientAuth,
    app: Data<App>,
    Form(form): Form<TokenQuestion>,
) -> Result<Empty200, Problem> {
    let client = by.perhaps().map(|client| client.row.id.clone());
    let read = tokens::read(&app, &form.token).await?;
    let event = Event::new(&app, Kind::TokenRevoked).peer(&by.peer);
    let (own, now, token) = (App::clone(&app), app.now(), Secret::new(form.token));
    app.db
        .write(move |db| {
            let event = match read {
                Ok(claims) if claims.client() == client => {
                    revocations::note(db, Ended::Token(&claims.jti), now)?;
                    event.subject(claims.sub.as_str()).detail(json!({ "token": claims.jti }))
                }
                Ok(_) => return Ok(()),
                Err(_) => {
                    let family = refresh::family_of(db, &token)?;
                    let Some(family) = family.filter(|it| it.client_id == client) else {
                        return Ok(());
                    };
                    if !families::revoke(db, &own, &family)? {
                        return Ok(());
                    }
                    event
                        .subject(family.user_id.as_str())
                        .session(&family.session_id)
                        .detail(json!({ "family": family.id }))
                }
            };
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(Empty200)
}
