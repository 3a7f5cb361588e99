//! Callers kept for a moment, so that a session check need not read the database.
//!
//! What is kept is never older than the last committed write of this node: every such write moves
//! the database's epoch, and a finding of an older epoch is thrown away. Writes of other nodes are
//! seen after `session.cache_milliseconds`, one second at most.

use std::sync::{Arc, OnceLock};

use actix_web::web::Bytes;
use quick_cache::sync::Cache;

use crate::{
    access::{
        caller::{self, Caller},
        sessions,
    },
    app::App,
    db,
    kernel::{clock::Timestamp, secret::TokenHash},
};

/// How many callers are kept at most.
const CAPACITY: usize = 10_000;

/// Finds callers by session key. Cheap to clone.
#[derive(Clone)]
pub struct Callers {
    app: App,
    kept: Arc<Cache<TokenHash, Arc<Found>>>,
}

/// A caller as it was found.
pub struct Found {
    pub caller: Arc<Caller>,
    /// What `get_session` answers, once somebody has asked.
    answer: OnceLock<Bytes>,
    epoch: u64,
    until: Timestamp,
}

impl Found {
    /// A text that depends on nothing but the caller, made once.
    pub fn answer(&self, make: impl FnOnce(&Caller) -> Bytes) -> Bytes {
        self.answer.get_or_init(|| make(&self.caller)).clone()
    }
}

impl Callers {
    pub fn new(app: App) -> Self {
        Self { app, kept: Arc::new(Cache::new(CAPACITY)) }
    }

    /// The caller behind a session key, or nothing when there is no such session any more.
    pub async fn find(&self, key: &TokenHash) -> Result<Option<Arc<Found>>, db::Error> {
        // The epoch is read first: what a later write changes, is then seen as changed.
        let (epoch, now) = (self.app.db.epoch(), self.app.now());
        if let Some(found) = self.kept.get(key) {
            if found.epoch == epoch && now < found.until {
                return Ok(Some(found));
            }
            self.kept.remove(key);
        }
        let wanted = key.clone();
        let caller = self
            .app
            .db
            .look(move |db| caller::find(db, &wanted, now).map_err(db::Error::from))
            .await?;
        let Some(caller) = caller else { return Ok(None) };
        self.touch(&caller, now);
        let keep = i64::from(self.app.config.session.cache_milliseconds) * 1000;
        let until = Timestamp::from_micros(now.micros() + keep).min(caller.valid_until());
        let caller = Arc::new(caller);
        let found = Arc::new(Found { caller, answer: OnceLock::new(), epoch, until });
        if keep > 0 {
            self.kept.insert(key.clone(), Arc::clone(&found));
        }
        Ok(Some(found))
    }

    /// Notes that the session is in use, at most once a minute; the request does not wait for it.
    fn touch(&self, caller: &Caller, now: Timestamp) {
        if !caller.session.wants_touch(now) {
            return;
        }
        let (app, id) = (self.app.clone(), caller.session.id.clone());
        actix_web::rt::spawn(async move {
            let touched = app
                .db
                .write_quiet(move |db| sessions::touch(db, &id, now).map_err(db::Error::from));
            if let Err(error) = touched.await {
                tracing::warn!(%error, "could not note that a session is in use");
            }
        });
    }
}
