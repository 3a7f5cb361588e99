//! What stands in the database: the whole of it, to see that a refused request wrote nothing.

use std::collections::BTreeMap;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use doorward::db::{self, Conn};

use super::{House, Kind};

/// Tables that a refused request may write: tries are counted, refusals are told.
const NOTES: &[&str] = &["throttles", "audit_events", "audit_head", "__diesel_schema_migrations"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table, as text.
pub type Rows = BTreeMap<String, Vec<String>>;

impl House {
    /// Every row of every table but for those that hold notes about requests.
    pub async fn rows(&self) -> Rows {
        let kind = self.kind;
        let all = self.app.db.read(move |db| Ok::<_, db::Error>(read(db, kind)?));
        all.await.expect("the tables can be read")
    }
}

fn read(db: &mut Conn, kind: Kind) -> diesel::QueryResult<Rows> {
    let tables = match kind {
        Kind::Sqlite => "SELECT name AS line FROM sqlite_master WHERE type = 'table'",
        Kind::Postgres => {
            "SELECT CAST(tablename AS text) AS line FROM pg_tables WHERE schemaname = 'public'"
        }
    };
    let tables = lines(db, tables)?;
    let tables = tables.into_iter().filter(|table| !NOTES.contains(&table.as_str()));
    tables.map(|table| Ok((table.clone(), rows(db, kind, &table)?))).collect()
}

fn rows(db: &mut Conn, kind: Kind, table: &str) -> diesel::QueryResult<Vec<String>> {
    let row = match kind {
        Kind::Postgres => format!("CAST({table} AS text)"),
        Kind::Sqlite => {
            let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
            let columns = lines(db, &columns)?;
            columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join("||")
        }
    };
    lines(db, &format!("SELECT {row} AS line FROM {table} ORDER BY 1"))
}

fn lines(db: &mut Conn, query: &str) -> diesel::QueryResult<Vec<String>> {
    let lines = sql_query(query).load::<Line>(db)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
