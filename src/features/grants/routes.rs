//! Granting, revoking and listing roles of accounts.

use actix_web::web::Data;
use serde_json::json;

use super::{
    model::{GrantInput, GrantPath, GrantView, RolePath},
    store::{self, Of},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        grants::{self, GrantRow, Inserted},
        guard::{Can, Fresh, OwnOr, RECENTLY, SignedIn, Visit},
        reach,
        revocations::{self, Ended},
    },
    app::App,
    endpoints,
    features::accounts::{self, model::UserPath, status::keeping_an_admin},
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        json::Json,
        page::{Page, Paging},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
    kernel::{
        id::{GrantId, RoleId, UserId},
        permission::{GrantsWrite, RolesRead},
        refusal::Refusal,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_my_grants: [],
        list_user_grants: [AccountNotFound],
        create_grant: [AccountNotFound, RoleNotFound, GrantExists, GrantExceedsOwn],
        revoke_grant: [GrantNotFound, GrantExceedsOwn, LastAdmin],
        list_role_grants: [RoleNotFound],
    ]
}

const PAST: Refusal = Refusal::new("in_the_past", "The grant would be over already.");

/// List the roles that you hold.
#[utoipa::path(get, path = "/v1/me/grants", tag = "me")]
pub async fn list_my_grants(
    by: SignedIn,
    app: Data<App>,
    paging: Paging,
) -> Result<Ok200<Page<GrantView>>, Problem> {
    page(&app, Owner::Me(by.user().clone()), paging).await
}

/// List the roles that an account holds; your own account's without any permission.
#[utoipa::path(get, path = "/v1/users/{id}/grants", tag = "grants")]
pub async fn list_user_grants(
    _by: OwnOr<RolesRead>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    paging: Paging,
) -> Result<Ok200<Page<GrantView>>, Problem> {
    page(&app, Owner::User(at.id), paging).await
}

/// List who holds a role.
#[utoipa::path(get, path = "/v1/roles/{id}/grants", tag = "grants")]
pub async fn list_role_grants(
    _by: Can<RolesRead>,
    app: Data<App>,
    Path(at): Path<RolePath>,
    paging: Paging,
) -> Result<Ok200<Page<GrantView>>, Problem> {
    page(&app, Owner::Role(at.id), paging).await
}

/// Grant a role to an account. It counts at once, without a new sign-in.
///
/// You must hold every permission of the role yourself, in this scope.
#[utoipa::path(post, path = "/v1/users/{id}/grants", tag = "grants")]
pub async fn create_grant(
    by: Fresh<RECENTLY, Can<GrantsWrite>>,
    app: Data<App>,
    Path(at): Path<UserPath>,
    Json(body): Json<GrantInput>,
) -> Result<Created<GrantView>, Problem> {
    let now = app.now();
    if body.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Problem::field("/expires_at", PAST));
    }
    let row = GrantRow {
        id: GrantId::make(now, &app.chance),
        user_id: at.id,
        role_id: body.role_id,
        scope: body.scope,
        granted_by: Some(by.user().to_string()),
        created_at: now,
        expires_at: body.expires_at,
    };
    let event = Event::new(&app, Kind::GrantCreated).actor(by.user()).peer(&by.peer);
    let event = event.subject(row.user_id.as_str()).detail(json!({
        "grant": row.id, "role": row.role_id, "scope": row.scope, "expires_at": row.expires_at,
    }));
    let visit = Visit::clone(&by);
    let made = app
        .db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            accounts::store::lock(db, &row.user_id)?.ok_or(Code::AccountNotFound)?;
            let (name, permissions) =
                store::find_role(db, &row.role_id)?.ok_or(Code::RoleNotFound)?;
            reach::check(&caller, &permissions, &row.scope, row.expires_at)?;
            if grants::insert(db, &row)? == Inserted::Exists {
                return Err(Code::GrantExists.into());
            }
            audit::record(db, event)?;
            Ok::<_, Problem>((row, name))
        })
        .await?;
    Ok(Created(made.into()))
}

/// Revoke a grant. It counts no more from this moment on.
#[utoipa::path(delete, path = "/v1/grants/{id}", tag = "grants")]
pub async fn revoke_grant(
    by: Fresh<RECENTLY, Can<GrantsWrite>>,
    app: Data<App>,
    Path(at): Path<GrantPath>,
) -> Result<NoContent, Problem> {
    let (now, visit) = (app.now(), Visit::clone(&by));
    let event = Event::new(&app, Kind::GrantRevoked).actor(by.user()).peer(&by.peer);
    app.db
        .write(move |db| {
            reach::lock(db)?;
            let caller = visit.recheck(db, now)?;
            let row = store::find(db, &at.id, now)?.ok_or(Code::GrantNotFound)?;
            let (_, permissions) =
                store::find_role(db, &row.role_id)?.ok_or(Code::GrantNotFound)?;
            reach::check(&caller, &permissions, &row.scope, Some(now))?;
            keeping_an_admin(db, &row.user_id, now, |db| {
                let revoked = grants::revoke(db, &row.id, now)?;
                if revoked { Ok(()) } else { Err(Code::GrantNotFound.into()) }
            })?;
            revocations::note(db, Ended::Subject(&row.user_id), now)?;
            let detail = json!({ "grant": row.id, "role": row.role_id, "scope": row.scope });
            audit::record(db, event.subject(row.user_id.as_str()).detail(detail))?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(NoContent)
}

enum Owner {
    Me(UserId),
    User(UserId),
    Role(RoleId),
}

async fn page(app: &App, owner: Owner, paging: Paging) -> Result<Ok200<Page<GrantView>>, Problem> {
    let list = match &owner {
        Owner::Me(id) | Owner::User(id) => format!("grants {id}"),
        Owner::Role(id) => format!("grants {id}"),
    };
    let after = paging.after_text(&app.cursors, &list)?;
    let (now, limit) = (app.now(), paging.limit + 1);
    let rows = app
        .db
        .snapshot(move |db| {
            let of = match &owner {
                Owner::Me(id) => Of::User(id),
                Owner::User(id) => {
                    accounts::store::find(db, id)?.ok_or(Code::AccountNotFound)?;
                    Of::User(id)
                }
                Owner::Role(id) => {
                    store::find_role(db, id)?.ok_or(Code::RoleNotFound)?;
                    Of::Role(id)
                }
            };
            Ok::<_, Problem>(store::list(db, &of, now, after, limit)?)
        })
        .await?;
    let seal = |(row, _): &(GrantRow, String)| app.cursors.seal(&list, row.id.as_str().as_bytes());
    Ok(Ok200(Page::cut(rows, paging.limit, seal, GrantView::from)))
}
