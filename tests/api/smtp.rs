//! Mail as a real mail server gets it: complete, once, encrypted as asked, and nobody else's.

use doorward::{
    http::problem::Problem,
    kernel::{clock::Timestamp, mail::Mail},
    work::{
        outbox::{self, Letter, To},
        worker::Worker,
    },
};
use serde_json::{Value, json};

use crate::harness::{House, Kind, MailServer, PASSWORD, certificate, with_mail};

/// The headers of a mail as it came, unfolded, and its body.
fn parts(mail: &Value) -> (Vec<String>, String) {
    let data = mail["data"].as_str().expect("a text").replace("\r\n", "\n");
    let (head, body) = data.split_once("\n\n").expect("a body");
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    (head.lines().map(ToOwned::to_owned).collect(), body.to_owned())
}

fn header(mail: &Value, name: &str) -> String {
    let start = format!("{name}: ");
    let (head, _) = parts(mail);
    let found: Vec<_> = head.iter().filter_map(|line| line.strip_prefix(&start)).collect();
    assert_eq!(found.len(), 1, "one {name}: {head:?}");
    found[0].to_owned()
}

/// Puts a mail into the outbox, as whatever causes it would.
async fn put(house: &House, to: &str, mail: &Mail) {
    let (letter, to) = (Letter::new(&house.app, mail), to.to_owned());
    let written = house.app.db.write_quiet(move |db| {
        let to = To { user: None, email: &to, locale: "" };
        Ok::<_, Problem>(outbox::put(db, &letter, to)?)
    });
    written.await.expect("it is written");
}

async fn round(house: &House) -> usize {
    Worker::new(&house.app).expect("a worker").round().await.expect("a round")
}

async fn statuses(house: &House) -> Vec<String> {
    house.ask("SELECT status AS line FROM outbox ORDER BY id").await
}

fn on_both<Case: AsyncFnOnce(House, MailServer) + Copy>(
    options: &[&str],
    settings: &'static [(&'static str, &'static str)],
    case: Case,
) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let server = MailServer::start(options);
        let settings = with_mail(server.port, settings);
        House::run(kind, settings, |house| case(house, server));
    }
}

#[test]
fn a_sign_up_reaches_the_mailbox_with_text_html_and_a_link_that_works() {
    on_both(&[], &[], async |house, server| {
        let body = json!({ "email": "uma@example.test", "password": PASSWORD, "name": "Uma" });
        house.nobody().post("/v1/auth/sign-up", body).await.accepted();

        assert_eq!(round(&house).await, 1);

        let mail = server.next();
        assert_eq!(mail["to"], json!(["uma@example.test"]));
        assert_eq!(mail["from"], "no-reply@example.test");
        assert_eq!(header(&mail, "From"), "Doorward <no-reply@example.test>");
        assert_eq!(header(&mail, "To"), "uma@example.test");
        assert_eq!(header(&mail, "Subject"), "Confirm your e-mail address for Doorward");
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(&mail, "Date"), "Sun, 01 Nov 2026 12:00:00 +0000");
        assert!(header(&mail, "Message-ID").starts_with("<eml_"));
        assert!(header(&mail, "Content-Type").starts_with("multipart/alternative;"));
        let (_, body) = parts(&mail);
        let body = body.replace("=\n", "").replace("=3D", "=");
        assert!(body.contains("text/plain") && body.contains("text/html"), "{body}");
        let (_, rest) = body.split_once("/verify?token=").expect("a link");
        let token: String = rest.chars().take_while(|c| !c.is_whitespace()).collect();
        let nobody = house.nobody();
        nobody.post("/v1/auth/verify-email", json!({ "token": token })).await.no_content();
        // What it said is erased once it is delivered.
        let left = "SELECT status || COALESCE(last_error, '') AS line FROM outbox \
                    WHERE content IS NULL AND lease IS NULL";
        assert_eq!(house.ask(left).await, ["sent"]);
        assert_eq!(round(&house).await, 0);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn asvs_12_3_1_mail_is_handed_over_encrypted_as_configured() {
    for (options, tls) in [(&["--tls"][..], "starttls"), (&["--tls-first"], "tls")] {
        let server = MailServer::start(options);
        let mut settings = with_mail(server.port, &[]);
        let path = certificate().display().to_string().leak();
        settings.variables.extend([
            ("DOORWARD_MAIL_TLS", tls),
            ("DOORWARD_MAIL_HOST", "localhost"),
            ("DOORWARD_MAIL_CA_CERTIFICATES", path),
        ]);
        House::run(Kind::Sqlite, settings, async |house| {
            put(&house, "uma@example.test", &Mail::EmailIsYours).await;
            assert_eq!(round(&house).await, 1);
            let reason = house.ask("SELECT last_error AS line FROM outbox WHERE last_error > ''");
            assert_eq!(reason.await, Vec::<String>::new());
            assert_eq!(server.next()["tls"], true);
        });
    }
}

#[test]
fn asvs_12_3_2_a_certificate_that_nobody_vouches_for_gets_no_mail() {
    let server = MailServer::start(&["--tls"]);
    let mut settings = with_mail(server.port, &[]);
    settings.variables.push(("DOORWARD_MAIL_TLS", "starttls"));
    House::run(Kind::Sqlite, settings, async |house| {
        put(&house, "uma@example.test", &Mail::EmailIsYours).await;
        assert_eq!(round(&house).await, 1);
        let rows = house.ask("SELECT status || ': ' || last_error AS line FROM outbox").await;
        assert_eq!(rows, ["waiting: the mail server's TLS can't be trusted"]);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn asvs_12_3_1_a_server_without_starttls_gets_no_mail_where_starttls_is_set() {
    let server = MailServer::start(&[]);
    let mut settings = with_mail(server.port, &[]);
    settings.variables.push(("DOORWARD_MAIL_TLS", "starttls"));
    House::run(Kind::Sqlite, settings, async |house| {
        put(&house, "uma@example.test", &Mail::EmailIsYours).await;
        assert_eq!(round(&house).await, 1);
        assert_eq!(statuses(&house).await, ["waiting"]);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn a_name_and_password_are_given_where_they_are_configured() {
    let settings =
        &[("DOORWARD_MAIL_USERNAME", "doorward"), ("DOORWARD_MAIL_PASSWORD", "canary7Kq")];
    on_both(&["--sign-in=doorward:canary7Kq"], settings, async |house, server| {
        put(&house, "uma@example.test", &Mail::EmailIsYours).await;
        assert_eq!(round(&house).await, 1);
        assert_eq!(server.next()["signed_in"], true);
    });
    // A wrong password is the configuration's fault: the mail is not given up.
    on_both(&["--sign-in=doorward:another"], settings, async |house, server| {
        put(&house, "uma@example.test", &Mail::EmailIsYours).await;
        assert_eq!(round(&house).await, 1);
        let rows = house.ask("SELECT status || ': ' || last_error AS line FROM outbox").await;
        assert_eq!(rows, ["waiting: the mail server refuses our sign-in"]);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn ac_146_what_a_mail_says_ends_no_command_and_begins_none() {
    on_both(
        &[],
        &[("DOORWARD_SERVICE_NAME", "Acme, \"the\" <door> & co")],
        async |house, server| {
            let evil = "\r\n.\r\nMAIL FROM:<evil@example.test>\r\nRCPT TO:<victim@example.test>\r\n\
                    DATA\r\nSubject: evil\r\n\r\nx\r\n.\r\n";
            let mail = Mail::NewDevice {
                device: evil.to_owned(),
                ip: format!("1.2.3.4{evil}"),
                at: Timestamp::from_micros(0),
                link: house.url("/account"),
            };
            put(&house, "uma@example.test", &mail).await;
            let changed = Mail::EmailChangeAsked { new: format!(".{evil}") };
            put(&house, "una@example.test", &changed).await;
            let link = format!("{}\r\nBcc: victim@example.test", house.url("/x"));
            put(&house, "umo@example.test", &Mail::AddressInUse { link }).await;

            assert_eq!(round(&house).await, 3);

            let mut to = Vec::new();
            for _ in 0..3 {
                let mail = server.next();
                to.extend(mail["to"].as_array().expect("a list").clone());
                let (head, _) = parts(&mail);
                assert!(!head.iter().any(|line| line.starts_with("Bcc") || line.contains("evil")));
                let names = head.iter().filter_map(|line| line.split_once(':')).map(|it| it.0);
                let names: std::collections::BTreeSet<_> = names.collect();
                assert_eq!(names.len(), head.len(), "each header once: {head:?}");
                assert_eq!(names.len(), 8, "{head:?}");
            }
            to.sort_by_key(ToString::to_string);
            let wanted = ["uma@example.test", "umo@example.test", "una@example.test"];
            assert_eq!(to, wanted.map(Value::from));
            assert!(server.rest().is_empty());
        },
    );
}

#[test]
fn ac_071_a_row_whose_recipient_is_no_single_mailbox_is_never_sent() {
    on_both(&[], &[], async |house, server| {
        for wrong in [
            "v@example.test,a@example.test",
            "v@example.test>, <a@example.test",
            "v@example.test\r\nRCPT TO:<a@example.test>",
            "v@example.test a@example.test",
            "nobody",
            "",
        ] {
            put(&house, wrong, &Mail::EmailIsYours).await;
        }
        assert_eq!(round(&house).await, 6);
        assert_eq!(statuses(&house).await, ["dead"; 6]);
        assert!(server.rest().is_empty());
    });
}

#[test]
fn an_address_beyond_ascii_gets_its_mail() {
    on_both(&[], &[], async |house, server| {
        put(&house, "zo\u{eb}@example.test", &Mail::EmailIsYours).await;
        assert_eq!(round(&house).await, 1);
        assert_eq!(server.next()["to"], json!(["zo\u{eb}@example.test"]));
    });
}
