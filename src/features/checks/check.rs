//! `check_permission`: allowed or not, and why.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    access::{
        caller::{Held, SYSTEM},
        find,
        guard::SignedIn,
        state::{State, Terms},
    },
    app::App,
    db::{
        Conn,
        schema::{permissions, role_permissions, roles},
    },
    endpoints,
    features::accounts::store,
    http::{
        endpoint::Endpoint,
        json::{Json, present},
        problem::Problem,
        reply::Ok200,
    },
    kernel::{
        id::{GrantId, OrganizationId, RoleId, UserId},
        permission::{Permission, PermissionName, RolesRead},
        scope::Scope,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        check_permission: [PermissionMissing],
    ]
}

/// One question, or many at once.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    pub checks: Vec<Check>,
}

/// Whether an account holds a permission.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub permission: PermissionName,
    /// Whose; your own if absent. Others' need `roles:read`.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub user_id: Option<UserId>,
    /// In which organization; in the scope `system` if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
}

/// The answers, in the order of the questions.
#[derive(Serialize, ToSchema)]
pub struct CheckAnswers {
    #[schema(max_items = 100)]
    pub results: Vec<CheckResult>,
}

/// An answer with its reason.
#[derive(Serialize, ToSchema)]
pub struct CheckResult {
    pub allowed: bool,
    pub user_id: UserId,
    pub permission: PermissionName,
    /// `system`, or the organization that was asked about.
    #[schema(max_length = 60)]
    pub scope: String,
    #[schema(inline)]
    pub reason: Reason,
    /// The grant that allows it.
    #[schema(required)]
    pub grant_id: Option<GrantId>,
    /// The role of that grant.
    #[schema(required)]
    pub role_id: Option<RoleId>,
    /// That role's name.
    #[schema(required, max_length = 60)]
    pub role: Option<String>,
    /// Where the permission is missing: the names of roles that would give it, for who may read
    /// roles.
    #[schema(max_items = 100)]
    pub roles_with_it: Vec<String>,
}

/// Why it is allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// `grant_id` gives it.
    Granted,
    /// The account holds no role that gives it here.
    NotGranted,
    /// There is no such permission.
    PermissionUnknown,
    /// There is no such account.
    UserUnknown,
    /// The account is disabled.
    UserDisabled,
    /// The account holds it, but the key or token of the caller is not for it.
    OutOfScope,
}

/// Ask whether an account holds a permission, and why.
#[utoipa::path(post, path = "/v1/check", tag = "checks")]
pub async fn check_permission(
    by: SignedIn,
    app: Data<App>,
    Json(body): Json<CheckRequest>,
) -> Result<Ok200<CheckAnswers>, Problem> {
    let me = by.user().clone();
    let asks_of_others =
        body.checks.iter().any(|check| check.user_id.as_ref().is_some_and(|id| *id != me));
    let reads_roles = by.caller.can(RolesRead::NAME);
    if asks_of_others && !reads_roles {
        return Err(Problem::missing_permission(RolesRead::NAME));
    }
    let (terms, caller) = (Terms::of(&app), by.caller.clone());
    let results = app
        .db
        .snapshot(move |db| {
            let answers = body.checks.into_iter().map(|check| answer(db, check, &me, &terms));
            let mut results = answers.collect::<QueryResult<Vec<_>>>()?;
            results.iter_mut().filter(|result| result.user_id == me).for_each(|result| {
                result.narrow(caller.credential.scope());
            });
            for result in results.iter_mut().filter(|_| reads_roles) {
                if result.reason == Reason::NotGranted {
                    result.roles_with_it = roles_with(db, &result.permission)?;
                }
            }
            Ok::<_, Problem>(results)
        })
        .await?;
    Ok(Ok200(CheckAnswers { results }))
}

impl CheckResult {
    /// What is left of an answer about the caller, who came with a credential of this scope.
    fn narrow(&mut self, scope: Option<&Scope>) {
        if self.allowed && scope.is_some_and(|scope| !scope.contains(&self.permission)) {
            self.allowed = false;
            self.reason = Reason::OutOfScope;
        }
    }
}

fn answer(db: &mut Conn, check: Check, me: &UserId, terms: &Terms) -> QueryResult<CheckResult> {
    let user_id = check.user_id.unwrap_or_else(|| me.clone());
    let scope = check.organization_id.map_or(SYSTEM.to_owned(), |id| id.to_string());
    let account = store::find(db, &user_id)?;
    let held = find::held(db, &user_id, terms.now)?;
    let grant = held.into_iter().find(|held| held.gives(&check.permission, &scope));
    let state = account.as_ref().map(|account| account.state(terms));
    let reason = reason(db, state, grant.as_ref(), &check.permission)?;
    let grant = grant.filter(|_| reason == Reason::Granted);
    Ok(CheckResult {
        allowed: reason == Reason::Granted,
        user_id,
        permission: check.permission,
        scope,
        reason,
        grant_id: grant.as_ref().map(|grant| grant.grant_id.clone()),
        role_id: grant.as_ref().map(|grant| grant.role_id.clone()),
        role: grant.map(|grant| grant.role),
        roles_with_it: Vec::new(),
    })
}

fn reason(
    db: &mut Conn,
    state: Option<State>,
    grant: Option<&Held>,
    permission: &PermissionName,
) -> QueryResult<Reason> {
    match state {
        None => return Ok(Reason::UserUnknown),
        Some(State::Disabled) => return Ok(Reason::UserDisabled),
        Some(_) => {}
    }
    if grant.is_some() {
        return Ok(Reason::Granted);
    }
    let known: i64 =
        permissions::table.filter(permissions::name.eq(permission)).count().get_result(db)?;
    Ok(if known == 0 { Reason::PermissionUnknown } else { Reason::NotGranted })
}

fn roles_with(db: &mut Conn, permission: &PermissionName) -> QueryResult<Vec<String>> {
    role_permissions::table
        .inner_join(roles::table)
        .filter(role_permissions::permission.eq(permission))
        .order(roles::name)
        .limit(100)
        .select(roles::name)
        .load(db)
}
