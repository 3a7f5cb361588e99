//! The endpoints of Auth.js as both generations of its client use them.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{AppPage, House, PASSWORD, Settings};

const APP: &str = "http://localhost:3000";

fn four() -> Settings {
    Settings { variables: vec![("DOORWARD_AUTHJS_VERSION", "4")], ..Settings::default() }
}

fn off() -> Settings {
    Settings { variables: vec![("DOORWARD_AUTHJS_ENABLED", "false")], ..Settings::default() }
}

fn https() -> Settings {
    let variables = vec![
        ("DOORWARD_PUBLIC_URL", "https://app.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    Settings { variables, ..Settings::default() }
}

async fn in_and_out(house: House, generation: u8, nobody: Value) {
    let user = house.user().await;
    let page = AppPage::new(&house, generation);
    assert_eq!(page.session().await, nobody);

    let reply = page.sign_in(&user.email, &[("callbackUrl", "/members?x=1")]).await;
    assert_eq!(reply.ok(), json!({ "url": format!("{APP}/members?x=1") }));

    let session = page.session().await;
    assert_eq!(session["user"]["id"], user.id.as_str());
    assert_eq!(session["user"]["email"], user.email.as_str());
    assert_eq!(session["user"]["name"], "Uma User");
    assert!(session["user"]["image"].is_null() && session["user"]["emailVerified"] == false);
    assert_eq!(session["amr"], json!(["pwd"]));
    assert_eq!((&session["roles"], &session["secondFactorNeeded"]), (&json!([]), &json!(false)));
    let known = [
        "user", "expires", "id", "roles", "permissions", "amr", "acr", "authTime", "createdAt",
        "secondFactorNeeded",
    ];
    let keys: Vec<_> = session.as_object().expect("an object").keys().collect();
    assert_eq!(keys, known);

    let reply = page.post("/signout", &[("callbackUrl", &format!("{APP}/bye"))]).await;
    assert_eq!(reply.ok(), json!({ "url": format!("{APP}/bye") }));
    assert_eq!(page.session().await, nobody);
    assert_eq!(page.cookie("doorward"), None);
    // Who is out already has what they came for.
    page.post("/signout", &[]).await.expect(200);
}

api_test! { next_auth_4_signs_in_and_out [four()] |house| {
    in_and_out(house, 4, json!({})).await;
}}

api_test! { next_auth_5_signs_in_and_out |house| {
    in_and_out(house, 5, Value::Null).await;
}}

api_test! { a_form_without_a_script_is_led_on |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 4);
    let token = page.csrf().await;
    let send = |path: &str, fields: &[(&str, &str)]| {
        let fields = [&[("csrfToken", token.as_str())], fields].concat();
        page.send(page.request(Method::POST, path).form(&fields))
    };
    let own = [("email", &*user.email), ("password", PASSWORD), ("callbackUrl", "/members")];
    let reply = send("/callback/credentials", &own).await.expect(303);
    assert_eq!(reply.header("location"), Some("/members"));
    assert_eq!(page.session().await["user"]["id"], user.id.as_str());
    let reply = send("/signout", &[]).await.expect(303);
    assert_eq!(reply.header("location"), Some("/"));
    let wrong = [("email", &*user.email), ("password", "wrong wrong wrong")];
    let reply = send("/callback/credentials", &wrong).await.expect(303);
    let place = "/api/auth/signin?error=CredentialsSignin&code=credentials";
    assert_eq!(reply.header("location"), Some(place));
}}

api_test! { a_body_may_be_json_and_name_the_address_otherwise |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    let token = page.csrf().await;
    let body = json!({
        "csrfToken": token, "username": user.email, "password": PASSWORD, "remember": true,
        "data": { "passed": ["over"] }, "callbackUrl": "/",
    });
    let request = page.request(Method::POST, "/callback/credentials");
    let reply = page.send(request.header("x-auth-return-redirect", "1").json(&body)).await;
    let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("Max-Age="), "{cookie}");
    assert_eq!(reply.ok(), json!({ "url": format!("{APP}/") }));
}}

api_test! { the_token_is_random_and_stays_the_browsers |house| {
    let page = AppPage::new(&house, 5);
    let reply = page.get("/csrf").await;
    let set = reply.header("set-cookie").expect("a cookie").to_owned();
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let token = reply.ok()["csrfToken"].as_str().expect("a token").to_owned();
    assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
    assert!(set.starts_with("authjs.csrf-token=") && !set.contains("Secure"), "{set}");
    assert!(set.contains("HttpOnly; SameSite=Lax; Path=/") && !set.contains("Max-Age"), "{set}");
    assert_eq!(page.csrf().await, token);
    assert_ne!(AppPage::new(&house, 5).csrf().await, token);
    // What Auth.js itself had left there is replaced.
    let moved = AppPage::new(&house, 5);
    moved.set_cookie("authjs.csrf-token", &format!("{token}%7C{}", "0".repeat(64)));
    assert_ne!(moved.csrf().await, token);
}}

api_test! { over_https_the_token_comes_from_this_host_alone [https()] |house| {
    let page = AppPage::at(&house, 5, "https://app.example.test");
    let reply = page.get("/csrf").await;
    let set = reply.header("set-cookie").expect("a cookie").to_owned();
    assert!(set.starts_with("__Host-authjs.csrf-token=") && set.contains("; Secure"), "{set}");
    let user = house.user().await;
    let token = page.csrf().await;
    page.drop_cookie("__Host-authjs.csrf-token");
    page.set_cookie("authjs.csrf-token", set.split(['=', ';']).nth(1).expect("a value"));
    let fields =
        [("email", &*user.email), ("password", PASSWORD), ("csrfToken", token.as_str())];
    page.post_without_token("/callback/credentials", &fields).await.expect(400);
    page.drop_cookie("authjs.csrf-token");
    let reply = page.sign_in(&user.email, &[]).await;
    assert_eq!(reply.ok(), json!({ "url": "https://app.example.test" }));
    assert!(page.cookie("__Host-doorward").is_some());
}}

api_test! { the_ways_in_are_told_by_their_ids |house| {
    let page = AppPage::new(&house, 4);
    let request = page.request(Method::GET, "/providers").header("referer", format!("{APP}/in"));
    let entry = |id: &str, name: &str| json!({
        "id": id, "name": name, "type": id,
        "signinUrl": format!("{APP}/api/auth/signin/{id}"),
        "callbackUrl": format!("{APP}/api/auth/callback/{id}"),
    });
    let wanted = json!({
        "email": entry("email", "Email"), "credentials": entry("credentials", "Password"),
    });
    assert_eq!(page.send(request).await.ok(), wanted);
}}

api_test! { a_cookie_that_is_worth_nothing_is_nobody |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[]).await.expect(200);
    let cookie = page.cookie("doorward").expect("a session");
    for wrong in ["x", "", "%00", &"a".repeat(3000), &cookie[..cookie.len() - 1]] {
        page.set_cookie("doorward", wrong);
        assert_eq!(page.session().await, Value::Null, "{wrong}");
    }
    page.set_cookie("doorward", &cookie);
    user.delete("/v1/me/sessions").await.ok();
    let reply = page.get("/session").await;
    // Taking the cookie away could take one that a sign-in in another tab has just set.
    assert_eq!(reply.header("set-cookie"), None);
    assert_eq!(reply.ok(), Value::Null);
}}

api_test! { a_token_beside_the_cookie_is_nobody |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[]).await.expect(200);
    for token in [user.token().await.as_str(), "x"] {
        let request = page.request(Method::GET, "/session").bearer_auth(token);
        assert_eq!(page.send(request).await.ok(), Value::Null);
    }
}}

api_test! { update_answers_the_session_and_takes_nothing_over |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[]).await.expect(200);
    let before = house.dump().await.without(&["throttles", "sessions"]);
    let data = json!({ "user": { "name": "Root", "email": "r@example.test" }, "roles": ["admin"] });
    let body = json!({ "csrfToken": page.csrf().await, "data": data });
    let session = page.send(page.request(Method::POST, "/session").json(&body)).await.ok();
    assert_eq!(session["user"]["name"], "Uma User");
    assert_eq!(session, page.session().await);
    let body = json!({ "data": data });
    page.send(page.request(Method::POST, "/session").json(&body)).await.expect(400);
    assert!(house.dump().await.without(&["throttles", "sessions"]) == before);
    let nobody = AppPage::new(&house, 5);
    let body = json!({ "csrfToken": nobody.csrf().await, "data": {} });
    let reply = nobody.send(nobody.request(Method::POST, "/session").json(&body)).await;
    assert_eq!(reply.ok(), Value::Null);
}}

api_test! { errors_of_browsers_are_taken_and_not_kept |house| {
    let page = AppPage::new(&house, 4);
    let fields = [("code", "CLIENT_FETCH_ERROR"), ("level", "error")];
    let reply = page.send(page.request(Method::POST, "/_log").form(&fields)).await.expect(200);
    assert_eq!(reply.text, "");
    let large = "x".repeat(70_000);
    page.send(page.request(Method::POST, "/_log").body(large)).await.problem(Code::BodyTooLarge);
    let reply = page.get("/_log").await;
    assert_eq!(reply.header("allow"), Some("POST"));
    reply.problem(Code::MethodNotAllowed);
}}

api_test! { what_is_no_action_is_refused |house| {
    let page = AppPage::new(&house, 5);
    for path in ["", "/", "/nothing", "/session/x", "/csrf/", "/callback", "/callback/a/b",
        "/webauthn-options/x", "/callback/credentials"] {
        page.get(path).await.problem(Code::PathInvalid);
    }
    for path in ["/signin", "/signin/credentials", "/signin/nobody", "/nothing"] {
        page.post(path, &[]).await.problem(Code::PathInvalid);
    }
    for (method, path) in [
        (Method::POST, "/csrf"), (Method::POST, "/providers"), (Method::PUT, "/session"),
        (Method::DELETE, "/signout"), (Method::PATCH, "/callback/credentials"),
        (Method::POST, "/error"), (Method::POST, "/verify-request"), (Method::PUT, "/nothing"),
    ] {
        let reply = page.send(page.request(method.clone(), path)).await;
        assert!(reply.header("allow").is_some(), "{method} {path}");
        reply.problem(Code::MethodNotAllowed);
    }
}}

api_test! { where_it_is_off_there_is_nothing [off()] |house| {
    let page = AppPage::new(&house, 5);
    for path in ["", "/csrf", "/session", "/signin", "/callback/email", "/nothing"] {
        page.get(path).await.problem(Code::NotFound);
    }
    page.send(page.request(Method::POST, "/_log")).await.problem(Code::NotFound);
}}
