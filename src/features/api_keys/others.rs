//! Keys of other accounts, for administrators: they make those of service accounts, and end
//! anybody's.

use actix_web::web::Data;
use serde_json::json;

use super::model::{ApiKeyInput, ApiKeyView, CreatedApiKey, UserApiKeyPath};
use crate::{
    access::{
        api_keys::{self, ApiKey, KeyRow, MOST},
        audit::{self, Event, Kind},
        caller::SYSTEM,
        find,
        guard::{Can, Fresh, OwnOr, RECENTLY, Visit},
        reach,
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{model::UserPath, store},
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
    kernel::{
        account::AccountKind,
        clock::Timestamp,
        id::UserId,
        permission::{KeysWrite, UsersRead},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_user_api_keys: [AccountNotFound],
        create_user_api_key: [AccountNotFound, NotAService, GrantExceedsOwn, TooManyApiKeys],
        revoke_user_api_key: [AccountNotFound, ApiKeyNotFound, GrantExceedsOwn],
    ]
}

/// List the API keys of an account, newest first.
#[utoipa::path(get, path = "/v1/users/{id}/api-keys", tag = "api_keys")]
pub async fn list_user_api_keys(
    _by: OwnOr<UsersRead>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    paging: Paging,
) -> Result<Ok200<Page<ApiKeyView>>, Problem> {
    let id = at.id.clone();
    let known = app.db.read(move |db| Ok::<_, Problem>(store::find(db, &id)?.is_some())).await?;
    if !known {
        return Err(Code::AccountNotFound.into());
    }
    page(&app, at.id, &paging).await
}

/// Make an API key for a service account.
///
/// The key is shown this once. Nobody makes keys for another person: who holds it would be them.
#[utoipa::path(post, path = "/v1/users/{id}/api-keys", tag = "api_keys")]
pub async fn create_user_api_key(
    by: Fresh<RECENTLY, Can<KeysWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    Json(body): Json<ApiKeyInput>,
) -> Result<Created<CreatedApiKey>, Problem> {
    let (key, row) = body.make(&app, &at.id)?;
    let event = about(&app, &by, Kind::ApiKeyCreated, &at.id);
    let event = event.detail(json!({ "key": row.id, "permissions": row.permissions.to_string() }));
    let (visit, now) = (Visit::clone(&by), app.now());
    let secret = key.reveal().to_owned();
    let row = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let account = store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            if account.kind != AccountKind::Service {
                return Err(Code::NotAService.into());
            }
            reach::check_account(db, &caller, &at.id, now)?;
            let held = find::held(db, &at.id, now)?;
            let holds = |permission| held.iter().any(|held| held.gives(permission, SYSTEM));
            if !row.permissions.iter().all(holds) {
                return Err(Code::GrantExceedsOwn.into());
            }
            keep(db, &row, &key, now)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(CreatedApiKey { api_key: row.into(), secret }))
}

/// End an API key of an account. It counts at once.
#[utoipa::path(delete, path = "/v1/users/{id}/api-keys/{key_id}", tag = "api_keys")]
pub async fn revoke_user_api_key(
    by: Fresh<RECENTLY, Can<KeysWrite>>,
    app: Data<App>,
    Path(at): Path<UserApiKeyPath>,
) -> Result<NoContent, Problem> {
    let event = about(&app, &by, Kind::ApiKeyRevoked, &at.id).detail(json!({ "key": at.key_id }));
    let (visit, now) = (Visit::clone(&by), app.now());
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            reach::check_account(db, &caller, &at.id, now)?;
            if !api_keys::revoke(db, &at.id, &at.key_id, now)? {
                return Err(Code::ApiKeyNotFound.into());
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(NoContent)
}

/// A page of an account's keys.
pub(super) async fn page(
    app: &App,
    user: UserId,
    paging: &Paging,
) -> Result<Ok200<Page<ApiKeyView>>, Problem> {
    let (list, now, limit) = (format!("api keys {user}"), app.now(), paging.limit);
    let after = paging.after_text(&app.cursors, &list)?;
    let read = move |db: &mut _| {
        Ok::<_, Problem>(api_keys::list(db, &user, now, after.as_ref(), limit + 1)?)
    };
    let rows = app.db.read(read).await?;
    let seal = |row: &KeyRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, limit, seal, Into::into)))
}

/// Keeps a key, unless the account has too many. The account's row must be locked.
///
/// Errors: `api_keys.too_many`.
pub(super) fn keep(
    db: &mut Conn,
    row: &KeyRow,
    key: &ApiKey,
    now: Timestamp,
) -> Result<(), Problem> {
    let others = api_keys::list(db, &row.user_id, now, None, MOST)?;
    if others.len() as i64 == MOST {
        return Err(Code::TooManyApiKeys.into());
    }
    Ok(api_keys::insert(db, row, key)?)
}

fn about(app: &App, by: &Visit, kind: Kind, user: &UserId) -> Event {
    Event::new(app, kind).actor(by.user()).subject(user.as_str()).peer(&by.peer)
}
