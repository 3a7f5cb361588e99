//! What an operator relies on without looking: documented connections, no secrets in the repository,
//! samples that are refused, key files that others can't read, and nothing shown in production that
//! is for development.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use diesel::connection::SimpleConnection;
use doorward::db::{Db, Error, Options};
use reqwest::Method;

use crate::harness::{
    Database, House, Kind, PASSWORD, Settings,
    process::{Process, run},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("it is there")
}

/// The files of the repository: what lies in the folders that belong to it, but for what is built.
fn files() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", "node_modules", "generated", "__pycache__"].contains(&&*name)
                {
                    collect(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), &mut found);
    assert!(found.len() > 300, "the files were found");
    found
}

#[test]
fn asvs_13_1_1_every_outbound_connection_is_documented() {
    // By these a connection is opened; whoever takes one that is open needs none of them.
    let openers = [
        "TcpStream::connect", "UnixStream::connect", "UdpSocket", "Connection::establish",
        "AsyncSmtpTransport", "SmtpTransport", "reqwest::", "PgConnection::establish",
        "hyper::client", "awc::",
    ];
    let mut opening = BTreeSet::new();
    for path in files() {
        let name = path.strip_prefix(root()).expect("below").display().to_string();
        let is_ours = name.starts_with("src/") && name.ends_with(".rs");
        if !is_ours || name.contains("/tests") || name.ends_with("testing.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        if openers.iter().any(|opener| text.contains(opener)) && name != "src/db/sqlite.rs" {
            opening.insert(name);
        }
    }
    let page = read("docs/CONNECTIONS.md");
    let (_, table) = page.split_once("\n## Outbound\n").expect("a table");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut documented = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 6, "{row}");
        assert!(cells[3].starts_with("no") || cells[3].starts_with("yes"), "{row}");
        let files = cells[5].split('`').skip(1).step_by(2).map(ToOwned::to_owned);
        documented.extend(files);
    }
    assert_eq!(opening, documented);
    for setting in ["listen", "metrics_listen"] {
        assert!(page.contains(&format!("`{setting}`")), "{setting}");
    }
}

#[test]
fn asvs_13_2_3_sample_secrets_and_demo_accounts_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value) in [
        ("DOORWARD_DATABASE_URL", "postgres://user:password@127.0.0.1/doorward"),
        ("DOORWARD_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("DOORWARD_MASTER_KEY", "changemechangemechangemechangemechangemecha"),
    ] {
        let ended = run(folder.path(), &[(name, value)], &["serve"], "");
        assert!(
            !ended.status.success() && ended.stderr.contains("must be"),
            "{name}: {}",
            ended.stderr
        );
        assert!(!ended.stderr.contains(value), "{}", ended.stderr);
    }
    // The same in the file that the service makes for itself.
    let keys = folder.path().join("data/keys");
    fs::create_dir_all(&keys).expect("a folder");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o700)).expect("its mode");
    let key = keys.join("master.key");
    fs::write(&key, "changemechangemechangemechangemechangemecha\n").expect("a file");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("its mode");
    let ended = run(folder.path(), &[], &["serve"], "");
    assert!(ended.stderr.contains("does not hold a master key"), "{}", ended.stderr);

    let elsewhere = tempfile::tempdir().expect("a folder");
    let public = [("DOORWARD_PUBLIC_URL", "https://id.example.test")];
    let ended = run(elsewhere.path(), &public, &["seed", "demo"], "");
    assert!(!ended.status.success(), "{}", ended.stdout);
    assert!(ended.stderr.contains("everybody knows"), "{}", ended.stderr);
}

/// What docs/CONNECTIONS.md tells an operator to run for the role of the service.
fn least() -> String {
    let page = read("docs/CONNECTIONS.md");
    let (_, rest) = page.split_once("```sql\n").expect("statements");
    rest.split_once("```").expect("their end").0.to_owned()
}

#[test]
fn asvs_13_2_2_a_role_that_reads_and_writes_rows_and_nothing_else_is_enough() {
    let database = Database::new(Kind::Postgres);
    let (folder, owner) = (database.folder.path(), database.url.to_string());
    let migrated = run(folder, &[("DOORWARD_DATABASE_URL", &owner)], &["migrate"], "");
    assert!(migrated.status.success(), "{}", migrated.stderr);
    let role = format!("doorward_least_{}", uuid::Uuid::now_v7().simple());
    database.execute(&least().replace("doorward_service", &role));
    let mut url = database.url.clone();
    url.set_username(&role).expect("a name");
    url.set_password(Some("a-long-random-password")).expect("a password");
    let url = url.to_string();
    let mut service = Process::start(folder, &[("DOORWARD_DATABASE_URL", &url)]);
    let token = service.setup_token();
    actix_web::rt::System::new().block_on(async {
        let admin = service.nobody().first_admin(&token).await;
        let user = service.nobody().signed_up("una@example.test").await;
        admin.grant_new_role(&user, &["users:read"]).await;
        user.get("/v1/users").await.ok();
        user.bearing(&user.token().await).get("/v1/users").await.ok();
        admin.delete_version(&format!("/v1/users/{}", user.id), "*").await.no_content();
        assert!(admin.get("/v1/audit-events").await.items().len() > 4);
    });
    service.stop();
    // And it is refused all else.
    for more in ["CREATE TABLE more (id BIGINT)", "DROP TABLE settings", "TRUNCATE users"] {
        let own = url.parse().expect("a URL");
        let db = Db::open(&own, Options { pool: 1 }).expect("it opens");
        let done = db.write(move |db| Ok::<_, Error>(db.batch_execute(more)?));
        assert!(actix_web::rt::System::new().block_on(done).is_err(), "{more}");
    }
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// What a leaked secret looks like, and where samples of it may stand.
fn looks_secret(text: &str) -> Option<String> {
    for begin in [
        "-----BEGIN PRIVATE KEY", "-----BEGIN RSA PRIVATE", "-----BEGIN EC PRIVATE",
        "-----BEGIN OPENSSH PRIVATE", "-----BEGIN ENCRYPTED PRIVATE", "-----BEGIN PGP PRIVATE",
    ] {
        for (at, _) in text.match_indices(begin) {
            let rest = text[at + begin.len()..].trim_start_matches(" KEY").replace("\\n", "\n");
            let body = rest.trim_start_matches('-').trim_start();
            let is_body = |c: &char| c.is_ascii_alphanumeric() || "+/".contains(*c);
            if body.chars().take_while(is_body).count() >= 40 {
                return Some(begin.to_owned());
            }
        }
    }
    // Prefixes under which others' secrets are known, each with so many characters behind it.
    for (prefix, length) in [
        ("AKIA", 16),
        ("ghp_", 36),
        ("gho_", 36),
        ("github_pat_", 40),
        ("glpat-", 20),
        ("xoxb-", 20),
        ("xoxp-", 20),
        ("sk_live_", 20),
        ("AIza", 35),
        ("SG.", 60),
        ("npm_", 36),
        ("pypi-AgEI", 40),
        ("dw_", 60),
        ("dwr_", 43),
        ("dwm_", 43),
        ("dwv_", 43),
        ("dwc_", 43),
        ("dwu_", 43),
    ] {
        for (at, _) in text.match_indices(prefix) {
            let before = text[..at].chars().next_back();
            let rest = &text[at + prefix.len()..];
            let body: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect();
            let different: BTreeSet<char> = body.chars().collect();
            let is_word = before.is_some_and(|c| c.is_ascii_alphanumeric());
            // Samples are one letter many times.
            if !is_word && body.len() >= length && different.len() > 12 {
                return Some(format!("{prefix}…"));
            }
        }
    }
    None
}

/// What looks like a secret and is none: a key that signs for `localhost` in tests alone.
const FOR_TESTS: &[&str] = &[
    "tests/tools/smtp/localhost.key", "tests/tools/smtp/localhost.pem", "tests/api/deployment.rs",
];

#[test]
fn asvs_13_3_1_the_repository_holds_no_secret() {
    assert!(looks_secret("a dwr_q7Zk2mX9rT4vB8nW1cY6dF3gH5jL0pS_eAiUoQwErTE").is_some());
    assert!(looks_secret("key = AKIAIOSFODNN7EXAMPLQ").is_some());
    for end in ["\n", "\\n"] {
        let key = format!("-----BEGIN PRIVATE KEY-----{end}{}", "MIGHAgEA".repeat(8));
        assert!(looks_secret(&key).is_some());
    }
    for path in files() {
        let name = path.strip_prefix(root()).expect("below").display().to_string();
        if FOR_TESTS.contains(&&*name) {
            continue;
        }
        for kind in [".key", ".pem", ".p12", ".pfx", ".jks", ".kdbx", ".sqlite", ".db", ".env"] {
            assert!(!name.ends_with(kind), "{name} is no part of a repository");
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let found = looks_secret(&text);
        assert!(found.is_none(), "{name} holds {found:?}");
    }
}

#[test]
fn asvs_13_3_2_a_key_that_others_can_read_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    Process::start(folder.path(), &[]).stop();
    let keys = folder.path().join("data/keys");
    let key = keys.join("master.key");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode is set");
    };
    for (path, open, shut) in [(&key, 0o604, 0o600), (&keys, 0o705, 0o700)] {
        mode(path, open);
        for command in [&["serve"][..], &["seed", "demo"]] {
            let ended = run(folder.path(), &[], command, "");
            assert!(!ended.status.success(), "{command:?}: {}", ended.stdout);
            assert!(ended.stderr.contains("open to every user"), "{}", ended.stderr);
        }
        mode(path, shut);
    }
}

#[test]
fn asvs_13_4_2_no_answer_holds_a_backtrace_whatever_the_process_is_told() {
    let database = Database::new(Kind::Sqlite);
    let url = database.url.to_string();
    let variables = [
        ("DOORWARD_DATABASE_URL", &*url),
        ("DOORWARD_LOG_LEVEL", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("RUST_LIB_BACKTRACE", "1"),
        ("RUST_LOG", "trace"),
    ];
    let service = Process::start(database.folder.path(), &variables);
    database.execute("ALTER TABLE users RENAME TO gone");
    actix_web::rt::System::new().block_on(async {
        let nobody = service.nobody();
        let body = serde_json::json!({ "email": "a@example.test", "password": PASSWORD });
        let api = nobody.post("/v1/auth/sign-in", body).await;
        let form =
            nobody.request(Method::POST, "/sign-in").body("email=a%40example.test&password=x");
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        for reply in [api, nobody.send(form).await] {
            assert_eq!(reply.status, 500, "{}", reply.text);
            for word in [".rs:", "stack backtrace", "src/", "users", "no such table", "sqlite"] {
                assert!(!reply.text.to_lowercase().contains(word), "{word} in {}", reply.text);
            }
        }
    });
    service.stop();
}

api_test! { asvs_13_4_3_no_folder_is_listed |house| {
    let nobody = house.nobody();
    for path in [
        "/assets", "/assets/", "/docs/problems", "/docs/problems/", "/dev", "/dev/", "/v1/", "/static/",
        "/.well-known", "/.well-known/", "/assets/.", "/assets/./",
    ] {
        let reply = nobody.get(path).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
        assert!(!reply.text.contains("passkeys.js") && !reply.text.contains("Index of"), "{path}");
    }
}}

/// A service that others reach through a proxy.
fn in_production(more: &[(&'static str, &'static str)]) -> Settings {
    let mut variables = vec![
        ("DOORWARD_PUBLIC_URL", "https://id.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    variables.extend_from_slice(more);
    Settings { variables, ..Settings::default() }
}

async fn shows_docs(house: &House) -> bool {
    let nobody = house.nobody();
    let mut seen = BTreeSet::new();
    for path in ["/docs/", "/docs/swagger-ui.css", "/docs/swagger-initializer.js"] {
        seen.insert(nobody.get(path).await.status);
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
    // What clients are made from, and what a problem's type leads to, is there in any case.
    nobody.get("/openapi.json").await.expect(200);
    nobody.get("/docs/problems/auth.not_signed_in").await.expect(200);
    // Whether it lives is all that is told of its health.
    assert_eq!(nobody.get("/readyz").await.ok(), serde_json::json!({ "status": "ok" }));
    nobody.get("/metrics").await.expect(404);
    seen == BTreeSet::from([200])
}

api_test! { asvs_13_4_5_the_interactive_reference_is_there_for_a_first_run |house| {
    assert!(shows_docs(&house).await);
}}

api_test! { asvs_13_4_5_in_production_the_interactive_reference_is_off [in_production(&[])] |house| {
    assert!(!shows_docs(&house).await);
}}

api_test! { asvs_13_4_5_an_operator_may_want_the_reference_in_production
    [in_production(&[("DOORWARD_DOCS_ENABLED", "always")])] |house| {
    assert!(shows_docs(&house).await);
}}

api_test! { asvs_13_4_5_an_operator_may_want_no_reference_at_all [Settings {
    variables: vec![("DOORWARD_DOCS_ENABLED", "never")],
    ..Settings::default()
}] |house| {
    assert!(!shows_docs(&house).await);
}}
