//! A new password by mail or by an administrator's link: once, for a while, and no way around
//! anything else.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, Dump, House, PASSWORD, Reply, Settings};

const NEW: &str = "a lake of black coffee";
const UMA: &str = "uma@example.test";

async fn ask(house: &House, email: &str) -> Reply {
    house.nobody().post("/v1/auth/password-reset", json!({ "email": email })).await
}

async fn reset(house: &House, token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "password": password });
    house.nobody().post("/v1/auth/password-reset/complete", body).await
}

/// Asks for a reset and answers the token that came by mail.
async fn token(house: &House, email: &str) -> String {
    ask(house, email).await.accepted();
    house.mail_of("reset_password", email).await.token().to_owned()
}

async fn sign_in(house: &House, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    house.nobody().post("/v1/auth/sign-in", body).await
}

api_test! { asvs_7_4_3_a_reset_sets_the_password_ends_every_session_and_begins_none |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let phone = uma.elsewhere();
    phone.sign_in().await.ok();
    let mail_token = token(&house, UMA).await;
    assert_eq!(house.mail_to(UMA).await.link(), house.url(&format!("/reset?token={mail_token}")));

    let reply = reset(&house, &mail_token, NEW).await;

    assert!(reply.cookie().is_none());
    reply.no_content();
    for who in [&uma, &phone] {
        who.get("/v1/me").await.problem(Code::NotSignedIn);
    }
    sign_in(&house, UMA, PASSWORD).await.problem(Code::InvalidCredentials);
    let session = sign_in(&house, UMA, NEW).await.ok();
    assert_eq!(session["session"]["user"]["email_verified"], true);
    house.mail_of("password_changed", UMA).await;
    assert_eq!(admin.latest_event("password.reset").await["subject_id"], uma.id);
    reset(&house, &mail_token, PASSWORD).await.problem(Code::ProofInvalid);
    assert_eq!(admin.latest_event("proof.refused").await["detail"]["of"], "password reset");
}}

api_test! { a_reset_is_good_for_15_minutes_and_until_the_next_one |house| {
    house.user_called(UMA).await;
    let first = token(&house, UMA).await;
    assert!(house.mail_to(UMA).await.text.contains("within 15 minutes"));
    house.pass(900);
    reset(&house, &first, NEW).await.problem(Code::ProofInvalid);
    let second = token(&house, UMA).await;
    let third = token(&house, UMA).await;
    reset(&house, &second, NEW).await.problem(Code::ProofInvalid);
    house.pass(899);
    reset(&house, &third, NEW).await.no_content();
}}

api_test! { asvs_6_2_1_a_weak_password_is_refused_and_leaves_the_link_good |house| {
    house.user_called("zoe.quint@mail.test").await;
    let token = token(&house, "zoe.quint@mail.test").await;
    for (weak, code) in [
        ("qhzkwdrumoxvty", "too_short"),
        ("password1234567", "too_common"),
        ("zoe.quint@mail.test", "too_guessable"),
    ] {
        let fault = ("/password".to_owned(), code.to_owned());
        assert_eq!(reset(&house, &token, weak).await.fields(), [fault]);
    }
    reset(&house, &token, NEW).await.no_content();
}}

api_test! { asvs_6_3_8_asking_for_a_reset_tells_nobody_who_has_an_account |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let gone = house.user_called("gone@example.test").await;
    admin.call(&format!("/v1/users/{}/disable", gone.id)).await.ok();
    let before = house.dump().await;

    let known = ask(&house, UMA).await;
    let between = house.dump().await;
    let unknown = ask(&house, "nobody@example.test").await;
    let after = house.dump().await;
    let disabled = ask(&house, &gone.email).await;

    assert_eq!(known.status, 202);
    assert_eq!(known.shape(), unknown.shape());
    assert_eq!(known.shape(), disabled.shape());
    for table in ["outbox", "mailed_proofs", "audit_events", "throttles"] {
        let grown = |from: &Dump, to: &Dump| {
            to.count(table) - from.count(table)
        };
        assert!(grown(&between, &after) >= 1, "{table}");
        if table != "throttles" {
            assert_eq!(grown(&before, &between), grown(&between, &after), "{table}");
        }
    }
    assert_eq!(house.mails_to(&uma.email).await.last().expect("a mail").kind, "reset_password");
    assert!(house.mails_to(&gone.email).await.iter().all(|mail| mail.kind != "reset_password"));
    assert!(house.mails_to("nobody@example.test").await.is_empty());
}}

api_test! { ac_069_who_does_not_read_the_mail_never_gets_to_set_a_password |house| {
    let uma = house.user_called(UMA).await;
    ask(&house, UMA).await.accepted();
    let real = house.mail_to(UMA).await.token().to_owned();
    let cut = &real[..real.len() - 1];
    let flipped = format!("{cut}{}", if real.ends_with('A') { 'Q' } else { 'A' });
    for guess in [
        "", UMA, &uma.id, "dwr_", cut, &flipped, &real.to_uppercase(), &real[4..],
        &format!("dwv_{}", &real[4..]), &format!(" {real}"), &format!("{real} "), "%00", "*", "%",
        "' OR '1'='1", "null", "true",
    ] {
        let reply = reset(&house, guess, NEW).await;
        assert!(matches!(reply.status, 403 | 422), "{guess:?}: {reply:?}");
    }
    for body in [
        json!({ "email": UMA, "password": NEW }),
        json!({ "token": null, "password": NEW }),
        json!({ "token": [real], "password": NEW }),
        json!({ "token": real, "email": "eve@example.test", "password": NEW }),
        json!({ "token": real, "user_id": uma.id, "password": NEW }),
    ] {
        let reply = house.nobody().post("/v1/auth/password-reset/complete", body.clone()).await;
        assert_eq!(reply.status, 422, "{body}");
    }
    uma.elsewhere().sign_in().await.ok();
    reset(&house, &real, NEW).await.no_content();
}}

api_test! { ac_070_a_list_of_addresses_gets_no_mail |house| {
    house.user_called("v@example.test").await;
    let count = house.mails().await.len();
    for email in [
        json!(["v@example.test", "a@example.test"]),
        json!({ "0": "v@example.test" }),
        json!("v@example.test,a@example.test"),
        json!("v@example.test;a@example.test"),
        json!("v@example.test a@example.test"),
        json!("v@example.test\r\nBcc: a@example.test"),
        json!("Vera <v@example.test>"),
        json!("\"v@example.test,\"@example.test"),
    ] {
        for path in ["/v1/auth/password-reset", "/v1/auth/verify-email/resend"] {
            let reply = house.nobody().post(path, json!({ "email": email })).await;
            assert!(reply.fields().iter().all(|(pointer, _)| pointer == "/email"), "{email}");
        }
    }
    assert_eq!(house.mails().await.len(), count);
}}

api_test! { ac_016_a_link_begins_with_the_public_url_whatever_the_request_says [Settings {
    variables: vec![
        ("DOORWARD_PUBLIC_URL", "https://id.example.test"),
        ("DOORWARD_MAIL_HOST", "127.0.0.1"),
        ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
    ],
    ..Settings::default()
}] |house| {
    let body = json!({ "email": UMA, "password": PASSWORD, "name": "Uma" });
    house.nobody().post("/v1/auth/sign-up", body).await.accepted();
    for (name, value) in [
        ("host", "evil.test"),
        ("forwarded", "host=evil.test;proto=http"),
        ("x-forwarded-host", "evil.test"),
        ("x-original-host", "evil.test"),
        ("x-forwarded-server", "evil.test"),
        ("origin", "https://id.example.test"),
    ] {
        let nobody = house.nobody();
        let request = nobody.request(reqwest::Method::POST, "/v1/auth/password-reset");
        let request = request.header(name, value).json(&json!({ "email": UMA }));
        nobody.send(request).await.accepted();
    }

    let mails = house.waiting_mails().await;

    assert_eq!(mails.len(), 7);
    for mail in mails {
        assert!(mail.link().starts_with("https://id.example.test/"), "{}", mail.link());
        assert!(!format!("{mail:?}").contains("evil"));
    }
}}

api_test! { asvs_6_4_6_an_administrator_makes_a_link_and_never_chooses_the_password |house| {
    let admin = house.admin().await;
    let id = admin.make_user("ned@example.test").await;
    let path = format!("/v1/users/{id}/password-link");

    let link = admin.call(&path).await.created();

    let url = link["url"].as_str().expect("a link, as there is no mail server");
    let token = url.strip_prefix(&house.url("/reset?token=")).expect("ours").to_owned();
    assert_eq!(admin.latest_event("password.link_made").await["subject_id"], id);
    let own = admin.call(&format!("/v1/users/{}/password-link", admin.id)).await;
    own.problem(Code::OwnAccount);
    house.pass(86_399);
    reset(&house, &token, NEW).await.no_content();
    let session = sign_in(&house, "ned@example.test", NEW).await.ok();
    // It was handed over, so it says nothing of the mailbox.
    assert_eq!(session["session"]["user"]["email_verified"], false);
    reset(&house, &token, PASSWORD).await.problem(Code::ProofInvalid);
}}

api_test! { asvs_6_4_6_with_a_mail_server_a_link_goes_to_the_mailbox_alone [Settings {
    variables: vec![
        ("DOORWARD_MAIL_HOST", "127.0.0.1"),
        ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
        ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "never"),
    ],
    ..Settings::default()
}] |house| {
    let admin = house.admin().await;
    let id = admin.make_user("ned@example.test").await;

    let link = admin.call(&format!("/v1/users/{id}/password-link")).await.created();

    assert_eq!(link["url"], Value::Null);
    let mail = house.waiting_mails().await.pop().expect("a mail");
    assert_eq!((&*mail.kind, &*mail.to), ("choose_password", "ned@example.test"));
    reset(&house, mail.token(), NEW).await.no_content();
    let session = sign_in(&house, "ned@example.test", NEW).await.ok();
    assert_eq!(session["session"]["user"]["email_verified"], true);
}}

api_test! { a_helper_makes_no_link_for_who_holds_more |house| {
    let helper = house.holder(&["users:write"]).await;
    let admin = house.admin().await;
    let link = |who: &Actor| {
        let (helper, path) = (helper.clone(), format!("/v1/users/{}/password-link", who.id));
        async move { helper.call(&path).await }
    };
    link(&admin).await.problem(Code::GrantExceedsOwn);
    let user = house.user().await;
    link(&user).await.created();
    let unknown = "/v1/users/usr_00000000000000000000000000/password-link";
    helper.call(unknown).await.problem(Code::AccountNotFound);
}}
