//! Changing a password: who may, what ends with the old one, and what a wrong guess costs.

use actix_web::cookie::time::Duration;
use doorward::http::code::Code;
use serde_json::json;

use crate::harness::{Actor, PASSWORD, Reply, Settings};

const NEW: &str = "a lake of black coffee";

async fn change(who: &Actor, current: &str, new: &str) -> Reply {
    let body = json!({ "current_password": current, "new_password": new });
    who.post("/v1/me/password", body).await
}

api_test! { asvs_6_2_2_after_a_change_the_new_password_works_and_the_old_one_fails |house| {
    let user = house.user().await;

    change(&user, PASSWORD, NEW).await.no_content();

    user.elsewhere().sign_in_with(PASSWORD).await.problem(Code::InvalidCredentials);
    user.elsewhere().sign_in_with(NEW).await.ok();
    change(&user, PASSWORD, "yet another set of words").await.problem(Code::CurrentPasswordWrong);
    change(&user, NEW, PASSWORD).await.no_content();
}}

api_test! { asvs_7_4_3_a_change_ends_every_other_session |house| {
    let admin = house.admin().await;
    let (user, other) = (house.user().await, house.user().await);
    let phone = user.elsewhere();
    phone.sign_in().await.ok();

    change(&user, PASSWORD, NEW).await.no_content();

    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    for stays in [&user, &other, &admin] {
        stays.get("/v1/me").await.ok();
    }
    let sessions = user.get("/v1/me/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1));
    let event = admin.latest_event("password.changed").await;
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(user.id), &json!(user.id)));
}}

api_test! { asvs_7_2_4_a_change_gives_another_session |house| {
    let user = house.user().await;
    let thief = house.nobody();
    thief.set_cookie(user.cookie());
    house.pass(400);
    let before = user.get("/v1/auth/session").await.ok();

    let reply = change(&user, PASSWORD, NEW).await;

    let cookie = reply.cookie().expect("a cookie");
    assert_eq!((cookie.max_age(), cookie.http_only()), (None, Some(true)));
    assert_ne!(user.cookie(), thief.cookie());
    thief.get("/v1/me").await.problem(Code::NotSignedIn);
    let after = user.get("/v1/auth/session").await.ok();
    assert_ne!(after["session"]["id"], before["session"]["id"]);
    assert_eq!(after["session"]["auth_time"], house.now().to_string());
}}

api_test! { a_remembered_session_is_remembered_after_a_change |house| {
    let user = house.user().await;
    let body = json!({ "email": user.email, "password": PASSWORD, "remember": true });
    user.post("/v1/auth/sign-in", body).await.ok();

    let reply = change(&user, PASSWORD, NEW).await;

    let cookie = reply.cookie().expect("a cookie");
    assert_eq!(cookie.max_age(), Some(Duration::days(30)));
    assert_eq!(user.get("/v1/me/sessions").await.ok()["items"][0]["remember"], true);
}}

api_test! { asvs_6_2_3_a_change_needs_the_current_password |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let before = house.dump().await.without(&["throttles", "factor_failures", "audit_events", "audit_head"]);

    for wrong in ["", "a river of black tea", "A river of green tea", NEW] {
        let reply = change(&user, wrong, NEW).await;
        assert!(reply.cookie().is_none());
        reply.problem(Code::CurrentPasswordWrong);
        let event = admin.latest_event("password.refused").await;
        assert_eq!(event["subject_id"], user.id);
    }
    let missing = user.post("/v1/me/password", json!({ "new_password": NEW })).await;
    let required = ("/current_password".to_owned(), "required".to_owned());
    assert_eq!(missing.fields(), [required]);
    let null = json!({ "current_password": null, "new_password": NEW });
    assert_eq!(user.post("/v1/me/password", null).await.fields().len(), 1);
    change(&house.nobody(), PASSWORD, NEW).await.problem(Code::NotSignedIn);

    let after = house.dump().await.without(&["throttles", "factor_failures", "audit_events", "audit_head"]);
    assert!(after == before);
}}

api_test! { asvs_6_2_3_a_wrong_current_password_counts_like_a_failed_sign_in [Settings {
    variables: vec![("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "3")],
    ..Settings::default()
}] |house| {
    let (user, other) = (house.user().await, house.user().await);
    for _ in 0..2 {
        change(&user, "a river of black tea", NEW).await.problem(Code::CurrentPasswordWrong);
    }
    user.elsewhere().sign_in_with("a river of black tea").await.problem(Code::InvalidCredentials);

    change(&user, PASSWORD, NEW).await.problem(Code::RateLimited);

    user.elsewhere().sign_in().await.problem(Code::RateLimited);
    user.get("/v1/me").await.ok();
    change(&other, PASSWORD, NEW).await.no_content();
    house.pass(600);
    change(&user, PASSWORD, NEW).await.no_content();
}}

api_test! { asvs_6_2_4_a_weak_new_password_is_refused |house| {
    let user = house.user_called("zoe.quint@mail.test").await;
    let long = "qhzkwdrumoxvtyn".repeat(9);
    for (new, code) in [
        ("qhzkwdrumoxvty", "too_short"),
        ("password1234567", "too_common"),
        ("zoe.quint@mail.test", "too_guessable"),
        (&long, "too_long"),
    ] {
        let fault = ("/new_password".to_owned(), code.to_owned());
        assert_eq!(change(&user, PASSWORD, new).await.fields(), [fault]);
    }
    user.elsewhere().sign_in().await.ok();
}}

api_test! { asvs_6_2_10_a_password_does_not_expire |house| {
    let user = house.user().await;
    house.pass(10 * 365 * 86_400);
    user.sign_in().await.ok();
}}
