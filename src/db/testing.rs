//! Fresh databases for unit tests, one of each kind. Each is gone when its handle is dropped.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use tempfile::TempDir;
use url::Url;

use super::{Db, Options};

/// An empty database.
pub(crate) struct Fresh {
    pub url: Url,
    _home: Home,
}

/// Where the database lives, and what takes it away again.
enum Home {
    Folder(#[expect(dead_code, reason = "deletes the folder when dropped")] TempDir),
    Server { admin: Url, name: String },
}

impl Fresh {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("test.db");
        let url = format!("sqlite://{}", path.display());
        Self { url: url.parse().expect("the path makes a URL"), _home: Home::Folder(folder) }
    }

    /// On the server that `TEST_POSTGRES_URL` names, whose user may create databases.
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests")]
    pub fn postgres() -> Self {
        let admin = std::env::var("TEST_POSTGRES_URL")
            .unwrap_or_else(|_| panic!("TEST_POSTGRES_URL is not set; `make test` sets it"));
        let admin: Url = admin.parse().expect("TEST_POSTGRES_URL is a URL");
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let now = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970").as_micros();
        let name = format!("doorward_{}_{count}_{now}", std::process::id());
        on_server(&admin, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        let mut url = admin.clone();
        url.set_path(&name);
        Self { url, _home: Home::Server { admin, name } }
    }

    /// One of each kind.
    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    pub fn open(&self) -> Db {
        Db::open(&self.url, Options { pool: 4 }).expect("the fresh database opens")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Self::Server { admin, name } = self {
            on_server(admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the server is no database of ours")]
fn on_server(admin: &Url, sql: &str) {
    let mut conn = PgConnection::establish(admin.as_str()).expect("the test server answers");
    conn.batch_execute(sql).expect("the test user may create and drop databases");
}

/// Runs the test with a migrated database of each kind, on a runtime such as a worker's.
pub(crate) fn on_both(test: impl AsyncFn(Db)) {
    for fresh in Fresh::both() {
        let db = fresh.open();
        println!("on {}:", db.backend_name());
        db.migrate().expect("the migrations run");
        run(test(db));
    }
}

/// Runs a future to its end on one thread.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be made").block_on(future)
}
