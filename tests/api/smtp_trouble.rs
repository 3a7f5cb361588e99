//! A mail server that is busy, refuses, hangs up or is not there: mail is put off or given up, and
//! nothing else of the service notices.

use doorward::{
    http::problem::Problem,
    kernel::mail::Mail,
    work::{
        outbox::{self, Letter, To},
        queue,
        worker::{ATTEMPTS, Worker},
    },
};
use serde_json::json;

use crate::harness::{
    Database, House, Kind, MailServer, PASSWORD,
    process::{self, Process},
    with_mail,
};

async fn put(house: &House, to: &str) {
    let (letter, to) = (Letter::new(&house.app, &Mail::EmailIsYours), to.to_owned());
    let written = house.app.db.write_quiet(move |db| {
        let to = To { user: None, email: &to, locale: "" };
        Ok::<_, Problem>(outbox::put(db, &letter, to)?)
    });
    written.await.expect("it is written");
}

fn worker(house: &House) -> Worker {
    Worker::new(&house.app).expect("a worker")
}

/// Status, attempts and reason of the mails, by recipient.
async fn rows(house: &House) -> Vec<String> {
    let query = "SELECT recipient || ' ' || status || ' ' || attempts || ' ' || \
                 COALESCE(last_error, '-') AS line FROM outbox ORDER BY recipient";
    house.ask(query).await
}

fn on_both(case: impl AsyncFnOnce(House, MailServer) + Copy) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let server = MailServer::start(&[]);
        House::run(kind, with_mail(server.port, &[]), |house| case(house, server));
    }
}

#[test]
fn what_is_refused_for_now_is_put_off_and_what_is_refused_for_good_is_given_up() {
    on_both(async |house, server| {
        for to in ["busy", "drop", "fine", "full", "refuse"] {
            put(&house, &format!("{to}@example.test")).await;
        }

        assert_eq!(worker(&house).round().await.expect("a round"), 5);

        assert_eq!(
            rows(&house).await,
            [
                "busy@example.test waiting 1 the mail server refuses the mail for now",
                "drop@example.test waiting 1 the mail server hangs up or answers what is no SMTP",
                "fine@example.test sent 1 -",
                "full@example.test dead 1 the mail server refuses the mail for good",
                "refuse@example.test dead 1 the mail server refuses the mail for good",
            ]
        );
        assert_eq!(server.next()["to"], json!(["fine@example.test"]));
        // Nothing is due before its time.
        assert_eq!(worker(&house).round().await.expect("a round"), 0);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn a_mail_that_was_put_off_arrives_later_under_the_same_id() {
    on_both(async |house, server| {
        put(&house, "busy1@example.test").await;
        assert_eq!(worker(&house).round().await.expect("a round"), 1);
        house.pass(14);
        assert_eq!(worker(&house).round().await.expect("a round"), 0);
        house.pass(16);
        assert_eq!(worker(&house).round().await.expect("a round"), 1);
        let mail = server.next();
        let id = house.ask("SELECT id AS line FROM outbox").await.remove(0);
        let data = mail["data"].as_str().expect("a text");
        assert!(data.contains(&format!("Message-ID: <{id}@127.0.0.1>")), "{data}");
        assert_eq!(rows(&house).await, ["busy1@example.test sent 2 -"]);
    });
}

#[test]
fn after_most_of_a_day_a_mail_is_given_up_and_an_operator_can_try_again() {
    on_both(async |house, server| {
        put(&house, "busy1@example.test").await;
        put(&house, "busy@example.test").await;
        let first = worker(&house);
        let mut hours = 0;
        while !rows(&house).await.iter().any(|row| row.starts_with("busy@example.test dead")) {
            first.round().await.expect("a round");
            house.pass(3600);
            hours += 1;
            assert!(hours <= ATTEMPTS, "it is given up");
        }
        assert_eq!(hours, ATTEMPTS);
        server.next();

        let now = house.now();
        let retried = house
            .app
            .db
            .write_quiet(move |db| Ok::<_, Problem>(queue::retry(db, &queue::Which::Dead, now)?));
        assert_eq!(retried.await.expect("it is written"), 1);

        assert_eq!(first.round().await.expect("a round"), 1);
        let row = "busy@example.test waiting 1 the mail server refuses the mail for now";
        assert!(rows(&house).await.contains(&row.to_owned()));
    });
}

#[test]
fn two_nodes_never_deliver_the_same_mail() {
    on_both(async |house, server| {
        let sibling = house.sibling().await;
        for nth in 0..40 {
            put(&house, &format!("uma{nth:02}@example.test")).await;
        }
        let (one, other) = (worker(&house), worker(&sibling));
        let drain = async |worker: &Worker| {
            while worker.round().await.expect("a round") > 0 {}
        };
        tokio::join!(drain(&one), drain(&other), drain(&one), drain(&other));

        let mut to: Vec<_> = (0..40).map(|_| server.next()["to"][0].to_string()).collect();
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 40);
        assert!(server.rest().is_empty());
        assert!(rows(&house).await.iter().all(|row| row.ends_with("sent 1 -")));
    });
}

#[test]
fn a_mail_whose_node_died_is_delivered_by_another_after_its_lease() {
    on_both(async |house, server| {
        put(&house, "uma@example.test").await;
        let now = house.now();
        let taken = house
            .app
            .db
            .write_quiet(move |db| Ok::<_, Problem>(queue::take(db, "of the dead", now, 8)?.len()));
        assert_eq!(taken.await.expect("it is written"), 1);

        house.pass(queue::LEASE - 1);
        assert_eq!(worker(&house).round().await.expect("a round"), 0);
        house.pass(1);
        assert_eq!(worker(&house).round().await.expect("a round"), 1);

        server.next();
        // Whatever the first node writes now comes too late.
        let id = house.ask("SELECT id AS line FROM outbox").await.remove(0).parse();
        let id = id.expect("an id");
        let late = house.app.db.write_quiet(move |db| {
            let outcome = queue::Outcome::GivenUp("too late");
            Ok::<_, Problem>(queue::settle(db, &id, "of the dead", outcome)?)
        });
        assert!(!late.await.expect("it is written"));
        assert_eq!(rows(&house).await, ["uma@example.test sent 2 -"]);
    });
}

#[test]
fn asvs_16_5_2_a_mail_server_that_is_slow_or_not_there_holds_nothing_up() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let server = MailServer::start(&[]);
        let mut settings = with_mail(server.port, &[]);
        settings.variables.push(("DOORWARD_MAIL_TIMEOUT_SECONDS", "1"));
        House::run(kind, settings, async |house| {
            put(&house, "slow@example.test").await;
            put(&house, "uma@example.test").await;
            let slow = worker(&house);
            let deliver = async { slow.round().await.expect("a round") };
            let walk = async {
                house.user_called("una@example.test").await;
                house.nobody().get("/readyz").await.ok();
            };
            let (delivered, ()) = tokio::join!(deliver, walk);
            assert_eq!(delivered, 2);
            server.next();
            let row = "slow@example.test waiting 1 the mail server takes too long";
            assert_eq!(rows(&house).await[0], row);

            drop(server);
            house.user_called("umo@example.test").await;
            house.pass(60);
            slow.round().await.expect("a round");
            let row = "umo@example.test waiting 1 the mail server can't be reached";
            assert_eq!(rows(&house).await[2], row);
        });
    }
}

/// The settings of a program that sends to a mail server on this port.
fn variables<'a>(url: &'a str, port: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("DOORWARD_DATABASE_URL", url),
        ("DOORWARD_MAIL_HOST", "127.0.0.1"),
        ("DOORWARD_MAIL_PORT", port),
        ("DOORWARD_MAIL_TLS", "none"),
        ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
        ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "never"),
    ]
}

#[test]
fn a_service_delivers_by_itself_and_its_operator_sees_and_retries_what_it_could_not() {
    let database = Database::new(Kind::Sqlite);
    let (url, server) = (database.url.to_string(), MailServer::start(&[]));
    let port = server.port.to_string();
    let variables = variables(&url, &port);
    let folder = database.folder.path();
    let service = Process::start(folder, &variables);
    let sign_up = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Uma" });
        service.nobody().post("/v1/auth/sign-up", body).await.accepted();
    };
    actix_web::rt::System::new().block_on(async {
        sign_up("uma@example.test").await;
        assert_eq!(server.next()["to"], json!(["uma@example.test"]));
        sign_up("refuse@example.test").await;
    });
    let listed = loop {
        let listed = process::run(folder, &variables, &["mail", "list"], "");
        assert!(listed.status.success(), "{}", listed.stderr);
        if listed.stdout.contains(" dead ") {
            break listed.stdout;
        }
    };
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(listed.contains("verify_email  refuse@example.test  the mail server refuses"));
    assert!(!listed.contains("token") && !listed.contains("no such mailbox"));
    let id = listed.split_whitespace().next().expect("an id");

    let retried = process::run(folder, &variables, &["mail", "retry", id], "");
    assert_eq!((retried.status.code(), &*retried.stdout), (Some(0), "1 mails are due now.\n"));
    for (arguments, code) in [
        (&["mail", "retry", "eml_00000000000000000000000000"][..], 1),
        (&["mail", "retry", "nonsense"], 1),
        (&["mail", "retry"], 2),
        (&["mail", "retry", "--all", id], 2),
    ] {
        assert_eq!(process::run(folder, &variables, arguments, "").status.code(), Some(code));
    }
    let ended = service.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("example.test"), "{}", ended.stderr);
}
