//! Connections that are kept open, with their prepared statements. Never more of them are at work
//! than the pool has places, and none is handed out in the middle of a transaction.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    conn::{Conn, Place, Role},
    error::{Error, OpenError},
    transaction::is_broken,
};

/// How long a caller waits for a place before it is told `Busy`.
const PATIENCE: Duration = Duration::from_secs(2);

/// A PostgreSQL connection that rested longer is asked for a sign of life first.
const RESTED: Duration = Duration::from_secs(1);

pub(super) struct Pool {
    place: Arc<Place>,
    places: Arc<Semaphore>,
    resting: Mutex<Vec<(Conn, Instant)>>,
    /// Whether the last attempt to connect failed: an outage is logged once, not per request.
    down: AtomicBool,
}

/// A place at the pool, until it is dropped. Callers wait for it without holding a thread.
pub(super) type Permit = OwnedSemaphorePermit;

impl Pool {
    /// A pool of at most `size` connections; the first is opened here, the others when needed.
    pub fn open(place: Arc<Place>, size: u32) -> Result<Self, OpenError> {
        let first = place.open(Role::Reader)?;
        Ok(Self {
            place,
            places: Arc::new(Semaphore::new(size.max(1) as usize)),
            resting: Mutex::new(vec![(first, Instant::now())]),
            down: AtomicBool::new(false),
        })
    }

    pub async fn permit(&self) -> Result<Permit, Error> {
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        place.map_err(|_| Error::Busy)?.map_err(|_| Error::Unavailable)
    }

    pub fn permit_now(&self) -> Result<Permit, Error> {
        self.places.clone().try_acquire_owned().map_err(|_| Error::Busy)
    }

    /// Runs `work`, which must not unwind, on a connection. Blocks.
    pub fn with<T, E: From<Error>>(
        &self,
        permit: Permit,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.take()?;
        let result = work(&mut conn);
        self.put_back(conn);
        drop(permit);
        result
    }

    fn take(&self) -> Result<Conn, Error> {
        // The one that rested least: its statements are the most likely to be prepared.
        while let Some((mut conn, since)) = self.pop() {
            let fresh = matches!(conn, Conn::Sqlite(_)) || since.elapsed() < RESTED;
            if fresh || conn.batch_execute("SELECT 1").is_ok() {
                return Ok(conn);
            }
        }
        let opened = self.place.open(Role::Reader);
        let was_down = self.down.swap(opened.is_err(), Ordering::Relaxed);
        match &opened {
            Err(error) if !was_down => tracing::error!("{error}"),
            Ok(_) if was_down => tracing::info!("the database can be reached again"),
            _ => {}
        }
        opened.map_err(|_| Error::Unavailable)
    }

    // Not part of a `while let`, which would hold the lock through its body.
    fn pop(&self) -> Option<(Conn, Instant)> {
        self.resting.lock().pop()
    }

    fn put_back(&self, mut conn: Conn) {
        if is_broken(&mut conn) {
            // The server has probably gone, and the others' connections with it.
            let gone = std::mem::take(&mut *self.resting.lock());
            drop(gone);
        } else {
            self.resting.lock().push((conn, Instant::now()));
        }
    }
}
