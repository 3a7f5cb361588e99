//! `create_first_admin`.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::store::{self, NewAdmin};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::Public,
        state::Terms,
        throttle::{self, Bucket, SetUps},
    },
    app::App,
    endpoints,
    features::accounts::{
        model::{SignUp, UserView, mailbox, plain},
        sign_up,
        store::AccountRow,
    },
    http::{endpoint::Endpoint, json::Json, problem::Problem, reply::Created},
    kernel::{id::GrantId, secret::TokenHash},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        create_first_admin: [SetupTokenInvalid, SetupDone, AccountNotFound],
    ]
}

/// The first administrator.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdmin {
    /// The token of the link that the service printed at its start.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub token: String,
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("admin@example.com")
    )]
    pub email: String,
    /// At least 15 characters unless configured otherwise.
    #[validate(length(max = 128))]
    #[schema(max_length = 128, format = Password, examples("a river of green tea"))]
    pub password: String,
    #[validate(length(min = 1, max = 100), custom(function = plain))]
    #[schema(min_length = 1, max_length = 100, examples("Ann"))]
    pub name: String,
}

/// Make the first administrator. Works once, with the token that the service printed at its start.
#[utoipa::path(post, path = "/v1/setup", tag = "setup")]
pub async fn create_first_admin(
    by: Public<SetUps>,
    app: Data<App>,
    Json(body): Json<FirstAdmin>,
) -> Result<Created<UserView>, Problem> {
    let row = complete(&app, &by, body).await?;
    Ok(Created(UserView::of(row, &Terms::of(&app))))
}

/// Burns the link and makes the administrator, in one transaction.
///
/// Errors: `setup.token_invalid`, `setup.already_done`, `validation.failed`.
pub async fn complete(
    app: &App,
    by: &Public<SetUps>,
    body: FirstAdmin,
) -> Result<AccountRow, Problem> {
    let token = TokenHash::of(&body.token);
    let FirstAdmin { email, password, name, .. } = body;
    let wanted = SignUp { email, password, name, locale: None, challenge: None };
    let wanted = sign_up::check(app, wanted)?;
    look(app, by.address.clone(), token.clone()).await?;
    let (row, hash) = wanted.hash(app).await?;
    let now = app.now();
    let new = NewAdmin { row, hash, grant_id: GrantId::make(now, &app.chance) };
    let event = Event::new(app, Kind::FirstAdminCreated).peer(&by.peer);
    let address = by.address.clone();
    app.db
        .write(move |db| {
            store::burn(db, &token, now)?;
            let row = store::make_admin(db, new, now)?;
            if let Some(address) = &address {
                throttle::give_back(db, address)?;
            }
            audit::record(db, event.actor(&row.id).subject(row.id.as_str()))?;
            Ok::<_, Problem>(row)
        })
        .await
}

/// Takes a try of the address and refuses a link that is no good, before anything is hashed for it.
async fn look(app: &App, address: Option<Bucket>, token: TokenHash) -> Result<(), Problem> {
    let now = app.now();
    app.db
        .write_quiet(move |db| {
            if let Some(address) = &address
                && let Err(problem) = throttle::take(db, address, now)?
            {
                return Ok(Err(problem));
            }
            Ok::<_, Problem>(store::check(db, &token, now))
        })
        .await?
}
