//! Making, listing and ending clients, for administrators. Nobody makes a client for more than
//! they hold themselves.

use actix_web::web::Data;
use serde_json::json;

use super::model::{ClientFilter, ClientInput, ClientPath, ClientView, CreatedClient};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::SYSTEM,
        clients::{self, BY_SECRET, ClientRow, ClientSecret, MOST},
        find,
        guard::{Can, Fresh, RECENTLY, Visit},
        reach,
        revocations::{self, Ended},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::store,
    http::{
        argument::{Path, Query},
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
    kernel::{
        account::AccountKind,
        id::ClientId,
        permission::{ClientsRead, ClientsWrite},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_clients: [],
        create_client: [AccountNotFound, NotAService, GrantExceedsOwn, TooManyClients],
        get_client: [ClientNotFound],
        rotate_client_secret: [ClientNotFound, ClientHasNoSecret, GrantExceedsOwn],
        disable_client: [ClientNotFound, GrantExceedsOwn],
        enable_client: [ClientNotFound, GrantExceedsOwn],
        delete_client: [ClientNotFound, GrantExceedsOwn],
    ]
}

/// List clients, newest first.
#[utoipa::path(get, path = "/v1/clients", tag = "clients")]
pub async fn list_clients(
    _by: Can<ClientsRead>,
    app: Data<App>,
    Query(filter): Query<ClientFilter>,
    paging: Paging,
) -> Result<Ok200<Page<ClientView>>, Problem> {
    let (user, limit) = (filter.service_account_id, paging.limit);
    let list = format!("clients {user:?}");
    let after = paging.after_text(&app.cursors, &list)?;
    let read = move |db: &mut _| {
        Ok::<_, Problem>(clients::list(db, user.as_ref(), after.as_ref(), limit + 1)?)
    };
    let rows = app.db.read(read).await?;
    let seal = |row: &ClientRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, limit, seal, Into::into)))
}

/// Make a client of a service account.
///
/// Its secret, where it has one, is shown this once. It gets tokens at `/oauth2/token`, which do
/// what the service account may, within `scopes`.
#[utoipa::path(post, path = "/v1/clients", tag = "clients")]
pub async fn create_client(
    by: Fresh<RECENTLY, Can<ClientsWrite>>,
    app: Data<App>,
    Json(body): Json<ClientInput>,
) -> Result<Created<CreatedClient>, Problem> {
    let (row, secret) = body.make(&app)?;
    let event = about(&app, &by, Kind::ClientCreated, &row.id);
    let event = event.detail(json!({
        "service_account": row.user_id, "scope": row.scope.to_string(), "by": row.auth_method,
    }));
    let (visit, now) = (Visit::clone(&by), app.now());
    let shown = secret.as_ref().map(|secret| secret.reveal().to_owned());
    let row = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let account = store::lock(db, &row.user_id)?.ok_or(Code::AccountNotFound)?;
            if account.kind != AccountKind::Service {
                return Err(Code::NotAService.into());
            }
            reach::check_account(db, &caller, &row.user_id, now)?;
            let held = find::held(db, &row.user_id, now)?;
            let holds = |permission| held.iter().any(|held| held.gives(permission, SYSTEM));
            if !row.scope.iter().all(holds) {
                return Err(Code::GrantExceedsOwn.into());
            }
            if clients::list(db, Some(&row.user_id), None, MOST)?.len() as i64 == MOST {
                return Err(Code::TooManyClients.into());
            }
            clients::insert(db, &row, secret.as_ref())?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(CreatedClient { client: row.into(), client_secret: shown }))
}

/// Read a client.
#[utoipa::path(get, path = "/v1/clients/{id}", tag = "clients")]
pub async fn get_client(
    _by: Can<ClientsRead>,
    app: Data<App>,
    Path(at): Path<ClientPath>,
) -> Result<Ok200<ClientView>, Problem> {
    let found = app.db.read(move |db| Ok::<_, Problem>(clients::find(db, &at.id)?)).await?;
    Ok(Ok200(found.ok_or(Code::ClientNotFound)?.into()))
}

/// Give a client another secret.
///
/// The secret before and all tokens that were issued end at once.
#[utoipa::path(post, path = "/v1/clients/{id}/secret", tag = "clients")]
pub async fn rotate_client_secret(
    by: Fresh<RECENTLY, Can<ClientsWrite>>,
    app: Data<App>,
    Path(at): Path<ClientPath>,
) -> Result<Ok200<CreatedClient>, Problem> {
    let secret = ClientSecret::random(&app.chance);
    let (shown, now) = (secret.reveal().to_owned(), app.now());
    let row = change(&app, &by, Kind::ClientSecretRotated, at.id, move |db, row| {
        if row.auth_method != BY_SECRET {
            return Err(Code::ClientHasNoSecret.into());
        }
        Ok(clients::set_secret(db, &row.id, &secret, now)?)
    })
    .await?;
    Ok(Ok200(CreatedClient { client: row.into(), client_secret: Some(shown) }))
}

/// Stop a client. Its tokens end at once.
#[utoipa::path(post, path = "/v1/clients/{id}/disable", tag = "clients")]
pub async fn disable_client(
    by: Fresh<RECENTLY, Can<ClientsWrite>>,
    app: Data<App>,
    Path(at): Path<ClientPath>,
) -> Result<Ok200<ClientView>, Problem> {
    let now = app.now();
    let row = change(&app, &by, Kind::ClientDisabled, at.id, move |db, row| {
        Ok(clients::set_disabled(db, &row.id, true, now)?)
    });
    Ok(Ok200(row.await?.into()))
}

/// Let a client work again. Tokens from before stay ended.
#[utoipa::path(post, path = "/v1/clients/{id}/enable", tag = "clients")]
pub async fn enable_client(
    by: Fresh<RECENTLY, Can<ClientsWrite>>,
    app: Data<App>,
    Path(at): Path<ClientPath>,
) -> Result<Ok200<ClientView>, Problem> {
    let now = app.now();
    let row = change(&app, &by, Kind::ClientEnabled, at.id, move |db, row| {
        Ok(clients::set_disabled(db, &row.id, false, now)?)
    });
    Ok(Ok200(row.await?.into()))
}

/// Delete a client. Its tokens end at once.
#[utoipa::path(delete, path = "/v1/clients/{id}", tag = "clients")]
pub async fn delete_client(
    by: Fresh<RECENTLY, Can<ClientsWrite>>,
    app: Data<App>,
    Path(at): Path<ClientPath>,
) -> Result<NoContent, Problem> {
    change(&app, &by, Kind::ClientDeleted, at.id, |db, row| {
        clients::delete(db, &row.id)?;
        Ok(())
    })
    .await?;
    Ok(NoContent)
}

/// Changes a client of an account that the caller reaches, ends its tokens, and answers the client
/// as it is then, or was last.
async fn change(
    app: &App,
    by: &Visit,
    kind: Kind,
    id: ClientId,
    change: impl FnOnce(&mut Conn, &ClientRow) -> Result<(), Problem> + Send + 'static,
) -> Result<ClientRow, Problem> {
    let event = about(app, by, kind, &id);
    let (visit, now) = (by.clone(), app.now());
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let row = clients::find(db, &id)?.ok_or(Code::ClientNotFound)?;
            store::lock(db, &row.user_id)?.ok_or(Code::ClientNotFound)?;
            reach::check_account(db, &caller, &row.user_id, now)?;
            // Looked at again behind the lock.
            let row = clients::find(db, &id)?.ok_or(Code::ClientNotFound)?;
            change(db, &row)?;
            revocations::note(db, Ended::Client(&id), now)?;
            let changed = clients::find(db, &id)?;
            let event = event.detail(json!({ "service_account": row.user_id }));
            audit::record(db, event)?;
            Ok::<_, Problem>(changed.unwrap_or(row))
        })
        .await
}

fn about(app: &App, by: &Visit, kind: Kind, id: &ClientId) -> Event {
    Event::new(app, kind).actor(by.user()).subject(id.as_str()).peer(&by.peer)
}
