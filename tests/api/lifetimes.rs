//! How long a session lasts: unused, used all the time, and what its use writes.

use doorward::http::code::Code;

use crate::harness::{Actor, House, Settings, until};

/// Waits until the one session's use was noted at the clock's present time. The note is written
/// beside the request, which does not wait for it.
async fn noted(house: &House) {
    let now = house.now().micros().to_string();
    until(async || last_seen(house).await == now).await;
}

async fn last_seen(house: &House) -> String {
    let query = "SELECT CAST(last_seen_at AS TEXT) AS line FROM sessions";
    let [seen] = house.ask(query).await.try_into().expect("one session");
    seen
}

async fn is_over(user: &Actor) {
    user.get("/v1/me").await.problem(Code::NotSignedIn);
    assert!(user.get("/v1/auth/session").await.ok()["session"].is_null());
}

api_test! { asvs_7_3_1_a_session_ends_when_it_is_not_used |house| {
    let user = house.user().await;

    house.pass(86_399);
    user.get("/v1/me").await.ok();
    noted(&house).await;
    house.pass(86_399);
    user.get("/v1/me").await.ok();
    noted(&house).await;
    house.pass(86_401);

    is_over(&user).await;
}}

api_test! { asvs_7_3_1_a_session_does_not_wake_up_again |house| {
    let user = house.user().await;
    house.pass(86_401);
    is_over(&user).await;
    is_over(&user).await;
    user.call("/v1/auth/sign-out").await.problem(Code::NotSignedIn);
}}

api_test! { asvs_7_3_2_a_session_ends_however_much_it_is_used [Settings {
    variables: vec![
        ("DOORWARD_SESSION_ABSOLUTE_SECONDS", "3600"),
        ("DOORWARD_SESSION_IDLE_SECONDS", "900"),
    ],
    ..Settings::default()
}] |house| {
    let user = house.user().await;
    for _ in 0..5 {
        house.pass(600);
        user.get("/v1/me").await.ok();
        noted(&house).await;
    }

    house.pass(599);
    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["expires"], house.now().plus_seconds(1).to_string());
    house.pass(2);

    is_over(&user).await;
}}

api_test! { the_shortest_idle_limit_leaves_a_session_that_is_used_alone [Settings {
    variables: vec![("DOORWARD_SESSION_IDLE_SECONDS", "300")],
    ..Settings::default()
}] |house| {
    let user = house.user().await;
    for nth in 1..=12 {
        house.pass(59);
        user.get("/v1/me").await.ok();
        if nth % 2 == 0 {
            noted(&house).await;
        }
    }
}}

api_test! { the_use_of_a_session_is_noted_at_most_once_a_minute |house| {
    let user = house.user().await;
    let start = last_seen(&house).await;

    house.pass(59);
    user.get("/v1/me").await.ok();
    assert_eq!(last_seen(&house).await, start);
    house.pass(1);
    user.get("/v1/me").await.ok();
    // Had the use one second earlier been noted, this one would not be.
    noted(&house).await;
}}

api_test! { a_session_check_writes_nothing |house| {
    let user = house.user().await;
    house.pass(30);
    let before = house.dump().await;

    for path in ["/v1/auth/session", "/v1/me", "/v1/me/sessions", "/v1/me/grants"] {
        user.get(path).await.ok();
        house.pass(2);
    }

    assert!(house.dump().await == before);
}}
