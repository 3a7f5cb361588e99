//! Helping somebody who has lost all second factors.

use actix_web::web::Data;

use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
        notify, reach,
        sessions::{self, Which},
        steps,
    },
    app::App,
    endpoints,
    features::accounts::{model::UserPath, store},
    http::{argument::Path, code::Code, endpoint::Endpoint, problem::Problem, reply::NoContent},
    kernel::{mail::FactorChange, permission::UsersWrite},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        reset_user_factors: [AccountNotFound, GrantExceedsOwn],
    ]
}

/// Remove all second factors of an account, and end its sessions.
///
/// For who has lost them: make sure that it is the account's owner who asks.
#[utoipa::path(post, path = "/v1/users/{id}/factors/reset", tag = "users")]
pub async fn reset_user_factors(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
) -> Result<NoContent, Problem> {
    let (own, visit, now) = (App::clone(&app), Visit::clone(&by), app.now());
    let event = Event::new(&app, Kind::FactorsReset).actor(by.user()).subject(at.id.as_str());
    let event = event.peer(&by.peer);
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            reach::check_account(db, &caller, &at.id, now)?;
            steps::remove_all(db, &at.id)?;
            sessions::revoke_many(db, &at.id, &Which::All, now)?;
            notify::factor_changed(db, &own, &at.id, FactorChange::FactorsRemoved)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(NoContent)
}
