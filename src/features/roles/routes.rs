//! Roles for administrators.

use actix_web::web::Data;
use serde_json::json;

use super::{
    model::{RoleChange, RoleInput, RolePath, RoleView},
    store::{self, Change, RoleRow, Written},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::SYSTEM,
        guard::{Can, Fresh, RECENTLY, Visit},
        reach,
        revocations::{self, Ended},
    },
    app::App,
    db::Conn,
    endpoints,
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        etag::IfMatch,
        json::Json,
        page::{Page, Paging},
        problem::{FieldError, Problem},
        reply::{Created, NoContent, Ok200, Versioned},
    },
    kernel::{
        id::RoleId,
        permission::{PermissionName, RolesRead, RolesWrite},
        refusal::Refusal,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_roles: [],
        create_role: [RoleNameTaken, GrantExceedsOwn],
        get_role: [RoleNotFound],
        update_role: [RoleNotFound, RoleNameTaken, RoleBuiltIn, GrantExceedsOwn],
        delete_role: [RoleNotFound, RoleInUse, RoleBuiltIn, GrantExceedsOwn],
    ]
}

const UNKNOWN: Refusal = Refusal::new("permission_unknown", "There is no such permission.");

/// List roles, oldest first.
#[utoipa::path(get, path = "/v1/roles", tag = "roles")]
pub async fn list_roles(
    _by: Can<RolesRead>,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<RoleView>>, Problem> {
    let list = "roles";
    let after = paging.after_text(&app.cursors, list)?;
    let limit = paging.limit + 1;
    let (rows, mut permissions) = app
        .db
        .snapshot(move |db| {
            let rows = store::list(db, after, limit)?;
            let permissions = store::permissions_of_all(db, &rows)?;
            Ok::<_, Problem>((rows, permissions))
        })
        .await?;
    let seal = |row: &RoleRow| app.cursors.seal(list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, paging.limit, seal, |row| {
        let permissions = permissions.remove(&row.id).unwrap_or_default();
        RoleView::new(row, permissions)
    })))
}

/// Create a role.
#[utoipa::path(post, path = "/v1/roles", tag = "roles")]
pub async fn create_role(
    by: Fresh<RECENTLY, Can<RolesWrite>>,
    app: Data<App>,
    Json(body): Json<RoleInput>,
) -> Result<Created<RoleView>, Problem> {
    let now = app.now();
    let row = RoleRow {
        id: RoleId::make(now, &app.chance),
        name: body.name,
        description: body.description,
        built_in: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let asked = body.permissions.clone();
    let permissions = sorted(body.permissions);
    let event = about(&app, &by, Kind::RoleCreated, &row.id)
        .detail(json!({ "name": row.name, "permissions": permissions }));
    let visit = Visit::clone(&by);
    let view = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            check_known(db, &asked)?;
            reach::check(&caller, &permissions, SYSTEM, None)?;
            if store::insert(db, &row)? != Written::Yes {
                return Err(Code::RoleNameTaken.into());
            }
            store::set_permissions(db, &row.id, &permissions)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(RoleView::new(row, permissions))
        })
        .await?;
    Ok(Created(view))
}

/// Read a role.
#[utoipa::path(get, path = "/v1/roles/{id}", tag = "roles")]
pub async fn get_role(
    _by: Can<RolesRead>,
    app: Data<App>,
    Path(at): Path<RolePath>,
) -> Result<Versioned<RoleView>, Problem> {
    let (row, permissions) = app
        .db
        .snapshot(move |db| {
            let row = store::find(db, &at.id)?.ok_or(Code::RoleNotFound)?;
            Ok::<_, Problem>((row, store::permissions_of(db, &at.id)?))
        })
        .await?;
    Ok(Versioned { version: row.version, body: RoleView::new(row, permissions) })
}

/// Change a role. Who holds it gains or loses permissions at once.
#[utoipa::path(patch, path = "/v1/roles/{id}", tag = "roles")]
pub async fn update_role(
    by: Fresh<RECENTLY, Can<RolesWrite>>,
    app: Data<App>,
    Path(at): Path<RolePath>,
    if_match: IfMatch,
    Json(body): Json<RoleChange>,
) -> Result<Versioned<RoleView>, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let asked = body.permissions.clone().unwrap_or_default();
    let wanted = body.permissions.map(sorted);
    let change = Change { name: body.name, description: body.description };
    let event = about(&app, &by, Kind::RoleUpdated, &at.id)
        .detail(json!({ "name": change.name, "permissions": wanted }));
    let (row, permissions) = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let row = changeable(db, &at.id)?;
            if_match.check(row.version)?;
            // The version first: whoever changes the role at the same time is stale from here on.
            match store::update(db, &row, &change, now)? {
                Written::Yes => {}
                Written::NameTaken => return Err(Code::RoleNameTaken.into()),
                Written::Stale => return Err(Code::PreconditionStale.into()),
            }
            let held = store::permissions_of(db, &at.id)?;
            let is_renamed = change.name.as_ref().is_some_and(|name| *name != row.name);
            let is_less =
                wanted.as_ref().is_some_and(|wanted| !held.iter().all(|it| wanted.contains(it)));
            if is_renamed || is_less {
                revocations::note(db, Ended::Role(&row.name), now)?;
            }
            check_known(db, &asked)?;
            if let Some(wanted) = &wanted {
                let added = wanted.iter().filter(|name| !held.contains(name));
                let removed = held.iter().filter(|name| !wanted.contains(name));
                reach::check(&caller, added.chain(removed), SYSTEM, None)?;
                store::set_permissions(db, &at.id, wanted)?;
            }
            let row = store::find(db, &at.id)?.ok_or(Code::RoleNotFound)?;
            audit::record(db, event)?;
            Ok::<_, Problem>((row, wanted.unwrap_or(held)))
        })
        .await?;
    Ok(Versioned { version: row.version, body: RoleView::new(row, permissions) })
}

/// Delete a role that nobody holds.
#[utoipa::path(delete, path = "/v1/roles/{id}", tag = "roles")]
pub async fn delete_role(
    by: Fresh<RECENTLY, Can<RolesWrite>>,
    app: Data<App>,
    Path(at): Path<RolePath>,
    if_match: IfMatch,
) -> Result<NoContent, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let event = about(&app, &by, Kind::RoleDeleted, &at.id);
    app.db
        .write(move |db| {
            // No grant comes between the question and the deletion.
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let row = changeable(db, &at.id)?;
            if_match.check(row.version)?;
            let held = store::permissions_of(db, &at.id)?;
            reach::check(&caller, &held, SYSTEM, Some(now))?;
            if store::is_granted(db, &at.id, now)? {
                return Err(Code::RoleInUse.into());
            }
            store::delete(db, &at.id)?;
            audit::record(db, event.detail(json!({ "name": row.name })))?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(NoContent)
}

fn about(app: &App, by: &Visit, kind: Kind, role: &RoleId) -> Event {
    Event::new(app, kind).actor(by.user()).subject(role.as_str()).peer(&by.peer)
}

/// A role that is not built in, its row locked.
fn changeable(db: &mut Conn, id: &RoleId) -> Result<RoleRow, Problem> {
    let row = store::lock(db, id)?.ok_or(Code::RoleNotFound)?;
    if row.built_in { Err(Code::RoleBuiltIn.into()) } else { Ok(row) }
}

fn sorted(mut names: Vec<PermissionName>) -> Vec<PermissionName> {
    names.sort();
    names.dedup();
    names
}

/// Points at each of the names, as they were asked for, that no permission has.
fn check_known(db: &mut Conn, asked: &[PermissionName]) -> Result<(), Problem> {
    let known = store::known(db, asked)?;
    let unknown = asked.iter().enumerate().filter(|(_, name)| !known.contains(name));
    let fault = |(at, _)| FieldError::new(&format!("/permissions/{at}"), UNKNOWN);
    let errors: Vec<_> = unknown.map(fault).collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
}
