//! Everything that the database holds, as text: what a request must not change stays equal here.

use std::collections::BTreeMap;

use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use doorward::db::{self, Conn, Db, Options};

use super::{Database, House};

/// The rows of every table, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump(BTreeMap<String, Vec<String>>);

impl Dump {
    /// How many rows a table has.
    #[track_caller]
    pub fn count(&self, table: &str) -> usize {
        self.0[table].len()
    }

    /// Every row of every table.
    pub fn text(&self) -> String {
        self.0.values().flatten().map(|row| format!("{row}\n")).collect()
    }

    /// The same without some tables, which may change.
    #[track_caller]
    pub fn without(mut self, tables: &[&str]) -> Self {
        for table in tables {
            self.0.remove(*table).expect("a table");
        }
        self
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn ask(db: &mut Conn, query: &str) -> QueryResult<Vec<String>> {
    let query = sql_query(query);
    let lines: Vec<Line> = match db {
        Conn::Pg(pg) => query.load(pg)?,
        Conn::Sqlite(sqlite) => query.load(sqlite)?,
    };
    Ok(lines.into_iter().map(|line| line.line).collect())
}

fn tables(db: &mut Conn) -> QueryResult<Vec<String>> {
    match db {
        Conn::Pg(_) => {
            ask(db, "SELECT tablename::TEXT AS line FROM pg_tables WHERE schemaname = 'public'")
        }
        Conn::Sqlite(_) => ask(
            db,
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        ),
    }
}

fn rows(db: &mut Conn, table: &str) -> QueryResult<Vec<String>> {
    let row = match db {
        Conn::Pg(_) => format!("{table}::TEXT"),
        Conn::Sqlite(_) => {
            let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
            let columns = ask(db, &columns)?;
            columns
                .iter()
                .map(|name| format!("quote({name})"))
                .collect::<Vec<_>>()
                .join(" || ', ' || ")
        }
    };
    let mut rows = ask(db, &format!("SELECT {row} AS line FROM {table}"))?;
    rows.sort_unstable();
    Ok(rows)
}

fn all(db: &mut Conn) -> Result<Dump, db::Error> {
    let mut dump = BTreeMap::new();
    for table in tables(db)? {
        let rows = rows(db, &table)?;
        dump.insert(table, rows);
    }
    Ok(Dump(dump))
}

impl Database {
    /// What it holds now, whoever uses it.
    pub fn dump(&self) -> Dump {
        let db = Db::open(&self.url, Options { pool: 1 }).expect("it opens");
        db.write_blocking(all).expect("the database can be read")
    }
}

impl House {
    /// What the database holds now.
    pub async fn dump(&self) -> Dump {
        self.app.db.snapshot(all).await.expect("the database can be read")
    }

    /// The answer to a query for one column of text called `line`.
    pub async fn ask(&self, query: &str) -> Vec<String> {
        let query = query.to_owned();
        let lines = self.app.db.read(move |db| Ok::<_, db::Error>(ask(db, &query)?));
        lines.await.expect("the query runs")
    }
}
