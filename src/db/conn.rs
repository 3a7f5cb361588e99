//! One connection to either database. Which one is decided by the URL's scheme and by nothing
//! else: a PostgreSQL that does not answer never turns into a SQLite file.

#![expect(clippy::disallowed_methods, reason = "the derive writes the `establish` that is banned")]

use diesel::{
    Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_query, sql_types::BigInt,
};
use sha2::{Digest, Sha256};
use url::Url;

use super::{error::OpenError, postgres, sqlite};

/// A connection to SQLite or PostgreSQL; queries are written once for both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}

/// What boxed queries name as their database: `table.into_boxed::<Backend>()`.
pub type Backend = <Conn as Connection>::Backend;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// On SQLite it can't write. On PostgreSQL, one connection serves both.
    Reader,
    Writer,
    /// Waits longer than a request would, for the lock and for a statement.
    Migrator,
}

/// Where the database is.
pub(super) enum Place {
    Postgres(postgres::Server),
    Sqlite(sqlite::File),
}

impl Place {
    pub fn of(url: &Url) -> Result<Self, OpenError> {
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self::Postgres(postgres::Server::of(url))),
            "sqlite" => Ok(Self::Sqlite(sqlite::File::of(url)?)),
            _ => Err(OpenError::Scheme),
        }
    }

    /// A new connection with all its settings made. Blocks, on PostgreSQL for some seconds when
    /// nobody answers.
    pub fn open(&self, role: Role) -> Result<Conn, OpenError> {
        match self {
            Self::Postgres(server) => server.open(role).map(Conn::Pg),
            Self::Sqlite(file) => file.open(role).map(Conn::Sqlite),
        }
    }
}

/// Makes all holders of the same name wait for each other until their transactions end.
///
/// Call it inside a write. On SQLite there is one writer, so there is nothing to do.
pub fn lock(db: &mut Conn, name: &'static str) -> QueryResult<()> {
    match db {
        Conn::Pg(pg) => postgres::advisory(pg, "pg_advisory_xact_lock", name),
        Conn::Sqlite(_) => Ok(()),
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether the database has a table of this name: not before the first migration.
pub fn has_table(db: &mut Conn, name: &'static str) -> QueryResult<bool> {
    let (catalogue, column) = match db {
        Conn::Pg(_) => ("pg_tables WHERE schemaname = current_schema()", "tablename"),
        Conn::Sqlite(_) => ("sqlite_master WHERE type = 'table'", "name"),
    };
    let query = format!("SELECT COUNT(*) AS count FROM {catalogue} AND {column} = '{name}'");
    let query = sql_query(query);
    let found: Count = match db {
        Conn::Pg(pg) => query.get_result(pg)?,
        Conn::Sqlite(sqlite) => query.get_result(sqlite)?,
    };
    Ok(found.count > 0)
}

/// The number that stands for `name` among PostgreSQL's advisory locks.
pub(super) fn lock_number(name: &str) -> i64 {
    let hash: [u8; 32] =
        Sha256::new().chain_update("doorward:").chain_update(name).finalize().into();
    let (first, _) = hash.split_first_chunk().expect("a SHA-256 has more than 8 bytes");
    i64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::super::{Db, Options};
    use super::*;

    #[test]
    fn only_the_scheme_chooses_the_database() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("test.db");
        let open = |scheme: &str, path: &str| {
            let url = format!("{scheme}://{path}").parse().expect("it is a URL");
            Db::open(&url, Options { pool: 1 }).err().expect("it can't be opened")
        };
        let path = file.display().to_string();
        for unknown in ["mysql", "file", "sqlite3", "http"] {
            let host = if unknown == "http" { "h" } else { "" };
            assert!(matches!(open(unknown, &format!("{host}{path}")), OpenError::Scheme));
        }
        for dead in ["postgres", "postgresql"] {
            assert!(matches!(open(dead, &format!("127.0.0.1:1{path}")), OpenError::Connect(_)));
        }
        let mut files = folder.path().read_dir().expect("the folder is there");
        assert!(files.next().is_none());
    }
}
