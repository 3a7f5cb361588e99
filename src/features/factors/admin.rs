//! Helping somebody who has lost all second factors.

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

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
    features::accounts::{
        model::{UserPath, plain},
        store,
    },
    http::{
        argument::Path, code::Code, endpoint::Endpoint, json::Json, problem::Problem,
        reply::NoContent,
    },
    kernel::{mail::FactorChange, permission::UsersWrite},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        reset_user_factors: [AccountNotFound, GrantExceedsOwn],
    ]
}

/// Why somebody's factors are removed.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorsReset {
    /// How you made sure that the account's owner asks. It stays in the audit log, which the owner
    /// reads too: name no address and no secret.
    #[validate(length(min = 1, max = 200), custom(function = plain))]
    #[schema(min_length = 1, max_length = 200, examples("asked in person, showed the staff card"))]
    pub reason: String,
}

/// Remove all second factors of an account, and end its sessions.
///
/// For who has lost them: make sure that it is the account's owner who asks, and say how. They are
/// told by mail.
#[utoipa::path(post, path = "/v1/users/{id}/factors/reset", tag = "users")]
pub async fn reset_user_factors(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    Json(body): Json<FactorsReset>,
) -> Result<NoContent, Problem> {
    let (own, visit, now) = (App::clone(&app), Visit::clone(&by), app.now());
    let event = Event::new(&app, Kind::FactorsReset).actor(by.user()).subject(at.id.as_str());
    let event = event.peer(&by.peer).detail(json!({ "reason": body.reason }));
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
