//! Accounts for administrators.

use actix_web::web::Data;
use serde_json::json;

use super::{
    model::{Disabling, UserChange, UserFilter, UserInput, UserPath, UserView, parse_email},
    search::{self, After, Wanted},
    sign_up, status,
    store::{self, AccountRow, Change, Changed},
    welcome::{Has, Welcome},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{Can, Fresh, RECENTLY, Visit},
        once, reach,
        revocations::{self, Ended},
        sessions::{self, Which},
        state::{self, Terms},
    },
    app::App,
    endpoints,
    http::{
        argument::{Path, Query},
        code::Code,
        endpoint::Endpoint,
        etag::IfMatch,
        json::{Json, OptionalJson},
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200, Versioned},
    },
    kernel::{
        account::AccountKind,
        email::Email,
        id::UserId,
        mail::Mail,
        permission::{UsersRead, UsersWrite},
        secret::Secret,
    },
    work::outbox::{self, Letter},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_users: [],
        create_user: [EmailTaken],
        get_user: [AccountNotFound],
        update_user: [AccountNotFound, NotAPerson, EmailTaken, GrantExceedsOwn, LastAdmin],
        delete_user: [AccountNotFound, OwnAccount, GrantExceedsOwn, LastAdmin],
        disable_user: [AccountNotFound, GrantExceedsOwn, LastAdmin, PreconditionStale],
        enable_user: [AccountNotFound, GrantExceedsOwn, LastAdmin, PreconditionStale],
    ]
}

/// List accounts, oldest first, or by address when `email_prefix` is given.
#[utoipa::path(get, path = "/v1/users", tag = "users")]
pub async fn list_users(
    _by: Can<UsersRead>,
    app: Data<App>,
    Query(filter): Query<UserFilter>,
    paging: Paging,
) -> Result<Ok200<Page<UserView>>, Problem> {
    let terms = Terms::of(&app);
    let UserFilter { email_prefix, role, status, kind } = &filter;
    let list = format!("users {email_prefix:?} {role:?} {status:?} {kind:?}");
    let by_email = filter.email_prefix.is_some();
    let after = paging.after(&app.cursors, &list, |key| {
        let key = String::from_utf8(key).ok()?;
        if by_email {
            Email::any(&key).ok().map(After::Email)
        } else {
            key.parse().ok().map(After::Id)
        }
    })?;
    let wanted = Wanted {
        email_prefix: filter.email_prefix,
        role: filter.role,
        status: filter.status,
        kind: filter.kind,
        terms,
        limit: paging.limit + 1,
    };
    let rows = app.db.read(move |db| Ok::<_, Problem>(search::list(db, &wanted, after)?)).await?;
    let seal = |row: &AccountRow| {
        let key = if by_email { &row.email_key[..] } else { row.id.as_str().as_bytes() };
        app.cursors.seal(&list, key)
    };
    Ok(Ok200(Page::cut(rows, paging.limit, seal, |row| UserView::of(row, &terms))))
}

/// Make an account for somebody.
///
/// They get a mail: with a link to choose a password, good for a day, or with the news that there
/// is an account where you give it one. The mail never holds a password.
#[utoipa::path(post, path = "/v1/users", tag = "users")]
pub async fn create_user(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Json(body): Json<UserInput>,
) -> Result<Created<UserView>, Problem> {
    let email = parse_email(&body.email)?;
    let hash = match body.password.map(Secret::new) {
        None => None,
        Some(password) => {
            sign_up::check_password(&app, &password, email.as_str(), &body.name, "/password")?;
            Some(app.hasher.hash(password).await?)
        }
    };
    let has = if hash.is_some() { Has::Password } else { Has::NoPassword };
    let welcome = Welcome::new(&app, has);
    let row = AccountRow::new(&app, &email, &body.name);
    let event = about(&app, &by, Kind::AccountCreated, &row.id);
    let (visit, now) = (Visit::clone(&by), app.now());
    let row = app
        .db
        .write(move |db| {
            visit.recheck(db, now)?;
            sign_up::insert(db, &row, hash.as_ref())?;
            welcome.send(db, &row)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row)
        })
        .await?;
    Ok(Created(UserView::of(row, &Terms::of(&app))))
}

/// Read an account.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "users")]
pub async fn get_user(
    _by: Can<UsersRead>,
    app: Data<App>,
    Path(at): Path<UserPath>,
) -> Result<Versioned<UserView>, Problem> {
    let row = app.db.read(move |db| Ok::<_, Problem>(store::find(db, &at.id)?)).await?;
    let row = row.ok_or(Code::AccountNotFound)?;
    Ok(versioned(row, &app))
}

/// Change an account. A new address counts as not verified.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "users")]
pub async fn update_user(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    if_match: IfMatch,
    Json(body): Json<UserChange>,
) -> Result<Versioned<UserView>, Problem> {
    let email = body.email.as_deref().map(parse_email).transpose()?;
    let fields: Vec<_> = [email.as_ref().map(|_| "email"), body.name.as_ref().map(|_| "name")]
        .into_iter()
        .flatten()
        .collect();
    let event = about(&app, &by, Kind::AccountUpdated, &at.id).detail(json!({ "fields": fields }));
    let change = Change {
        email: email.as_ref().map(ToString::to_string),
        email_key: email.as_ref().map(Email::key),
        name: body.name,
        ..Change::default()
    };
    let row = change_account(&app, &by, at.id, change, Some(if_match), event).await?;
    Ok(versioned(row, &app))
}

/// Delete an account for good.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "users")]
pub async fn delete_user(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    if_match: IfMatch,
) -> Result<NoContent, Problem> {
    if at.id == *by.user() {
        // One's own account is deleted at `/v1/me`, which asks for a fresh sign-in.
        return Err(Code::OwnAccount.into());
    }
    let (visit, now) = (Visit::clone(&by), app.now());
    let event = about(&app, &by, Kind::AccountDeleted, &at.id);
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            status::keeping_an_admin(db, &at.id, now, |db| {
                let row = store::lock(db, &at.id)?.ok_or(Code::AccountNotFound)?;
                if_match.check(row.version)?;
                reach::check_account(db, &caller, &at.id, now)?;
                status::delete(db, &at.id, now)
            })?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    Ok(NoContent)
}

/// Disable an account: its sessions end at once, and nobody can sign in to it.
#[utoipa::path(post, path = "/v1/users/{id}/disable", tag = "users")]
pub async fn disable_user(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    OptionalJson(body): OptionalJson<Disabling>,
) -> Result<Versioned<UserView>, Problem> {
    let event = about(&app, &by, Kind::AccountDisabled, &at.id);
    let change = Change {
        status: Some(state::DISABLED),
        disabled_reason: Some(body.reason),
        disabled_until: Some(body.until),
        ..Change::default()
    };
    let row = change_account(&app, &by, at.id, change, None, event).await?;
    Ok(versioned(row, &app))
}

/// Enable an account again.
#[utoipa::path(post, path = "/v1/users/{id}/enable", tag = "users")]
pub async fn enable_user(
    by: Fresh<RECENTLY, Can<UsersWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
) -> Result<Versioned<UserView>, Problem> {
    let event = about(&app, &by, Kind::AccountEnabled, &at.id);
    let change = Change {
        status: Some(state::ACTIVE),
        disabled_reason: Some(None),
        disabled_until: Some(None),
        ..Change::default()
    };
    let row = change_account(&app, &by, at.id, change, None, event).await?;
    Ok(versioned(row, &app))
}

pub(super) fn versioned(row: AccountRow, app: &App) -> Versioned<UserView> {
    Versioned { version: row.version, body: UserView::of(row, &Terms::of(app)) }
}

fn about(app: &App, by: &Visit, kind: Kind, user: &UserId) -> Event {
    Event::new(app, kind).actor(by.user()).subject(user.as_str()).peer(&by.peer)
}

/// One change of another's account, whatever it changes: reach, version, last administrator and
/// sessions are looked after in one transaction.
async fn change_account(
    app: &App,
    by: &Visit,
    id: UserId,
    change: Change,
    if_match: Option<IfMatch>,
    event: Event,
) -> Result<AccountRow, Problem> {
    let (now, visit) = (app.now(), by.clone());
    let notice = Letter::new(app, &Mail::EmailIsYours);
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let ends_sessions = change.status == Some(state::DISABLED);
            let is_moved = status::keeping_an_admin(db, &id, now, |db| {
                let row = store::lock(db, &id)?.ok_or(Code::AccountNotFound)?;
                if let Some(if_match) = if_match {
                    if_match.check(row.version)?;
                }
                reach::check_account(db, &caller, &id, now)?;
                if change.email.is_some() && row.kind == AccountKind::Service {
                    return Err(Code::NotAPerson.into());
                }
                let change = change.of(&row);
                match store::update(db, &row, &change, now)? {
                    Changed::Yes => {}
                    Changed::Stale => return Err(Code::PreconditionStale.into()),
                    Changed::EmailTaken => return Err(Code::EmailTaken.into()),
                }
                if ends_sessions {
                    sessions::revoke_many(db, &id, &Which::All, now)?;
                    revocations::note(db, Ended::Subject(&id), now)?;
                }
                Ok::<_, Problem>(change.email_verified_at == Some(None))
            })?;
            let row = store::find(db, &id)?.ok_or(Code::AccountNotFound)?;
            if is_moved {
                // What was sent to the former address proves nothing of the account any more.
                once::void_all(db, &id)?;
                outbox::put(db, &notice, row.reader())?;
            }
            audit::record(db, event)?;
            Ok(row)
        })
        .await
}
