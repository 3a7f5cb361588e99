//! The second step of a sign-in: nothing is open before it, and it is taken once.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, STEP};

const MAIL: &str = "/v1/auth/second-factor/mail";

/// Somebody with a verified address and the mailed step switched on.
async fn with_mailed_step(house: &House) -> Actor {
    let user = house.user().await.verified(house).await;
    user.post("/v1/me/factors/email", json!({ "enabled": true })).await.no_content();
    user
}

async fn code(house: &House, user: &Actor) -> String {
    house.mail_of("mailed_factor", &user.email).await.code().to_owned()
}

async fn running(house: &House, user: &Actor) -> usize {
    let query = format!(
        "SELECT id AS line FROM sessions WHERE revoked_at IS NULL AND user_id = '{}'",
        user.id
    );
    house.ask(&query).await.len()
}

api_test! { ac_093_who_has_an_app_always_needs_it |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let before = running(&house, &user).await;
    let browser = user.elsewhere();

    let reply = browser.sign_in().await;

    assert!(reply.cookie().is_none() && reply.device_cookie().is_none());
    let answer = reply.ok();
    assert_eq!(answer["status"], "second_factor_required");
    assert_eq!(answer["second_factor"]["methods"], json!(["totp", "recovery_code"]));
    assert!(answer.get("session").is_none());
    assert_eq!(running(&house, &user).await, before);
    assert_eq!(admin.latest_event("sign_in.second_factor_asked").await["subject_id"], user.id);
    let token = answer["second_factor"]["token"].as_str().expect("a token");
    for cookie in ["doorward", "doorward-device"] {
        browser.set_cookie(Some(format!("{cookie}={token}")));
        browser.get("/v1/me").await.problem(Code::NotSignedIn);
    }
    browser.set_cookie(None);

    let session = browser.finish(token, "totp", &app.next(&house)).await.ok()["session"].clone();

    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal2"), &json!(["mfa", "otp", "pwd"])));
    assert_eq!(browser.get("/v1/me").await.ok()["id"], user.id);
    let event = admin.latest_event("sign_in.succeeded").await;
    assert_eq!(event["detail"]["amr"], json!(["mfa", "otp", "pwd"]));
}}

api_test! { ac_093_an_app_alone_opens_nothing |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    let nobody = house.nobody();
    for token in ["", "x", &user.id, &user.email, &app.id, &app.secret] {
        let shown = app.next(&house);
        nobody.finish(token, "totp", &shown).await.problem(Code::PendingInvalid);
        nobody.finish(token, "recovery_code", &codes[0]).await.problem(Code::PendingInvalid);
    }
    for body in [
        json!({ "method": "totp", "code": app.code(&house) }),
        json!({ "token": null, "method": "totp", "code": app.code(&house) }),
        json!({ "email": user.email, "method": "totp", "code": app.code(&house) }),
    ] {
        assert_eq!(nobody.post("/v1/auth/second-factor", body).await.status, 422);
    }
    for password in [app.code(&house), codes[0].clone()] {
        user.elsewhere().sign_in_with(&password).await.problem(Code::InvalidCredentials);
    }
}}

api_test! { ac_096_totp_04_a_code_counts_once_in_its_step_in_the_next_and_on_another_node |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let sibling = house.sibling().await;
    let shown = app.next(&house);
    let (first, second) = (user.elsewhere().begin().await, user.elsewhere().begin().await);
    let elsewhere = user.elsewhere().at(&sibling);
    user.elsewhere().finish(&first, "totp", &shown).await.ok();
    for passed in [0, STEP] {
        house.pass(passed);
        for who in [&user.elsewhere(), &elsewhere] {
            who.finish(&second, "totp", &shown).await.problem(Code::FactorRefused);
        }
        user.step_up("totp", &shown).await.problem(Code::FactorRefused);
    }
    // One that was shown before is over too.
    user.elsewhere().finish(&second, "totp", &app.code_in(&house, -STEP)).await.problem(Code::FactorRefused);
    elsewhere.finish(&second, "totp", &app.code(&house)).await.ok();
}}

api_test! { a_half_done_sign_in_is_finished_once_within_ten_minutes |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    let browser = user.elsewhere();
    let token = browser.begin().await;
    house.pass(599);
    browser.finish(&token, "totp", &app.code(&house)).await.ok();
    user.elsewhere().finish(&token, "recovery_code", &codes[0]).await.problem(Code::PendingInvalid);
    let event = admin.latest_event("sign_in.second_factor_refused").await;
    assert_eq!(event["detail"]["why"], "auth.pending_invalid");
    let late = user.elsewhere().begin().await;
    house.pass(600);
    user.elsewhere().finish(&late, "totp", &app.code(&house)).await.problem(Code::PendingInvalid);
    assert_eq!(user.get("/v1/me/factors").await.ok()["recovery_codes_left"], 10);
}}

api_test! { ac_078_a_half_done_sign_in_is_dead_after_ten_wrong_codes |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    let wrong = app.wrong(&house);
    for _ in 0..10 {
        user.elsewhere().finish(&token, "totp", &wrong).await.problem(Code::FactorRefused);
    }
    assert_eq!(admin.latest_event("sign_in.second_factor_refused").await["subject_id"], user.id);
    user.elsewhere().finish(&token, "totp", &app.next(&house)).await.problem(Code::PendingInvalid);
    // The account's limit is shared by all its factors, and holds for right codes and new sign-ins.
    let next = user.elsewhere().begin().await;
    for (method, right) in [("totp", app.code(&house)), ("recovery_code", codes[0].clone())] {
        user.elsewhere().finish(&next, method, &right).await.problem(Code::RateLimited);
    }
}}

api_test! { ac_078_all_factors_share_the_limit_of_the_account |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    let wrong = app.wrong(&house);
    for nth in 0..9 {
        let (method, code) = [("totp", &*wrong), ("recovery_code", "aaaa"), ("email", "123456")][nth % 3];
        user.elsewhere().finish(&token, method, code).await.problem(Code::FactorRefused);
    }
    user.step_up("recovery_code", "aaaa").await.problem(Code::FactorRefused);
    for _ in 0..3 {
        user.step_up("totp", &wrong).await.problem(Code::FactorRefused);
    }
    let next = user.elsewhere().begin().await;
    user.elsewhere().finish(&next, "recovery_code", &codes[0]).await.problem(Code::RateLimited);
    user.step_up("totp", &app.code_in(&house, STEP)).await.problem(Code::RateLimited);
    house.pass(600);
    let next = user.elsewhere().begin().await;
    user.elsewhere().finish(&next, "recovery_code", &codes[0]).await.ok();
}}

api_test! { a_half_done_sign_in_ends_with_what_its_password_proved |house| {
    let user = house.user().await.verified(&house).await;
    let (app, _) = user.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    let new = "a lake of black coffee";
    let body = json!({ "current_password": PASSWORD, "new_password": new });
    user.post("/v1/me/password", body).await.no_content();
    user.elsewhere().finish(&token, "totp", &app.next(&house)).await.problem(Code::PendingInvalid);

    let body = json!({ "email": user.email, "password": new });
    let answer = house.nobody().post("/v1/auth/sign-in", body).await.ok();
    let token = answer["second_factor"]["token"].as_str().expect("a token").to_owned();
    house.nobody().post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
    let reset = house.mail_of("reset_password", &user.email).await.token().to_owned();
    let body = json!({ "token": reset, "password": PASSWORD });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.no_content();
    user.elsewhere().finish(&token, "totp", &app.next(&house)).await.problem(Code::PendingInvalid);
}}

api_test! { asvs_6_4_3_a_reset_leaves_the_second_factor_where_it_is |house| {
    let user = house.user().await.verified(&house).await;
    let (app, _) = user.enrol(&house).await;
    house.nobody().post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
    let new = "a lake of black coffee";
    let body = json!({ "token": token, "password": new });
    let reply = house.nobody().post("/v1/auth/password-reset/complete", body).await;
    assert!(reply.cookie().is_none());
    reply.no_content();
    user.is_out().await;
    let browser = user.elsewhere();
    let answer = browser.sign_in_with(new).await.ok();
    assert_eq!(answer["status"], "second_factor_required");
    browser.is_out().await;
    let token = answer["second_factor"]["token"].as_str().expect("a token");
    browser.finish(token, "totp", &app.next(&house)).await.ok();
    let factors = browser.get("/v1/me/factors").await.ok();
    assert_eq!((&factors["totp"][0]["id"], &factors["recovery_codes_left"]), (&json!(app.id), &json!(10)));
}}

api_test! { asvs_6_4_4_the_mailbox_alone_removes_no_factor |house| {
    let admin = house.admin().await;
    let user = house.user().await.verified(&house).await;
    let (app, codes) = user.enrol(&house).await;
    house.nobody().post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let link = house.mail_of("magic_link", &user.email).await.token().to_owned();
    let thief = house.nobody();
    let answer = thief.post("/v1/auth/magic-link/complete", json!({ "token": link })).await.ok();
    assert_eq!(answer["status"], "second_factor_required");
    assert_eq!(answer["second_factor"]["methods"], json!(["totp", "recovery_code"]));
    let token = answer["second_factor"]["token"].as_str().expect("a token").to_owned();
    thief.post(MAIL, json!({ "token": token })).await.problem(Code::MethodRefused);
    thief.finish(&token, "email", "123456").await.problem(Code::FactorRefused);
    thief.delete(&format!("/v1/me/factors/{}", app.id)).await.problem(Code::NotSignedIn);
    // A recovery code does, or an administrator, who is named in the log; the owner is told.
    let browser = user.elsewhere();
    browser.finish(&token, "recovery_code", &codes[0]).await.ok();
    browser.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
    browser.enrol(&house).await;
    let helper = house.user().await;
    let path = format!("/v1/users/{}/factors/reset", user.id);
    let reason = json!({ "reason": "showed the staff card" });
    helper.post(&path, reason.clone()).await.problem(Code::PermissionMissing);
    for wrong in [json!({}), json!({ "reason": "" }), json!({ "reason": "r".repeat(201) })] {
        assert_eq!(admin.post(&path, wrong).await.fields()[0].0, "/reason");
    }
    admin.post(&path, reason.clone()).await.no_content();
    let event = admin.latest_event("factor.all_reset").await;
    assert_eq!(event["detail"], reason);
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(admin.id), &json!(user.id)));
    assert!(house.mail_to(&user.email).await.text.contains("removed"));
    browser.is_out().await;
    assert_eq!(user.elsewhere().sign_in().await.ok()["status"], "signed_in");
}}

api_test! { a_mailed_step_is_asked_for_where_it_is_switched_on |house| {
    let user = house.user().await;
    let on = json!({ "enabled": true });
    user.post("/v1/me/factors/email", on.clone()).await.problem(Code::EmailUnverified);
    let user = user.verified(&house).await;
    user.post("/v1/me/factors/email", on).await.no_content();
    let browser = user.elsewhere();
    let answer = browser.sign_in().await.ok();
    assert_eq!(answer["second_factor"]["methods"], json!(["email"]));
    let token = answer["second_factor"]["token"].as_str().expect("a token").to_owned();
    assert!(house.mails_to(&user.email).await.iter().all(|mail| mail.kind != "mailed_factor"));

    let reply = browser.post(MAIL, json!({ "token": token })).await;
    assert_eq!(reply.accepted(), json!({ "next": "check_mail" }));
    let code = code(&house, &user).await;
    let session = browser.finish(&token, "email", &code).await.ok()["session"].clone();

    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal1"), &json!(["email", "pwd"])));
    user.post("/v1/me/factors/email", json!({ "enabled": false })).await.no_content();
    assert_eq!(user.elsewhere().sign_in().await.ok()["status"], "signed_in");
}}

api_test! { a_mailed_code_counts_for_its_own_sign_in_alone |house| {
    let user = with_mailed_step(&house).await;
    let (first, second) = (user.elsewhere().begin().await, user.elsewhere().begin().await);
    let nobody = house.nobody();
    nobody.post(MAIL, json!({ "token": first })).await.accepted();
    let old = code(&house, &user).await;
    nobody.finish(&second, "email", &old).await.problem(Code::FactorRefused);
    nobody.post(MAIL, json!({ "token": first })).await.accepted();
    let new = code(&house, &user).await;
    if old != new {
        nobody.finish(&first, "email", &old).await.problem(Code::FactorRefused);
    }
    nobody.finish(&first, "email", &new).await.ok();
    nobody.finish(&second, "email", &new).await.problem(Code::FactorRefused);
    nobody.post(MAIL, json!({ "token": first })).await.problem(Code::PendingInvalid);
}}

api_test! { ac_098_of_fifty_who_use_a_mailed_code_at_once_one_gets_in |house| {
    let user = with_mailed_step(&house).await;
    let token = user.elsewhere().begin().await;
    house.nobody().post(MAIL, json!({ "token": token })).await.accepted();
    let code = code(&house, &user).await;
    let tries = (0..50).map(|_| {
        let (who, token, code) = (house.nobody(), token.clone(), code.clone());
        async move { who.finish(&token, "email", &code).await.status }
    });
    let all: Vec<u16> = futures_util::future::join_all(tries).await;
    assert_eq!(all.iter().filter(|status| **status == 200).count(), 1, "{all:?}");
    assert_eq!(running(&house, &user).await, 2);
}}

api_test! { a_mailed_code_dies_after_five_guesses_and_ten_minutes |house| {
    let user = with_mailed_step(&house).await;
    let token = user.elsewhere().begin().await;
    let nobody = house.nobody();
    nobody.post(MAIL, json!({ "token": token })).await.accepted();
    let right = code(&house, &user).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        nobody.finish(&token, "email", wrong).await.problem(Code::FactorRefused);
    }
    nobody.finish(&token, "email", &right).await.problem(Code::FactorRefused);
    nobody.post(MAIL, json!({ "token": token })).await.accepted();
    let right = code(&house, &user).await;
    house.pass(600);
    nobody.finish(&token, "email", &right).await.problem(Code::PendingInvalid);
}}

api_test! { an_app_takes_the_place_of_the_mailed_step |house| {
    let user = with_mailed_step(&house).await;
    let (app, _) = user.enrol(&house).await;
    let answer = user.elsewhere().sign_in().await.ok();
    assert_eq!(answer["second_factor"]["methods"], json!(["totp", "recovery_code"]));
    let token = answer["second_factor"]["token"].as_str().expect("a token");
    house.nobody().post(MAIL, json!({ "token": token })).await.problem(Code::MethodRefused);
    let session = house.nobody().finish(token, "totp", &app.next(&house)).await.ok();
    assert_eq!(session["session"]["acr"], Value::from("aal2"));
}}
