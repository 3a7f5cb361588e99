//! The sessions of other accounts, for administrators.

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::model::{Revoked, SessionView};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
        reach,
        sessions::{self, SessionRow, Which},
    },
    app::App,
    endpoints,
    features::accounts::{model::UserPath, store},
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        page::{Page, Paging},
        problem::Problem,
        reply::{NoContent, Ok200},
    },
    kernel::{
        id::{SessionId, UserId},
        permission::{SessionsWrite, UsersRead},
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_user_sessions: [AccountNotFound],
        revoke_user_sessions: [AccountNotFound, GrantExceedsOwn],
        revoke_user_session: [AccountNotFound, SessionNotFound, GrantExceedsOwn],
        revoke_all_sessions: [GrantExceedsOwn],
    ]
}

/// Whose sessions are listed.
pub enum Whose {
    /// The caller's, who exists.
    Mine(UserId),
    Another(UserId),
}

/// A page of an account's running sessions. Errors: `accounts.not_found` for another's.
pub async fn page(
    app: &App,
    whose: Whose,
    current: Option<&SessionId>,
    paging: Paging,
) -> Result<Ok200<Page<SessionView>>, Problem> {
    let (Whose::Mine(user) | Whose::Another(user)) = &whose;
    let (user, list) = (user.clone(), format!("sessions {user}"));
    let after = paging.after_text(&app.cursors, &list)?;
    let (now, limit) = (app.now(), paging.limit);
    let rows = app
        .db
        .read(move |db| {
            if let Whose::Another(id) = &whose {
                store::find(db, id)?.ok_or(Code::AccountNotFound)?;
            }
            Ok::<_, Problem>(sessions::list(db, &user, now, after.as_ref(), limit + 1)?)
        })
        .await?;
    let seal = |row: &SessionRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, limit, seal, |row| SessionView::new(row, current))))
}

/// List the running sessions of an account, newest first.
#[utoipa::path(get, path = "/v1/users/{id}/sessions", tag = "users")]
pub async fn list_user_sessions(
    by: Can<UsersRead>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    paging: Paging,
) -> Result<Ok200<Page<SessionView>>, Problem> {
    page(&app, Whose::Another(at.id), by.caller.session_id(), paging).await
}

/// End all sessions of an account.
#[utoipa::path(delete, path = "/v1/users/{id}/sessions", tag = "users")]
pub async fn revoke_user_sessions(
    by: Fresh<RECENTLY, Can<SessionsWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
) -> Result<Ok200<Revoked>, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::SessionsRevoked).actor(by.user()).subject(at.id.as_str());
    let event = event.peer(&by.peer);
    let revoked = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            reach::check_account(db, &caller, &at.id, now)?;
            let revoked = sessions::revoke_many(db, &at.id, &Which::All, now)?;
            audit::record(db, event.detail(json!({ "revoked": revoked })))?;
            Ok::<_, Problem>(revoked)
        })
        .await?;
    Ok(Ok200(Revoked { revoked: u64::try_from(revoked).unwrap_or(u64::MAX) }))
}

/// One session of an account.
#[derive(Deserialize, IntoParams)]
pub struct UserSessionPath {
    /// The account's id.
    #[param(inline)]
    pub id: UserId,
    /// The session's id.
    #[param(inline)]
    pub session_id: SessionId,
}

/// End one session of an account.
#[utoipa::path(delete, path = "/v1/users/{id}/sessions/{session_id}", tag = "users")]
pub async fn revoke_user_session(
    by: Fresh<RECENTLY, Can<SessionsWrite>>,
    app: Data<App>,
    Path(at): Path<UserSessionPath>,
) -> Result<NoContent, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::SessionRevoked).actor(by.user()).subject(at.id.as_str());
    let event = event.session(&at.session_id).peer(&by.peer);
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            reach::check_account(db, &caller, &at.id, now)?;
            if !sessions::revoke(db, &at.id, &at.session_id, now)? {
                return Err(Code::SessionNotFound.into());
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(NoContent)
}

/// End all sessions of everybody but this one, and all sign-ins that are half done.
///
/// For the day on which something has gone wrong. Only for who holds all that anybody holds.
#[utoipa::path(delete, path = "/v1/sessions", tag = "users")]
pub async fn revoke_all_sessions(
    by: Fresh<RECENTLY, Can<SessionsWrite>>,
    app: Data<App>,
) -> Result<Ok200<Revoked>, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::SessionsRevoked).actor(by.user());
    let event = event.session(by.caller.session_id()).peer(&by.peer);
    let revoked = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            reach::check_everybody(db, &caller, now)?;
            let revoked = sessions::revoke_everybody_but(db, caller.session_id(), now)?;
            let detail = json!({ "of": "everybody", "revoked": revoked });
            audit::record(db, event.detail(detail))?;
            Ok::<_, Problem>(revoked)
        })
        .await?;
    Ok(Ok200(Revoked { revoked: u64::try_from(revoked).unwrap_or(u64::MAX) }))
}
