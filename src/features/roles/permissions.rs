//! Permissions: the service's own, and those that an app adds for itself.

use actix_web::web::Data;

use super::{
    model::{PermissionInput, PermissionView},
    store::{self, PermissionRow, Written},
};
use crate::{
    access::{
        admins::ADMIN,
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
    },
    app::App,
    endpoints,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, Ok200},
    },
    kernel::permission::{RolesRead, RolesWrite},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_permissions: [],
        create_permission: [PermissionTaken],
    ]
}

/// List permissions by name.
#[utoipa::path(get, path = "/v1/permissions", tag = "roles")]
pub async fn list_permissions(
    _by: Can<RolesRead>,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<PermissionView>>, Problem> {
    let list = "permissions";
    let after = paging.after_text(&app.cursors, list)?;
    let limit = paging.limit + 1;
    let rows =
        app.db.read(move |db| Ok::<_, Problem>(store::list_permissions(db, after, limit)?)).await?;
    let seal = |row: &PermissionRow| app.cursors.seal(list, row.name.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, paging.limit, seal, PermissionView::from)))
}

/// Add a permission of your app. The role `admin` holds it at once.
#[utoipa::path(post, path = "/v1/permissions", tag = "roles")]
pub async fn create_permission(
    by: Fresh<RECENTLY, Can<RolesWrite>>,
    app: Data<App>,
    Json(body): Json<PermissionInput>,
) -> Result<Created<PermissionView>, Problem> {
    let row = PermissionRow {
        name: body.parse_name()?,
        description: body.description,
        built_in: false,
        created_at: app.now(),
    };
    let event = Event::new(&app, Kind::PermissionCreated).actor(by.user()).peer(&by.peer);
    let event = event.subject(row.name.as_str());
    let (visit, now) = (Visit::clone(&by), app.now());
    let row = app
        .db
        .write(move |db| {
            visit.recheck(db, now)?;
            if store::insert_permission(db, &row)? != Written::Yes {
                return Err(Code::PermissionTaken.into());
            }
            if let Some(admin) = store::find_by_name(db, ADMIN)? {
                store::add_permission(db, &admin.id, &row.name)?;
                store::bump(db, &admin.id, now)?;
            }
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(row.into()))
}
