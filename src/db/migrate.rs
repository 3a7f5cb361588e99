//! Brings a database up to date. However many processes start at once, each migration runs once.

use diesel::{
    QueryResult, QueryableByName, RunQueryDsl, connection::TransactionManager,
    migration::MigrationSource, sql_query, sql_types::Text,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    conn::{Backend, Conn, Place, Role, has_table},
    error::OpenError,
    postgres,
    writer::begin_immediate,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The lock that a migrating process holds on PostgreSQL.
const LOCK: &str = "migrations";

/// Runs what has not run yet, and says how many migrations that was.
///
/// A database that knows more migrations than this binary is accepted: migrations only add, so that
/// an old binary works beside a new one while nodes are replaced one by one.
pub(super) fn run(place: &Place) -> Result<usize, OpenError> {
    // A connection of its own: it waits longer than a request may, and ends with its lock.
    let mut conn = place.open(Role::Migrator)?;
    match &mut conn {
        Conn::Pg(pg) => postgres::advisory(pg, "pg_advisory_lock", LOCK)?,
        // The harness's own transactions become savepoints in this one.
        Conn::Sqlite(_) => begin_immediate(&mut conn)?,
    }
    let is_done = is_done(&mut conn).map_err(|error| OpenError::Setup(error.to_string()))?;
    let ran = if is_done { 0 } else { pending(&mut conn)? };
    finish(&mut conn)?;
    Ok(ran)
}

/// The table in which Diesel keeps what has run.
const RAN: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Ran {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether all that this binary knows has run. Diesel would ask for its own table to be made first,
/// which a role that may read and write rows and nothing else is refused, also where it is there.
fn is_done(conn: &mut Conn) -> QueryResult<bool> {
    if !has_table(conn, RAN)? {
        return Ok(false);
    }
    let ran: Vec<Ran> = sql_query(format!("SELECT version FROM {RAN}")).load(conn)?;
    let known = MigrationSource::<Backend>::migrations(&MIGRATIONS);
    let has_run = |version: String| ran.iter().any(|ran| ran.version == version);
    Ok(known.is_ok_and(|known| known.iter().all(|one| has_run(one.name().version().to_string()))))
}

fn pending(conn: &mut Conn) -> Result<usize, OpenError> {
    let ran = conn.run_pending_migrations(MIGRATIONS);
    ran.map(|versions| versions.len()).map_err(|error| OpenError::Setup(error.to_string()))
}

fn finish(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Pg(_) => Ok(()),
        Conn::Sqlite(_) => Conn::commit_transaction(conn),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use diesel::connection::SimpleConnection;

    use super::super::{
        Db, Error, Options,
        testing::{Fresh, on_both, run},
    };
    use super::*;

    #[test]
    fn six_that_start_at_once_run_each_migration_once() {
        for fresh in Fresh::both() {
            start_six(&fresh);
        }
        // Where Diesel's own table is there already, each start begins by reading.
        for fresh in Fresh::both() {
            let place = Place::of(&fresh.url).expect("it is a database");
            let mut conn = place.open(Role::Migrator).expect("it opens");
            assert!(conn.has_pending_migration(MIGRATIONS).expect("it answers"));
            start_six(&fresh);
        }
    }

    fn start_six(fresh: &Fresh) {
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let url = fresh.url.clone();
                std::thread::spawn(move || Db::open(&url, Options { pool: 1 })?.migrate())
            })
            .collect();
        let mut ran: Vec<_> = starts
            .into_iter()
            .map(|start| start.join().expect("no panic").expect("no error"))
            .collect();
        ran.sort();
        assert_eq!(ran[..5], [0; 5]);
        assert!(ran[5] > 0);
        assert!(run(fresh.open().ready()));
    }

    #[test]
    fn a_database_that_is_ahead_is_accepted() {
        on_both(async |db| {
            let ahead = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231');
                ALTER TABLE users ADD COLUMN more TEXT";
            let write = db.write(move |db| Ok::<_, Error>(db.batch_execute(ahead)?));
            write.await.expect("it writes");
            assert_eq!(db.migrate().expect("it is accepted"), 0);
            assert!(db.ready().await);
        });
    }

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        place: String,
        #[diesel(sql_type = Text)]
        kind: String,
    }

    const SQLITE: &str = "SELECT t.name || '.' || c.name AS place,
            upper(c.type) || CASE WHEN c.\"notnull\" THEN '' ELSE ' NULL' END AS kind
        FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'
            AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

    const POSTGRES: &str = "SELECT table_name || '.' || column_name AS place,
            upper(data_type) || CASE is_nullable WHEN 'NO' THEN '' ELSE ' NULL' END AS kind
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'";

    /// Every column of `schema/` with its type, in the words of the migrations.
    fn declared() -> BTreeMap<String, String> {
        let mut table = "";
        let mut columns = BTreeMap::new();
        let schema = [include_str!("schema/people.rs"), include_str!("schema/programs.rs")];
        for line in schema.iter().flat_map(|file| file.lines()).map(str::trim) {
            if let Some((column, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
                columns.insert(format!("{table}.{column}"), in_sql(kind.trim_end_matches(',')));
            } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
                table = name;
            }
        }
        columns
    }

    fn in_sql(kind: &str) -> String {
        if let Some(inner) = kind.strip_prefix("Nullable<") {
            return format!("{} NULL", in_sql(inner.trim_end_matches('>')));
        }
        let name = match kind {
            "Text" => "TEXT",
            "BigInt" => "BIGINT",
            "Integer" => "INTEGER",
            "Bool" => "BOOLEAN",
            "Binary" => "BYTEA",
            other => panic!("{other} is no type that both databases share"),
        };
        name.to_owned()
    }

    #[test]
    fn the_schema_is_that_of_the_migrated_databases() {
        let declared = declared();
        assert!(declared.len() > 50);
        on_both(async |db| {
            let query = if db.backend_name() == "sqlite" { SQLITE } else { POSTGRES };
            let read =
                db.read(move |db| -> Result<Vec<Column>, Error> { Ok(sql_query(query).load(db)?) });
            let found = read.await.expect("it reads").into_iter();
            let found: BTreeMap<_, _> = found.map(|column| (column.place, column.kind)).collect();
            assert_eq!(found, declared);
        });
    }
}
