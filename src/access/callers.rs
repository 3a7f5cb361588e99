//! Callers kept for a moment, so that a session check need not read the database.
//!
//! What is kept is never older than the last committed write of this node: every such write moves
//! the database's epoch, and a finding of an older epoch is thrown away. Writes of other nodes are
//! seen after `session.cache_milliseconds`, one second at most.

use std::sync::{Arc, OnceLock};

use actix_web::web::Bytes;
use diesel::QueryResult;
use quick_cache::sync::Cache;

use crate::{
    access::{
        api_keys::{self, ApiKey},
        caller::{Caller, Credential},
        find, refusals, sessions,
        tokens::{self, Unreadable},
    },
    app::App,
    db::{self, Conn},
    http::{peer::Peer, problem::Problem},
    kernel::{clock::Timestamp, secret::TokenHash},
};

/// How many callers are kept at most.
const CAPACITY: usize = 10_000;

/// By what a caller is found. A value of one kind is never looked for as another.
#[derive(Clone, PartialEq, Eq, Hash)]
enum By {
    Session(TokenHash),
    Key(TokenHash),
    Token(TokenHash),
}

/// Finds callers by what they come with. Cheap to clone.
#[derive(Clone)]
pub struct Callers {
    app: App,
    kept: Arc<Cache<By, Arc<Found>>>,
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
        let wanted = key.clone();
        let look = move |db: &mut Conn, now| find::by_session_key(db, &wanted, now);
        self.look(By::Session(key.clone()), look).await
    }

    /// The caller behind an API key, or nothing when there is no such key any more.
    pub async fn find_key(&self, key: &ApiKey) -> Result<Option<Arc<Found>>, db::Error> {
        let (by, wanted) = (key.hash(), key.hash());
        let look = move |db: &mut Conn, now| find::by_api_key(db, &wanted, now);
        self.look(By::Key(by), look).await
    }

    /// The caller behind an access token for this service, or nothing where it is none that counts.
    /// Whoever forges one is told of in the audit log.
    pub async fn find_token(&self, text: &str, peer: &Peer) -> Result<Option<Arc<Found>>, Problem> {
        let by = By::Token(TokenHash::of_kind("access token", &[text]));
        if let Some(found) = self.kept(&by) {
            return Ok(Some(found));
        }
        let why = match tokens::read(&self.app, text).await? {
            Err(Unreadable::Expired) => return Ok(None),
            // Nothing that anybody could take for a token: a mistyped key, say.
            Err(Unreadable::Malformed) if !text.contains('.') => return Ok(None),
            Err(why) => why.as_str(),
            Ok(claims) if claims.aud != self.app.config.origin() => "audience",
            Ok(claims) => {
                let look = move |db: &mut Conn, now| find::by_token(db, &claims, now);
                return Ok(self.look(by, look).await?);
            }
        };
        refusals::note(&self.app, peer, why).await?;
        Ok(None)
    }

    /// What is kept and still counts. Throws away what does not.
    fn kept(&self, by: &By) -> Option<Arc<Found>> {
        let found = self.kept.get(by)?;
        if found.epoch == self.app.db.epoch() && self.app.now() < found.until {
            return Some(found);
        }
        self.kept.remove(by);
        None
    }

    async fn look(
        &self,
        by: By,
        look: impl FnOnce(&mut Conn, Timestamp) -> QueryResult<Option<Caller>> + Send + 'static,
    ) -> Result<Option<Arc<Found>>, db::Error> {
        // The epoch is read first: what a later write changes, is then seen as changed.
        let (epoch, now) = (self.app.db.epoch(), self.app.now());
        if let Some(found) = self.kept(&by) {
            return Ok(Some(found));
        }
        let found = self.app.db.look(move |db| look(db, now).map_err(db::Error::from)).await?;
        let Some(caller) = found else { return Ok(None) };
        self.touch(&caller, now);
        let keep = i64::from(self.app.config.session.cache_milliseconds) * 1000;
        let mut until = Timestamp::from_micros(now.micros() + keep);
        if matches!(by, By::Token(_)) {
            // Together with what was read of the keys, what is kept is a second old at most.
            until = until.min(self.app.keys.until().unwrap_or(now));
        }
        let until = caller.valid_until().map_or(until, |end| end.min(until));
        let caller = Arc::new(caller);
        let found = Arc::new(Found { caller, answer: OnceLock::new(), epoch, until });
        if keep > 0 {
            self.kept.insert(by, Arc::clone(&found));
        }
        Ok(Some(found))
    }

    /// Notes that the credential is in use, at most once a minute; the request does not wait.
    fn touch(&self, caller: &Caller, now: Timestamp) {
        let wants_touch = match &caller.credential {
            Credential::Session(session) | Credential::Token(session, _) => {
                session.wants_touch(now)
            }
            Credential::Key(key) => key.wants_touch(now),
            // Noted when it showed who it is.
            Credential::Client(_) => false,
        };
        if !wants_touch {
            return;
        }
        let (app, credential) = (self.app.clone(), caller.credential.clone());
        actix_web::rt::spawn(async move {
            let touched = app.db.write_quiet(move |db| {
                let touched = match &credential {
                    Credential::Session(session) | Credential::Token(session, _) => {
                        sessions::touch(db, &session.id, now)
                    }
                    Credential::Key(key) => api_keys::touch(db, &key.id, now),
                    Credential::Client(_) => Ok(()),
                };
                touched.map_err(db::Error::from)
            });
            if let Err(error) = touched.await {
                tracing::warn!(%error, "could not note that a credential is in use");
            }
        });
    }
}
