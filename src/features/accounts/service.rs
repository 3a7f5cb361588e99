//! Accounts of programs. What is not said here is done as for any account: roles are granted to
//! it, it is renamed, disabled and deleted at `/v1/users`.

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use super::{
    model::{UserView, plain},
    store::{self, AccountRow, Inserted},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
        state::Terms,
    },
    app::App,
    endpoints,
    http::{endpoint::Endpoint, json::Json, problem::Problem, reply::Created},
    kernel::permission::UsersWrite,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![create_service_account: []]
}

/// What a service account shall be called.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccountInput {
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, examples("billing"))]
    pub name: String,
}

/// Make an account for a program.
///
/// Nobody signs in to it: give it an API key or a client. Its address stands under `.invalid`
/// (RFC 2606), to which no mail can be sent.
#[utoipa::path(post, path = "/v1/service-accounts", tag = "users")]
pub async fn create_service_account(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Json(body): Json<ServiceAccountInput>,
) -> Result<Created<UserView>, Problem> {
    let row = AccountRow::of_service(&app, &body.name);
    let event = Event::new(&app, Kind::AccountCreated).actor(by.user()).subject(row.id.as_str());
    let event = event.peer(&by.peer).detail(json!({ "kind": "service" }));
    let (visit, now) = (Visit::clone(&by), app.now());
    let row = app
        .db
        .write(move |db| {
            visit.recheck(db, now)?;
            if store::insert(db, &row, None)? == Inserted::EmailTaken {
                return Err(Problem::internal("a new id was taken"));
            }
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(UserView::of(row, &Terms::of(&app))))
}
