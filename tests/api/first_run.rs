//! The program on a machine that it has never seen: what it makes, what it says, what it refuses.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use doorward::http::code::Code;
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{
    Database, Kind, PASSWORD,
    process::{Ended, Process, run},
};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

/// The end of a start that is refused, with what it says.
#[track_caller]
fn refused(folder: &Path, variables: &[(&str, &str)]) -> String {
    let Ended { status, stdout, stderr } = Process::spawn(folder, variables).wait();
    assert_eq!(status.code(), Some(1), "{stdout}{stderr}");
    assert_eq!(stdout, "");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr
}

#[test]
fn a_first_start_makes_all_that_it_needs_and_says_where_it_is() {
    let folder = folder();
    let mut service = Process::start(folder.path(), &[]);
    let token = service.setup_token();
    let address = service.address;
    block_on(async {
        let nobody = service.nobody();
        nobody.get("/readyz").await.ok();
        nobody.get("/docs/").await.expect(200);
        nobody.get(&format!("/setup?token={token}")).await.expect(200);
        assert_eq!(nobody.get("/openapi.json").await.ok(), nobody.contract().document);
    });

    let Ended { status, stdout, stderr } = service.stop();

    assert_eq!(status.code(), Some(0), "{stderr}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        stdout,
        format!(
            "Doorward {version} is ready.\n  Sign-in      http://{address}/sign-in\n  \
             Swagger UI   http://{address}/docs/\n  \
             Contract     http://{address}/openapi.json\n  \
             Mailbox      http://{address}/dev/mail\n  \
             First admin  http://{address}/setup?token={token}\n               \
             (works once; a restart makes a new link)\n"
        )
    );
    let data = folder.path().join("data");
    for (path, wanted) in [("", 0o700), ("keys", 0o700), ("keys/master.key", 0o600)] {
        assert_eq!(mode(&data.join(path)), wanted, "data/{path}");
    }
    assert_eq!(mode(&data.join("doorward.db")), 0o600);
}

#[test]
fn asvs_6_3_2_a_fresh_service_has_no_account_and_its_link_makes_the_first() {
    let folder = folder();
    let mut service = Process::start(folder.path(), &[]);
    let token = service.setup_token();
    block_on(async {
        let guesses = ["admin", "password", "changeme", "doorward", "a river of green tea", ""];
        for email in ["admin@example.com", "admin@localhost.test", "root@example.test"] {
            for password in guesses {
                let body = json!({ "email": email, "password": password });
                let reply = service.nobody().post("/v1/auth/sign-in", body).await;
                reply.problem(Code::InvalidCredentials);
            }
        }

        let admin = service.nobody().first_admin(&token).await;

        let users = admin.get("/v1/users").await.ok();
        let emails: Vec<_> = users["items"].as_array().expect("a list").iter().collect();
        assert_eq!(emails.len(), 1);
        assert_eq!(emails[0]["email"], admin.email);
        let body = json!({
            "token": token, "email": "b@example.test", "password": PASSWORD, "name": "B",
        });
        service.nobody().post("/v1/setup", body).await.problem(Code::SetupDone);
    });
    let said = service.stop();
    assert!(!said.stderr.contains(&token), "{}", said.stderr);

    let again = Process::start(folder.path(), &[]);
    block_on(async {
        let mut admin = again.nobody();
        admin.email = "admin@example.test".to_owned();
        admin.sign_in().await.ok();
    });
    let said = again.stop();
    assert!(!said.stdout.contains("First admin"), "{}", said.stdout);
}

#[test]
fn a_link_that_was_not_used_is_replaced_at_the_next_start() {
    let folder = folder();
    let mut service = Process::start(folder.path(), &[]);
    let first = service.setup_token();
    service.stop();

    let mut service = Process::start(folder.path(), &[]);
    let second = service.setup_token();

    assert_ne!(first, second);
    block_on(service.nobody().first_admin(&second));
    service.stop();
}

#[test]
fn an_administrator_can_be_made_from_the_command_line() {
    let folder = folder();
    let arguments = ["admin", "create", "--email", "ann@example.test", "--password-stdin"];
    let made = run(folder.path(), &[], &arguments, &format!("{PASSWORD}\nmore"));
    assert!(made.status.success(), "{}", made.stderr);
    assert!(made.stdout.starts_with("usr_"), "{}", made.stdout);
    assert!(!made.stderr.contains(PASSWORD));

    let weak = run(folder.path(), &[], &arguments, "short\n");
    assert_eq!(weak.status.code(), Some(1));
    assert!(weak.stderr.contains("This password is too short."), "{}", weak.stderr);
    assert!(!weak.stderr.contains("short\n\n") && weak.stdout.is_empty());

    let other = "another river of green tea";
    assert!(run(folder.path(), &[], &arguments, other).status.success());
    let service = Process::start(folder.path(), &[]);
    block_on(async {
        let mut ann = service.nobody();
        ann.email = "ann@example.test".to_owned();
        ann.sign_in().await.problem(Code::InvalidCredentials);
        ann.sign_in_with(other).await.ok();
        ann.get("/v1/access-matrix").await.ok();
    });
    let said = service.stop();
    assert!(!said.stdout.contains("First admin"), "{}", said.stdout);
    assert!(run(folder.path(), &[], &["admin", "create"], "").status.code() == Some(2));
}

#[test]
fn demo_accounts_can_be_made_twice() {
    let folder = folder();
    for round in 1..=2 {
        let seeded = run(folder.path(), &[], &["seed", "demo"], "");
        assert!(seeded.status.success(), "round {round}: {}", seeded.stderr);
        assert!(seeded.stdout.contains("mo@example.com"), "{}", seeded.stdout);
    }
    let service = Process::start(folder.path(), &[]);
    block_on(async {
        let mut admin = service.nobody();
        admin.email = "admin@example.com".to_owned();
        admin.sign_in().await.ok();
        let users = admin.get("/v1/users").await.ok();
        assert_eq!(users["items"].as_array().expect("a list").len(), 4);
        let mut mo = service.nobody();
        mo.email = "mo@example.com".to_owned();
        mo.sign_in().await.ok();
        let body = json!({ "checks": [{ "permission": "app:notes:moderate" }] });
        let answer = mo.post("/v1/check", body).await.ok();
        assert_eq!(answer["results"][0]["allowed"], true);
    });
    service.stop();
}

#[test]
fn migrating_prepares_the_database_and_nothing_else() {
    let folder = folder();
    let first = run(folder.path(), &[], &["migrate"], "");
    let again = run(folder.path(), &[], &["migrate"], "");
    let (ran, rest) = first.stdout.split_once(" migrations; ").expect("a count");
    assert_eq!(rest, "the database is up to date.\n");
    assert!(ran.starts_with("Ran ") && ran != "Ran 0", "{ran}");
    assert_eq!(again.stdout, "Ran 0 migrations; the database is up to date.\n");
    let whole = run(folder.path(), &[], &["audit", "verify"], "");
    assert_eq!(whole.stdout, "The chain is whole: 1 events.\n", "of the signing key");
}

#[test]
fn a_healthcheck_tells_by_its_exit_code_whether_the_service_is_ready() {
    let folder = folder();
    let service = Process::start(folder.path(), &[]);
    let listen = service.address.to_string();
    let variables = [("DOORWARD_LISTEN", &*listen)];
    let asked = run(folder.path(), &variables, &["healthcheck"], "");
    assert_eq!((asked.status.code(), &*asked.stdout), (Some(0), "ready\n"), "{}", asked.stderr);
    service.stop();

    let asked = run(folder.path(), &variables, &["healthcheck"], "");

    assert_eq!(asked.status.code(), Some(1));
    assert!(asked.stderr.starts_with("doorward: ") && asked.stdout.is_empty(), "{}", asked.stderr);
}

#[test]
fn asvs_16_4_2_a_changed_audit_event_is_found_from_the_command_line() {
    let database = Database::new(Kind::Sqlite);
    let (folder, url) = (folder(), database.url.to_string());
    let variables = [("DOORWARD_DATABASE_URL", &*url)];
    assert!(run(folder.path(), &variables, &["seed", "demo"], "").status.success());
    let whole = run(folder.path(), &variables, &["audit", "verify"], "");
    assert!(whole.status.success() && whole.stdout.starts_with("The chain is whole: "));

    database.execute("UPDATE audit_events SET kind = 'account.updated' WHERE seq = 2");

    let broken = run(folder.path(), &variables, &["audit", "verify"], "");
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(broken.stdout, "The chain is broken at event 2: the event was changed.\n");
}

#[test]
fn an_address_that_others_reach_over_plain_http_is_refused() {
    let folder = folder();
    let said = refused(folder.path(), &[("DOORWARD_LISTEN", "0.0.0.0:0")]);
    assert!(said.contains("can be reached by other machines over plain HTTP"), "{said}");
    assert!(!folder.path().join("data").exists(), "nothing is made by then");
}

#[test]
fn a_lost_master_key_is_told_instead_of_made_anew() {
    let folder = folder();
    assert!(run(folder.path(), &[], &["migrate"], "").status.success());
    fs::remove_file(folder.path().join("data/keys/master.key")).expect("it is there");
    let said = refused(folder.path(), &[]);
    assert!(said.contains("the master key is not the one that this database was made with"));
    assert!(said.contains("restore keys/master.key"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = refused(folder.path(), &[("DOORWARD_LISTEN", &address)]);
    assert!(said.contains(&format!("doorward: can't listen on {address}: ")), "{said}");
    assert!(!folder.path().join("data").exists(), "nothing is made by then");
    let other = [("DOORWARD_METRICS_LISTEN", &*address)];
    let said = refused(folder.path(), &other);
    assert!(said.contains(&format!("can't listen on {address} for metrics: ")), "{said}");
}

#[test]
fn a_database_that_is_not_there_is_told_without_its_password() {
    let folder = folder();
    let url = "postgres://doorward:canary7Kq@127.0.0.1:1/doorward";
    let said = refused(folder.path(), &[("DOORWARD_DATABASE_URL", url)]);
    assert!(said.contains("doorward: "), "{said}");
    assert!(!said.contains("canary7Kq"), "{said}");
}

/// Three processes that start at once on one empty database.
fn start_at_once(kind: Kind) {
    let database = Database::new(kind);
    let folder = folder();
    let url = database.url.to_string();
    let variables = [("DOORWARD_DATABASE_URL", &*url)];
    let mut services: Vec<_> = (0..3).map(|_| Process::spawn(folder.path(), &variables)).collect();
    let lines: Vec<_> = services.iter_mut().map(|service| service.wait_for("Contract")).collect();
    assert_eq!(lines.len(), 3);
    let tokens: Vec<_> = services.iter_mut().map(Process::setup_token).collect();
    for service in services {
        let said = service.stop();
        assert_eq!(said.status.code(), Some(0), "{}", said.stderr);
        assert!(!said.stderr.contains("ERROR"), "{}", said.stderr);
    }
    let whole = run(folder.path(), &variables, &["audit", "verify"], "");
    // And one for the signing key, which is made once.
    let events = tokens.len() + 1;
    assert_eq!(whole.stdout, format!("The chain is whole: {events} events.\n"));
}

#[test]
fn processes_that_start_at_once_on_one_sqlite_database_all_come_up() {
    start_at_once(Kind::Sqlite);
}

#[test]
fn processes_that_start_at_once_on_one_postgresql_database_all_come_up() {
    start_at_once(Kind::Postgres);
}
