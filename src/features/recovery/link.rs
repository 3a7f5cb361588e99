//! `create_password_link`: an administrator lets somebody choose a password, and never chooses it.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
        once::{self, Proof, ResetPassword},
        reach,
    },
    app::App,
    config::Delivery,
    endpoints,
    features::accounts::{model::UserPath, store, welcome::LINK_SECONDS},
    http::{argument::Path, code::Code, endpoint::Endpoint, problem::Problem, reply::Created},
    kernel::{account::AccountKind, clock::Timestamp, mail::Mail, permission::UsersWrite},
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        create_password_link: [AccountNotFound, OwnAccount, GrantExceedsOwn, NotAPerson],
    ]
}

/// What a proof is bound to that did not go by mail alone.
const HANDED_OVER: &str = "handed over";

/// A one-time link with which somebody chooses a password.
#[derive(Serialize, ToSchema)]
pub struct PasswordLink {
    /// The link, to be handed over on a safe way. Null once a mail server is configured: then it is
    /// sent to the account's address, and nobody else sees it.
    #[schema(required, max_length = 400, format = "uri")]
    pub url: Option<String>,
    pub expires_at: Timestamp,
}

/// Make a link with which the person of an account chooses a password. Works once, for a day.
///
/// With a mail server the link is sent to the account's address alone. The account's sessions end
/// when the password is chosen; its second factors stay.
#[utoipa::path(post, path = "/v1/users/{id}/password-link", tag = "users")]
pub async fn create_password_link(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
) -> Result<Created<PasswordLink>, Problem> {
    if at.id == *by.user() {
        // One's own password is changed with the present one.
        return Err(Code::OwnAccount.into());
    }
    let (visit, now) = (Visit::clone(&by), app.now());
    let is_mailed = app.config.delivery() == Delivery::Smtp;
    let proof = Proof::<ResetPassword>::new(&app).lasting(LINK_SECONDS);
    // A link that is handed over says nothing of the mailbox.
    let proof = if is_mailed { proof } else { proof.bound_to(HANDED_OVER) };
    let link = proof.link(&app.config);
    let letter = Letter::new(&app, &Mail::ChoosePassword { link: link.clone() });
    let event = Event::new(&app, Kind::PasswordLinkMade).actor(by.user()).peer(&by.peer);
    let event = event.subject(at.id.as_str());
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let row = store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
            reach::check_account(db, &caller, &at.id, now)?;
            if row.kind == AccountKind::Service {
                return Err(Code::NotAPerson.into());
            }
            once::issue(db, &proof, &row.id, &row.email)?;
            outbox::put(db, &letter, row.reader())?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    let url = (!is_mailed).then_some(link.url);
    Ok(Created(PasswordLink { url, expires_at: now.plus_seconds(LINK_SECONDS) }))
}
