//! The signed list of what has ended, built when something has changed and from time to time, so
//! that an old one can be told from a new one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    access::{
        keys,
        revocations::{self, Listed},
    },
    app::App,
    http::problem::Problem,
    kernel::clock::Timestamp,
};

/// The `typ` of the list: it is no token, and no token is a list.
pub const KIND: &str = "doorward-revocations+jwt";

/// The version of what the list says. Members may come in the same version; none changes.
const VERSION: u32 = 1;

/// Seconds after which the list is made anew though nothing has changed.
const RENEWED: i64 = 30;

/// Seconds for which a list may be used from the moment that it names.
const COUNTS: i64 = 90;

/// For how many seconds this process believes what it has read.
const BELIEVED: i64 = 1;

/// How many may listen to one process at a time.
const LISTENERS: usize = 256;

/// A list, ready to be sent.
pub struct Built {
    pub listed: Listed,
    pub text: String,
    pub etag: String,
    /// The list's own time, in seconds.
    made_at: i64,
}

struct Kept {
    built: Arc<Built>,
    epoch: u64,
    until: Timestamp,
}

/// The list of this process. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    app: App,
    kept: Arc<Mutex<Option<Kept>>>,
    listeners: Arc<AtomicUsize>,
}

/// A place among the listeners, given back when it is dropped.
pub struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Feed {
    pub fn new(app: App) -> Self {
        Self { app, kept: Arc::default(), listeners: Arc::default() }
    }

    /// A place among the listeners, while there is one.
    pub fn place(&self) -> Option<Place> {
        let place = Place(Arc::clone(&self.listeners));
        let before = self.listeners.fetch_add(1, Ordering::AcqRel);
        (before < LISTENERS).then_some(place)
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// The list as it is now: what another process has ended is in it within a second, what this
    /// one has ended at once.
    ///
    /// Errors: `server.unavailable`.
    pub async fn get(&self) -> Result<Arc<Built>, Problem> {
        // The epoch is read first: what a later write changes, is then seen as changed.
        let (epoch, now) = (self.app.db.epoch(), self.app.now());
        let before = {
            let kept = self.kept.lock();
            match &*kept {
                Some(kept) if kept.epoch == epoch && now < kept.until => {
                    return Ok(Arc::clone(&kept.built));
                }
                kept => kept.as_ref().map(|kept| Arc::clone(&kept.built)),
            }
        };
        let listed = self.app.db.look(move |db| Ok::<_, Problem>(revocations::list(db, now)?));
        let (listed, made_at) = (listed.await?, step(now));
        let built = match before {
            Some(built) if built.listed == listed && built.made_at == made_at => built,
            _ => Arc::new(self.sign(listed, made_at).await?),
        };
        let until = now.plus_seconds(BELIEVED);
        *self.kept.lock() = Some(Kept { built: Arc::clone(&built), epoch, until });
        Ok(built)
    }

    /// A signed list of these ends.
    pub async fn sign(&self, listed: Listed, made_at: i64) -> Result<Built, Problem> {
        let claims = Claims {
            iss: self.app.config.origin(),
            iat: made_at,
            exp: made_at + COUNTS,
            v: VERSION,
            sessions: listed.sessions.iter().map(|id| name("sid", id)).collect(),
            tokens: listed.tokens.iter().map(|id| name("jti", id)).collect(),
            before: json!({
                "sub": named("sub", &listed.subjects),
                "client_id": named("client_id", &listed.clients),
                "role": named("role", &listed.roles),
                "all": listed.everything,
            }),
        };
        // The signature differs each time; equal lists of two processes have one validator.
        let said = serde_json::to_vec(&claims).map_err(Problem::internal)?;
        let etag = format!("W/\"{}\"", HEXLOWER.encode(&Sha256::digest(&said)[..16]));
        let ring = keys::ring(&self.app).await?;
        let key = ring.signer(self.app.now()).ok_or_else(|| Problem::internal("no key signs"))?;
        let text = key.sign(KIND, &claims);
        Ok(Built { listed, text, etag, made_at })
    }
}

/// What stands in the list for something: who has a token of it finds it, and to everybody else the
/// list, which is public, tells neither accounts nor sessions.
fn name(claim: &str, value: &str) -> String {
    let hash = Sha256::digest(format!("{claim}:{value}").as_bytes());
    BASE64URL_NOPAD.encode(&hash[..16])
}

fn named(claim: &str, cuts: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    cuts.iter().map(|(value, at)| (name(claim, value), *at)).collect()
}

/// The same moment for all processes, for half a minute.
fn step(now: Timestamp) -> i64 {
    let seconds = now.micros().div_euclid(1_000_000);
    seconds - seconds.rem_euclid(RENEWED)
}

/// What the list says: docs/TOKENS.md explains each member.
#[derive(Serialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
    v: u32,
    // Not `sid` and `jti`, which are texts where libraries look for them (RFC 7519, section 4.1.7).
    sessions: Vec<String>,
    tokens: Vec<String>,
    before: serde_json::Value,
}
