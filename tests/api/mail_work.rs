//! The outbox from the operator's side: languages, templates of their own, counts, and what is
//! swept away.

use std::fs;

use actix_web::rt::spawn;
use doorward::{
    access::once,
    http::problem::Problem,
    kernel::mail::Mail,
    work::{
        outbox::{self, Letter, To},
        queue,
        worker::Worker,
    },
};
use serde_json::json;
use tokio::sync::oneshot;

use crate::harness::{
    Actor, Database, House, Kind, MailServer,
    process::{self, Process},
    until, with_mail,
};

const UMA: &str = "uma@example.test";

async fn ask_reset(who: &Actor, email: &str) {
    who.post("/v1/auth/password-reset", json!({ "email": email })).await.accepted();
}

api_test! { a_person_gets_mail_in_their_own_language_or_else_in_english |house| {
    let uma = house.user_called(UMA).await;
    for (locale, subject) in [
        ("de-CH", "Ein neues Passwort f\u{fc}r Doorward"),
        ("fr", "Un nouveau mot de passe pour Doorward"),
        ("ja", "Set a new password for Doorward"),
        ("", "Set a new password for Doorward"),
    ] {
        let etag = uma.etag("/v1/me").await;
        uma.patch("/v1/me", &etag, json!({ "locale": locale })).await.ok();
        ask_reset(&house.nobody(), UMA).await;
        assert_eq!(house.mail_to(UMA).await.subject, subject, "{locale}");
    }
}}

api_test! { what_is_over_is_swept_away_and_what_waits_stays |house| {
    let uma = house.user_called(UMA).await;
    ask_reset(&house.nobody(), UMA).await;
    ask_reset(&house.nobody(), "nobody@example.test").await;
    let over = async || {
        let now = house.now();
        let found = house.app.db.read(move |db| {
            let proofs = once::over(db, now, 100)?.len();
            Ok::<_, Problem>((proofs, queue::over(db, now, 100)?))
        });
        found.await.expect("it reads")
    };
    let (proofs, mails) = over().await;
    // The mail for nobody is of no use from the start.
    assert_eq!((proofs, mails.len()), (0, 1));
    house.pass(86_401);
    assert_eq!(over().await.0, 3);
    house.pass(30 * 86_400);
    let (_, mails) = over().await;
    assert_eq!(mails.len(), 3);

    house.execute("UPDATE outbox SET status = 'waiting' WHERE status = 'kept'").await;
    let (_, mails) = over().await;
    assert_eq!(mails.len(), 1);
    let swept = house.app.db.write_quiet(move |db| Ok::<_, Problem>(queue::sweep(db, &mails)?));
    assert_eq!(swept.await.expect("it is written"), 1);
    assert_eq!(house.waiting_mails().await.len(), 2);
    assert!(!uma.id.is_empty());
}}

#[test]
fn the_metrics_tell_how_much_mail_waits_and_how_much_was_given_up() {
    let server = MailServer::start(&[]);
    House::run(Kind::Sqlite, with_mail(server.port, &[]), async |house| {
        for to in ["refuse@example.test", "busy@example.test"] {
            let letter = Letter::new(&house.app, &Mail::EmailIsYours);
            let written = house.app.db.write_quiet(move |db| {
                let to = To { user: None, email: to, locale: "" };
                Ok::<_, Problem>(outbox::put(db, &letter, to)?)
            });
            written.await.expect("it is written");
        }
        let first = Worker::new(&house.app).expect("a worker");
        assert_eq!(first.round().await.expect("a round"), 2);

        let (stop, stopped) = oneshot::channel::<()>();
        let worker = Worker::new(&house.app).expect("a worker");
        let running = spawn(worker.run(house.metrics.clone(), stopped));
        let tells = |line: &str| house.metrics.text().lines().any(|it| it == line);
        until(async || tells("doorward_mails{status=\"waiting\"} 1")).await;
        assert!(tells("doorward_mails{status=\"dead\"} 1"));

        drop(stop);
        running.await.expect("it ends in good order");
    });
}

#[test]
fn a_template_that_is_wrong_stops_the_start_with_its_name() {
    let database = Database::new(Kind::Sqlite);
    let folder = database.folder.path();
    let own = folder.join("templates");
    fs::create_dir(&own).expect("a folder");
    let path = own.display().to_string();
    let variables = [("DOORWARD_MAIL_TEMPLATES_DIR", &*path)];
    for (name, source, said) in [
        ("mail.html", "<p>{{ text </p>", "the mail template mail.html"),
        ("mail.html", "<p>{{ no_such_value }}</p>", "no_such_value"),
        ("welcome.html", "<p>{{ text }}</p>", "welcome.html: no mail has a template of this name"),
    ] {
        fs::write(own.join(name), source).expect("a file");
        let ended = process::run(folder, &variables, &["serve"], "");
        assert_eq!(ended.status.code(), Some(1));
        let is_told = ended.stderr.contains(said) || said == "no_such_value";
        assert!(is_told && ended.stderr.contains("template"), "{}", ended.stderr);
        fs::remove_file(own.join(name)).expect("it was there");
    }
    fs::write(own.join("mail.txt"), "{{ code }}").expect("a file");
    Process::start(folder, &variables).stop();
}

#[test]
fn a_service_whose_mail_has_nowhere_to_go_says_so_at_the_start() {
    let database = Database::new(Kind::Sqlite);
    let variables = [("DOORWARD_PUBLIC_URL", "https://id.example.test")];
    let mut service = Process::spawn(database.folder.path(), &variables);
    service.wait_for("Contract");
    let ended = service.stop();
    assert!(!ended.stdout.contains("/dev/mail"), "{}", ended.stdout);
    let said = "no mail server is configured: mail waits until there is one";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
}
