//! `doorward users import`: what is told of a file, what is written of it, and that a run that was
//! killed is finished by the next.

use std::{fs, path::Path, process::Stdio};

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{
    Actor, House, Kind, PASSWORD,
    process::{Ended, run},
};

/// Of `PASSWORD`.
const HASH: &str = "$2b$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m";

/// The program notes there which master key the database belongs to, once.
const ONCE: &[&str] = &["settings"];

fn jsonl(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Imports a text with the program itself, into the database of the service that runs.
fn import(house: &House, text: &str, more: &[&str]) -> Ended {
    fs::write(house.folder().join("users.file"), text).expect("it is written");
    let arguments = [&["users", "import", "users.file"], more].concat();
    run(house.folder(), &[("DOORWARD_DATABASE_URL", house.database_url())], &arguments, "")
}

#[track_caller]
fn assert_ended(ended: &Ended, code: i32, said: &str) {
    let Ended { status, stdout, stderr } = ended;
    assert_eq!(status.code(), Some(code), "{stdout}{stderr}");
    assert!(stdout.contains(said), "{said}: {stdout}{stderr}");
}

async fn count(house: &House, table: &str) -> usize {
    let query = format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}");
    house.ask(&query).await[0].parse().expect("a number")
}

/// How many events tell of an import.
async fn events(house: &House) -> usize {
    count(house, "audit_events WHERE kind = 'account.imported'").await
}

fn person(house: &House, email: &str) -> Actor {
    house.nobody().called(email)
}

api_test! { an_import_brings_all_that_a_line_tells |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&["users:read"]).await;
    let name = admin.get(&format!("/v1/roles/{role}")).await.ok()["name"].clone();
    let text = jsonl(&[
        json!({
            "id": 17, "email": "Ann@Example.TEST", "email_verified": true, "name": "Ann Other",
            "password_hash": HASH, "created_at": "2020-05-01T10:00:00Z", "roles": [name],
            "locale": "de-AT",
        }),
        json!({ "email": "ben@example.test", "disabled": true, "disabled_reason": "left" }),
        json!({ "email": "cy@example.test", "name": null, "password_hash": HASH, "roles": [] }),
    ]);

    assert_ended(&import(&house, &text, &[]), 0, "3 read: 3 imported, 0 imported before");

    let ann = person(&house, "ann@example.test");
    let session = ann.sign_in().await.ok();
    let id = session["session"]["user"]["id"].as_str().expect("an id").to_owned();
    let view = admin.get(&format!("/v1/users/{id}")).await.ok();
    assert_eq!(view["created_at"], "2020-05-01T10:00:00.000000Z");
    assert_eq!(view["locale"], "de-AT");
    assert_eq!((&view["name"], &view["email_verified"]), (&json!("Ann Other"), &json!(true)));
    ann.get("/v1/users").await.ok();
    let origin = &ann.get("/v1/me/export").await.ok()["imported"];
    assert_eq!((&origin["source"], &origin["external_id"]), (&json!("file"), &json!("17")));
    assert_eq!(origin["email"], "ann@example.test");
    let event = admin.latest_event("account.imported").await;
    assert_eq!(event["detail"]["from"], "file");
    let mine = admin.get(&format!("/v1/audit-events?subject_id={id}")).await;
    assert!(mine.ok()["items"].to_string().contains("account.imported"));
    let cy = person(&house, "cy@example.test");
    cy.sign_in().await.ok();
    assert_eq!(cy.get("/v1/me").await.ok()["name"], "cy");
    let listed = admin.get("/v1/users?email_prefix=ben").await.ok();
    let ben = &listed["items"][0];
    assert_eq!((&ben["status"], &ben["disabled_reason"]), (&json!("disabled"), &json!("left")));

    let ended = run(
        house.folder(),
        &[("DOORWARD_DATABASE_URL", house.database_url())],
        &["users", "export"],
        "",
    );
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let line = ended.stdout.lines().find(|line| line.contains(&id)).expect("a line");
    let line: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((&line["external_id"], &line["source"]), (&json!("17"), &json!("file")));
    assert!(!ended.stdout.contains("$2b$"));
    // Whoever is deleted leaves nothing behind.
    ann.delete("/v1/me").await.no_content();
    assert_eq!(count(&house, "imported_users").await, 2);
}}

api_test! { one_line_at_fault_imports_nothing_and_names_no_value |house| {
    let squatter = house.user_called("taken@example.test").await;
    let before = house.dump().await.without(ONCE);
    let faulty = [
        ("{", "(line): malformed"),
        ("[1]", "(account): not_an_object"),
        (r#"{"name":"canary7Kq"}"#, "email: required"),
        (r#"{"email":"canary7Kq"}"#, "email: email_invalid"),
        (r#"{"email":["canary7Kq"]}"#, "email: wrong_type"),
        (r#"{"email":"a@b.test","name":"canary7Kq\tx"}"#, "name: control_character"),
        (r#"{"email":"c@b.test","password_hash":"canary7Kq"}"#, "password_hash: hash_unknown"),
        (
            r#"{"email":"d@b.test","password_hash":"pbkdf2_sha1$9999999$s$AAAAAAAAAAAAAAAAAAAAAA"}"#,
            "password_hash: hash_too_costly",
        ),
        (r#"{"email":"e@b.test","created_at":"canary7Kq"}"#, "created_at: time_invalid"),
        (r#"{"email":"f@b.test","created_at":"9000-01-01T00:00:00Z"}"#, "created_at: in_the"),
        (r#"{"email":"g@b.test","roles":["canary7Kq"]}"#, "roles: role_unknown"),
        (r#"{"email":"h@b.test","roles":"canary7Kq"}"#, "roles: wrong_type"),
        (r#"{"email":"m@b.test","locale":"canary7Kq!"}"#, "locale: language_invalid"),
        (r#"{"email":"i@b.test","disabled":"canary7Kq"}"#, "disabled: wrong_type"),
        (r#"{"email":"j@b.test","pasword_hash":"canary7Kq"}"#, "pasword_hash: unknown_field"),
        (r#"{"email":"k@b.test","canary7Kq@x.test":1}"#, "(a field): unknown_field"),
        (r#"{"email":"taken@example.test"}"#, "email: email_taken"),
        (r#"{"email":"Good@example.test"}"#, "email: email_twice"),
        (r#"{"email":"l@b.test","id":"1"}"#, "id: id_twice"),
    ];
    let good = r#"{"email":"good@example.test","id":"1"}"#;
    for (line, wanted) in faulty {
        let ended = import(&house, &format!("{good}\n\n{line}\n"), &[]);
        assert_ended(&ended, 1, "");
        assert!(ended.stderr.contains(&format!("line 3: {wanted}")), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains("nothing was imported"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("canary7Kq") && ended.stdout.is_empty());
    }
    assert!(house.dump().await.without(ONCE) == before);

    // All are told at once, and may be left out.
    let text: String = faulty.iter().map(|(line, _)| format!("{line}\n")).collect();
    let ended = import(&house, &format!("{good}\n{text}"), &["--skip-bad"]);
    assert_ended(&ended, 3, "20 read: 1 imported, 0 imported before, 0 that stay behind, 19 at");
    for (number, (_, wanted)) in (2..).zip(faulty) {
        assert!(ended.stderr.contains(&format!("line {number}: {wanted}")), "{}", ended.stderr);
    }
    squatter.get("/v1/me").await.ok();
}}

api_test! { a_dry_run_changes_nothing_and_says_what_would_be |house| {
    let before = house.dump().await.without(ONCE);
    let text = jsonl(&[json!({ "email": "a@b.test" }), json!({ "email": "b@b.test" })]);
    let ended = import(&house, &text, &["--dry-run"]);
    assert_ended(&ended, 0, "2 read: 2 would be imported, 0 imported before");
    let wrong = jsonl(&[json!({ "email": "a@b.test" }), json!({ "email": "b" })]);
    assert_ended(&import(&house, &wrong, &["--dry-run"]), 1, "");
    assert!(house.dump().await.without(ONCE) == before);
}}

api_test! { a_second_run_finds_everything_done_whatever_its_owner_changed |house| {
    let admin = house.admin().await;
    let line = |id: &str, email: &str| json!({ "id": id, "email": email, "password_hash": HASH });
    let text = jsonl(&[line("1", "a@b.test"), line("2", "b@b.test")]);
    assert_ended(&import(&house, &text, &[]), 0, "2 imported, 0 imported before");
    let listed = admin.get("/v1/users?email_prefix=a@b").await.ok();
    let path = format!("/v1/users/{}", listed["items"][0]["id"].as_str().expect("an id"));
    let etag = admin.etag(&path).await;
    admin.patch(&path, &etag, json!({ "email": "new@b.test" })).await.ok();
    person(&house, "b@b.test").sign_in().await.ok();
    let before = house.dump().await.without(ONCE);

    assert_ended(&import(&house, &text, &[]), 0, "2 read: 0 imported, 2 imported before");

    assert!(house.dump().await.without(ONCE) == before);
    // Another address under the same id is somebody else, or a mistake.
    let other = import(&house, &jsonl(&[line("2", "c@b.test")]), &[]);
    assert_ended(&other, 1, "");
    assert!(other.stderr.contains("line 1: id: id_taken"), "{}", other.stderr);
}}

fn many(count: usize) -> String {
    let line = |n| json!({ "id": n, "email": format!("user{n}@b.test"), "password_hash": HASH });
    (0..count).map(|n| format!("{}\n", line(n))).collect()
}

/// Starts an import and kills it when it has written something.
async fn killed(house: &House, folder: &Path) -> usize {
    let before = count(house, "users").await;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
        .current_dir(folder)
        .env_clear()
        .env("DOORWARD_DATABASE_URL", house.database_url())
        .args(["users", "import", "users.file"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let grown = async || count(house, "users").await > before;
    while !grown().await && child.try_wait().expect("a child").is_none() {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it is ours");
    child.wait().expect("it ends");
    count(house, "users").await - before
}

api_test! { a_run_that_was_killed_is_finished_by_the_next_with_nothing_twice |house| {
    const MANY: usize = 10_000;
    fs::write(house.folder().join("users.file"), many(MANY)).expect("it is written");
    let mut written = 0;
    for _ in 0..3 {
        written += killed(&house, house.folder()).await;
        // Whole batches alone, each with everything that belongs to it.
        let users = count(&house, "users").await;
        assert_eq!(users % 500, 0);
        for table in ["passwords", "imported_users"] {
            assert_eq!(count(&house, table).await, users, "{table}");
        }
        assert_eq!(events(&house).await, users);
    }
    assert!(written > 0, "it had begun");
    println!("{:?}: {written} of {MANY} were written before the last kill", house.kind);

    let said = format!("{MANY} read: {} imported, {written} imported before", MANY - written);
    assert_ended(&import(&house, &many(MANY), &[]), 0, &said);

    assert_eq!(events(&house).await, MANY);
    for table in ["users", "passwords", "imported_users"] {
        assert_eq!(count(&house, table).await, MANY, "{table}");
    }
    person(&house, "user9999@b.test").sign_in().await.ok();
    let variables = [("DOORWARD_DATABASE_URL", house.database_url())];
    let verified = run(house.folder(), &variables, &["audit", "verify"], "");
    assert!(verified.stdout.contains("The chain is whole"), "{}", verified.stdout);
}}

api_test! { two_imports_at_once_write_each_account_once |house| {
    fs::write(house.folder().join("users.file"), many(2000)).expect("it is written");
    let spawn = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
            .current_dir(house.folder())
            .env_clear()
            .env("DOORWARD_DATABASE_URL", house.database_url())
            .args(["users", "import", "users.file"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts")
    };
    let both = [spawn(), spawn()];
    for child in both {
        let ended = child.wait_with_output().expect("it ends");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    }
    assert_eq!(count(&house, "users").await, 2000);
    assert_eq!(events(&house).await, 2000);
}}

api_test! { a_role_that_the_file_names_must_exist_and_an_old_password_is_no_plain_one |house| {
    let admin = house.admin().await;
    let text = jsonl(&[json!({ "email": "root@b.test", "password_hash": HASH,
        "roles": ["admin", "auditor", "admin"] })]);
    assert_ended(&import(&house, &text, &[]), 0, "1 imported");
    let root = person(&house, "root@b.test");
    root.sign_in().await.ok();
    root.get("/v1/audit-events").await.ok();
    let text = jsonl(&[json!({ "email": "p@b.test", "password_hash": PASSWORD })]);
    assert_ended(&import(&house, &text, &[]), 1, "");
    admin.elsewhere().sign_in_with(HASH).await.problem(Code::InvalidCredentials);
    assert!(matches!(house.kind, Kind::Sqlite | Kind::Postgres));
}}
