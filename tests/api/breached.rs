//! The filter of breached passwords: made from a list by the program itself, asked at every place
//! where somebody chooses a password, and refused at the start where it is damaged.

use std::{cell::RefCell, fs, path::Path};

use doorward::{http::code::Code, kernel::password::breached::Breached};
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{
    Actor, PASSWORD,
    process::{Ended, Process, run},
};

/// Good by every other rule, and on the list.
const KNOWN: &str = "a lake of black coffee";
/// SHA-1 of `KNOWN`.
const KNOWN_HASH: &str = "DEC2E699A753C46B6BBEA9378BA1791532E9F9BB";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn build(folder: &Path, list: &str, more: &[&str]) -> Ended {
    fs::write(folder.join("list.txt"), list).expect("it is written");
    let arguments = [&["breached", "build", "list.txt", "-o", "breached.filter"], more].concat();
    run(folder, &[], &arguments, "")
}

fn holds(folder: &Path, password: &str) -> bool {
    let filter = Breached::open(&folder.join("breached.filter")).expect("it opens");
    filter.contains(password).expect("it can be read")
}

#[test]
fn a_filter_is_made_from_hashes_in_any_order_and_from_words() {
    let folder = folder();
    let hashes = format!(
        "{KNOWN_HASH}:3\r\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n\
         7c4a8d09ca3762af61e59520943dc26494f8941b\n{KNOWN_HASH}:3\n"
    );
    let ended = build(folder.path(), &hashes, &[]);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("4 lines read, 3 passwords in 113 bytes"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "", "no bar where nobody looks");
    for password in [KNOWN, "password", "123456"] {
        assert!(holds(folder.path(), password), "{password}");
    }
    assert!(!holds(folder.path(), PASSWORD));

    let words = "cr\u{e8}me br\u{fb}l\u{e9}e, hot\r\n  spaces stay  \n\nlast";
    assert_eq!(build(folder.path(), words, &[]).status.code(), Some(0));
    for password in ["cre\u{300}me bru\u{302}le\u{301}e, hot", "  spaces stay  ", "last"] {
        assert!(holds(folder.path(), password), "{password}");
    }
    assert!(!holds(folder.path(), "spaces stay"));
    assert!(!holds(folder.path(), KNOWN), "the older filter is gone");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 2, "nothing temporary is left: {left:?}");
}

#[test]
fn every_entry_of_a_long_list_is_found_and_no_other() {
    let folder = folder();
    let word = |n: u32| format!("password number {n}");
    let list: String = (0..20_000).map(|n| word(n) + "\n").collect();
    let ended = run(folder.path(), &[], &["breached", "build", "-"], &list);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    for n in 0..20_000 {
        assert!(holds_open(folder.path(), &word(n)), "{n}");
    }
    let by_chance = (20_000..120_000).filter(|n| holds_open(folder.path(), &word(*n))).count();
    assert!(by_chance <= 5, "{by_chance} of 100000 by chance");
    let size = fs::metadata(folder.path().join("breached.filter")).expect("a file").len();
    assert!(size < 70_000, "{size} bytes");
    let ended = run(folder.path(), &[], &["breached", "check", "breached.filter"], "");
    assert!(ended.stdout.contains("20000 passwords"), "{}{}", ended.stdout, ended.stderr);
}

fn holds_open(folder: &Path, password: &str) -> bool {
    thread_local! {
        static FILTER: RefCell<Option<Breached>> = const { RefCell::new(None) };
    }
    FILTER.with_borrow_mut(|filter| {
        let open = || Breached::open(&folder.join("breached.filter")).expect("it opens");
        filter.get_or_insert_with(open).contains(password).expect("it can be read")
    })
}

#[test]
fn rare_passwords_can_be_left_out() {
    let folder = folder();
    let list = format!("{KNOWN_HASH}:3\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:4\n");
    build(folder.path(), &list, &["--min-count", "4"]);
    assert!(holds(folder.path(), "password") && !holds(folder.path(), KNOWN));
}

#[test]
fn a_list_that_is_broken_or_of_no_use_makes_nothing() {
    let long = "x".repeat(5000);
    for (list, more, wanted) in [
        (&*format!("{KNOWN_HASH}:3\ncanary7Kq\n"), &[][..], "line 2 is no SHA-1 hash"),
        (&*format!("{KNOWN_HASH}:canary7Kq\n"), &[], "line 1 is no SHA-1 hash"),
        ("32ED87BDB5FDC5E9CBA88547376818D4:24230577\n", &[], "NTLM"),
        ("canary7Kq\n", &["--form", "sha1"], "line 1 is no SHA-1 hash"),
        (&long, &[], "line 1 has more than 4096 bytes"),
    ] {
        let folder = folder();
        let ended = build(folder.path(), list, more);
        assert_eq!((ended.status.code(), &*ended.stdout), (Some(1), ""), "{wanted}");
        assert!(ended.stderr.contains(wanted), "{}", ended.stderr);
        assert!(!ended.stderr.contains("canary7Kq"), "{}", ended.stderr);
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "{wanted}");
    }
}

#[test]
fn a_missing_or_damaged_filter_stops_the_start() {
    let folder = folder();
    let file = folder.path().join("breached.filter");
    let variables = [("DOORWARD_PASSWORD_BREACHED_FILTER", "breached.filter")];
    let refused = |wanted: &str| {
        let Ended { status, stdout, stderr } = Process::spawn(folder.path(), &variables).wait();
        assert_eq!((status.code(), &*stdout), (Some(1), ""), "{wanted}");
        assert!(stderr.contains("password.breached_filter: breached.filter"), "{stderr}");
        assert!(stderr.contains(wanted), "{wanted}: {stderr}");
    };
    refused("No such file");
    fs::write(&file, "something else").expect("it is written");
    refused("not a filter");
    build(folder.path(), &format!("{KNOWN}\n"), &[]);
    let whole = fs::read(&file).expect("a filter");
    fs::write(&file, &whole[..whole.len() - 1]).expect("it is written");
    refused("cut off");
    let mut changed = whole.clone();
    changed[16] ^= 1;
    fs::write(&file, changed).expect("it is written");
    refused("header is damaged");
    let mut changed = whole.clone();
    *changed.last_mut().expect("a byte") ^= 1;
    fs::write(&file, changed).expect("it is written");
    let ended = run(folder.path(), &[], &["breached", "check", "breached.filter"], "");
    assert!(ended.stderr.contains("content is damaged"), "{}", ended.stderr);
    fs::write(&file, whole).expect("it is written");
    Process::start(folder.path(), &variables).stop();
}

async fn change(who: &Actor, new: &str) -> Vec<(String, String)> {
    let body = json!({ "current_password": PASSWORD, "new_password": new });
    who.post("/v1/me/password", body).await.fields()
}

#[test]
fn asvs_6_2_12_a_breached_password_is_refused_wherever_one_is_chosen() {
    let folder = folder();
    build(folder.path(), &format!("{KNOWN_HASH}:1\n"), &[]);
    let variables = [("DOORWARD_PASSWORD_BREACHED_FILTER", "breached.filter")];
    let mut service = Process::start(folder.path(), &variables);
    let token = service.setup_token();
    let fault = |pointer: &str| vec![(pointer.to_owned(), "breached".to_owned())];
    actix_web::rt::System::new().block_on(async {
        let nobody = service.nobody();
        let person = |email: &str| json!({ "email": email, "password": KNOWN, "name": "Ann" });
        let mut first = person("admin@example.test");
        first["token"] = json!(token);
        let reply = nobody.post("/v1/setup", first).await;
        assert_eq!(reply.fields(), fault("/password"));
        let admin = service.nobody().first_admin(&token).await;
        let reply = nobody.post("/v1/auth/sign-up", person("ann@example.test")).await;
        assert_eq!(reply.fields(), fault("/password"));
        let reply = admin.post("/v1/users", person("ann@example.test")).await;
        assert_eq!(reply.fields(), fault("/password"));
        assert_eq!(change(&admin, KNOWN).await, fault("/new_password"));
        // Whole passwords are compared: one that only contains it is fine.
        let longer = format!("{KNOWN} and cake");
        let body = json!({ "current_password": PASSWORD, "new_password": longer });
        admin.post("/v1/me/password", body).await.no_content();
        admin.elsewhere().sign_in_with(KNOWN).await.problem(Code::InvalidCredentials);
    });
    let ended = run(
        folder.path(),
        &variables,
        &["admin", "create", "--email", "b@example.test", "--password-stdin"],
        KNOWN,
    );
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("data breach"), "{}", ended.stderr);
    service.stop();
}

#[test]
fn asvs_6_2_12_a_filter_that_breaks_while_in_use_is_logged_and_refuses_nobody() {
    let folder = folder();
    build(folder.path(), &format!("{KNOWN_HASH}:1\n"), &[]);
    let variables = [("DOORWARD_PASSWORD_BREACHED_FILTER", "breached.filter")];
    let service = Process::start(folder.path(), &variables);
    // The same file, cut off in its place.
    let file = fs::OpenOptions::new().write(true).open(folder.path().join("breached.filter"));
    file.expect("a file").set_len(90).expect("it is cut");
    actix_web::rt::System::new().block_on(async {
        let body = json!({ "email": "ann@example.test", "password": KNOWN, "name": "Ann" });
        service.nobody().post("/v1/auth/sign-up", body).await.accepted();
    });
    assert!(service.log().contains("filter of breached passwords was of no use"));
    assert!(!service.log().contains(KNOWN));
    service.stop();
}
