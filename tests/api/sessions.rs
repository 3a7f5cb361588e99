//! A person's own sessions: listed, paged, ended, here and on another node.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House};

async fn id(who: &Actor) -> String {
    let session = who.get("/v1/auth/session").await.ok();
    session["session"]["id"].as_str().expect("an id").to_owned()
}

/// Another device of the same person, signed in a second later.
async fn device(house: &House, user: &Actor) -> Actor {
    house.pass(1);
    let device = user.elsewhere();
    device.sign_in().await.ok();
    device
}

/// All pages of a list, `limit` items each.
async fn pages(who: &Actor, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("/v1/me/sessions?limit={limit}{cursor}")).await.ok();
        let some = page["items"].as_array().expect("items");
        assert!(!some.is_empty() && some.len() <= limit, "{page}");
        items.extend(some.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

api_test! { asvs_7_5_2_a_person_sees_their_sessions_and_which_is_this_one |house| {
    let user = house.user().await;
    let phone = user.elsewhere();
    house.pass(5);
    let request = phone.request(reqwest::Method::POST, "/v1/auth/sign-in");
    let body = json!({
        "email": user.email, "password": crate::harness::PASSWORD, "remember": true,
    });
    phone.send(request.header("user-agent", "A phone/1.0").json(&body)).await.ok();
    house.user().await;

    let sessions = user.get("/v1/me/sessions").await.ok();

    let [newer, older] = &sessions["items"].as_array().expect("items")[..] else {
        panic!("two sessions, not {sessions}");
    };
    assert_eq!((&newer["id"], &newer["current"]), (&json!(id(&phone).await), &json!(false)));
    assert_eq!((&older["id"], &older["current"]), (&json!(id(&user).await), &json!(true)));
    assert_eq!((&newer["user_agent"], &newer["ip"]), (&json!("A phone/1.0"), &json!("127.0.0.1")));
    assert_eq!((&newer["remember"], &older["remember"]), (&json!(true), &json!(false)));
    assert_eq!(newer["created_at"], house.now().to_string());
    let phones_view = phone.get("/v1/me/sessions").await.ok();
    assert_eq!(phones_view["items"][0]["current"], true);
    assert_eq!(phones_view["items"][1]["current"], false);
}}

api_test! { pages_show_every_session_once_and_the_newest_first |house| {
    let user = house.user().await;
    let mut ids = vec![id(&user).await];
    for _ in 0..6 {
        ids.insert(0, id(&device(&house, &user).await).await);
    }
    house.user().await;

    for limit in [1, 2, 3, 6, 7, 8] {
        let items = pages(&user, limit).await;
        let listed: Vec<_> = items.iter().map(|item| item["id"].as_str().expect("id")).collect();
        assert_eq!(listed, ids, "{limit} a page");
    }
}}

api_test! { sessions_that_are_over_are_not_listed |house| {
    let user = house.user().await;
    house.pass(50_000);
    let newer = device(&house, &user).await;
    device(&house, &user).await.call("/v1/auth/sign-out").await.no_content();
    house.pass(40_000);

    let items = pages(&newer, 1).await;

    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["id"], json!(id(&newer).await));
}}

api_test! { ac_135_a_cursor_is_good_for_the_list_that_it_was_made_for |house| {
    let (user, other) = (house.user().await, house.user().await);
    for _ in 0..2 {
        device(&house, &user).await;
    }
    let page = user.get("/v1/me/sessions?limit=1").await.ok();
    let cursor = page["next_cursor"].as_str().expect("a cursor");

    user.get(&format!("/v1/me/sessions?limit=2&cursor={cursor}")).await.ok();
    let path = format!("/v1/me/sessions?cursor={cursor}");
    other.get(&path).await.problem(Code::CursorInvalid);
    let grants = format!("/v1/me/grants?cursor={cursor}");
    user.get(&grants).await.problem(Code::CursorInvalid);
    let sealed = house.app.cursors.seal(&format!("sessions {}", user.id), b"x' OR '1'='1");
    for wrong in [&cursor[1..], &format!("{cursor}A"), "A", "%00", "ses_", &sealed] {
        let reply = user.get(&format!("/v1/me/sessions?cursor={wrong}")).await;
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text);
    }
    for limit in ["0", "-1", "201", "1e3", "99999999999999999999", ""] {
        let reply = user.get(&format!("/v1/me/sessions?limit={limit}")).await;
        reply.problem(Code::QueryInvalid);
    }
}}

api_test! { a_session_that_is_ended_ends_at_once |house| {
    let user = house.user().await;
    let (phone, tablet) = (device(&house, &user).await, device(&house, &user).await);
    phone.get("/v1/me").await.ok();
    let ended = id(&phone).await;

    user.delete(&format!("/v1/me/sessions/{ended}")).await.no_content();

    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    for device in [&user, &tablet] {
        device.get("/v1/me").await.ok();
    }
    let again = user.delete(&format!("/v1/me/sessions/{ended}")).await;
    again.problem(Code::SessionNotFound);
}}

api_test! { ending_the_session_in_use_takes_the_cookie_away |house| {
    let user = house.user().await;
    let kept = user.cookie();

    let path = format!("/v1/me/sessions/{}", id(&user).await);
    let reply = user.delete(&path).await;

    assert_eq!(reply.cookie().map(|cookie| cookie.value().to_owned()).as_deref(), Some(""));
    reply.no_content();
    user.set_cookie(kept);
    user.get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { all_other_sessions_end_at_once_and_this_one_stays |house| {
    let admin = house.admin().await;
    let (user, other) = (house.user().await, house.user().await);
    let devices = [device(&house, &user).await, device(&house, &user).await];

    let ended = user.delete("/v1/me/sessions").await.ok();

    assert_eq!(ended, json!({ "revoked": 2 }));
    for device in devices {
        device.get("/v1/me").await.problem(Code::NotSignedIn);
    }
    for stays in [&user, &other, &admin] {
        stays.get("/v1/me").await.ok();
    }
    let event = admin.latest_event("session.all_revoked").await;
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(user.id), &json!(user.id)));
}}

api_test! { asvs_7_5_2_the_session_of_another_looks_like_one_that_is_not_there |house| {
    let (user, other) = (house.user().await, house.user().await);
    let before = house.dump().await;

    let theirs = user.delete(&format!("/v1/me/sessions/{}", id(&other).await)).await;
    let none = user.delete("/v1/me/sessions/ses_00000000000000000000000000").await;

    assert_eq!(theirs.status, 404);
    assert_eq!(theirs.shape(), none.shape());
    assert!(house.dump().await == before);
    other.get("/v1/me").await.ok();
    for wrong in ["ses_", "usr_00000000000000000000000000", "x", "%00", "ses_0%27OR%271"] {
        let reply = user.delete(&format!("/v1/me/sessions/{wrong}")).await;
        reply.problem(Code::PathInvalid);
    }
}}

api_test! { asvs_7_4_2_another_node_refuses_an_ended_session_within_a_second |house| {
    let user = house.user().await;
    let phone = device(&house, &user).await;
    let sibling = house.sibling().await;
    phone.at(&sibling).get("/v1/me").await.ok();

    user.delete(&format!("/v1/me/sessions/{}", id(&phone).await)).await.no_content();

    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    house.pass(1);
    phone.at(&sibling).get("/v1/me").await.problem(Code::NotSignedIn);
    user.at(&sibling).get("/v1/me").await.ok();
}}

api_test! { who_is_not_signed_in_has_no_session_and_that_is_no_error |house| {
    let reply = house.nobody().get("/v1/auth/session").await;
    assert!(reply.cookie().is_none());
    assert_eq!(reply.ok(), json!({ "session": null }));
}}

api_test! { a_bearer_token_wins_over_a_good_cookie |house| {
    let user = house.user().await;
    for token in ["Bearer x", "bearer x", "Bearer", "Bearer ", "BEARER eyJhbGciOiJub25lIn0.e30."] {
        let request = user.request(reqwest::Method::GET, "/v1/me");
        let reply = user.send(request.header("authorization", token)).await;
        let asks = reply.header("www-authenticate").map(ToOwned::to_owned);
        reply.problem(Code::TokenInvalid);
        assert_eq!(asks.as_deref(), Some("Bearer error=\"invalid_token\""));
        let request = user.request(reqwest::Method::GET, "/v1/auth/session");
        let session = user.send(request.header("authorization", token)).await.ok();
        assert!(session["session"].is_null(), "{token}");
    }
    // Other schemes are none of ours.
    let request = user.request(reqwest::Method::GET, "/v1/me");
    user.send(request.header("authorization", "Basic dTpw")).await.ok();
}}

api_test! { asvs_7_4_5_an_administrator_ends_one_session_all_of_one_and_all_of_everybody |house| {
    let admin = house.admin().await;
    let (ann, ben) = (house.user().await, house.user().await);
    let phone = device(&house, &ann).await;
    let of = |who: &Actor| format!("/v1/users/{}/sessions", who.id);

    admin.delete(&format!("{}/{}", of(&ann), id(&phone).await)).await.no_content();
    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    ann.get("/v1/me").await.ok();
    let theirs = format!("{}/{}", of(&ann), id(&ben).await);
    admin.delete(&theirs).await.problem(Code::SessionNotFound);

    admin.delete(&of(&ann)).await.ok();
    ann.get("/v1/me").await.problem(Code::NotSignedIn);
    ben.get("/v1/me").await.ok();

    ann.sign_in().await.ok();
    assert_eq!(admin.delete("/v1/sessions").await.ok()["revoked"], 2);
    for who in [&ann, &ben] {
        who.get("/v1/me").await.problem(Code::NotSignedIn);
    }
    admin.get("/v1/me").await.ok();
    assert_eq!(admin.latest_event("session.all_revoked").await["detail"]["of"], "everybody");
}}

api_test! { who_holds_less_than_others_ends_not_all_sessions_of_everybody |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["sessions:write"]).await;

    helper.delete("/v1/sessions").await.problem(Code::GrantExceedsOwn);

    admin.get("/v1/me").await.ok();
}}
