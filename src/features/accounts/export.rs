//! `export_me`: all that is stored about an account, for its owner, and no secret of it.

use actix_web::web::Data;
use diesel::QueryResult;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    model::UserView,
    store::{self, AccountRow, StoredGrant, StoredOrigin},
};
use crate::{
    access::{
        audit::{self, Event, EventRow, Kind},
        devices::{self, DeviceRow},
        guard::InPerson,
        identities::{self, Identity, IdentityRow},
        passkeys::{self, model::Passkey, store::PasskeyRow},
        recovery,
        sessions::{self, StoredSession},
        state::Terms,
        totp::{self, TotpFactor, TotpRow},
    },
    app::App,
    db::Conn,
    endpoints,
    http::{code::Code, endpoint::Endpoint, problem::Problem, reply::Ok200},
    kernel::{
        assurance::Assurance,
        clock::Timestamp,
        id::{DeviceId, EventId, GrantId, RoleId, SessionId, UserId},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        export_me: [],
    ]
}

/// The most sessions, grants and events in an export, each.
const MOST: i64 = 1000;

/// Everything that is stored about an account, for its owner.
#[derive(Serialize, ToSchema)]
pub struct AccountExport {
    pub exported_at: Timestamp,
    pub user: UserView,
    /// Null where there is no password.
    #[schema(required)]
    pub password_changed_at: Option<Timestamp>,
    /// The system that had the account before; null where none had.
    #[schema(required)]
    pub imported: Option<ExportedOrigin>,
    /// Oldest first.
    #[schema(max_items = 20)]
    pub passkeys: Vec<Passkey>,
    /// Accounts at other services, oldest first.
    #[schema(max_items = 20)]
    pub identities: Vec<Identity>,
    /// The latest 1000 that are still stored, over or not, newest first.
    #[schema(max_items = 1000)]
    pub sessions: Vec<ExportedSession>,
    /// The latest 1000, over or not, newest first.
    #[schema(max_items = 1000)]
    pub grants: Vec<ExportedGrant>,
    /// Browsers that the account was signed in to.
    #[schema(max_items = 1000)]
    pub devices: Vec<ExportedDevice>,
    /// Authenticator apps.
    #[schema(max_items = 1000)]
    pub factors: Vec<TotpFactor>,
    #[schema(minimum = 0, maximum = 10)]
    pub recovery_codes_left: u32,
    /// The latest 1000 events that the account did or that were done to it, newest first.
    #[schema(max_items = 1000)]
    pub events: Vec<ExportedEvent>,
}

/// Where an account came from, in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedOrigin {
    #[schema(max_length = 20)]
    pub source: String,
    /// The id that it had there.
    #[schema(required, max_length = 200)]
    pub external_id: Option<String>,
    /// The address that it had then.
    #[schema(max_length = 254)]
    pub email: String,
    pub at: Timestamp,
}

/// A session in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedSession {
    pub id: SessionId,
    pub remember: bool,
    #[schema(max_items = 10)]
    pub amr: Vec<String>,
    pub acr: Assurance,
    pub auth_time: Timestamp,
    #[schema(max_length = 45)]
    pub ip: String,
    #[schema(max_length = 200)]
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires: Timestamp,
    /// When it was ended before its time.
    #[schema(required)]
    pub revoked_at: Option<Timestamp>,
}

/// A browser in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedDevice {
    pub id: DeviceId,
    #[schema(max_length = 45)]
    pub ip: String,
    #[schema(max_length = 200)]
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    #[schema(required)]
    pub trusted_until: Option<Timestamp>,
}

/// A grant in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedGrant {
    pub id: GrantId,
    pub role_id: RoleId,
    #[schema(max_length = 60)]
    pub role: String,
    #[schema(max_length = 60)]
    pub scope: String,
    #[schema(required, max_length = 60)]
    pub granted_by: Option<String>,
    pub created_at: Timestamp,
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// When it was ended before its time.
    #[schema(required)]
    pub revoked_at: Option<Timestamp>,
}

/// An audit event in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedEvent {
    #[schema(value_type = EventId)]
    pub id: String,
    pub at: Timestamp,
    #[schema(max_length = 60)]
    pub kind: String,
    #[schema(required, max_length = 60)]
    pub actor_id: Option<String>,
    #[schema(required, max_length = 100)]
    pub subject_id: Option<String>,
    #[schema(required, max_length = 60)]
    pub session_id: Option<String>,
    #[schema(required, max_length = 45)]
    pub ip: Option<String>,
    #[schema(required, max_length = 60)]
    pub request_id: Option<String>,
    /// More, depending on the kind.
    #[schema(value_type = Object)]
    pub detail: Value,
}

impl From<StoredSession> for ExportedSession {
    fn from(StoredSession { session, revoked_at }: StoredSession) -> Self {
        Self {
            acr: session.amr().assurance(),
            amr: session.amr().names(),
            expires: session.ends_at(),
            id: session.id,
            remember: session.remember,
            auth_time: session.auth_time,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            revoked_at,
        }
    }
}

impl From<StoredGrant> for ExportedGrant {
    fn from(row: StoredGrant) -> Self {
        let StoredGrant { id, role_id, role, scope, granted_by, .. } = row;
        let StoredGrant { created_at, expires_at, revoked_at, .. } = row;
        Self { id, role_id, role, scope, granted_by, created_at, expires_at, revoked_at }
    }
}

impl From<DeviceRow> for ExportedDevice {
    fn from(row: DeviceRow) -> Self {
        let DeviceRow { id, ip, user_agent, created_at, last_seen_at, trusted_until } = row;
        Self { id, ip, user_agent, created_at, last_seen_at, trusted_until }
    }
}

impl From<EventRow> for ExportedEvent {
    fn from(row: EventRow) -> Self {
        Self {
            detail: row.detail(),
            id: row.id,
            at: row.at,
            kind: row.kind,
            actor_id: row.actor_id,
            subject_id: row.subject_id,
            session_id: row.session_id,
            ip: row.ip,
            request_id: row.request_id,
        }
    }
}

impl From<StoredOrigin> for ExportedOrigin {
    fn from(row: StoredOrigin) -> Self {
        let StoredOrigin { source, external_id, email_key, imported_at } = row;
        let email = String::from_utf8_lossy(&email_key).into_owned();
        Self { source, external_id, email, at: imported_at }
    }
}

/// What the tables hold.
struct Stored {
    row: AccountRow,
    password_changed_at: Option<Timestamp>,
    origin: Option<StoredOrigin>,
    passkeys: Vec<PasskeyRow>,
    identities: Vec<IdentityRow>,
    sessions: Vec<StoredSession>,
    grants: Vec<StoredGrant>,
    devices: Vec<DeviceRow>,
    factors: Vec<TotpRow>,
    recovery_codes_left: i64,
    events: Vec<EventRow>,
}

fn stored(db: &mut Conn, id: &UserId) -> QueryResult<Option<Stored>> {
    let Some(row) = store::find(db, id)? else { return Ok(None) };
    Ok(Some(Stored {
        row,
        password_changed_at: store::password_changed_at(db, id)?,
        origin: store::origin(db, id)?,
        passkeys: passkeys::store::all(db, id)?,
        identities: identities::all(db, id)?,
        sessions: sessions::stored(db, id, MOST)?,
        grants: store::grants(db, id, MOST)?,
        devices: devices::list(db, id, None, MOST)?,
        factors: totp::list(db, id)?,
        recovery_codes_left: recovery::left(db, id)?,
        events: audit::about(db, id, MOST)?,
    }))
}

/// Get all that is stored about you.
#[utoipa::path(get, path = "/v1/me/export", tag = "me")]
pub async fn export_me(by: InPerson, app: Data<App>) -> Result<Ok200<AccountExport>, Problem> {
    let (id, exported_at) = (by.user().clone(), app.now());
    let event = Event::new(&app, Kind::AccountExported).actor(&id).subject(id.as_str());
    let event = event.peer(&by.peer);
    let stored = app.db.snapshot(move |db| Ok::<_, Problem>(stored(db, &id)?)).await?;
    let stored = stored.ok_or(Code::NotSignedIn)?;
    // Told before it is given: whoever took it, the owner can see that it was taken.
    app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
    Ok(Ok200(AccountExport {
        exported_at,
        user: UserView::of(stored.row, &Terms::of(&app)),
        password_changed_at: stored.password_changed_at,
        imported: stored.origin.map(Into::into),
        passkeys: stored.passkeys.into_iter().map(Into::into).collect(),
        identities: stored.identities.into_iter().map(Into::into).collect(),
        sessions: stored.sessions.into_iter().map(Into::into).collect(),
        grants: stored.grants.into_iter().map(Into::into).collect(),
        devices: stored.devices.into_iter().map(Into::into).collect(),
        factors: stored.factors.into_iter().map(Into::into).collect(),
        recovery_codes_left: u32::try_from(stored.recovery_codes_left).unwrap_or(0),
        events: stored.events.into_iter().map(Into::into).collect(),
    }))
}
