//! The keys that a person gives to programs of their own.

use actix_web::web::Data;
use serde_json::json;

use super::{
    model::{ApiKeyInput, ApiKeyPath, ApiKeyView, CreatedApiKey},
    others,
};
use crate::{
    access::{
        api_keys,
        audit::{self, Event, Kind},
        guard::{Fresh, InPerson, Visit},
        reach,
    },
    app::App,
    endpoints,
    features::accounts::confirm,
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_my_api_keys: [],
        create_my_api_key: [GrantExceedsOwn, TooManyApiKeys],
        revoke_my_api_key: [ApiKeyNotFound],
    ]
}

/// List your API keys, newest first.
#[utoipa::path(get, path = "/v1/me/api-keys", tag = "api_keys")]
pub async fn list_my_api_keys(
    by: InPerson,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<ApiKeyView>>, Problem> {
    others::page(&app, by.user().clone(), &paging).await
}

/// Make an API key for a program of yours.
///
/// The key is shown this once. A program that calls with it is you, but may do no more than the
/// key's permissions, and nothing that asks for a person.
#[utoipa::path(post, path = "/v1/me/api-keys", tag = "api_keys")]
pub async fn create_my_api_key(
    by: Fresh,
    app: Data<App>,
    Json(body): Json<ApiKeyInput>,
) -> Result<Created<CreatedApiKey>, Problem> {
    let (key, row) = body.make(&app, by.user())?;
    let event = about(&app, &by, Kind::ApiKeyCreated);
    let event = event.detail(json!({ "key": row.id, "permissions": row.permissions.to_string() }));
    let (visit, now) = (Visit::clone(&by), app.now());
    let secret = key.reveal().to_owned();
    let row = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            confirm::lock(db, &visit, now)?;
            let caller = visit.recheck(db, now)?;
            if !row.permissions.iter().all(|permission| caller.permissions().contains(permission)) {
                return Err(Code::GrantExceedsOwn.into());
            }
            others::keep(db, &row, &key, now)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(CreatedApiKey { api_key: row.into(), secret }))
}

/// End one of your API keys. It counts at once.
#[utoipa::path(delete, path = "/v1/me/api-keys/{id}", tag = "api_keys")]
pub async fn revoke_my_api_key(
    by: InPerson,
    app: Data<App>,
    Path(at): Path<ApiKeyPath>,
) -> Result<NoContent, Problem> {
    let (user, visit, now) = (by.user().clone(), Visit::clone(&by), app.now());
    let event = about(&app, &by, Kind::ApiKeyRevoked).detail(json!({ "key": at.id }));
    app.db
        .write(move |db| {
            visit.recheck(db, now)?;
            if !api_keys::revoke(db, &user, &at.id, now)? {
                return Err(Code::ApiKeyNotFound.into());
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(NoContent)
}

fn about(app: &App, by: &Visit, kind: Kind) -> Event {
    let event = Event::new(app, kind).actor(by.user()).subject(by.user().as_str());
    event.peer(&by.peer)
}
