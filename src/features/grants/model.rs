//! Grants as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::{
    access::{caller::SYSTEM, grants::GrantRow},
    http::json::{present, refuse},
    kernel::{
        clock::Timestamp,
        id::{GrantId, OrganizationId, RoleId, UserId},
        refusal::Refusal,
    },
};

/// A role grant.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantView {
    pub id: GrantId,
    pub user_id: UserId,
    pub role_id: RoleId,
    /// The role's name.
    #[schema(max_length = 60, examples("editor"))]
    pub role: String,
    /// `system`, or the id of the organization in which the role counts.
    #[schema(max_length = 60, examples("system"))]
    pub scope: String,
    /// Who granted it: an account's id, or null where the service itself did.
    #[schema(required, max_length = 60)]
    pub granted_by: Option<String>,
    pub created_at: Timestamp,
    /// From when on it counts no more.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
}

impl From<(GrantRow, String)> for GrantView {
    fn from((row, role): (GrantRow, String)) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            role_id: row.role_id,
            role,
            scope: row.scope,
            granted_by: row.granted_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// A role to be granted.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantInput {
    #[schema(inline)]
    pub role_id: RoleId,
    /// `system`, or the id of an organization; `system` if absent.
    #[serde(default = "system")]
    #[validate(length(max = 30), custom(function = known_scope))]
    #[schema(max_length = 30, pattern = "^(system|org_[0-9a-hjkmnp-tv-z]{25}[048cgmrw])$")]
    pub scope: String,
    /// When the grant ends by itself; never if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}

fn system() -> String {
    SYSTEM.to_owned()
}

const SCOPE: Refusal =
    Refusal::new("scope_invalid", "A scope is `system` or the id of an organization.");

/// For `#[validate(custom(..))]`: a scope.
fn known_scope(text: &str) -> Result<(), ValidationError> {
    if text == SYSTEM || text.parse::<OrganizationId>().is_ok() {
        Ok(())
    } else {
        Err(refuse(SCOPE))
    }
}

/// The grant that the path names.
#[derive(Deserialize, IntoParams)]
pub struct GrantPath {
    /// The grant's id.
    #[param(inline)]
    pub id: GrantId,
}

/// The role that the path names.
#[derive(Deserialize, IntoParams)]
pub struct RolePath {
    /// The role's id.
    #[param(inline)]
    pub id: RoleId,
}
