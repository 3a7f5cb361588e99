//! actix-session's store over our sessions table. It loads and it forgets; rows are written by
//! the handlers, in the same transaction as what caused them.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;

use crate::{
    access::{caller::FAULT_KEY, callers::Callers, handoff},
    kernel::secret::TokenHash,
};

/// Where a handler leaves the key of a session that it started.
pub const KEY_KEY: &str = "doorward.key";
/// Where the state names the session that was found.
pub const SESSION_KEY: &str = "doorward.session";
const IDENTITY_KEY: &str = "actix_identity.user_id";

/// The store behind the session cookie.
#[derive(Clone)]
pub struct Store {
    callers: Callers,
}

impl Store {
    pub fn new(callers: Callers) -> Self {
        Self { callers }
    }
}

impl SessionStore for Store {
    /// The caller behind the key. A database that does not answer is told to the guards, which
    /// refuse with 503; it never looks like a session that is over, which would drop the cookie.
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        match self.callers.find(&TokenHash::of(key.as_ref())).await {
            Ok(Some(found)) => {
                let Some(session) = found.caller.session() else { return Ok(None) };
                let state = HashMap::from([
                    (IDENTITY_KEY.to_owned(), format!("\"{}\"", found.caller.user_id)),
                    (SESSION_KEY.to_owned(), format!("\"{}\"", session.id)),
                ]);
                handoff::lay_down(found);
                Ok(Some(state))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                Ok(Some(HashMap::from([(FAULT_KEY.to_owned(), "true".to_owned())])))
            }
        }
    }

    /// The key of the session that the handler has started. Without one nothing is saved: the
    /// service keeps no sessions of people who are not signed in.
    async fn save(
        &self,
        state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, SaveError> {
        let key = state.get(KEY_KEY).and_then(|json| serde_json::from_str::<String>(json).ok());
        let key = key.ok_or_else(|| SaveError::Other(fault("no session was started")))?;
        key.try_into().map_err(|_| SaveError::Other(fault("a session key is too long")))
    }

    /// Nothing in the state may be changed after the session has started.
    async fn update(
        &self,
        key: SessionKey,
        _state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// The handler that replaces or ends a session has revoked its row, in its own transaction.
    async fn delete(&self, _key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(())
    }
}

fn fault(text: &'static str) -> anyhow::Error {
    anyhow::Error::msg(text)
}
