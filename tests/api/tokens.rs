//! Access tokens: what they say, what they open here, and what ends them.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Operation, Reply, Settings};

const TOKEN: &str = "/v1/auth/token";
const OTHER: &str = "https://notes.example.test";

fn with_audiences() -> Settings {
    let variables = vec![("DOORWARD_TOKEN_AUDIENCES", "https://notes.example.test,urn:other")];
    Settings { variables, ..Settings::default() }
}

/// A program that calls with a fresh token of the actor's session.
async fn program(who: &Actor) -> Actor {
    who.bearing(&who.token().await)
}

api_test! { jat_01_jat_02_asvs_9_2_4_a_token_says_whom_it_is_about_and_for_whom [with_audiences()] |house| {
    let user = house.holder(&["users:read", "roles:read"]).await;
    let session = user.get("/v1/auth/session").await.ok()["session"].clone();
    let answer = user.call(TOKEN).await.ok();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(300)));
    let (header, claims) = parts(answer["access_token"].as_str().expect("a token"));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("at+jwt")));
    assert_eq!(header.as_object().expect("an object").len(), 3);
    let seconds = house.now().micros() / 1_000_000;
    for (name, value) in [
        ("iss", json!(house.app.config.origin())), ("aud", json!(house.app.config.origin())),
        ("sub", json!(user.id)), ("sid", session["id"].clone()), ("iat", json!(seconds)),
        ("exp", json!(seconds + 300)), ("client_id", json!("first_party")),
        ("amr", json!(["pwd"])), ("acr", json!("aal1")), ("auth_time", json!(seconds)),
        ("permissions", json!(["roles:read", "users:read"])),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.starts_with("tok_")));
    assert!(claims["roles"].as_array().is_some_and(|roles| roles.len() == 1));
    for absent in ["scope", "nbf", "cnf", "permissions_ref"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let other = user.post(TOKEN, json!({ "audience": OTHER })).await.ok();
    assert_eq!(parts(other["access_token"].as_str().expect("a token")).1["aud"], OTHER);
    for unknown in ["https://notes.example.test/", "https://evil.test", "notes", "*"] {
        let refused = user.post(TOKEN, json!({ "audience": unknown })).await;
        refused.problem(Code::TokenTargetInvalid);
    }
}}

api_test! { jat_03_asvs_10_3_2_a_scope_narrows_what_a_token_is_good_for |house| {
    let user = house.holder(&["users:read", "roles:read"]).await;
    let asked = json!({ "scope": "roles:read users:write  roles:read" });
    let answer = user.post(TOKEN, asked).await.ok();
    assert_eq!(answer["scope"], "roles:read");
    let text = answer["access_token"].as_str().expect("a token");
    let claims = parts(text).1;
    assert_eq!((&claims["scope"], &claims["permissions"]), (&json!("roles:read"), &json!(["roles:read"])));
    let program = user.bearing(text);
    program.get("/v1/roles").await.ok();
    program.get("/v1/me").await.ok();
    program.get("/v1/users").await.problem(Code::PermissionMissing);
    // It is good for no more than its scope, also not for what is its owner's own.
    program.get("/v1/me/sessions").await.problem(Code::SessionRequired);
    let nothing = user.post(TOKEN, json!({ "scope": "Users\tread *" })).await.ok();
    assert_eq!(nothing["scope"], "");
    let nothing = user.bearing(nothing["access_token"].as_str().expect("a token"));
    nothing.get("/v1/roles").await.problem(Code::PermissionMissing);
}}

api_test! { a_token_works_as_its_session_does |house| {
    let user = house.holder(&["users:read"]).await;
    let program = program(&user).await;
    assert_eq!(program.get("/v1/me").await.ok()["id"], user.id.as_str());
    program.get("/v1/users").await.ok();
    program.get("/v1/me/sessions").await.ok();
    let change = json!({ "name": "Called by a program" });
    program.patch_blindly("/v1/me", change).await.ok();
    let session = program.get("/v1/auth/session").await.ok()["session"].clone();
    assert_eq!(session["user"]["id"], user.id.as_str());
    // But it is no way to another token, or who got hold of it would have one for ever.
    program.call(TOKEN).await.problem(Code::SessionRequired);
    program.call("/v1/auth/sign-out").await.no_content();
    program.get("/v1/me").await.problem(Code::TokenInvalid);
    user.get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { a_recent_proof_through_a_token_gives_the_session_a_new_cookie |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    house.pass(1000);
    let program = program(&user).await;
    let refused = program.delete(&format!("/v1/me/factors/{}", app.id)).await;
    refused.problem(Code::StepUpRequired);
    program.step_up("totp", &app.code(&house)).await.ok();
    // The session goes on under the cookie that came with the answer; the token is over with the
    // session that it was of.
    program.get("/v1/me").await.problem(Code::TokenInvalid);
    let raised = program.without_bearer();
    raised.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
}}

api_test! { asvs_9_2_3_asvs_10_3_1_jat_04_a_token_for_another_api_is_none_here [with_audiences()] |house| {
    let user = house.holder(&["users:read"]).await;
    let answer = user.post(TOKEN, json!({ "audience": OTHER })).await.ok();
    let program = user.bearing(answer["access_token"].as_str().expect("a token"));
    program.get("/v1/me").await.problem(Code::TokenInvalid);
    program.get("/v1/users").await.problem(Code::TokenInvalid);
    // A wrong token wins over a good cookie.
    let request = user.request(Method::GET, "/v1/me");
    let token = answer["access_token"].as_str().expect("a token");
    user.send(request.bearer_auth(token)).await.problem(Code::TokenInvalid);
}}

api_test! { a_token_ends_with_its_time_its_session_and_the_roles_that_it_names |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let role = admin.make_role(&["users:read"]).await;
    let end = house.now().plus_seconds(100);
    let grant = json!({ "role_id": role, "expires_at": end });
    admin.post(&format!("/v1/users/{}/grants", user.id), grant).await.created();
    let answer = user.call(TOKEN).await.ok();
    assert_eq!(answer["expires_in"], 100);
    let program = user.bearing(answer["access_token"].as_str().expect("a token"));
    program.get("/v1/users").await.ok();
    house.pass(99);
    program.get("/v1/users").await.ok();
    house.pass(1);
    program.get("/v1/me").await.problem(Code::TokenInvalid);

    let program = program_of(&house, &user, 300).await;
    house.pass(299);
    program.get("/v1/me").await.ok();
    house.pass(1);
    program.get("/v1/me").await.problem(Code::TokenInvalid);
}}

/// A program with a token that counts for so many seconds.
async fn program_of(house: &House, user: &Actor, seconds: i64) -> Actor {
    let answer = user.call(TOKEN).await.ok();
    let left = answer["expires_in"].as_i64().expect("a number");
    assert_eq!(left, seconds, "at {}", house.now());
    user.bearing(answer["access_token"].as_str().expect("a token"))
}

api_test! { ac_131_a_role_that_is_over_or_taken_is_in_no_token |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (_, taken) = admin.grant_new_role(&user, &["users:read"]).await;
    let short = admin.make_role(&["roles:read"]).await;
    let end = house.now().plus_seconds(10);
    let grant = json!({ "role_id": short, "expires_at": end });
    admin.post(&format!("/v1/users/{}/grants", user.id), grant).await.created();
    admin.delete(&format!("/v1/grants/{taken}")).await.no_content();
    house.pass(10);
    let claims = parts(&user.token().await).1;
    assert_eq!((&claims["roles"], &claims["permissions"]), (&json!([]), &json!([])));
}}

api_test! { more_than_a_hundred_permissions_are_named_by_an_address |house| {
    let admin = house.admin().await;
    let mut names = Vec::new();
    for number in 0..101 {
        let name = format!("app:thing{number}:read");
        let body = json!({ "name": name, "description": "" });
        admin.post("/v1/permissions", body).await.created();
        names.push(name);
    }
    let user = house.user().await;
    let some: Vec<_> = names.iter().map(String::as_str).collect();
    for part in some.chunks(100) {
        admin.grant_new_role(&user, part).await;
    }
    let claims = parts(&user.token().await).1;
    assert!(claims.get("permissions").is_none());
    assert_eq!(claims["permissions_ref"], format!("{}/v1/check", house.app.config.origin()));
    let program = program(&user).await;
    let check = json!({ "checks": [{ "permission": names[100] }] });
    assert_eq!(program.post("/v1/check", check).await.ok()["results"][0]["allowed"], true);
}}

/// Header and claims of a token, as anybody can read them.
fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    });
    (parts.next().expect("a header"), parts.next().expect("claims"))
}

/// What a guard answers, whoever calls.
const GUARDS: &[&str] = &[
    "auth.not_signed_in", "auth.token_invalid", "auth.permission_missing", "auth.session_required",
    "auth.step_up_required", "auth.second_factor_needed", "accounts.not_found",
];

api_test! { asvs_8_2_1_every_guard_takes_a_token_as_it_takes_its_session |house| {
    let (admin, user) = (house.admin().await, house.user().await);
    let operations = house.operations();
    // Nobody is left to be asked about after an account has deleted itself.
    let is_asked = |it: &&Operation| !it.is_open() && it.id != "delete_me";
    for operation in operations.iter().filter(is_asked) {
        for who in [&admin, &user] {
            // Tokens of the second in which everybody's were ended are ended too.
            house.pass(1);
            who.sign_in().await.ok();
            let token = who.bearing(&who.token().await);
            // Without the body that it asks for, so that little is changed on the way.
            let path = operation.random_path();
            let by_session = who.send(who.bare_call(operation, &path)).await;
            let is_changed = by_session.status < 300 && !operation.is_safe();
            let token = match is_changed {
                // It may have ended the session, or set up what is asked for from now on.
                true => {
                    house.pass(1);
                    who.sign_in().await.ok();
                    who.bearing(&who.token().await)
                }
                false => token,
            };
            let by_token = token.send(token.bare_call(operation, &path)).await;

            let told = |reply: &Reply| GUARDS.contains(&&*reply.code()).then(|| reply.code());
            let expected = match &*operation.id {
                // The one thing that a token is no good for.
                "create_token" => Some("auth.session_required".to_owned()),
                _ => told(&by_session),
            };
            assert_eq!(told(&by_token), expected, "{}: {}", operation.id, by_token.text);
            let schemes = operation.described["security"].as_array().expect("a list");
            assert!(schemes.iter().any(|way| way.get("bearer").is_some()), "{}", operation.id);
        }
    }
}}
