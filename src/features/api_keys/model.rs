//! API keys as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::api_keys::{ApiKey, KeyRow},
    app::App,
    features::accounts::model::plain,
    http::{json::present, problem::Problem},
    kernel::{
        clock::Timestamp,
        id::{ApiKeyId, UserId},
        permission::PermissionName,
        refusal::Refusal,
    },
};

/// Seconds for which a key counts where nobody says how long: 90 days.
const USUAL: i64 = 90 * 86_400;

/// Seconds for which a key counts at most: 366 days.
const LONGEST: i64 = 366 * 86_400;

/// A key, but for its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    pub id: ApiKeyId,
    /// Whose key it is.
    pub user_id: UserId,
    #[schema(max_length = 60, examples("nightly backup"))]
    pub name: String,
    /// How the key begins, to tell it from others.
    #[schema(max_length = 20, examples("dw_4kq2mw"))]
    pub prefix: String,
    /// What it may be used for, as far as the account itself may.
    #[schema(max_items = 100)]
    pub permissions: Vec<PermissionName>,
    pub created_at: Timestamp,
    /// When it ends by itself; null where it does not.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute; null before its first use.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<KeyRow> for ApiKeyView {
    fn from(row: KeyRow) -> Self {
        Self {
            permissions: row.permissions.iter().cloned().collect(),
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            prefix: row.prefix,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A new key.
#[derive(Serialize, ToSchema)]
pub struct CreatedApiKey {
    pub api_key: ApiKeyView,
    /// The key itself. It is shown this once.
    #[schema(max_length = 63, examples("dw_…"))]
    pub secret: String,
}

/// What a key shall be for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    /// What it is called in lists.
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("nightly backup"))]
    pub name: String,
    /// What it may be used for: permissions that the account holds everywhere.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub permissions: Vec<PermissionName>,
    /// When it ends by itself, at most 366 days from now; 90 days from now if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}

const PAST: Refusal = Refusal::new("in_the_past", "The key would be over already.");
const TOO_LATE: Refusal = Refusal::new("too_late", "A key lasts 366 days at most.");

impl ApiKeyInput {
    /// A key with its row for `user`. Errors: `validation.failed` for an end in the past or too far
    /// ahead.
    pub fn make(self, app: &App, user: &UserId) -> Result<(ApiKey, KeyRow), Problem> {
        let now = app.now();
        let expires_at = self.expires_at.unwrap_or(now.plus_seconds(USUAL));
        if expires_at <= now {
            return Err(Problem::field("/expires_at", PAST));
        }
        if expires_at > now.plus_seconds(LONGEST) {
            return Err(Problem::field("/expires_at", TOO_LATE));
        }
        let key = ApiKey::random(&app.chance);
        let row = KeyRow {
            id: ApiKeyId::make(now, &app.chance),
            user_id: user.clone(),
            name: self.name,
            prefix: key.prefix().to_owned(),
            permissions: self.permissions.into_iter().collect(),
            created_at: now,
            expires_at: Some(expires_at),
            last_used_at: None,
        };
        Ok((key, row))
    }
}

/// The key that the path names.
#[derive(Deserialize, IntoParams)]
pub struct ApiKeyPath {
    /// The key's id.
    #[param(inline)]
    pub id: ApiKeyId,
}

/// The account and the key that the path names.
#[derive(Deserialize, IntoParams)]
pub struct UserApiKeyPath {
    /// The account's id.
    #[param(inline)]
    pub id: UserId,
    /// The key's id.
    #[param(inline)]
    pub key_id: ApiKeyId,
}
