//! What every handler may use: configuration, database, time, chance, hasher, vault. Made once at
//! start; nothing in it decides who may do what.

use std::sync::Arc;

use crate::{
    config::Config,
    db::Db,
    kernel::{
        chance::Chance,
        clock::{Clock, Timestamp},
        cursor::CursorKey,
        fetch::Fetch,
        mail::Templates,
        password::{Hasher, Policy},
        ring::Keys,
        stage::Stage,
        vault::Vault,
    },
};

/// The service's means. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub clock: Clock,
    pub chance: Chance,
    pub hasher: Hasher,
    pub policy: Policy,
    pub vault: Vault,
    /// The signing keys, as they were last read; `access::keys` looks after them.
    pub keys: Keys,
    pub cursors: CursorKey,
    pub stage: Stage,
    pub templates: Templates,
    /// Asks other services.
    pub fetch: Fetch,
}

impl App {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
