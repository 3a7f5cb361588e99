//! Proving again who one is, and what asks for it.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Settings, texts};

const MAIL: &str = "/v1/auth/step-up/mail";

/// What only somebody may do who has proved who they are within fifteen minutes.
async fn wants_fresh(who: &Actor) -> crate::harness::Reply {
    who.post("/v1/me/factors/totp", json!({})).await
}

/// The methods that a refusal names.
#[track_caller]
fn methods(problem: &Value) -> Vec<String> {
    texts(&problem["methods"])
}

/// Somebody who has no password and came by mail.
async fn without_password(house: &House) -> Actor {
    let admin = house.admin().await;
    let mut user = house.nobody();
    user.email = "ned@example.test".to_owned();
    user.id = admin.make_user(&user.email).await;
    house.execute("UPDATE users SET email_verified_at = 1 WHERE email = 'ned@example.test'").await;
    user.post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("magic_link", &user.email).await.token().to_owned();
    user.post("/v1/auth/magic-link/complete", json!({ "token": token })).await.ok();
    user
}

api_test! { asvs_7_5_1_an_old_proof_is_refused_with_the_methods_that_would_do |house| {
    let user = house.user().await;
    house.pass(900);
    wants_fresh(&user).await.created();
    house.pass(1);
    let refusal = wants_fresh(&user).await.problem(Code::StepUpRequired);
    assert_eq!(methods(&refusal), ["password"]);

    user.step_up("password", PASSWORD).await.ok();

    wants_fresh(&user).await.created();
}}

api_test! { a_step_up_gives_the_session_a_new_cookie_and_ends_the_old_one |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let other = user.elsewhere();
    other.sign_in().await.ok();
    let old = user.cookie();
    house.pass(1000);
    let before = user.get("/v1/auth/session").await.ok()["session"].clone();

    let after = user.step_up("password", PASSWORD).await.ok()["session"].clone();

    assert_ne!(before["id"], after["id"]);
    assert!(before["auth_time"].as_str() < after["auth_time"].as_str());
    let event = admin.latest_event("session.stepped_up").await;
    assert_eq!((&event["subject_id"], &event["detail"]["amr"]), (&json!(user.id), &json!(["pwd"])));
    user.get("/v1/me").await.ok();
    other.get("/v1/me").await.ok();
    user.set_cookie(old);
    user.is_out().await;
}}

api_test! { who_has_an_app_proves_it_and_no_less |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    house.pass(901);
    let refusal = wants_fresh(&user).await.problem(Code::StepUpRequired);
    assert_eq!(methods(&refusal), ["totp", "recovery_code"]);
    for (method, proof) in [("password", PASSWORD), ("email", "123456")] {
        let refusal = user.step_up(method, proof).await.problem(Code::MethodRefused);
        assert_eq!(methods(&refusal), ["totp", "recovery_code"]);
    }
    user.call(MAIL).await.problem(Code::MethodRefused);
    wants_fresh(&user).await.problem(Code::StepUpRequired);

    let session = user.step_up("totp", &app.code(&house)).await.ok()["session"].clone();

    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal2"), &json!(["mfa", "otp", "pwd"])));
    wants_fresh(&user).await.created();
    house.pass(901);
    let session = user.step_up("recovery_code", &codes[0]).await.ok()["session"].clone();
    assert_eq!(session["amr"], json!(["mfa", "otp", "pwd", "recovery"]));
    wants_fresh(&user).await.created();
    house.pass(901);
    user.step_up("recovery_code", &codes[0]).await.problem(Code::FactorRefused);
    wants_fresh(&user).await.problem(Code::StepUpRequired);
}}

api_test! { a_session_that_gave_no_second_factor_is_fresh_for_nothing |house| {
    let user = house.user().await;
    let browser = user.in_a_browser();
    browser.sign_in().await.ok();
    let (app, codes) = browser.enrol(&house).await;
    let back = browser.back_again();
    let token = back.begin().await;
    back.finish_and_trust(&token, "totp", &app.next(&house)).await.ok();
    let trusted = browser.back_again();
    let session = trusted.sign_in().await.ok()["session"].clone();
    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal1"), &json!(["pwd"])));

    // Signed in a moment ago, but the second factor was left out.
    let body = json!({ "current_password": PASSWORD, "new_password": "a lake of black coffee" });
    let path = format!("/v1/me/factors/{}", app.id);
    for (method, path, body) in [
        (Method::POST, "/v1/me/password", Some(body)),
        (Method::POST, "/v1/me/factors/totp", Some(json!({}))),
        (Method::POST, "/v1/me/recovery-codes", None),
        (Method::POST, "/v1/me/email", Some(json!({ "email": "new@example.test" }))),
        (Method::POST, "/v1/me/factors/email", Some(json!({ "enabled": false }))),
        (Method::DELETE, &path, None),
        (Method::DELETE, "/v1/me", None),
    ] {
        let request = trusted.request(method, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let refusal = trusted.send(request).await.problem(Code::StepUpRequired);
        assert_eq!(methods(&refusal), ["totp", "recovery_code"], "{path}");
    }

    trusted.step_up("recovery_code", &codes[0]).await.ok();
    trusted.post("/v1/me/recovery-codes", json!({})).await.created();
}}

api_test! { who_has_neither_factor_nor_password_proves_the_mailbox |house| {
    let user = without_password(&house).await;
    house.pass(901);
    let refusal = wants_fresh(&user).await.problem(Code::StepUpRequired);
    assert_eq!(methods(&refusal), ["email"]);
    user.step_up("email", "123456").await.problem(Code::FactorRefused);
    user.step_up("password", PASSWORD).await.problem(Code::CurrentPasswordWrong);
    user.call(MAIL).await.accepted();
    let code = house.mail_of("mailed_factor", &user.email).await.code().to_owned();

    let session = user.step_up("email", &code).await.ok()["session"].clone();

    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal1"), &json!(["email"])));
    wants_fresh(&user).await.created();
    house.pass(901);
    user.step_up("email", &code).await.problem(Code::FactorRefused);
}}

api_test! { a_mailed_code_steps_up_the_session_that_asked_for_it_alone |house| {
    let user = without_password(&house).await;
    let other = user.elsewhere();
    house.nobody().post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("magic_link", &user.email).await.token().to_owned();
    other.post("/v1/auth/magic-link/complete", json!({ "token": token })).await.ok();
    user.call(MAIL).await.accepted();
    let code = house.mail_of("mailed_factor", &user.email).await.code().to_owned();
    other.step_up("email", &code).await.problem(Code::FactorRefused);
    user.step_up("email", &code).await.ok();
}}

api_test! { a_mail_is_no_step_up_where_there_is_a_password |house| {
    let user = house.user().await.verified(&house).await;
    let refusal = user.call(MAIL).await.problem(Code::MethodRefused);
    assert_eq!(methods(&refusal), ["password"]);
    user.step_up("email", "123456").await.problem(Code::MethodRefused);
    user.step_up("totp", "123456").await.problem(Code::MethodRefused);
}}

api_test! { a_wrong_password_is_recorded_and_counts_like_a_failed_sign_in [Settings {
    variables: vec![("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "3")],
    ..Settings::default()
}] |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    for _ in 0..3 {
        user.step_up("password", "a river of black tea").await.problem(Code::CurrentPasswordWrong);
    }
    let event = admin.latest_event("session.step_up_refused").await;
    assert_eq!(event["subject_id"], user.id);
    user.step_up("password", PASSWORD).await.problem(Code::RateLimited);
    user.elsewhere().sign_in().await.problem(Code::RateLimited);
    house.pass(600);
    user.step_up("password", PASSWORD).await.ok();
}}

api_test! { a_wrong_code_is_recorded_and_leaves_the_session_as_it_is |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let cookie = user.cookie();
    user.step_up("totp", &app.wrong(&house)).await.problem(Code::FactorRefused);
    let event = admin.latest_event("session.step_up_refused").await;
    assert_eq!(event["subject_id"], user.id);
    assert_eq!(user.cookie(), cookie);
    user.get("/v1/me").await.ok();
}}

api_test! { each_method_has_its_field_and_nobody_else_steps_up |house| {
    let user = house.user().await;
    for (body, pointer) in [
        (json!({ "method": "password" }), "/password"),
        (json!({ "method": "totp" }), "/code"),
        (json!({ "method": "recovery_code", "password": PASSWORD }), "/code"),
        (json!({ "method": "email" }), "/code"),
        (json!({ "method": "none", "password": PASSWORD }), "/method"),
        (json!({ "password": PASSWORD }), "/method"),
    ] {
        let faults = user.post("/v1/auth/step-up", body.clone()).await.fields();
        assert_eq!(faults[0].0, pointer, "{body}");
    }
    let nobody = user.elsewhere();
    nobody.step_up("password", PASSWORD).await.problem(Code::NotSignedIn);
    nobody.call(MAIL).await.problem(Code::NotSignedIn);
}}
