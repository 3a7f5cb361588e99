//! The access matrix and the caller's own operations, from the rules of the mounted endpoints.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{
        decide::{Access, Asked, Whose, access, decide},
        guard::{Can, Enrolling},
    },
    app::App,
    db::{
        Conn,
        schema::{role_permissions, roles},
    },
    endpoints,
    http::{
        endpoint::Endpoint,
        page::{Page, Paging},
        problem::Problem,
        reply::Ok200,
        rule::{Rule, Who},
    },
    kernel::permission::RolesRead,
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        get_access_matrix: [],
        list_my_operations: [],
    ]
}

/// The operations that this service mounts, with their rules. Made from the endpoints at start.
pub struct Operations(pub Vec<Mounted>);

/// One mounted operation.
pub struct Mounted {
    pub id: String,
    pub method: String,
    pub path: String,
    pub rule: Rule,
}

impl Operations {
    pub fn of(endpoints: &[Endpoint]) -> Self {
        let mounted = endpoints.iter().map(|endpoint| Mounted {
            id: endpoint.id.clone(),
            method: endpoint.method.to_string(),
            path: endpoint.path.clone(),
            rule: endpoint.rule,
        });
        Self(mounted.collect())
    }
}

/// Who may call what: a row per operation, a cell per kind of caller.
#[derive(Serialize, ToSchema)]
pub struct AccessMatrix {
    /// Names of the roles, in the order of the cells.
    #[schema(max_items = 1000)]
    pub roles: Vec<String>,
    #[schema(max_items = 1000)]
    pub operations: Vec<MatrixRow>,
}

/// An operation and who may call it.
#[derive(Serialize, ToSchema)]
pub struct MatrixRow {
    #[schema(max_length = 100, examples("list_users"))]
    pub operation_id: String,
    #[schema(max_length = 10, examples("GET"))]
    pub method: String,
    #[schema(max_length = 200, examples("/v1/users"))]
    pub path: String,
    /// What the guard demands.
    #[schema(max_length = 60, examples("permission"))]
    pub access: String,
    #[schema(required, max_length = 100)]
    pub required_permission: Option<String>,
    /// For who is not signed in.
    pub nobody: Access,
    /// For who is signed in and holds no role.
    pub signed_in: Access,
    /// For who holds one role, in the order of `roles`.
    #[schema(max_items = 1000)]
    pub roles: Vec<Access>,
}

/// A role's name and what it holds.
type RoleAndHeld = (String, Vec<String>);

impl AccessMatrix {
    /// The matrix of these operations and roles.
    pub fn new(operations: &Operations, roles: &[RoleAndHeld]) -> Self {
        let rows = operations.0.iter().map(|operation| {
            let for_role = |(_, held): &RoleAndHeld| {
                let held: Vec<_> = held.iter().map(String::as_str).collect();
                access(&operation.rule, Some(&held))
            };
            MatrixRow {
                operation_id: operation.id.clone(),
                method: operation.method.clone(),
                path: operation.path.clone(),
                access: operation.rule.who.name().to_owned(),
                required_permission: operation.rule.permission().map(ToOwned::to_owned),
                nobody: access(&operation.rule, None),
                signed_in: access(&operation.rule, Some(&[])),
                roles: roles.iter().map(for_role).collect(),
            }
        });
        let operations = rows.collect();
        Self { roles: roles.iter().map(|(name, _)| name.clone()).collect(), operations }
    }
}

/// Read who may call what.
#[utoipa::path(get, path = "/v1/access-matrix", tag = "checks")]
pub async fn get_access_matrix(
    _by: Can<RolesRead>,
    app: Data<App>,
    operations: Data<Operations>,
) -> Result<Ok200<AccessMatrix>, Problem> {
    let roles = app.db.snapshot(|db| Ok::<_, Problem>(roles_with_held(db)?)).await?;
    Ok(Ok200(AccessMatrix::new(&operations, &roles)))
}

fn roles_with_held(db: &mut Conn) -> QueryResult<Vec<RoleAndHeld>> {
    let pairs: Vec<(String, Option<String>)> = roles::table
        .left_join(role_permissions::table)
        .order((roles::id, role_permissions::permission))
        .select((roles::name, role_permissions::permission.nullable()))
        .load(db)?;
    let mut list: Vec<RoleAndHeld> = Vec::new();
    for (name, permission) in pairs {
        if list.last().is_none_or(|(last, _)| *last != name) {
            list.push((name, Vec::new()));
        }
        if let Some((_, held)) = list.last_mut() {
            held.extend(permission);
        }
    }
    list.truncate(1000);
    Ok(list)
}

/// An operation that the caller may call.
#[derive(Serialize, ToSchema)]
pub struct MyOperation {
    #[schema(max_length = 100, examples("list_users"))]
    pub operation_id: String,
    #[schema(max_length = 10, examples("GET"))]
    pub method: String,
    #[schema(max_length = 200, examples("/v1/users"))]
    pub path: String,
    /// Whether only for what belongs to the caller.
    pub own_only: bool,
}

/// List the operations that you may call now, for a user interface that shows only these.
#[utoipa::path(get, path = "/v1/me/operations", tag = "checks")]
pub async fn list_my_operations(
    by: Enrolling,
    app: Data<App>,
    operations: Data<Operations>,
    paging: Paging,
) -> Result<Ok200<Page<MyOperation>>, Problem> {
    let (asked, list) = (Asked::of(&app.config, app.now()), "operations");
    let after = paging.after(&app.cursors, list, |key| {
        let key = String::from_utf8(key).ok()?;
        operations.0.iter().any(|mounted| mounted.id == key).then_some(key)
    })?;
    let own = Whose::Account(by.user().as_str());
    let mut mine: Vec<_> = operations
        .0
        .iter()
        .filter(|mounted| after.as_ref().is_none_or(|after| mounted.id > *after))
        .filter(|mounted| decide(&mounted.rule, Some(by.caller.as_ref()), own, &asked).is_ok())
        .collect();
    mine.sort_by(|left, right| left.id.cmp(&right.id));
    let seal = |mounted: &&Mounted| app.cursors.seal(list, mounted.id.as_bytes());
    Ok(Ok200(Page::cut(mine, paging.limit, seal, |mounted| {
        let others =
            decide(&mounted.rule, Some(by.caller.as_ref()), Whose::Nobodys, &asked).is_ok();
        MyOperation {
            operation_id: mounted.id.clone(),
            method: mounted.method.clone(),
            path: mounted.path.clone(),
            own_only: matches!(mounted.rule.who, Who::OwnOr { .. }) && !others,
        }
    })))
}
