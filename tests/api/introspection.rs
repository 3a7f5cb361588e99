//! Introspection, revocation and metadata: who may ask, what they are told, what ends.

use doorward::http::code::Code;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{Actor, House, INTROSPECT, Machine, REVOKE, TOKEN, pair};

/// A client that may ask about tokens for the service itself.
async fn asker(house: &House, admin: &Actor) -> Machine {
    house.machine(admin, &["tokens:introspect"]).await
}

fn inactive() -> Value {
    json!({ "active": false })
}

api_test! { intr_01_who_asks_has_to_be_allowed_to |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let (access, _) = house.user().await.tokens().await;
    let nobody = house.nobody();
    let reply = nobody.form(INTROSPECT, &[("token", &access)]).await;
    assert!(reply.header("www-authenticate").is_some());
    reply.refused("invalid_client");
    let other = house.machine(&admin, &["users:read"]).await;
    other.send(INTROSPECT, &[("token", &access)]).await.refused("insufficient_scope");
    let user = house.user().await;
    user.form(INTROSPECT, &[("token", &access)]).await.refused("insufficient_scope");
    nobody.bearing("wrong").form(INTROSPECT, &[("token", &access)]).await.refused("invalid_token");
    // By secret, in the form, by a token of its own, by a session.
    assert_eq!(asker.introspect(&access).await["active"], true);
    let fields = [("token", access.as_str()), ("client_id", &asker.id), ("client_secret", &asker.secret)];
    assert_eq!(nobody.form(INTROSPECT, &fields).await.ok()["active"], true);
    let own = asker.token().await;
    assert_eq!(nobody.bearing(&own).form(INTROSPECT, &[("token", &access)]).await.ok()["active"], true);
    assert_eq!(admin.form(INTROSPECT, &[("token", &access)]).await.ok()["active"], true);
    assert_eq!(nobody.get(&format!("{INTROSPECT}?token={access}")).await.status, 405);
}}

api_test! { intr_02_jat_03_what_is_told_of_a_token_is_what_it_says |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let user = house.holder(&["users:read", "roles:read"]).await;
    let body = json!({ "scope": "users:read" });
    let (access, _) = pair(&user.post("/v1/auth/token", body).await.ok());
    let told = asker.introspect(&access).await;
    let session = user.get("/v1/auth/session").await.ok()["session"]["id"].clone();
    for (name, value) in [
        ("active", json!(true)), ("scope", json!("users:read")), ("sub", json!(user.id)),
        ("sid", session), ("token_type", json!("Bearer")), ("iss", json!(house.app.config.origin())),
        ("aud", json!(house.app.config.origin())), ("acr", json!("aal1")), ("amr", json!(["pwd"])),
        ("iat", json!(house.now().micros() / 1_000_000)),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    let own = asker.token().await;
    let told = asker.introspect(&own).await;
    assert_eq!((&told["client_id"], &told["sub"]), (&json!(asker.id), &json!(asker.account)));
    assert!(told.get("sid").is_none() && told.get("auth_time").is_none());
}}

api_test! { intr_02_what_does_not_count_looks_the_same_whatever_it_is |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let account = house.service(&admin, &["users:read"]).await;
    let elsewhere = json!({ "scopes": ["users:read"], "audiences": ["https://orders.test"] });
    let elsewhere = house.machine_of(&admin, &account, elsewhere).await;
    let not_for_you = elsewhere.token().await;
    let (access, refresh) = house.user().await.tokens().await;
    let revoked = house.user().await.tokens().await.0;
    house.nobody().form(REVOKE, &[("token", &revoked)]).await.expect(200);
    let (head, tail) = access.rsplit_once('.').expect("a signature");
    let mut texts = Vec::new();
    for token in [
        not_for_you.as_str(), &refresh, &revoked, "random", &format!("{head}."), &format!("{head}.{}", tail.replace('A', "B").replacen(&tail[..4], "AAAA", 1)),
        &access.to_uppercase(), &asker.secret,
    ] {
        let reply = asker.send(INTROSPECT, &[("token", token)]).await.expect(200);
        texts.push(reply.text);
    }
    house.pass(1000);
    texts.push(asker.send(INTROSPECT, &[("token", &access)]).await.expect(200).text);
    assert!(texts.iter().all(|text| *text == "{\"active\":false}"), "{texts:?}");
    // An administrator is told of all.
    let not_for_you = elsewhere.token().await;
    assert_eq!(asker.introspect(&not_for_you).await, inactive());
    assert_eq!(admin.form(INTROSPECT, &[("token", &not_for_you)]).await.ok()["aud"], "https://orders.test");
}}

api_test! { an_api_key_is_told_of_as_long_as_it_counts |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let user = house.holder(&["users:read", "roles:read"]).await;
    let new = json!({ "name": "backup", "permissions": ["users:read"] });
    let made = user.post("/v1/me/api-keys", new).await.created();
    let key = made["secret"].as_str().expect("a secret").to_owned();
    let told = asker.introspect(&key).await;
    assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!("Bearer")));
    assert_eq!((&told["sub"], &told["jti"]), (&json!(user.id), &made["api_key"]["id"]));
    assert_eq!((&told["scope"], &told["iss"]), (&json!("users:read"), &json!(house.app.config.origin())));
    let now = house.now().micros() / 1_000_000;
    assert_eq!(told["exp"].as_i64(), told["iat"].as_i64().map(|iat| iat + 90 * 86_400));
    assert!(told["iat"].as_i64().is_some_and(|iat| (now - 60..=now).contains(&iat)), "{told}");
    assert!(told.get("aud").is_none() && told.get("sid").is_none() && told.get("client_id").is_none());
    // Who may not ask is told nothing, and of what is nearly a key nobody is.
    user.form(INTROSPECT, &[("token", &key)]).await.refused("insufficient_scope");
    let (body, last) = key.split_at(key.len() - 1);
    let near = format!("{body}{}", if last == "0" { "1" } else { "0" });
    assert_eq!(asker.introspect(&near).await, inactive());
    let id = made["api_key"]["id"].as_str().expect("an id");
    user.delete(&format!("/v1/me/api-keys/{id}")).await.no_content();
    assert_eq!(asker.introspect(&key).await, inactive());
}}

api_test! { ac_057_ac_037_tokens_end_with_whatever_they_rest_on |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let sibling = house.sibling().await;
    for end in ["disabled", "deleted", "signed out", "all sessions", "client", "secret", "account", "client deleted"] {
        admin.sign_in().await.ok();
        house.pass(1);
        let user = house.user().await;
        let machine = house.machine(&admin, &["users:read"]).await;
        let is_client = ["client", "secret", "account", "client deleted"].contains(&end);
        let token = if is_client { machine.token().await } else { user.tokens().await.0 };
        assert_eq!(asker.introspect(&token).await["active"], true, "{end}");
        let path = format!("/v1/users/{}", user.id);
        let client = format!("/v1/clients/{}", machine.id);
        let gone = match end {
            "disabled" => admin.call(&format!("{path}/disable")).await,
            "deleted" => admin.delete_version(&path, &admin.etag(&path).await).await,
            "signed out" => user.call("/v1/auth/sign-out").await,
            "all sessions" => admin.delete(&format!("{path}/sessions")).await,
            "client" => admin.call(&format!("{client}/disable")).await,
            "secret" => admin.call(&format!("{client}/secret")).await,
            "account" => admin.call(&format!("/v1/users/{}/disable", machine.account)).await,
            _ => admin.delete(&client).await,
        };
        assert!(gone.status < 300, "{end}: {gone:?}");
        assert_eq!(asker.introspect(&token).await, inactive(), "{end}");
        let there = Machine { who: house.nobody().at(&sibling), ..asker.clone() };
        assert_eq!(there.introspect(&token).await, inactive(), "{end}");
        user.bearing(&token).get("/v1/me").await.problem(Code::TokenInvalid);
        house.pass(1);
        user.bearing(&token).at(&sibling).get("/v1/me").await.problem(Code::TokenInvalid);
    }
}}

api_test! { intr_03_who_guesses_is_stopped_and_a_token_stands_in_the_body_alone |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let (access, _) = house.user().await.tokens().await;
    let request = asker.basic(&format!("{INTROSPECT}?token={access}"), &[]);
    asker.who.send(request).await.refused("invalid_request");
    let request = asker.basic(INTROSPECT, &[]).header("token", &access);
    asker.who.send(request).await.refused("invalid_request");
    let guess = Machine { secret: "dwc_guess".to_owned(), ..asker.clone() };
    let mut last = 0;
    for _ in 0..200 {
        last = guess.send(INTROSPECT, &[("token", &access)]).await.status;
        if last == 429 { break }
    }
    assert_eq!(last, 429);
}}

api_test! { revo_01_only_its_own_client_gives_a_token_up |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let (one, other) = (house.machine(&admin, &["users:read"]).await, house.machine(&admin, &["users:read"]).await);
    let (access, refresh) = house.user().await.tokens().await;
    let token = one.token().await;
    for (who, given) in [(&other, &token), (&one, &access), (&one, &refresh)] {
        who.send(REVOKE, &[("token", given)]).await.expect(200);
    }
    // Who shows nothing gives up what belongs to no client.
    house.nobody().form(REVOKE, &[("token", &token)]).await.expect(200);
    for token in [&token, &access] {
        assert_eq!(admin.form(INTROSPECT, &[("token", token)]).await.ok()["active"], true);
    }
    let wrong = Machine { secret: "x".to_owned(), ..one.clone() };
    wrong.send(REVOKE, &[("token", &token)]).await.refused("invalid_client");
    assert_eq!(house.nobody().get(REVOKE).await.status, 405);
    let reply = one.send(REVOKE, &[("token", &token)]).await.expect(200);
    assert!(reply.text.is_empty());
    assert_eq!(admin.form(INTROSPECT, &[("token", &token)]).await.ok(), inactive());
    assert_eq!(admin.latest_event("token.revoked").await["subject_id"], one.account.as_str());
    drop(asker);
}}

api_test! { revo_02_with_a_refresh_token_its_access_tokens_end |house| {
    let admin = house.admin().await;
    let asker = asker(&house, &admin).await;
    let user = house.user().await;
    let (zeroth, first) = user.tokens().await;
    let (access, second) = pair(&house.nobody().refresh(&first).await.ok());
    let (other, _) = user.tokens().await;
    house.nobody().form(REVOKE, &[("token", &second)]).await.expect(200);
    house.nobody().refresh(&second).await.refused("invalid_grant");
    for token in [&zeroth, &access] {
        assert_eq!(asker.introspect(token).await, inactive());
    }
    assert_eq!(asker.introspect(&other).await["active"], true, "the session goes on");
    // A used one does it too.
    let (_, first) = user.tokens().await;
    let (access, _) = pair(&house.nobody().refresh(&first).await.ok());
    house.nobody().form(REVOKE, &[("token", &first)]).await.expect(200);
    assert_eq!(asker.introspect(&access).await, inactive());
}}

api_test! { revo_03_what_is_no_token_is_given_up_as_well |house| {
    let user = house.user().await;
    let (access, refresh) = user.tokens().await;
    let nobody = house.nobody();
    for hint in ["refresh_token", "access_token", "nonsense"] {
        for token in ["random", "dwr_random", "a.b.c"] {
            nobody.form(REVOKE, &[("token", token), ("token_type_hint", hint)]).await.expect(200);
        }
    }
    nobody.form(REVOKE, &[("token", &refresh), ("token_type_hint", "access_token")]).await.expect(200);
    nobody.refresh(&refresh).await.refused("invalid_grant");
    for _ in 0..2 {
        nobody.form(REVOKE, &[("token", &access), ("token_type_hint", "refresh_token")]).await.expect(200);
        user.bearing(&access).get("/v1/me").await.problem(Code::TokenInvalid);
    }
    nobody.form(REVOKE, &[]).await.refused("invalid_request");
}}

api_test! { meta_01_ac_046_the_metadata_name_what_there_is |house| {
    let nobody = house.nobody();
    let reply = nobody.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let told = reply.json();
    let issuer = told["issuer"].as_str().expect("an issuer");
    assert_eq!(issuer, house.url(""));
    assert!(!issuer.contains(['?', '#']));
    for (name, path) in [
        ("token_endpoint", TOKEN), ("introspection_endpoint", INTROSPECT), ("revocation_endpoint", REVOKE),
        ("jwks_uri", "/.well-known/jwks.json"),
    ] {
        assert_eq!(told[name], house.url(path));
        let method = if name == "jwks_uri" { Method::GET } else { Method::POST };
        assert_ne!(nobody.send(nobody.request(method, path)).await.status, 404, "{name}");
    }
    assert_eq!(told["grant_types_supported"], json!(["client_credentials", "refresh_token"]));
    assert_eq!(told["response_types_supported"], json!([]));
    for absent in ["authorization_endpoint", "registration_endpoint", "code_challenge_methods_supported"] {
        assert!(told.get(absent).is_none(), "{absent}");
    }
    let methods = json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]);
    assert_eq!(told["token_endpoint_auth_methods_supported"], methods);
    assert!(!reply.text.contains("none") && !reply.text.contains("HS256") && !reply.text.contains("implicit"));
    for algs in ["token_endpoint_auth_signing_alg_values_supported", "dpop_signing_alg_values_supported"] {
        assert_eq!(told[algs], json!(["ES256", "Ed25519", "EdDSA", "PS256", "RS256"]));
    }
    // The document's address takes nothing after it (RFC 8414, section 3.1).
    nobody.get("/.well-known/oauth-authorization-server/x").await.problem(Code::NotFound);
    let post = nobody.request(Method::POST, "/.well-known/oauth-authorization-server");
    nobody.send(post.header(header::CONTENT_TYPE, "application/json")).await.problem(Code::MethodNotAllowed);
}}
