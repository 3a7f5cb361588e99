//! What ends before its time, and how those who check tokens by themselves hear of it.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use doorward::{
    access::revocations::{self, Ended},
    http::code::Code,
};
use futures_util::StreamExt;
use reqwest::{Method, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Actor, House, PASSWORD};

const LIST: &str = "/.well-known/doorward/revocations";

/// What the list says, and what its header says.
async fn listed(house: &House) -> (Value, Value) {
    parts(&house.nobody().get(LIST).await.expect(200).text)
}

fn parts(text: &str) -> (Value, Value) {
    let mut parts = text.split('.').take(2).map(|part| {
        let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    });
    let header = parts.next().expect("a header");
    (parts.next().expect("claims"), header)
}

/// The rule of docs/TOKENS.md, as somebody else would write it.
fn is_ended(token: &str, list: &Value) -> bool {
    let (claims, _) = parts(token);
    let name = |claim: &str, value: &Value| {
        let text = format!("{claim}:{}", value.as_str().expect("a text"));
        BASE64URL_NOPAD.encode(&Sha256::digest(text.as_bytes())[..16])
    };
    let has = |claim: &str, member: &str| {
        let listed = list[member].as_array().expect("a list");
        listed.contains(&name(claim, &claims[claim]).into())
    };
    let before = |cut: &Value| cut.as_i64().is_some_and(|cut| claims["iat"].as_i64() <= Some(cut));
    let mut roles = claims["roles"].as_array().expect("a list").iter();
    let cuts = &list["before"];
    has("sid", "sessions")
        || has("jti", "tokens")
        || ["sub", "client_id"].iter().any(|it| before(&cuts[it][name(it, &claims[*it])]))
        || before(&cuts["all"])
        || roles.any(|role| before(&cuts["role"][name("role", role)]))
}

api_test! { the_list_is_signed_versioned_and_may_be_asked_for_each_second |house| {
    let reply = house.nobody().get(LIST).await.expect(200);
    assert_eq!(reply.header("content-type"), Some("application/jwt"));
    assert_eq!(reply.header("cache-control"), Some("public, no-cache"));
    let etag = reply.etag();
    let (claims, header) = parts(&reply.text);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("doorward-revocations+jwt"), &json!("ES256")));
    let seconds = house.now().micros() / 1_000_000;
    let made = seconds - seconds % 30;
    let origin = house.app.config.origin();
    let empty = json!({ "sub": {}, "client_id": {}, "role": {}, "all": null });
    let whole = json!({
        "iss": origin, "iat": made, "exp": made + 90, "v": 1, "sessions": [], "tokens": [], "before": empty,
    });
    assert_eq!(claims, whole);
    let ask = async |tag: &str| {
        let request = house.nobody().request(Method::GET, LIST);
        house.nobody().send(request.header(header::IF_NONE_MATCH, tag)).await
    };
    ask(&etag).await.expect(304);
    // Another process has the same list, though it has signed it by itself.
    assert_eq!(house.sibling().await.nobody().get(LIST).await.etag(), etag);
    house.pass(30);
    let newer = ask(&etag).await.expect(200);
    assert_eq!(parts(&newer.text).0["iat"], made + 30, "an old list can be told from a new one");
}}

/// Somebody's token, and what ends it.
struct Case {
    user: Actor,
    token: String,
}

async fn a_case(house: &House, admin: &Actor) -> (Case, String, String) {
    let user = house.user().await;
    let (role, grant) = admin.grant_new_role(&user, &["users:read"]).await;
    let token = user.token().await;
    (Case { user, token }, role, grant)
}

api_test! { asvs_7_4_1_a_token_ends_at_once_with_whatever_it_rests_on |house| {
    let sibling = house.sibling().await;
    for end in [
        "signed out", "session ended", "others ended", "ended by an administrator",
        "all of an account's ended", "password changed", "grant revoked", "permission taken",
        "role renamed", "disabled", "deleted", "stepped up", "signed in again", "everybody",
    ] {
        let admin = house.admin().await;
        let (Case { user, token }, role, grant) = a_case(&house, &admin).await;
        let program = user.bearing(&token);
        program.get("/v1/users").await.ok();
        program.at(&sibling).get("/v1/users").await.ok();
        assert!(!is_ended(&token, &listed(&house).await.0), "{end}");
        house.pass(1);

        let session = user.get("/v1/auth/session").await.ok()["session"]["id"].clone();
        let session = session.as_str().expect("an id");
        let path = format!("/v1/users/{}", user.id);
        let role = format!("/v1/roles/{role}");
        let done = match end {
            "signed out" => user.call("/v1/auth/sign-out").await,
            "session ended" => user.delete(&format!("/v1/me/sessions/{session}")).await,
            "others ended" => {
                let other = user.elsewhere();
                other.sign_in().await.ok();
                other.delete("/v1/me/sessions").await
            }
            "ended by an administrator" => admin.delete(&format!("{path}/sessions/{session}")).await,
            "all of an account's ended" => admin.delete(&format!("{path}/sessions")).await,
            "password changed" => {
                let body = json!({ "current_password": PASSWORD, "new_password": "another river of tea" });
                user.post("/v1/me/password", body).await
            }
            "grant revoked" => admin.delete(&format!("/v1/grants/{grant}")).await,
            "permission taken" => {
                let less = json!({ "permissions": [] });
                admin.patch(&role, &admin.etag(&role).await, less).await
            }
            "role renamed" => {
                let other = json!({ "name": format!("renamed{}", uuid::Uuid::now_v7().simple()) });
                admin.patch(&role, &admin.etag(&role).await, other).await
            }
            "disabled" => admin.call(&format!("{path}/disable")).await,
            "deleted" => admin.delete_version(&path, &admin.etag(&path).await).await,
            "stepped up" => user.step_up("password", PASSWORD).await,
            "signed in again" => user.sign_in().await,
            _ => admin.delete("/v1/sessions").await,
        };
        assert!(done.status < 300, "{end}: {}", done.text);

        let refused = program.get("/v1/users").await;
        assert_eq!(refused.status, 401, "{end}: {}", refused.text);
        assert!(is_ended(&token, &listed(&house).await.0), "{end}");
        // Another process knows within a second.
        house.pass(1);
        let refused = program.at(&sibling).get("/v1/users").await;
        assert_eq!(refused.status, 401, "{end}: {}", refused.text);
        assert!(is_ended(&token, &listed(&sibling).await.0), "{end}");
    }
}}

api_test! { what_does_not_end_is_not_listed |house| {
    let admin = house.admin().await;
    let (one, other) = (house.user().await, house.user().await);
    let (role, _) = admin.grant_new_role(&one, &["users:read"]).await;
    let (kept, gone) = (one.token().await, other.token().await);
    house.pass(1);
    // A session of which no token was ever made says nothing to those who check tokens.
    let quiet = other.elsewhere();
    quiet.sign_in().await.ok();
    quiet.call("/v1/auth/sign-out").await.no_content();
    other.call("/v1/auth/sign-out").await.no_content();
    // Who gains something need not ask for another token.
    let more = json!({ "permissions": ["users:read", "roles:read"] });
    let role = format!("/v1/roles/{role}");
    admin.patch(&role, &admin.etag(&role).await, more).await.ok();
    let (list, _) = listed(&house).await;
    assert!(is_ended(&gone, &list) && !is_ended(&kept, &list));
    assert_eq!(list["sessions"].as_array().expect("a list").len(), 1);
    // The list is public, and names nobody.
    let text = list.to_string();
    assert!(!text.contains("usr_") && !text.contains("ses_"), "{text}");
    one.bearing(&kept).get("/v1/users").await.ok();
    // What is over by itself need not be listed any more, and its row goes.
    house.pass(doorward::access::keys::TAIL);
    assert_eq!(listed(&house).await.0["sessions"], json!([]));
    let now = house.now();
    let swept = house.app.db.write(move |db| Ok::<_, doorward::db::Error>(revocations::sweep(db, now)?));
    assert_eq!(swept.await.expect("it is swept"), 1);
}}

api_test! { every_kind_of_end_counts_here_and_in_the_list |house| {
    for kind in ["token", "subject", "client", "role", "all"] {
        let admin = house.admin().await;
        let (Case { user, token }, role, _) = a_case(&house, &admin).await;
        let (claims, _) = parts(&token);
        let role = admin.get(&format!("/v1/roles/{role}")).await.ok()["name"].clone();
        let (now, role) = (house.now(), role.as_str().expect("a name").to_owned());
        let (id, jti) = (user.id.parse().expect("an id"), claims["jti"].clone());
        let jti = jti.as_str().expect("an id").parse().expect("an id");
        let client = "cli_06awk5n2q3w0r8d1e4t7y9v2m4".parse().expect("an id");
        let noted = house.app.db.write(move |db| {
            let ended = match kind {
                "token" => Ended::Token(&jti),
                "subject" => Ended::Subject(&id),
                "client" => Ended::Client(&client),
                "role" => Ended::Role(&role),
                _ => Ended::Everything,
            };
            revocations::note(db, ended, now)?;
            Ok::<_, doorward::db::Error>(revocations::note(db, ended, now)?)
        });
        noted.await.expect("it is noted");
        let is_out = kind != "client";
        let status = user.bearing(&token).get("/v1/me").await.status;
        assert_eq!(status, if is_out { 401 } else { 200 }, "{kind}");
        assert_eq!(is_ended(&token, &listed(&house).await.0), is_out, "{kind}");
        // The session goes on, and what was issued after the end counts.
        house.pass(1);
        let newer = user.token().await;
        user.bearing(&newer).get("/v1/me").await.ok();
        assert!(!is_ended(&newer, &listed(&house).await.0), "{kind}");
    }
}}

api_test! { no_token_is_made_of_a_session_that_has_just_ended |house| {
    let (sibling, user) = (house.sibling().await, house.user().await);
    let there = user.at(&sibling);
    there.call("/v1/auth/token").await.ok();
    user.call("/v1/auth/sign-out").await.no_content();
    // The other process still believes in the session for a moment.
    there.get("/v1/me").await.ok();
    there.call("/v1/auth/token").await.problem(Code::NotSignedIn);
}}

/// Reads the stream until an event has come, and answers its list.
async fn next_event(
    stream: &mut (impl futures_util::Stream<Item = reqwest::Result<actix_web::web::Bytes>> + Unpin),
) -> Value {
    let mut text = String::new();
    let wait = async {
        while !text.contains("\n\n") {
            let piece = stream.next().await.expect("it goes on").expect("bytes");
            text.push_str(std::str::from_utf8(&piece).expect("text"));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("an event in time");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    assert!(text.starts_with("event: revocations\nid: W/\""), "{text}");
    parts(data).0
}

api_test! { who_listens_hears_of_an_end_at_once_and_of_the_stop |house| {
    let (sibling, user) = (house.sibling().await, house.user().await);
    let token = user.token().await;
    let url = sibling.url(&format!("{LIST}/events"));
    let reply = sibling.client.get(url).send().await.expect("an answer");
    let kind = reply.headers()["content-type"].to_str().expect("text").to_owned();
    assert_eq!((reply.status().as_u16(), &*kind), (200, "text/event-stream"));
    let mut stream = reply.bytes_stream();
    assert!(!is_ended(&token, &next_event(&mut stream).await));
    user.call("/v1/auth/sign-out").await.no_content();
    house.pass(1);
    assert!(is_ended(&token, &next_event(&mut stream).await));
    sibling.app.stage.drain();
    let end = async { while stream.next().await.is_some_and(|piece| piece.is_ok()) {} };
    tokio::time::timeout(Duration::from_secs(10), end).await.expect("it ends with the service");
}}

api_test! { the_number_of_listeners_has_a_limit |house| {
    let url = house.url(&format!("{LIST}/events"));
    let mut open = Vec::new();
    for _ in 0..256 {
        open.push(house.client.get(&url).send().await.expect("an answer"));
    }
    assert!(open.iter().all(|reply| reply.status() == 200));
    let refused = house.client.get(&url).send().await.expect("an answer");
    assert_eq!(refused.status(), 503);
    drop(open);
    crate::harness::until(async || {
        house.client.get(&url).send().await.expect("an answer").status() == 200
    }).await;
}}
