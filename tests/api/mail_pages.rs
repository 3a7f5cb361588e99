//! The development mailbox: there for who develops on this machine, and nowhere else.

use doorward::http::code::Code;
use serde_json::json;

use crate::harness::{House, Reply, Settings};

const UMA: &str = "uma@example.test";

async fn get_with(house: &House, path: &str, name: &str, value: &str) -> Reply {
    let nobody = house.nobody();
    nobody.send(nobody.request(reqwest::Method::GET, path).header(name, value)).await
}

api_test! { the_mailbox_shows_every_mail_to_people_and_programs |house| {
    house.user_called(UMA).await;
    house.user_called("una@example.test").await;
    let nobody = house.nobody();
    let mail = house.mail_to(UMA).await;

    let all = nobody.get("/dev/mail.json").await.items();
    let own = nobody.get(&format!("/dev/mail.json?to={UMA}")).await.items();

    assert_eq!((all.len(), own.len()), (2, 1));
    assert_eq!(own[0]["link"], mail.link());
    assert_eq!(own[0]["code"], mail.code());
    assert_eq!((&own[0]["kind"], &own[0]["to"]), (&json!("verify_email"), &json!(UMA)));
    let list = nobody.get("/dev/mail").await.expect(200);
    let path = format!("/dev/mail/{}", own[0]["id"].as_str().expect("an id"));
    assert!(list.text.contains(&path) && list.text.contains(UMA));
    let view = nobody.get(&path).await.expect(200);
    assert!(view.text.contains(mail.token()) && view.text.contains(mail.code()));
    assert!(view.text.contains("<iframe sandbox "));
    for page in [&list, &view] {
        let csp = page.header("content-security-policy").expect("a policy");
        assert!(csp.starts_with("default-src 'none'; style-src 'self'; frame-src 'self'"), "{csp}");
    }
    let html = nobody.get(&format!("{path}/html")).await.expect(200);
    assert_eq!(html.text, mail.html);
    let csp = html.header("content-security-policy").expect("a policy");
    assert!(csp.contains("default-src 'none'") && csp.ends_with("; sandbox"), "{csp}");
    assert_eq!(html.header("x-frame-options"), Some("SAMEORIGIN"));
    for wrong in ["/dev/mail/eml_x", "/dev/mail/eml_00000000000000000000000000", "/dev/mail/x/html"] {
        nobody.get(wrong).await.problem(Code::NotFound);
    }
}}

api_test! { the_mailbox_is_closed_to_other_names_of_this_machine_and_to_proxies |house| {
    house.user_called(UMA).await;
    for path in ["/dev/mail", "/dev/mail.json"] {
        for (name, value) in [
            ("host", "evil.test"),
            ("host", "127.0.0.1.evil.test"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-host", "localhost"),
            ("forwarded", "for=127.0.0.1"),
        ] {
            get_with(&house, path, name, value).await.problem(Code::NotFound);
        }
        let local = format!("localhost:{}", house.address.port());
        get_with(&house, path, "host", &local).await.expect(200);
    }
}}

async fn is_closed(house: House) {
    for path in ["/dev/mail", "/dev/mail.json", "/dev/mail/eml_00000000000000000000000000"] {
        for host in ["127.0.0.1", "localhost", "id.example.test"] {
            get_with(&house, path, "host", host).await.problem(Code::NotFound);
        }
        house.nobody().get(path).await.problem(Code::NotFound);
    }
}

api_test! { asvs_13_4_2_behind_a_public_url_there_is_no_mailbox [Settings {
    variables: vec![("DOORWARD_PUBLIC_URL", "https://id.example.test")],
    ..Settings::default()
}] |house| {
    let body = json!({ "email": UMA, "password": crate::harness::PASSWORD, "name": "Uma" });
    house.nobody().post("/v1/auth/sign-up", body).await.accepted();
    // The mail is not lost: it waits for a mail server.
    assert_eq!(house.waiting_mails().await.len(), 1);
    is_closed(house).await;
}}

api_test! { behind_a_proxy_there_is_no_mailbox [Settings {
    variables: vec![("DOORWARD_TRUSTED_PROXIES", "127.0.0.1")],
    ..Settings::default()
}] |house| {
    is_closed(house).await;
}}

api_test! { with_a_mail_server_there_is_no_mailbox [Settings {
    variables: vec![
        ("DOORWARD_MAIL_HOST", "127.0.0.1"),
        ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
    ],
    ..Settings::default()
}] |house| {
    is_closed(house).await;
}}
