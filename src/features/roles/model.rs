//! Roles and permissions as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use super::store::{PermissionRow, RoleRow};
use crate::{
    features::accounts::model::plain,
    http::{
        json::{present, refuse},
        problem::Problem,
    },
    kernel::{clock::Timestamp, id::RoleId, permission::PermissionName, refusal::Refusal},
};

/// A role.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleView {
    pub id: RoleId,
    #[schema(max_length = 60, examples("editor"))]
    pub name: String,
    #[schema(max_length = 200)]
    pub description: String,
    /// Whether it belongs to the service; then it can't be changed.
    pub built_in: bool,
    #[schema(max_items = 1000)]
    pub permissions: Vec<PermissionName>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl RoleView {
    pub fn new(row: RoleRow, permissions: Vec<PermissionName>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            built_in: row.built_in,
            permissions,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A role to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    /// Lower-case letters, digits, `_` and `-`.
    #[validate(length(min = 1, max = 60), custom(function = role_name))]
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z][a-z0-9_-]*$", examples("editor"))]
    pub name: String,
    #[serde(default)]
    #[validate(length(max = 200), custom(function = plain))]
    #[schema(max_length = 200, examples("Writes and corrects notes"))]
    pub description: String,
    /// You must hold each of them yourself.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub permissions: Vec<PermissionName>,
}

/// What changes of a role. What is absent stays as it is.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// Lower-case letters, digits, `_` and `-`.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 1, max = 60), custom(function = role_name))]
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z][a-z0-9_-]*$", nullable = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 200), custom(function = plain))]
    #[schema(max_length = 200, nullable = false)]
    pub description: Option<String>,
    /// All permissions of the role from now on. You must hold those that are added or removed.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 200))]
    #[schema(max_items = 200, nullable = false)]
    pub permissions: Option<Vec<PermissionName>>,
}

/// The role that the path names.
#[derive(Deserialize, IntoParams)]
pub struct RolePath {
    /// The role's id.
    #[param(inline)]
    pub id: RoleId,
}

/// A permission.
#[derive(Serialize, ToSchema)]
#[schema(as = Permission)]
pub struct PermissionView {
    pub name: PermissionName,
    #[schema(max_length = 200)]
    pub description: String,
    /// Whether it belongs to the service and not to an app.
    pub built_in: bool,
    pub created_at: Timestamp,
}

impl From<PermissionRow> for PermissionView {
    fn from(row: PermissionRow) -> Self {
        let PermissionRow { name, description, built_in, created_at } = row;
        Self { name, description, built_in, created_at }
    }
}

/// A permission of an app.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionInput {
    /// `app:` and then `resource:verb`.
    #[validate(length(min = 1, max = 100), custom(function = app_permission))]
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = "^app(:[a-z][a-z0-9_-]*){1,5}$",
        examples("app:notes:moderate")
    )]
    pub name: String,
    #[serde(default)]
    #[validate(length(max = 200), custom(function = plain))]
    #[schema(max_length = 200, examples("See and delete everybody's notes"))]
    pub description: String,
}

impl PermissionInput {
    /// Errors: `validation.failed`.
    pub fn parse_name(&self) -> Result<PermissionName, Problem> {
        self.name.parse().map_err(|refusal| Problem::field("/name", refusal))
    }
}

const ROLE_NAME: Refusal = Refusal::new(
    "role_name_invalid",
    "A role's name starts with a letter and has lower-case letters, digits, `_` and `-`.",
);
const NOT_AN_APPS: Refusal =
    Refusal::new("permission_invalid", "An app's permission is `app:resource:verb`.");

fn role_name(text: &str) -> Result<(), ValidationError> {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let starts_well = text.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if starts_well && text.chars().all(is_inner) { Ok(()) } else { Err(refuse(ROLE_NAME)) }
}

fn app_permission(text: &str) -> Result<(), ValidationError> {
    let name = text.parse::<PermissionName>().map_err(refuse)?;
    if name.is_app() { Ok(()) } else { Err(refuse(NOT_AN_APPS)) }
}
