//! One unit of work in a transaction or savepoint: all of it is kept, or nothing, whatever the
//! work does, a panic in it included.

use std::{
    num::NonZeroU32,
    panic::{AssertUnwindSafe, catch_unwind},
};

use diesel::{
    QueryResult,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    result::Error as QueryError,
};

use super::{conn::Conn, error::Error};

/// Runs `work`, turns a panic into `Panicked`, and takes back every transaction and savepoint that
/// it opened and did not close.
pub(super) fn caught<T, E: From<Error>>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let outside = depth(conn).map_err(Error::from)?;
    let result = catch_unwind(AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|_| Err(Error::Panicked.into()));
    // A panic may have come from any depth. A rollback that fails shows in the connection's state,
    // which its owner checks before it is used again.
    while depth(conn).is_ok_and(|depth| depth > outside) {
        let _ = Conn::rollback_transaction(conn);
    }
    result
}

/// Runs `work` between `begin` and a commit. An error or a panic takes back what the work did, and
/// nothing that was done before it.
///
/// `begin` opens one level: [`level`] or [`snapshot`].
pub(super) fn unit<T, E: From<Error>>(
    conn: &mut Conn,
    begin: fn(&mut Conn) -> QueryResult<()>,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    caught(conn, |conn| {
        begin(conn).map_err(Error::from)?;
        let inside = depth(conn).map_err(Error::from)?;
        let value = work(conn)?;
        commit(conn, inside).map_err(Error::from)?;
        Ok(value)
    })
}

/// Opens a transaction, or a savepoint in an open transaction.
pub(super) fn level(conn: &mut Conn) -> QueryResult<()> {
    Conn::begin_transaction(conn)
}

/// Opens a transaction whose reads all see the same moment.
pub(super) fn snapshot(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Pg(pg) => AnsiTransactionManager::begin_transaction_sql(
            pg,
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        ),
        Conn::Sqlite(_) => Conn::begin_transaction(conn),
    }
}

/// How many transactions and savepoints are open.
pub(super) fn depth(conn: &mut Conn) -> QueryResult<u32> {
    let depth = Conn::transaction_manager_status_mut(conn).transaction_depth()?;
    Ok(depth.map_or(0, NonZeroU32::get))
}

/// Whether the connection has lost count of its transactions, or never left one.
pub(super) fn is_broken(conn: &mut Conn) -> bool {
    Conn::is_broken_transaction_manager(conn)
}

fn commit(conn: &mut Conn, inside: u32) -> QueryResult<()> {
    if depth(conn)? != inside {
        // The work left a level of its own open: what it wanted kept can't be told.
        return Err(QueryError::BrokenTransactionManager);
    }
    match conn {
        // Where a statement has failed and the work went on, PostgreSQL answers COMMIT with a
        // silent rollback. The SELECT fails then, in the same round trip.
        Conn::Pg(pg) if inside == 1 => pg.batch_execute("SELECT 1; COMMIT"),
        _ => Conn::commit_transaction(conn),
    }
}
