//! A person's own sessions.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::{
    model::{Revoked, SessionPath, SessionView},
    others::{self, Whose},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{InPerson, Visit},
        sessions::{self, Which},
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
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_my_sessions: [],
        revoke_my_session: [SessionNotFound],
        revoke_my_other_sessions: [],
    ]
}

/// List your sessions, newest first.
#[utoipa::path(get, path = "/v1/me/sessions", tag = "me")]
pub async fn list_my_sessions(
    by: InPerson,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<SessionView>>, Problem> {
    others::page(&app, Whose::Mine(by.user().clone()), by.caller.session_id(), paging).await
}

/// End one of your sessions.
#[utoipa::path(delete, path = "/v1/me/sessions/{id}", tag = "me")]
pub async fn revoke_my_session(
    by: InPerson,
    app: Data<App>,
    request: HttpRequest,
    Path(at): Path<SessionPath>,
) -> Result<NoContent, Problem> {
    let (user, now, visit) = (by.user().clone(), app.now(), Visit::clone(&by));
    let is_current = at.id == by.session()?.id;
    let event = Event::new(&app, Kind::SessionRevoked).actor(&user).subject(user.as_str());
    let event = event.session(&at.id).peer(&by.peer);
    app.db
        .write(move |db| {
            visit.recheck(db, now)?;
            if !sessions::revoke(db, &user, &at.id, now)? {
                return Err(Code::SessionNotFound.into());
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    if is_current {
        sessions::take_back(&request);
    }
    Ok(NoContent)
}

/// End all your sessions but this one.
#[utoipa::path(delete, path = "/v1/me/sessions", tag = "me")]
pub async fn revoke_my_other_sessions(
    by: InPerson,
    app: Data<App>,
) -> Result<Ok200<Revoked>, Problem> {
    let (user, kept, now) = (by.user().clone(), by.session()?.id.clone(), app.now());
    let event = Event::new(&app, Kind::SessionsRevoked).actor(&user).subject(user.as_str());
    let (event, visit) = (event.peer(&by.peer), Visit::clone(&by));
    let revoked = app
        .db
        .write(move |db| {
            visit.recheck(db, now)?;
            let revoked = sessions::revoke_many(db, &user, &Which::AllBut(&kept), now)?;
            audit::record(db, event.detail(json!({ "revoked": revoked })))?;
            Ok::<_, Problem>(revoked)
        })
        .await?;
    Ok(Ok200(Revoked { revoked: u64::try_from(revoked).unwrap_or(u64::MAX) }))
}
