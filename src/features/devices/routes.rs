//! A person's own devices.

use actix_web::{HttpRequest, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{
        audit::{self, Event, Kind},
        devices::{self, DeviceRow},
        guard::{InPerson, Visit},
        sessions,
    },
    app::App,
    endpoints,
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        page::{Page, Paging},
        problem::Problem,
        reply::{NoContent, Ok200},
    },
    kernel::{
        clock::Timestamp,
        id::{DeviceId, UserId},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_my_devices: [],
        forget_my_device: [DeviceNotFound],
    ]
}

/// A browser that the account was signed in to.
#[derive(Serialize, ToSchema)]
pub struct Device {
    pub id: DeviceId,
    /// Whether the request itself came from it.
    pub current: bool,
    /// Until when it stands in for the second factor; null where it does not.
    #[schema(required)]
    pub trusted_until: Option<Timestamp>,
    /// The address of the last sign-in.
    #[schema(max_length = 45, examples("203.0.113.7"))]
    pub ip: String,
    #[schema(max_length = 200)]
    pub user_agent: String,
    pub created_at: Timestamp,
    /// When it last signed in.
    pub last_seen_at: Timestamp,
}

impl Device {
    fn of(row: DeviceRow, current: Option<&DeviceId>, now: Timestamp) -> Self {
        Self {
            current: current == Some(&row.id),
            trusted_until: row.trusted_until.filter(|until| *until > now),
            id: row.id,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// The device that the path names.
#[derive(Deserialize, IntoParams)]
pub struct DevicePath {
    /// The device's id.
    #[param(inline)]
    pub id: DeviceId,
}

/// List the browsers that you have signed in from, newest first.
#[utoipa::path(get, path = "/v1/me/devices", tag = "factors")]
pub async fn list_my_devices(
    by: InPerson,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<Device>>, Problem> {
    Ok(Ok200(page(&app, &by, &paging).await?))
}

/// A page of the caller's devices, for the API and the account page.
pub async fn page(app: &App, by: &Visit, paging: &Paging) -> Result<Page<Device>, Problem> {
    let (user, now) = (by.user().clone(), app.now());
    let list = format!("devices {user}");
    let after = paging.after_text(&app.cursors, &list)?;
    let limit = paging.limit;
    let read =
        move |db: &mut _| Ok::<_, Problem>(devices::list(db, &user, after.as_ref(), limit + 1)?);
    let rows = app.db.read(read).await?;
    let seal = |row: &DeviceRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    let current = by.session()?.device_id.as_ref();
    Ok(Page::cut(rows, limit, seal, |row| Device::of(row, current, now)))
}

/// Forget one of your devices.
///
/// Its sessions end, and the next sign-in from it is one from a new device.
#[utoipa::path(delete, path = "/v1/me/devices/{id}", tag = "factors")]
pub async fn forget_my_device(
    by: InPerson,
    app: Data<App>,
    request: HttpRequest,
    Path(at): Path<DevicePath>,
) -> Result<NoContent, Problem> {
    forget(&app, &by, &request, at.id).await?;
    Ok(NoContent)
}

/// What both the API and the page do. Errors: `devices.not_found`.
pub async fn forget(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    id: DeviceId,
) -> Result<(), Problem> {
    let (user, now, visit): (UserId, _, _) = (by.user().clone(), app.now(), by.clone());
    let is_current = by.session()?.device_id.as_ref() == Some(&id);
    let event = Event::new(app, Kind::DeviceForgotten).actor(&user).subject(user.as_str());
    let event = event.session(by.caller.session_id()).peer(&by.peer);
    app.db
        .write(move |db| {
            visit.recheck(db, now)?;
            if !devices::forget(db, &user, &id)? {
                return Err(Code::DeviceNotFound.into());
            }
            sessions::revoke_on(db, &user, &id, now)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    if is_current {
        sessions::take_back(request);
    }
    Ok(())
}
