//! Refresh tokens: each counts once, a lost answer signs nobody out, and all end with the session.

use doorward::http::code::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Settings, TOKEN, pair};

/// Whether a refresh token goes on, without using it: an audience that it is not for tells.
async fn goes_on(who: &Actor, token: &str) -> bool {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("resource", "https://other.test"),
    ];
    let error = who.form(TOKEN, &fields).await.json()["error"].clone();
    assert!(error == "invalid_target" || error == "invalid_grant", "{error}");
    error == "invalid_target"
}

async fn next(who: &Actor, token: &str) -> String {
    pair(&who.refresh(token).await.ok()).1
}

api_test! { a_session_goes_on_by_its_refresh_tokens |house| {
    let user = house.holder(&["users:read"]).await;
    let (access, first) = user.tokens().await;
    user.bearing(&access).get("/v1/users").await.ok();
    let body = house.nobody().refresh(&first).await.ok();
    assert_eq!(body["token_type"], "Bearer");
    let (newer, second) = pair(&body);
    assert!(newer != access && second != first);
    user.bearing(&newer).get("/v1/users").await.ok();
    // For as long as the session does, if it is used.
    let mut token = second;
    for _ in 0..20 {
        house.pass(80_000);
        token = next(&house.nobody(), &token).await;
        crate::harness::until(async || goes_on(&user, &token).await).await;
    }
    house.pass(2_592_000 - 20 * 80_000);
    house.nobody().refresh(&token).await.refused("invalid_grant");
}}

api_test! { asvs_10_4_5_a_lost_answer_signs_nobody_out_and_a_replay_ends_the_family |house| {
    let user = house.user().await;
    let (_, first) = user.tokens().await;
    let nobody = house.nobody();
    let second = next(&nobody, &first).await;
    house.pass(10);
    assert_eq!(next(&nobody, &first).await, second, "within ten seconds the same again");
    house.pass(100);
    let third = next(&nobody, &second).await;
    nobody.refresh(&first).await.refused("invalid_grant");
    nobody.refresh(&third).await.refused("invalid_grant");
    let admin = house.admin().await;
    let event = admin.latest_event("refresh.replayed").await;
    assert_eq!(event["subject_id"], user.id.as_str());
    // The session itself goes on, and begins another family.
    let (_, other) = user.tokens().await;
    next(&nobody, &other).await;
}}

api_test! { a_replay_ends_the_access_tokens_of_the_family_on_every_process |house| {
    let user = house.user().await;
    let sibling = house.sibling().await;
    let (zeroth, first) = user.tokens().await;
    let (access, second) = pair(&house.nobody().refresh(&first).await.ok());
    for access in [&zeroth, &access] {
        user.bearing(access).get("/v1/me").await.ok();
        user.bearing(access).at(&sibling).get("/v1/me").await.ok();
    }
    house.pass(11);
    house.nobody().refresh(&first).await.refused("invalid_grant");
    for access in [&zeroth, &access] {
        user.bearing(access).get("/v1/me").await.problem(Code::TokenInvalid);
    }
    house.nobody().at(&sibling).refresh(&second).await.refused("invalid_grant");
    house.pass(1);
    for access in [&zeroth, &access] {
        user.bearing(access).at(&sibling).get("/v1/me").await.problem(Code::TokenInvalid);
    }
}}

api_test! { ac_028_a_hundred_at_once_use_a_refresh_token_once |house| {
    let user = house.user().await;
    let sibling = house.sibling().await;
    let (_, mut token) = user.tokens().await;
    for _ in 0..2 {
        let replies = join_all((0..100).map(|at| {
            let house = if at % 2 == 0 { &house } else { &sibling };
            let (who, token) = (house.nobody(), token.clone());
            async move { pair(&who.insist(&token).await.ok()) }
        }))
        .await;
        let mut successors: Vec<_> = replies.iter().map(|(_, refresh)| refresh.clone()).collect();
        successors.sort();
        successors.dedup();
        assert_eq!(successors.len(), 1, "one successor, whoever asks");
        token = successors.remove(0);
    }
    let used = house.ask("SELECT id AS line FROM refresh_tokens WHERE used_at IS NULL").await;
    assert_eq!(used.len(), 1);
    // Late, a hundred replays end the family once.
    let last = next(&house.nobody(), &token).await;
    house.pass(11);
    let replies = join_all((0..100).map(|_| {
        let (who, token) = (house.nobody(), token.clone());
        async move { who.refresh(&token).await.status }
    }));
    assert!(replies.await.iter().all(|status| *status == 400 || *status == 429));
    house.pass(600);
    house.nobody().refresh(&last).await.refused("invalid_grant");
    let kind = "SELECT id AS line FROM audit_events WHERE kind = 'refresh.replayed'";
    assert_eq!(house.ask(kind).await.len(), 1);
}}

api_test! { oauth_14_a_refresh_token_is_its_clients_and_gives_no_more_than_was_granted |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let user = house.holder(&["users:read", "roles:read"]).await;
    let body = json!({ "scope": "users:read" });
    let (_, token) = pair(&user.post("/v1/auth/token", body).await.ok());
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    machine.send(TOKEN, &fields).await.refused("invalid_grant");
    let wider = [&fields[..], &[("scope", "users:read roles:read")]].concat();
    house.nobody().form(TOKEN, &wider).await.refused("invalid_scope");
    let body = house.nobody().form(TOKEN, &fields).await.ok();
    assert_eq!(body["scope"], "users:read");

    let (_, token) = user.tokens().await;
    let narrower =
        [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "roles:read")];
    let body = house.nobody().form(TOKEN, &narrower).await.ok();
    assert_eq!(body["scope"], "roles:read");
    let (access, token) = pair(&body);
    user.bearing(&access).get("/v1/roles").await.ok();
    user.bearing(&access).get("/v1/users").await.problem(Code::PermissionMissing);
    // What was granted stays as wide as it was.
    let body = house.nobody().refresh(&token).await.ok();
    let scopes: Vec<_> = body["scope"].as_str().expect("a scope").split(' ').collect();
    assert_eq!(scopes, ["roles:read", "users:read"]);
}}

/// Somebody with a session and a refresh token of it.
async fn somebody(house: &House) -> (Actor, String) {
    let user = house.user().await;
    let (_, token) = user.tokens().await;
    assert!(goes_on(&house.nobody(), &token).await);
    (user, token)
}

api_test! { ac_055_ac_056_refresh_tokens_end_in_every_way_that_a_session_ends |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    for end in [
        "sign-out", "revoked", "all revoked", "everybody's revoked", "password changed", "disabled",
        "paused", "deleted", "idle", "another sign-in", "device forgotten", "password reset",
    ] {
        admin.sign_in().await.ok();
        let (user, token) = somebody(&house).await;
        let path = format!("/v1/users/{}", user.id);
        let session = user.get("/v1/auth/session").await.ok()["session"]["id"].clone();
        let session = session.as_str().expect("an id").to_owned();
        let status = match end {
            "sign-out" => user.call("/v1/auth/sign-out").await.status,
            "revoked" => user.delete(&format!("/v1/me/sessions/{session}")).await.status,
            "all revoked" => admin.delete(&format!("{path}/sessions")).await.status,
            "everybody's revoked" => admin.delete("/v1/sessions").await.status,
            "password changed" => {
                let body = json!({ "current_password": PASSWORD, "new_password": "another river of tea" });
                user.post("/v1/me/password", body).await.status
            }
            "disabled" => admin.call(&format!("{path}/disable")).await.status,
            "paused" => {
                let until = house.now().plus_seconds(3600);
                admin.post(&format!("{path}/disable"), json!({ "until": until })).await.status
            }
            "deleted" => admin.delete_version(&path, &admin.etag(&path).await).await.status,
            "idle" => { house.pass(86_400); 200 }
            "another sign-in" => user.sign_in().await.status,
            "device forgotten" => {
                let device = user.get("/v1/me/devices").await.items()[0]["id"].clone();
                user.delete(&format!("/v1/me/devices/{}", device.as_str().expect("an id"))).await.status
            }
            _ => {
                house.nobody().post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
                let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
                let body = json!({ "token": token, "password": "another river of tea" });
                house.nobody().post("/v1/auth/password-reset/complete", body).await.status
            }
        };
        assert!(status < 300, "{end}: {status}");
        house.nobody().refresh(&token).await.refused("invalid_grant");
        house.nobody().at(&sibling).refresh(&token).await.refused("invalid_grant");
        // A pause ends what ran before it, too.
        house.pass(if end == "paused" { 3601 } else { 60 });
        let again = house.nobody().refresh(&token).await;
        assert_eq!(again.status, 400, "{end}: {}", again.text);
    }
}}

api_test! { a_step_up_takes_the_refresh_tokens_along |house| {
    let user = house.user().await;
    let (_, token) = user.tokens().await;
    let body = json!({ "method": "password", "password": PASSWORD });
    user.post("/v1/auth/step-up", body).await.ok();
    let token = next(&house.nobody(), &token).await;
    user.enrol(&house).await;
    let token = next(&house.nobody(), &token).await;
    user.call("/v1/auth/sign-out").await.no_content();
    house.nobody().refresh(&token).await.refused("invalid_grant");
}}

fn short() -> Settings {
    let variables = vec![
        ("DOORWARD_OAUTH_REFRESH_IDLE_SECONDS", "3600"),
        ("DOORWARD_OAUTH_REFRESH_ABSOLUTE_SECONDS", "10800"),
    ];
    Settings { variables, ..Settings::default() }
}

api_test! { asvs_10_4_8_a_refresh_token_ends_unused_and_a_family_at_its_age [short()] |house| {
    let user = house.user().await;
    let (_, idle) = user.tokens().await;
    let (_, mut used) = user.tokens().await;
    house.pass(3599);
    used = next(&house.nobody(), &used).await;
    house.pass(1);
    house.nobody().refresh(&idle).await.refused("invalid_grant");
    for _ in 0..2 {
        house.pass(3000);
        used = next(&house.nobody(), &used).await;
    }
    house.pass(10_800 - 9600);
    house.nobody().refresh(&used).await.refused("invalid_grant");
}}

api_test! { a_refresh_token_is_no_access_token_and_none_is_told_of_one |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["tokens:introspect"]).await;
    let (access, refresh) = house.user().await.tokens().await;
    let nobody = house.nobody();
    nobody.bearing(&refresh).get("/v1/me").await.problem(Code::TokenInvalid);
    nobody.refresh(&access).await.refused("invalid_request");
    nobody.refresh(&access[..200]).await.refused("invalid_grant");
    assert_eq!(machine.introspect(&refresh).await, json!({ "active": false }));
    for odd in ["", " ", "dwr_", &refresh[4..], &refresh.to_uppercase(), &format!("{refresh} ")] {
        let error: Value = nobody.refresh(odd).await.json()["error"].clone();
        assert!(error == "invalid_grant" || error == "invalid_request", "{odd}: {error}");
    }
    nobody.refresh(&refresh).await.ok();
}}
