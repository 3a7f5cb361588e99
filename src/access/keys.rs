//! Signing keys: their rows, and the ring that each process has of them. A key is published before
//! it signs and for as long as what it has signed may count; a removed one counts nowhere after a
//! second.

use std::sync::Arc;

use diesel::prelude::*;
use serde_json::json;

use super::audit::{self, Event, Kind};
use crate::{
    app::App,
    db::{Conn, schema::signing_keys},
    http::problem::Problem,
    kernel::{
        clock::Timestamp,
        jose::{ALGORITHM, SigningKey},
        ring::{Ring, RingKey},
        vault::Place,
    },
};

/// Seconds for which a new key is published before it signs: who keeps the key set for the five
/// minutes that it may be kept, and uses it for five more while asking anew, knows the key by then.
pub const LEAD: i64 = 600;

/// Seconds for which a key is published after it has signed last: the longest life of a token that
/// can be configured, and a minute for clocks that differ.
pub const TAIL: i64 = 960;

/// For how long a process believes what it has read.
const BELIEVED: i64 = 1;

const SECONDS_PER_DAY: i64 = 86_400;

/// A key as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct KeyRow {
    /// Its thumbprint.
    pub kid: String,
    pub algorithm: String,
    /// The private key, PKCS #8, sealed.
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    /// From when it signs.
    pub active_at: Timestamp,
    /// From when its successor signs.
    pub retired_at: Option<Timestamp>,
    /// Since when it counts no more, whatever it has signed.
    pub removed_at: Option<Timestamp>,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Published, and does not sign yet.
    Waiting,
    Signing,
    /// Its successor signs; it is published until the last of its tokens is over.
    Retired,
    /// What it has signed is over.
    Over,
    Removed,
}

impl Phase {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Over => "over",
            Self::Removed => "removed",
        }
    }
}

impl KeyRow {
    pub fn phase(&self, now: Timestamp) -> Phase {
        match (self.removed_at, self.retired_at) {
            (Some(_), _) => Phase::Removed,
            (None, Some(end)) if end.plus_seconds(TAIL) <= now => Phase::Over,
            (None, Some(end)) if end <= now => Phase::Retired,
            _ if self.active_at > now => Phase::Waiting,
            _ => Phase::Signing,
        }
    }

    fn open(&self, app: &App) -> Result<SigningKey, Problem> {
        let bytes = app.vault.open(place(&self.kid), &self.sealed).map_err(Problem::internal)?;
        SigningKey::from_pkcs8(&bytes).map_err(Problem::internal)
    }
}

/// Where the private part of a key is sealed.
pub fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", column: "sealed", row: kid }
}

/// A key about to be kept.
struct NewKey(KeyRow);

impl NewKey {
    /// A new key that signs from `active_at` on.
    fn make(app: &App, active_at: Timestamp) -> Self {
        let key = SigningKey::random();
        let kid = key.public().kid().to_owned();
        Self(KeyRow {
            sealed: app.vault.seal(place(&kid), &key.to_pkcs8()),
            algorithm: ALGORITHM.to_owned(),
            created_at: app.now(),
            active_at,
            retired_at: None,
            removed_at: None,
            kid,
        })
    }

    /// Keeps it as the successor of all that sign or wait now.
    fn keep(self, db: &mut Conn) -> QueryResult<KeyRow> {
        diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
            .set(signing_keys::retired_at.eq(self.0.active_at))
            .execute(db)?;
        diesel::insert_into(signing_keys::table).values(&self.0).execute(db)?;
        Ok(self.0)
    }
}

/// Takes turns with every other change of the keys.
fn lock(db: &mut Conn) -> QueryResult<()> {
    crate::db::lock(db, "signing keys")
}

/// All keys that are stored, the oldest first.
pub fn list(db: &mut Conn) -> QueryResult<Vec<KeyRow>> {
    signing_keys::table
        .order((signing_keys::active_at, signing_keys::created_at))
        .select(KeyRow::as_select())
        .load(db)
}

/// The keys that count now. A process believes what it has read for a second at most, and until a
/// write of its own.
///
/// Errors: `server.unavailable`, and `server.internal` where a key can't be opened.
pub async fn ring(app: &App) -> Result<Arc<Ring>, Problem> {
    // The epoch is read first: what a later write changes, is then seen as changed.
    let (epoch, now) = (app.db.epoch(), app.now());
    if let Some(ring) = app.keys.fresh(epoch, now) {
        return Ok(ring);
    }
    let own = app.clone();
    let ring = app.db.look(move |db| read(db, &own, now)).await?;
    let ring = Arc::new(ring);
    app.keys.keep(Arc::clone(&ring), epoch, now.plus_seconds(BELIEVED));
    Ok(ring)
}

/// The published keys. Those that are known already are not opened again.
fn read(db: &mut Conn, app: &App, now: Timestamp) -> Result<Ring, Problem> {
    let known = app.keys.last().unwrap_or_default();
    let mut keys = Vec::new();
    for row in list(db)? {
        if matches!(row.phase(now), Phase::Over | Phase::Removed) {
            continue;
        }
        let key = match known.shared(&row.kid) {
            Some(key) => Arc::clone(key),
            None => Arc::new(row.open(app)?),
        };
        keys.push(RingKey { key, active_at: row.active_at });
    }
    Ok(Ring::new(keys))
}

/// Sees that there is a key to sign with, and that the next one is published in time. Call it at
/// the start and now and then; processes that do so at once make one key.
pub async fn tend(app: &App) -> Result<(), Problem> {
    let now = app.now();
    let days = i64::from(app.config.token.key_days);
    let wanted = move |rows: &[KeyRow]| match rows.iter().rfind(|row| is_newest(row)) {
        None => Some(now),
        Some(row) => {
            let next = row.active_at.plus_seconds(days * SECONDS_PER_DAY);
            (next <= now.plus_seconds(LEAD)).then(|| now.plus_seconds(LEAD))
        }
    };
    let Some(active_at) = wanted(&app.db.read(|db| Ok::<_, Problem>(list(db)?)).await?) else {
        return Ok(());
    };
    let new = NewKey::make(app, active_at);
    let event = Event::new(app, Kind::SigningKeyMade);
    app.db
        .write(move |db| {
            lock(db)?;
            // Another process may have been faster.
            if wanted(&list(db)?).is_none() {
                return Ok(());
            }
            let row = new.keep(db)?;
            Ok::<_, Problem>(audit::record(db, told(event, &row, "schedule"))?)
        })
        .await
}

fn is_newest(row: &KeyRow) -> bool {
    row.removed_at.is_none() && row.retired_at.is_none()
}

fn told(event: Event, row: &KeyRow, by: &str) -> Event {
    event.detail(json!({ "key": row.kid, "active_at": row.active_at, "by": by }))
}

/// From when a new key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Once everybody knows it.
    InTime,
    /// At once: who has not heard of it refuses its tokens until then.
    Now,
}

/// Makes a new key by hand, which takes the place of the present one.
pub async fn rotate(app: &App, when: When) -> Result<KeyRow, Problem> {
    let lead = match when {
        When::InTime => LEAD,
        When::Now => 0,
    };
    let new = NewKey::make(app, app.now().plus_seconds(lead));
    let event = Event::new(app, Kind::SigningKeyMade);
    app.db
        .write(move |db| {
            lock(db)?;
            let row = new.keep(db)?;
            audit::record(db, told(event, &row, "command line"))?;
            Ok(row)
        })
        .await
}

/// Takes a key away: what it has signed counts no more, on any process after a second. Where it was
/// the last that signs, the next one signs from now on. Answers whether there was such a key.
pub async fn remove(app: &App, kid: String) -> Result<bool, Problem> {
    let now = app.now();
    let spare = NewKey::make(app, now);
    let event = Event::new(app, Kind::SigningKeyRemoved).detail(json!({ "key": kid }));
    app.db
        .write(move |db| {
            lock(db)?;
            let present = signing_keys::table.find(&kid).filter(signing_keys::removed_at.is_null());
            let gone = diesel::update(present).set(signing_keys::removed_at.eq(now)).execute(db)?;
            if gone == 0 {
                return Ok(false);
            }
            let rows = list(db)?;
            let signs = |row: &&KeyRow| row.phase(now) == Phase::Signing;
            let waits = |row: &&KeyRow| row.phase(now) == Phase::Waiting;
            match (rows.iter().find(signs), rows.iter().find(waits)) {
                (Some(_), _) => {}
                (None, Some(next)) => {
                    diesel::update(signing_keys::table.find(&next.kid))
                        .set(signing_keys::active_at.eq(now))
                        .execute(db)?;
                }
                (None, None) => {
                    spare.keep(db)?;
                }
            }
            audit::record(db, event)?;
            Ok::<_, Problem>(true)
        })
        .await
}

/// Destroys keys whose time is over; the audit log tells of them.
pub fn sweep(db: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let over = signing_keys::retired_at.lt(now.plus_seconds(-TAIL)).assume_not_null();
    let removed = signing_keys::removed_at.lt(now.plus_seconds(-TAIL)).assume_not_null();
    diesel::delete(signing_keys::table.filter(over.or(removed))).execute(db)
}
