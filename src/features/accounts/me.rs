//! What a person does with their own account.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    model::{MyChange, NextStep, SignUp, SignUpAnswer, UserView},
    sign_up, status,
    store::{self, Change, Changed, Inserted},
};
use crate::{
    access::{
        audit::{self, Event, EventRow, Kind},
        caller::{self, Held},
        guard::{Fresh, Public, SignedIn},
        sessions::{self, SessionRow},
        throttle::SignUps,
    },
    app::App,
    endpoints,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{Accepted, NoContent, Ok200, Versioned},
    },
    kernel::{
        clock::Timestamp,
        id::{EventId, GrantId, SessionId},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        sign_up: [SignUpClosed, RateLimited],
        get_me: [],
        update_me: [PreconditionStale],
        delete_me: [LastAdmin],
        export_me: [],
    ]
}

/// Sign up with e-mail and password.
///
/// The answer is the same whether the address was free or not, so that nobody learns who has an
/// account here. There is no session yet: sign in next.
#[utoipa::path(post, path = "/v1/auth/sign-up", tag = "auth")]
pub async fn sign_up(
    by: Public<SignUps>,
    app: Data<App>,
    Json(body): Json<SignUp>,
) -> Result<Accepted<SignUpAnswer>, Problem> {
    if !app.config.sign_up.enabled {
        return Err(Code::SignUpClosed.into());
    }
    let (row, hash) = sign_up::prepare(&app, body).await?;
    let made = Event::new(&app, Kind::SignedUp).peer(&by.peer);
    let refused = Event::new(&app, Kind::SignUpRefused).peer(&by.peer);
    app.db
        .write(move |db| {
            let event = match store::insert(db, &row, Some(&hash))? {
                Inserted::Yes => made.actor(&row.id).subject(row.id.as_str()),
                Inserted::EmailTaken => match sign_up::owner(db, &row.email)? {
                    Some(owner) => refused.subject(owner.id.as_str()),
                    None => refused,
                },
            };
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(Accepted(SignUpAnswer { next: NextStep::SignIn }))
}

/// Read your account.
#[utoipa::path(get, path = "/v1/me", tag = "me")]
pub async fn get_me(by: SignedIn, app: Data<App>) -> Result<Versioned<UserView>, Problem> {
    let id = by.user().clone();
    let row = app.db.read(move |db| Ok::<_, Problem>(store::find(db, &id)?)).await?;
    let row = row.ok_or(Code::NotSignedIn)?;
    Ok(Versioned { version: row.version, body: row.into() })
}

/// Change your account.
#[utoipa::path(patch, path = "/v1/me", tag = "me")]
pub async fn update_me(
    by: SignedIn,
    app: Data<App>,
    Json(body): Json<MyChange>,
) -> Result<Versioned<UserView>, Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let event = Event::new(&app, Kind::AccountUpdated).actor(&id).subject(id.as_str());
    let event = event.peer(&by.peer).detail(json!({ "fields": ["name"] }));
    let row = app
        .db
        .write(move |db| {
            let row = store::find(db, &id)?.ok_or(Code::NotSignedIn)?;
            let Some(name) = body.name else { return Ok::<_, Problem>(row) };
            let change = Change { name: Some(name), ..Change::default() };
            if store::update(db, &row, &change, now)? != Changed::Yes {
                return Err(Code::PreconditionStale.into());
            }
            let row = store::find(db, &id)?.ok_or(Code::NotSignedIn)?;
            audit::record(db, event)?;
            Ok(row)
        })
        .await?;
    Ok(Versioned { version: row.version, body: row.into() })
}

/// Delete your account.
///
/// Sessions, grants and password go with it, at once and for good. What the audit log tells of the
/// account stays, under its id.
#[utoipa::path(delete, path = "/v1/me", tag = "me")]
pub async fn delete_me(
    by: Fresh<300>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<NoContent, Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let event = Event::new(&app, Kind::AccountDeleted).actor(&id).subject(id.as_str());
    let event = event.peer(&by.peer);
    app.db
        .write(move |db| {
            status::delete(db, &id, now)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    sessions::take_back(&request);
    Ok(NoContent)
}

/// Everything that is stored about an account, for its owner.
#[derive(Serialize, ToSchema)]
pub struct AccountExport {
    pub exported_at: Timestamp,
    pub user: UserView,
    #[schema(max_items = 1000)]
    pub sessions: Vec<ExportedSession>,
    #[schema(max_items = 1000)]
    pub grants: Vec<ExportedGrant>,
    /// The latest 1000 events that the account did or that were done to it, newest first.
    #[schema(max_items = 1000)]
    pub events: Vec<ExportedEvent>,
}

/// A running session in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    #[schema(max_length = 45)]
    pub ip: String,
    #[schema(max_length = 200)]
    pub user_agent: String,
}

/// A grant in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedGrant {
    pub id: GrantId,
    #[schema(max_length = 60)]
    pub role: String,
    #[schema(max_length = 60)]
    pub scope: String,
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
}

/// An audit event in an export.
#[derive(Serialize, ToSchema)]
pub struct ExportedEvent {
    pub id: EventId,
    pub at: Timestamp,
    #[schema(max_length = 60)]
    pub kind: String,
    #[schema(required, max_length = 45)]
    pub ip: Option<String>,
}

impl From<SessionRow> for ExportedSession {
    fn from(row: SessionRow) -> Self {
        let SessionRow { id, created_at, last_seen_at, ip, user_agent, .. } = row;
        Self { id, created_at, last_seen_at, ip, user_agent }
    }
}

impl From<Held> for ExportedGrant {
    fn from(held: Held) -> Self {
        let Held { grant_id, role, scope, expires_at, .. } = held;
        Self { id: grant_id, role, scope, expires_at }
    }
}

impl From<EventRow> for ExportedEvent {
    fn from(row: EventRow) -> Self {
        Self { id: row.id, at: row.at, kind: row.kind, ip: row.ip }
    }
}

/// Get all that is stored about you.
#[utoipa::path(get, path = "/v1/me/export", tag = "me")]
pub async fn export_me(by: SignedIn, app: Data<App>) -> Result<Ok200<AccountExport>, Problem> {
    let (id, now) = (by.user().clone(), app.now());
    let (row, sessions, held, events) = app
        .db
        .snapshot(move |db| {
            let row = store::find(db, &id)?.ok_or(Code::NotSignedIn)?;
            let sessions = sessions::list(db, &id, now, None, 1000)?;
            let held = caller::held(db, &id, now)?;
            let events = audit::about(db, &id, 1000)?;
            Ok::<_, Problem>((row, sessions, held, events))
        })
        .await?;
    Ok(Ok200(AccountExport {
        exported_at: now,
        user: row.into(),
        sessions: sessions.into_iter().map(Into::into).collect(),
        grants: held.into_iter().map(Into::into).collect(),
        events: events.into_iter().map(Into::into).collect(),
    }))
}
