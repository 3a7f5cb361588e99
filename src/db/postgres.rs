//! PostgreSQL: how it is reached and the settings of a connection. The connection string stays in
//! here, and no error repeats a password from it.

use std::net::IpAddr;

use diesel::{
    Connection, ConnectionError, PgConnection, QueryResult, RunQueryDsl,
    connection::SimpleConnection, sql_query, sql_types::BigInt,
};
use url::Url;

use super::{
    conn::{Role, lock_number},
    error::{OpenError, Plain},
};

/// Whether the libpq that is linked can encrypt.
const TLS: bool = cfg!(feature = "postgres-tls");

/// Given when the URL does not say otherwise: no waiting for a host that is silent, in seconds
/// while connecting and in milliseconds afterwards.
const DEFAULTS: [(&str, &str); 3] =
    [("connect_timeout", "3"), ("tcp_user_timeout", "10000"), ("application_name", "doorward")];

/// No request waits longer than this for a statement or for another's lock.
const LIMITS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '4s'; \
    SET idle_in_transaction_session_timeout = '30s'";

/// A migration may take its time, and waits for one that runs elsewhere.
const NO_LIMITS: &str = "SET statement_timeout = 0; SET lock_timeout = 0";

/// A PostgreSQL server and a database on it.
pub(super) struct Server {
    url: Url,
}

impl Server {
    pub fn of(url: &Url) -> Self {
        if !TLS && !is_local(url) {
            tracing::warn!(
                "the connection to PostgreSQL is not encrypted: its host is not this machine, and \
                 Doorward was built without the feature `postgres-tls`"
            );
        }
        let mut url = url.clone();
        for (name, value) in DEFAULTS {
            if option(&url, name).is_none() {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        Self { url }
    }

    #[expect(clippy::disallowed_methods, reason = "opened by scheme, here for PostgreSQL")]
    pub fn open(&self, role: Role) -> Result<PgConnection, OpenError> {
        let mut conn =
            PgConnection::establish(self.url.as_str()).map_err(|error| self.refusal(error))?;
        conn.batch_execute(match role {
            Role::Reader | Role::Writer => LIMITS,
            Role::Migrator => NO_LIMITS,
        })?;
        Ok(conn)
    }

    fn refusal(&self, error: ConnectionError) -> OpenError {
        let words = match error {
            ConnectionError::BadConnection(words) => words,
            ConnectionError::CouldntSetupConfiguration(error) => Plain(&error).to_string(),
            _ => "the connection string can't be read".to_owned(),
        };
        let words = words.trim();
        // Before it connects, libpq quotes from a connection string that it can't read.
        let quotes = !words.starts_with("connection to server")
            && self.passwords().iter().any(|password| words.contains(password.as_str()));
        if quotes {
            return OpenError::Connect("the connection string can't be read".into());
        }
        if !TLS && words.contains("sslmode") {
            return OpenError::Connect(format!(
                "{words} (build Doorward with the feature `postgres-tls` for TLS)"
            ));
        }
        OpenError::Connect(words.to_owned())
    }

    /// The password as written in the URL and as it is meant.
    fn passwords(&self) -> Vec<String> {
        let written = self.url.password().map(str::to_owned);
        let meant = written.as_deref().and_then(super::sqlite::decode);
        let in_query = option(&self.url, "password");
        let all = [written, meant, in_query].into_iter().flatten();
        all.filter(|password| !password.is_empty()).collect()
    }
}

fn option(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Whether what is said to the server stays on this machine.
fn is_local(url: &Url) -> bool {
    let host = option(url, "host").or_else(|| url.host_str().map(str::to_owned));
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return true;
    };
    // A name that starts with `/` is a folder with a Unix socket; written in the host's place, its
    // slashes are encoded.
    let host = host.trim_matches(['[', ']']);
    host == "localhost"
        || host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Calls one of PostgreSQL's advisory lock functions for the lock called `name`.
pub(super) fn advisory(pg: &mut PgConnection, function: &str, name: &str) -> QueryResult<()> {
    let call = sql_query(format!("SELECT {function}($1)"));
    call.bind::<BigInt, _>(lock_number(name)).execute(pg).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("it is a URL")
    }

    fn words(text: &str) -> String {
        let opened = Server::of(&url(text)).open(Role::Reader);
        opened.err().expect("nobody answers there").to_string()
    }

    #[test]
    fn local_is_what_does_not_leave_the_machine() {
        for local in [
            "postgres:///db", "postgres://localhost/db", "postgres://u:p@127.0.0.1:5433/db",
            "postgres://[::1]/db", "postgres:///db?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/db",
        ] {
            assert!(is_local(&url(local)), "{local}");
        }
        for remote in [
            "postgres://db.example.org/db", "postgres://10.0.0.1/db",
            "postgres://localhost.example.org/db", "postgres:///db?host=10.0.0.1",
            "postgres://localhost/db?host=10.0.0.1",
        ] {
            assert!(!is_local(&url(remote)), "{remote}");
        }
    }

    #[test]
    fn no_refusal_repeats_the_password() {
        for server in [
            "postgres://u:hushhush@127.0.0.1:1/db",
            "postgres://u:hush%68ush@127.0.0.1:1/db?nonsense=1",
            "postgres://u:hushhush%zz@127.0.0.1:1/db",
            "postgres://u:hushhush@127.0.0.1:1/db%zz",
            "postgres://127.0.0.1:1/db?password=hushhush%zz",
            "postgres://127.0.0.1:1/db?password=hushhush&nonsense",
            "postgres://u:hushhush@127.0.0.1:1,/db?sslmode=hushhush",
        ] {
            let Ok(server) = server.parse::<Url>() else { continue };
            let words = words(server.as_str());
            assert!(!words.contains("hush"), "{words}");
        }
    }

    #[cfg(not(feature = "postgres-tls"))]
    #[test]
    fn a_wish_for_tls_is_answered_with_the_feature_that_gives_it() {
        assert!(words("postgres://127.0.0.1:1/db?sslmode=require").contains("`postgres-tls`"));
    }
}
