//! Which providers there are, the way to them, and a person's own identities. No account loses its
//! only way in.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::{
    begin::{self, Wanted},
    model::{IdentityInput, IdentityPath, ProviderFlow, ProviderList, ProviderSignIn},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Fresh, InPerson, Public, RECENTLY, SignedIn, Visit},
        identities::{self, Identity, IdentityRow},
        notify,
        sessions::Remember,
        throttle::Ceremonies,
        ways,
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::confirm,
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
    kernel::{id::IdentityId, mail::FactorChange},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        get_providers: [],
        begin_provider_sign_in: [ProviderNotFound, ProviderRefused, ProviderUnavailable],
        list_my_identities: [],
        begin_identity_link: [ProviderNotFound, ProviderRefused, ProviderUnavailable],
        unlink_my_identity: [IdentityNotFound, LastWayIn],
    ]
}

/// List the services that people can sign in with.
#[utoipa::path(get, path = "/v1/auth/providers", tag = "auth")]
pub async fn get_providers(_by: Public, app: Data<App>) -> Result<Ok200<ProviderList>, Problem> {
    let providers = app.config.offered_providers().into_iter().map(Into::into);
    Ok(Ok200(ProviderList { providers: providers.collect() }))
}

/// Begin to sign in with an account at another service.
///
/// Sets a cookie by which the browser is known when the provider leads back, and answers the
/// address that the browser has to open. Afterwards the service itself leads the browser to
/// `return_to`, or says on a page why not.
#[utoipa::path(post, path = "/v1/auth/providers/begin", tag = "auth")]
pub async fn begin_provider_sign_in(
    by: Public<Ceremonies>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<ProviderSignIn>,
) -> Result<Created<ProviderFlow>, Problem> {
    let ProviderSignIn { provider, return_to, remember } = body;
    let (callback, remember) = (begin::CALLBACK, remember.into());
    let wanted = Wanted { provider, callback, return_to, remember };
    Ok(Created(begin::sign_in(&app, by.address, &request, wanted).await?))
}

/// List your accounts at other services, oldest first.
#[utoipa::path(get, path = "/v1/me/identities", tag = "me")]
pub async fn list_my_identities(
    by: InPerson,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<Identity>>, Problem> {
    let (user, limit) = (by.user().clone(), paging.limit);
    let list = format!("identities {user}");
    let after: Option<IdentityId> = paging.after_text(&app.cursors, &list)?;
    let read = move |db: &mut Conn| {
        Ok::<_, Problem>(identities::page(db, &user, after.as_ref(), limit + 1)?)
    };
    let rows = app.db.read(read).await?;
    let seal = |row: &IdentityRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, limit, seal, Identity::from)))
}

/// Begin to add an account at another service, to sign in with from then on.
///
/// As for a sign-in, the answer is the address that the browser has to open. The account is added
/// when the provider has led back to this session.
#[utoipa::path(post, path = "/v1/me/identities/begin", tag = "me")]
pub async fn begin_identity_link(
    by: Fresh<RECENTLY, SignedIn<Ceremonies>>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<IdentityInput>,
) -> Result<Created<ProviderFlow>, Problem> {
    let IdentityInput { provider, return_to } = body;
    let (callback, remember) = (begin::CALLBACK, Remember::No);
    let wanted = Wanted { provider, callback, return_to, remember };
    Ok(Created(begin::link(&app, &by, &request, wanted).await?))
}

/// Remove one of your accounts at other services. Nobody signs in with it any more.
///
/// The last way to sign in stays: a password, a passkey or another such account has to be left.
#[utoipa::path(delete, path = "/v1/me/identities/{id}", tag = "me")]
pub async fn unlink_my_identity(
    by: Fresh,
    app: Data<App>,
    Path(at): Path<IdentityPath>,
) -> Result<NoContent, Problem> {
    unlink(&app, &by, at.id).await?;
    Ok(NoContent)
}

/// What both the API and the page do. Errors: `identities.not_found`, `factors.last_way_in`.
pub async fn unlink(app: &App, by: &Visit, id: IdentityId) -> Result<(), Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let event = Event::new(app, Kind::IdentityUnlinked).actor(by.user());
    let event = event.subject(by.user().as_str()).session(&by.session()?.id).peer(&by.peer);
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            let user = visit.user();
            let row = identities::find_own(db, user, &id)?.ok_or(Code::IdentityNotFound)?;
            identities::remove(db, user, &id)?;
            ways::must_remain(db, &own, user)?;
            notify::factor_changed(db, &own, user, FactorChange::IdentityRemoved)?;
            let event = event.detail(json!({ "provider": row.provider }));
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}
