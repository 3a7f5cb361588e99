//! Passkeys as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::PasskeyRow;
use crate::kernel::{clock::Timestamp, id::PasskeyId};

/// A passkey of an account.
#[derive(Serialize, ToSchema)]
pub struct Passkey {
    pub id: PasskeyId,
    /// By which its owner knows it.
    #[schema(max_length = 60, examples("Laptop"))]
    pub name: String,
    /// Whether the authenticator keeps a copy elsewhere, as password managers do.
    pub synced: bool,
    pub created_at: Timestamp,
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<PasskeyRow> for Passkey {
    fn from(row: PasskeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            synced: row.synced,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}
