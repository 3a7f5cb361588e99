//! The one thread that writes to SQLite. It commits all waiting work at once, and answers nobody
//! before that commit is on the disk.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use diesel::{
    QueryResult,
    connection::{AnsiTransactionManager, TransactionManager},
};

use super::{
    conn::{Conn, Place, Role},
    error::{Error, OpenError, Plain},
    transaction::{depth, is_broken},
};

/// Work that may wait; more is refused with `Busy`.
const QUEUE: usize = 1024;

/// Work that one commit takes in.
const GROUP: usize = 256;

/// Runs in a savepoint of its own, and leaves an answer for after the commit. Work that gets no
/// connection is not run; its answer tells why.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Conn, Refused>) -> Answer + Send>;

/// Tells the caller. It is given whether the commit succeeded.
pub(super) type Answer = Box<dyn FnOnce(Result<(), Refused>)>;

/// Why a whole group was not written.
#[derive(Clone, Copy)]
pub(super) enum Refused {
    Busy,
    Unavailable,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Busy => Self::Busy,
            Refused::Unavailable => Self::Unavailable,
        }
    }
}

pub(super) struct Writer {
    /// Taken only by `drop`.
    thread: Option<(SyncSender<Job>, JoinHandle<()>)>,
}

impl Writer {
    pub fn start(place: Arc<Place>) -> Result<Self, OpenError> {
        let conn = place.open(Role::Writer)?;
        let (jobs, waiting) = sync_channel(QUEUE);
        let thread = thread::Builder::new()
            .name("doorward-writer".into())
            .spawn(move || run(&place, conn, &waiting))
            .map_err(|error| OpenError::Setup(error.to_string()))?;
        Ok(Self { thread: Some((jobs, thread)) })
    }

    /// Queues the job. From here on it is done, whether or not somebody waits for the answer.
    pub fn send(&self, job: Job) -> Result<(), Error> {
        let (jobs, _) = self.thread.as_ref().ok_or(Error::Unavailable)?;
        jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Unavailable,
        })
    }

    pub fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|(_, thread)| !thread.is_finished())
    }
}

impl Drop for Writer {
    /// Waits until what is queued has been written.
    fn drop(&mut self) {
        let Some((jobs, thread)) = self.thread.take() else { return };
        drop(jobs);
        // Work that held the last handle drops it on the writer's own thread.
        if thread.thread().id() != thread::current().id() && thread.join().is_err() {
            tracing::error!("the database writer had panicked");
        }
    }
}

fn run(place: &Place, mut conn: Conn, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        if let Err(refused) = begin(place, &mut conn) {
            // Everybody who waits has waited for the same lock; who comes after the first answer
            // has not.
            let together: Vec<_> = jobs.try_iter().collect();
            refuse(first, refused);
            together.into_iter().for_each(|job| refuse(job, refused));
            continue;
        }
        let answers = group(&mut conn, first, jobs);
        let committed = Conn::commit_transaction(&mut conn).map_err(|error| {
            tracing::error!("{} writes were not committed: {}", answers.len(), Plain(&error));
            Refused::Unavailable
        });
        for answer in answers {
            answer(committed);
        }
    }
}

/// Opens the transaction of a group, on a new connection if the old one is out of order.
fn begin(place: &Place, conn: &mut Conn) -> Result<(), Refused> {
    if is_broken(conn) {
        *conn = place.open(Role::Writer).map_err(|error| {
            tracing::error!("{error}");
            Refused::Unavailable
        })?;
    }
    begin_immediate(conn).map_err(|error| {
        tracing::warn!("no write could begin: {}", Plain(&error));
        Refused::Busy
    })
}

fn refuse(job: Job, refused: Refused) {
    job(Err(refused))(Ok(()));
}

/// Runs the first job and those that wait behind it.
fn group(conn: &mut Conn, first: Job, jobs: &Receiver<Job>) -> Vec<Answer> {
    let mut answers = vec![first(Ok(conn))];
    // Some failures (a full disk) end SQLite's transaction: later work must not believe in it.
    while answers.len() < GROUP && depth(conn).is_ok_and(|depth| depth == 1) {
        let Ok(job) = jobs.try_recv() else { break };
        answers.push(job(Ok(conn)));
    }
    answers
}

/// Opens a transaction that holds SQLite's write lock from the start.
pub(super) fn begin_immediate(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        Conn::Pg(_) => Conn::begin_transaction(conn),
    }
}
