//! Signing in by mail: only with a mailbox that was proved before, once, and not for long.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Reply, Settings};

const UMA: &str = "uma@example.test";

async fn ask(house: &House, email: &str) -> Reply {
    house.nobody().post("/v1/auth/magic-link", json!({ "email": email })).await
}

/// The token and the code that came by mail.
async fn sent(house: &House, email: &str) -> (String, String) {
    ask(house, email).await.accepted();
    let mail = house.mail_of("magic_link", email).await;
    (mail.token().to_owned(), mail.code().to_owned())
}

async fn by_link(who: &Actor, token: &str) -> Reply {
    who.post("/v1/auth/magic-link/complete", json!({ "token": token })).await
}

async fn by_code(who: &Actor, email: &str, code: &str) -> Reply {
    who.post("/v1/auth/magic-link/code", json!({ "email": email, "code": code })).await
}

async fn verified(house: &House) -> Actor {
    house.user_called(UMA).await.verified(house).await
}

fn other(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

api_test! { a_link_signs_in_once |house| {
    let admin = house.admin().await;
    let uma = verified(&house).await;
    let (token, code) = sent(&house, UMA).await;
    assert_eq!(house.mail_to(UMA).await.link(), house.url(&format!("/magic?token={token}")));
    let browser = uma.elsewhere();

    let session = by_link(&browser, &token).await.ok()["session"].clone();

    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal1"), &json!(["email"])));
    assert_eq!(browser.get("/v1/me").await.ok()["id"], uma.id);
    assert_eq!(admin.latest_event("sign_in.succeeded").await["subject_id"], uma.id);
    by_link(&house.nobody(), &token).await.problem(Code::ProofInvalid);
    by_code(&house.nobody(), UMA, &code).await.problem(Code::ProofInvalid);
    assert_eq!(admin.latest_event("sign_in.refused").await["detail"]["why"], "magic link");
}}

api_test! { a_code_signs_in_once_at_the_address_that_it_came_to |house| {
    let uma = verified(&house).await;
    let eve = house.user().await.verified(&house).await;
    let (token, code) = sent(&house, UMA).await;
    by_code(&house.nobody(), &eve.email, &code).await.problem(Code::ProofInvalid);
    by_code(&house.nobody(), "nobody@example.test", &code).await.problem(Code::ProofInvalid);
    let session = by_code(&house.nobody(), UMA, &code).await.ok();
    assert_eq!(session["session"]["user"]["id"], uma.id);
    by_code(&house.nobody(), UMA, &code).await.problem(Code::ProofInvalid);
    by_link(&house.nobody(), &token).await.problem(Code::ProofInvalid);
}}

api_test! { ac_107_an_address_that_nobody_proved_gets_no_link |house| {
    // Somebody has set up an account for an address that is not theirs.
    house.user_called(UMA).await;
    let admin = house.admin().await;
    let disabled = house.user().await.verified(&house).await;
    admin.call(&format!("/v1/users/{}/disable", disabled.id)).await.ok();
    let count = house.mails().await.len();
    let unverified = ask(&house, UMA).await;
    let unknown = ask(&house, "nobody@example.test").await;
    let gone = ask(&house, &disabled.email).await;
    assert_eq!(unverified.shape(), unknown.shape());
    assert_eq!(gone.shape(), unknown.shape());
    assert_eq!(unknown.accepted(), json!({ "next": "check_mail" }));
    assert_eq!(house.mails().await.len(), count);
}}

api_test! { ac_069_a_link_that_outlived_its_mailbox_signs_nobody_in |house| {
    let uma = verified(&house).await;
    let (token, code) = sent(&house, UMA).await;
    house.execute("UPDATE users SET email = 'una@example.test', email_key = 'una@example.test'").await;
    by_link(&house.nobody(), &token).await.problem(Code::ProofInvalid);
    by_code(&house.nobody(), "una@example.test", &code).await.problem(Code::ProofInvalid);
    uma.get("/v1/me").await.ok();
}}

api_test! { asvs_6_5_5_a_link_and_its_code_are_good_for_ten_minutes |house| {
    verified(&house).await;
    let (token, _) = sent(&house, UMA).await;
    house.pass(599);
    by_link(&house.nobody(), &token).await.ok();
    let (token, code) = sent(&house, UMA).await;
    house.pass(600);
    by_link(&house.nobody(), &token).await.problem(Code::ProofInvalid);
    by_code(&house.nobody(), UMA, &code).await.problem(Code::ProofInvalid);
}}

api_test! { a_newer_link_voids_the_one_before |house| {
    verified(&house).await;
    let (first, first_code) = sent(&house, UMA).await;
    let (second, second_code) = sent(&house, UMA).await;
    by_link(&house.nobody(), &first).await.problem(Code::ProofInvalid);
    if first_code != second_code {
        by_code(&house.nobody(), UMA, &first_code).await.problem(Code::ProofInvalid);
    }
    by_link(&house.nobody(), &second).await.ok();
}}

api_test! { ac_078_after_five_wrong_codes_the_right_one_fails_and_the_link_does_not |house| {
    verified(&house).await;
    let (token, code) = sent(&house, UMA).await;
    for _ in 0..5 {
        by_code(&house.nobody(), UMA, &other(&code)).await.problem(Code::ProofInvalid);
    }
    by_code(&house.nobody(), UMA, &code).await.problem(Code::ProofInvalid);
    by_link(&house.nobody(), &token).await.ok();
}}

api_test! { asvs_6_6_3_guesses_from_one_address_are_throttled [Settings {
    variables: vec![("DOORWARD_THROTTLE_ADDRESS_FAILURES", "5")],
    ..Settings::default()
}] |house| {
    verified(&house).await;
    for nth in 0..5 {
        by_link(&house.nobody(), &format!("dwm_{nth}")).await.problem(Code::ProofInvalid);
    }
    let (token, code) = sent(&house, UMA).await;
    by_link(&house.nobody(), &token).await.problem(Code::RateLimited);
    by_code(&house.nobody(), UMA, &code).await.problem(Code::RateLimited);
    house.pass(120);
    by_link(&house.nobody(), &token).await.ok();
}}

api_test! { a_link_is_the_first_step_where_there_is_an_app |house| {
    let uma = verified(&house).await;
    let (app, _) = uma.enrol(&house).await;
    let (token, _) = sent(&house, UMA).await;
    let browser = uma.elsewhere();
    let reply = by_link(&browser, &token).await;
    assert!(reply.cookie().is_none());
    let answer = reply.ok();
    assert_eq!(answer["status"], "second_factor_required");
    assert_eq!(answer["second_factor"]["methods"], json!(["totp", "recovery_code"]));
    browser.is_out().await;
    let pending = answer["second_factor"]["token"].as_str().expect("a token");
    let session = browser.finish(pending, "totp", &app.next(&house)).await.ok()["session"].clone();
    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal2"), &json!(["email", "mfa", "otp"])));
}}

api_test! { a_link_is_enough_where_the_mailed_step_is_on |house| {
    let uma = verified(&house).await;
    uma.post("/v1/me/factors/email", json!({ "enabled": true })).await.no_content();
    let (token, _) = sent(&house, UMA).await;
    assert_eq!(by_link(&uma.elsewhere(), &token).await.ok()["status"], "signed_in");
}}

api_test! { a_link_is_remembered_only_where_that_was_asked_for |house| {
    verified(&house).await;
    for remember in [false, true] {
        let (token, _) = sent(&house, UMA).await;
        let body = json!({ "token": token, "remember": remember });
        let reply = house.nobody().post("/v1/auth/magic-link/complete", body).await;
        assert_eq!(reply.cookie().expect("a cookie").max_age().is_some(), remember);
    }
}}

api_test! { asvs_6_5_1_of_fifty_who_use_a_magic_link_at_once_one_gets_in |house| {
    let uma = verified(&house).await;
    let (token, code) = sent(&house, UMA).await;
    let tries = (0..50).map(|nth| {
        let (who, token, code) = (uma.elsewhere(), token.clone(), code.clone());
        async move {
            let reply = if nth % 2 == 0 { by_link(&who, &token).await } else { by_code(&who, UMA, &code).await };
            reply.status
        }
    });
    let all: Vec<u16> = futures_util::future::join_all(tries).await;
    assert_eq!(all.iter().filter(|status| **status == 200).count(), 1, "{all:?}");
    let sessions = house.ask("SELECT id AS line FROM sessions WHERE revoked_at IS NULL").await;
    assert_eq!(sessions.len(), 2);
    assert_eq!(uma.get("/v1/me").await.ok()["email"], Value::from(UMA));
}}
