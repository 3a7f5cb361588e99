//! The database: SQLite or PostgreSQL behind one handle. Everything that is written is written by
//! [`Db::write`] and its kin, one transaction each, and is durable before its caller is answered.

mod conn;
mod error;
mod migrate;
mod pool;
mod postgres;
pub mod schema;
mod sqlite;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod transaction;
mod unique;
mod writer;

pub use conn::{Backend, Conn, has_table, lock};
pub use error::{Error, OpenError};
pub use unique::taken;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};
use tokio::{
    sync::oneshot,
    task::{JoinError, spawn_blocking},
};
use url::Url;

use conn::Place;
use pool::{Permit, Pool};
use transaction::{caught, level, snapshot, unit};
use writer::{Answer, Job, Writer};

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections kept for reading; on PostgreSQL, for reading and writing. At least one.
    pub pool: u32,
}

/// A database. Clones are cheap and share everything; when the last is dropped, what is queued is
/// written and the connections close.
///
/// Its futures need a Tokio runtime with a clock. Work given to it runs on other threads and does
/// no waiting of its own: no hashing, mail or network in it, and no other call to a `Db`.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    place: Arc<Place>,
    pool: Pool,
    /// The only connection that writes, on SQLite.
    writer: Option<Writer>,
    epoch: Arc<AtomicU64>,
}

/// Whether a write can change what somebody may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Access,
    Quiet,
}

impl Db {
    /// Opens `sqlite://folder/file`, `sqlite:///folder/file` or `postgres://…` and sees that it
    /// answers. Makes the SQLite file (mode 0600), but neither its folder nor the tables.
    ///
    /// Blocks. In a relative SQLite path, `..` works only as the first folder.
    pub fn open(url: &Url, options: Options) -> Result<Self, OpenError> {
        let place = Arc::new(Place::of(url)?);
        let writer = match *place {
            Place::Sqlite(_) => Some(Writer::start(place.clone())?),
            Place::Postgres(_) => None,
        };
        let pool = Pool::open(place.clone(), options.pool)?;
        Ok(Self(Arc::new(Inner { place, pool, writer, epoch: Arc::default() })))
    }

    /// Runs the migrations that have not run yet, and says how many those were. Blocks.
    ///
    /// Processes that start at the same time wait for each other. A database that is ahead of this
    /// binary is accepted.
    pub fn migrate(&self) -> Result<usize, OpenError> {
        migrate::run(&self.0.place)
    }

    /// `sqlite` or `postgres`.
    pub fn backend_name(&self) -> &'static str {
        match *self.0.place {
            Place::Sqlite(_) => "sqlite",
            Place::Postgres(_) => "postgres",
        }
    }

    /// Reads. Several queries in `work` may see several moments: use [`Db::snapshot`] where they
    /// must agree. SQLite refuses to write here; PostgreSQL does not.
    ///
    /// `Busy` after 2 s of waiting for a connection.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = self.0.pool.permit().await?;
        self.blocking(move |db| db.pool.with(permit, |conn| caught(conn, work))).await
    }

    /// Reads as [`Db::read`] does, for a few rows by an index: on SQLite it stays on the calling
    /// thread while a connection rests, because changing threads would take longer than the read.
    pub async fn look<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match (&*self.0.place, self.0.pool.permit_now()) {
            (Place::Sqlite(_), Ok(permit)) => self.0.pool.with(permit, |conn| caught(conn, work)),
            _ => self.read(work).await,
        }
    }

    /// Reads, with all queries in `work` seeing the database at one moment.
    ///
    /// Refuses to write. Costs two round trips more than [`Db::read`] on PostgreSQL, half the rate
    /// of a single query, and next to nothing on SQLite. `Busy` after 2 s of waiting for a
    /// connection.
    pub async fn snapshot<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = self.0.pool.permit().await?;
        self.blocking(move |db| db.pool.with(permit, |conn| unit(conn, snapshot, work))).await
    }

    /// Writes: all that `work` does is kept and durable when this returns `Ok`, and nothing of it
    /// after an error or a panic. Moves [`Db::epoch`] on.
    ///
    /// A caller that goes away does not undo its write. `Busy` when too many writes wait or
    /// another process holds the database.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_with(Effect::Access, work).await
    }

    /// Writes as [`Db::write`] does, but leaves the epoch alone: for what changes nobody's access,
    /// such as throttles and times last seen.
    pub async fn write_quiet<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_with(Effect::Quiet, work).await
    }

    /// Writes as [`Db::write`] does, for the command line: blocks, and must not be called from
    /// async code.
    pub fn write_blocking<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.0.writer {
            Some(writer) => {
                let told = self.0.queue(writer, Effect::Access, work)?;
                told.blocking_recv().unwrap_or_else(|_| Err(Error::Unavailable.into()))
            }
            None => self.0.write_pooled(self.0.pool.permit_now()?, Effect::Access, work),
        }
    }

    /// A number that has moved on before any [`Db::write`] of this process is answered.
    ///
    /// What was read may be kept in memory for as long as the number stays what it was *before*
    /// the read. Writes of other processes do not move it.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// Whether the database has its tables, and reads and writes work, told within 2 s.
    pub async fn ready(&self) -> bool {
        use schema::settings;
        let read = self.read(|db| {
            let any = settings::table.select(settings::key).first::<String>(db).optional();
            any.map_err(Error::from)
        });
        let answered = tokio::time::timeout(Duration::from_secs(2), read).await;
        matches!(answered, Ok(Ok(_))) && self.0.writer.as_ref().is_none_or(Writer::is_alive)
    }

    async fn write_with<T, E>(
        &self,
        effect: Effect,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.0.writer {
            Some(writer) => {
                let told = self.0.queue(writer, effect, work)?;
                told.await.unwrap_or_else(|_| Err(Error::Unavailable.into()))
            }
            None => {
                let permit = self.0.pool.permit().await?;
                self.blocking(move |db| db.write_pooled(permit, effect, work)).await
            }
        }
    }

    /// Runs `work` where blocking hurts nobody.
    async fn blocking<T, E>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let inner = self.0.clone();
        let ended = spawn_blocking(move || work(&inner)).await;
        ended.unwrap_or_else(|error: JoinError| {
            let error = if error.is_panic() { Error::Panicked } else { Error::Unavailable };
            Err(error.into())
        })
    }
}

impl Inner {
    /// Hands `work` to SQLite's writer. What comes back is told after the commit.
    fn queue<T, E>(
        &self,
        writer: &Writer,
        effect: Effect,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, E>>, Error>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let epoch = self.epoch.clone();
        let job: Job = Box::new(move |conn| -> Answer {
            let result = match conn {
                Ok(conn) => unit(conn, level, work),
                Err(refused) => Err(Error::from(refused).into()),
            };
            Box::new(move |committed| {
                if result.is_ok() {
                    effect.show(&epoch);
                }
                let result = result.and_then(|value| match committed {
                    Ok(()) => Ok(value),
                    Err(refused) => Err(Error::from(refused).into()),
                });
                // The caller may have gone; the write stands.
                let _ = tell.send(result);
            })
        });
        writer.send(job)?;
        Ok(told)
    }

    /// Writes on a connection of the pool. Blocks.
    fn write_pooled<T, E: From<Error>>(
        &self,
        permit: Permit,
        effect: Effect,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.pool.with(permit, |conn| {
            let mut worked = false;
            let result = unit(conn, level, |conn| work(conn).inspect(|_| worked = true));
            if worked {
                effect.show(&self.epoch);
            }
            result
        })
    }
}

impl Effect {
    /// Moves the epoch on, also where the commit failed: it may have been kept all the same.
    fn show(self, epoch: &AtomicU64) {
        if self == Self::Access {
            epoch.fetch_add(1, Ordering::AcqRel);
        }
    }
}
