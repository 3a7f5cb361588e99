//! A database for one test: a file, or a PostgreSQL database that is dropped afterwards.

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use doorward::db::{Db, Error, Options};
use tempfile::TempDir;
use url::Url;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An empty database.
pub struct Database {
    pub url: Url,
    pub folder: TempDir,
    server: Option<(Url, String)>,
}

impl Database {
    #[expect(clippy::disallowed_methods, reason = "a test's server is no setting of the service")]
    pub fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match kind {
            Kind::Sqlite => {
                let path = folder.path().join("doorward.db");
                let url = format!("sqlite://{}", path.display()).parse().expect("a URL");
                Self { url, folder, server: None }
            }
            Kind::Postgres => {
                let server: Url = std::env::var("TEST_POSTGRES_URL")
                    .expect("TEST_POSTGRES_URL names a PostgreSQL server; `make test` sets it")
                    .parse()
                    .expect("TEST_POSTGRES_URL is a URL");
                let name = format!("doorward_test_{}", uuid::Uuid::now_v7().simple());
                execute(&server, &format!("CREATE DATABASE {name}"));
                let mut url = server.clone();
                url.set_path(&name);
                Self { url, folder, server: Some((server, name)) }
            }
        }
    }
}

impl Database {
    /// Does to it what the service never would.
    pub fn execute(&self, statements: &str) {
        let db = Db::open(&self.url, Options { pool: 1 }).expect("it opens");
        let statements = statements.to_owned();
        let done = db.write(move |db| Ok::<_, Error>(db.batch_execute(&statements)?));
        actix_web::rt::System::new().block_on(done).expect("the statements run");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "PostgreSQL is named, so nothing is guessed")]
fn execute(server: &Url, statement: &str) {
    let mut connection = PgConnection::establish(server.as_str()).expect("PostgreSQL answers");
    sql_query(statement).execute(&mut connection).expect("the statement runs");
}
