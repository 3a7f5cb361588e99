//! What can go wrong with a database. No text here holds a stored value, a bound parameter or a
//! connection's password.

use std::{fmt, io};

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// Why a read or a write did not happen.
pub enum Error {
    /// The database refused a statement.
    Query(QueryError),
    /// Too many are waiting, or another process holds the lock. Trying again later can help.
    Busy,
    /// The database can't be reached, or broke off.
    ///
    /// A write that was being committed may or may not have been kept.
    Unavailable,
    /// The work panicked; nothing of it was kept.
    Panicked,
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
        match error {
            QueryError::DatabaseError(ClosedConnection | UnableToSendCommand, _)
            | QueryError::BrokenTransactionManager
            | QueryError::RollbackErrorOnCommit { .. } => Self::Unavailable,
            QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            QueryError::DatabaseError(_, ref info) if is_timeout(info.message()) => Self::Busy,
            other => Self::Query(other),
        }
    }
}

/// Whether PostgreSQL gave up waiting: Diesel has no kind for `lock_timeout`, `statement_timeout`
/// and deadlocks, so its words must do.
fn is_timeout(message: &str) -> bool {
    message.starts_with("canceling statement due to") || message == "deadlock detected"
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(error) => write!(f, "database query failed: {}", Plain(error)),
            Self::Busy => f.write_str("the database is busy"),
            Self::Unavailable => f.write_str("the database is unavailable"),
            Self::Panicked => f.write_str("work on the database panicked"),
        }
    }
}

// Diesel's own `Debug` prints details that may quote a row, so both forms are ours.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// No `source`: a chain of causes would print what `Display` leaves out.
impl std::error::Error for Error {}

/// A Diesel error without values: databases quote rows in the details only, our parsers anywhere.
pub(super) struct Plain<'e>(pub &'e QueryError);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            QueryError::DatabaseError(kind, info) => {
                let first_line = info.message().lines().next().unwrap_or_default();
                write!(f, "{kind:?}: {first_line}")
            }
            QueryError::NotFound => f.write_str("no row"),
            QueryError::QueryBuilderError(_) => f.write_str("the query can't be built"),
            QueryError::DeserializationError(_) => f.write_str("a stored value can't be read"),
            QueryError::SerializationError(_) => f.write_str("a value can't be stored"),
            QueryError::RollbackErrorOnCommit { commit_error, .. } => Plain(commit_error).fmt(f),
            other => other.fmt(f),
        }
    }
}

/// Why a database could not be opened or brought up to date.
#[derive(Debug)]
pub enum OpenError {
    /// The URL's scheme is none of `sqlite`, `postgres`, `postgresql`.
    Scheme,
    /// The URL does not name a database; says what is wrong with it.
    Url(&'static str),
    /// The SQLite file could not be made or found.
    File(io::Error),
    /// The database did not answer, or refused us; its own words, without the password.
    Connect(String),
    /// The database answered, but can't be used as it is; its own words.
    Setup(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("a database URL starts with sqlite:// or postgres://"),
            Self::Url(wrong) => write!(f, "the database URL is not usable: {wrong}"),
            Self::File(error) => write!(f, "the database file can't be opened: {error}"),
            Self::Connect(words) => write!(f, "can't connect to the database: {words}"),
            Self::Setup(words) => write!(f, "the database can't be used: {words}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<QueryError> for OpenError {
    fn from(error: QueryError) -> Self {
        Self::Setup(Plain(&error).to_string())
    }
}
