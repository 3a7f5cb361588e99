//! A person's own passkeys. Who has a second factor must have proved it recently to change any, and
//! no account loses its only way in.

use actix_web::{HttpRequest, web::Data};
use serde_json::json;

use super::model::{AddedPasskey, PasskeyCeremony, PasskeyInput, PasskeyPath, PasskeyRename};
use crate::{
    access::{
        audit::{self, Event, Kind},
        devices,
        entry::{self, Started},
        failures,
        guard::{Enrolling, Fresh, InPerson, RECENTLY, SignedIn, Visit},
        notify,
        passkeys::{
            ceremony::{self, CeremonyRow, Purpose, Terms},
            model::Passkey,
            party::{Fault, Made, Party, Person},
            store::{self, PasskeyRow},
        },
        recovery,
        sessions::{self, Which},
        steps,
        throttle::{self, Ceremonies},
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
    kernel::{assurance::Method, id::PasskeyId, mail::FactorChange},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_my_passkeys: [],
        begin_passkey_registration: [FactorExists, PasskeysUnavailable],
        finish_passkey_registration: [PasskeyRefused, FactorExists, PasskeysUnavailable],
        rename_my_passkey: [FactorNotFound],
        remove_my_passkey: [FactorNotFound, LastWayIn],
    ]
}

/// List your passkeys, oldest first.
#[utoipa::path(get, path = "/v1/me/passkeys", tag = "factors")]
pub async fn list_my_passkeys(
    by: Enrolling<InPerson>,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<Passkey>>, Problem> {
    let (user, limit) = (by.user().clone(), paging.limit);
    let list = format!("passkeys {user}");
    let after: Option<PasskeyId> = paging.after_text(&app.cursors, &list)?;
    let read =
        move |db: &mut Conn| Ok::<_, Problem>(store::page(db, &user, after.as_ref(), limit + 1)?);
    let rows = app.db.read(read).await?;
    let seal = |row: &PasskeyRow| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, limit, seal, Passkey::from)))
}

fn terms(by: &Visit) -> Terms {
    Terms {
        purpose: Purpose::Register,
        user: Some(by.user().clone()),
        bound_to: by.caller.session_id().map(ToString::to_string),
    }
}

/// Begin to add a passkey.
///
/// It is there once [`finish_passkey_registration`] got the authenticator's answer, in the same
/// session.
#[utoipa::path(post, path = "/v1/me/passkeys/begin", tag = "factors")]
pub async fn begin_passkey_registration(
    by: Enrolling<Fresh<RECENTLY, SignedIn<Ceremonies>>>,
    app: Data<App>,
) -> Result<Created<PasskeyCeremony>, Problem> {
    Ok(Created(begin(&app, &by).await?))
}

/// What both the API and the page do. Errors: `factors.exists` beyond the most that one may have,
/// `passkeys.unavailable`, `rate_limit.exceeded`.
pub async fn begin(app: &App, by: &Visit) -> Result<PasskeyCeremony, Problem> {
    let party = Party::of(app)?;
    throttle::take_try(app, by.address.clone()).await?;
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let account = confirm::lock(db, &visit, now)?;
            let known = store::all(db, &account.id)?;
            if known.len() >= store::MOST {
                return Err(Problem::from(Code::FactorExists));
            }
            let handle = store::handle(db, &own, &account.id)?;
            let person = Person { handle, email: &account.email, name: &account.name };
            let question = party.ask_for_new(&person, &known)?;
            let begun = ceremony::begin(db, &own, &terms(&visit), &question.state)?;
            Ok(PasskeyCeremony::new(&begun, question))
        })
        .await
}

/// Add a passkey.
///
/// From then on every sign-in asks for a second factor, or for a passkey alone. All other sessions
/// of the account end, this one gets a new cookie. The answer holds recovery codes when it is the
/// first factor: show them, they do not come again.
#[utoipa::path(post, path = "/v1/me/passkeys", tag = "factors")]
pub async fn finish_passkey_registration(
    by: Enrolling<Fresh>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<PasskeyInput>,
) -> Result<Created<AddedPasskey>, Problem> {
    Ok(Created(finish(&app, &by, &request, body).await?))
}

/// A registration whose answer was looked at.
struct Answered {
    ceremony: Option<CeremonyRow>,
    made: Result<Made, Fault>,
    name: String,
}

/// What both the API and the page do. Errors: `passkeys.refused`, `passkeys.unavailable`, and
/// `factors.exists` where the passkey or too many are there already.
pub async fn finish(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    body: PasskeyInput,
) -> Result<AddedPasskey, Problem> {
    let (party, answer, now) = (Party::of(app)?, body.credential.registration()?, app.now());
    let (token, terms) = (body.ceremony, terms(by));
    let read = move |db: &mut Conn| Ok::<_, Problem>(ceremony::find(db, &token, &terms, now)?);
    let ceremony = app.db.read(read).await?;
    let made = match &ceremony {
        Some(ceremony) => party.check_new(&answer, &ceremony.state),
        None => Err(Fault::Wrong),
    };
    let answered = Answered { ceremony, made, name: body.name };
    let (own, visit) = (app.clone(), by.clone());
    let done = app.db.write(move |db| add(db, &own, &visit, answered));
    let (added, started) = done.await??;
    started.hand_over(app, request)?;
    Ok(added)
}

type Added = (AddedPasskey, Started);

fn add(
    db: &mut Conn,
    app: &App,
    by: &Visit,
    answered: Answered,
) -> Result<Result<Added, Problem>, Problem> {
    let (now, user) = (app.now(), by.user());
    let account = confirm::lock(db, by, now)?;
    // As they came: once the passkey counts, the guard would ask for it.
    let caller = by.recheck(db, now)?;
    let is_open = match &answered.ceremony {
        Some(ceremony) => ceremony::burn(db, &ceremony.id, now)?,
        None => false,
    };
    let (Ok(made), true) = (answered.made, is_open) else {
        audit::record(db, about(app, by, Kind::FactorRefused).detail(of_kind()))?;
        return Ok(Err(Code::PasskeyRefused.into()));
    };
    let id = PasskeyId::make(now, &app.chance);
    let row = PasskeyRow {
        sealed: store::seal(app, &id, user, &made.credential),
        id,
        user_id: user.clone(),
        credential_id: made.credential_id,
        name: answered.name,
        transports: made.transports,
        synced: made.synced,
        created_at: now,
        last_used_at: None,
    };
    if store::all(db, user)?.len() >= store::MOST || !store::insert(db, &row)? {
        return Ok(Err(Code::FactorExists.into()));
    }
    failures::clear(db, user, Method::Passkey)?;
    steps::note_second_factor(db, user)?;
    let recovery_codes =
        if account.second_factor { Vec::new() } else { recovery::renew(db, app, user)? };
    sessions::revoke_many(db, user, &Which::AllBut(&by.session()?.id), now)?;
    devices::distrust(db, user)?;
    let started = entry::raise(db, app, &caller, &by.peer, Method::Passkey)?;
    notify::factor_changed(db, app, user, FactorChange::PasskeyAdded)?;
    audit::record(db, about(app, by, Kind::FactorAdded).detail(of_kind()))?;
    Ok(Ok((AddedPasskey { passkey: row.into(), recovery_codes }, started)))
}

/// Rename one of your passkeys.
#[utoipa::path(patch, path = "/v1/me/passkeys/{id}", tag = "factors")]
pub async fn rename_my_passkey(
    by: InPerson,
    app: Data<App>,
    Path(at): Path<PasskeyPath>,
    Json(body): Json<PasskeyRename>,
) -> Result<Ok200<Passkey>, Problem> {
    Ok(Ok200(rename(&app, &by, at.id, body).await?))
}

/// What both the API and the page do. Errors: `factors.not_found`.
pub async fn rename(
    app: &App,
    by: &Visit,
    id: PasskeyId,
    body: PasskeyRename,
) -> Result<Passkey, Problem> {
    let (visit, now) = (by.clone(), app.now());
    let event = about(app, by, Kind::FactorRenamed).detail(of_kind());
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            let row = store::rename(db, visit.user(), &id, &body.name)?;
            let row = row.ok_or(Code::FactorNotFound)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row.into())
        })
        .await
}

/// Remove one of your passkeys.
///
/// With the last second factor recovery codes go too. A way in has to remain: a password, another
/// passkey, an account at another service, or the verified address where a mail server takes links
/// to it.
#[utoipa::path(delete, path = "/v1/me/passkeys/{id}", tag = "factors")]
pub async fn remove_my_passkey(
    by: Fresh,
    app: Data<App>,
    Path(at): Path<PasskeyPath>,
) -> Result<NoContent, Problem> {
    remove(&app, &by, at.id).await?;
    Ok(NoContent)
}

/// What both the API and the page do. Errors: `factors.not_found`, `factors.last_way_in`.
pub async fn remove(app: &App, by: &Visit, id: PasskeyId) -> Result<(), Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let event = about(app, by, Kind::FactorRemoved).detail(of_kind());
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            let user = visit.user();
            if !store::remove(db, user, &id)? {
                return Err(Code::FactorNotFound.into());
            }
            ways::must_remain(db, &own, user)?;
            steps::note_second_factor(db, user)?;
            devices::distrust(db, user)?;
            notify::factor_changed(db, &own, user, FactorChange::PasskeyRemoved)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}

fn about(app: &App, by: &Visit, kind: Kind) -> Event {
    let event = Event::new(app, kind).actor(by.user()).subject(by.user().as_str());
    event.session(by.caller.session_id()).peer(&by.peer)
}

fn of_kind() -> serde_json::Value {
    json!({ "kind": "passkey" })
}
