//! What the endpoints of Auth.js refuse: requests of other pages, wrong tokens, odd bodies, guesses.

use data_encoding::BASE64URL_NOPAD;
use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{AppPage, House, PASSWORD, Reply, Settings};

const WRONG: &str = "another river of tea";
const POSTS: [&str; 4] = ["/callback/credentials", "/signin/email", "/signout", "/session"];

fn four() -> Settings {
    Settings { variables: vec![("DOORWARD_AUTHJS_VERSION", "4")], ..Settings::default() }
}

fn with(variables: &[(&'static str, &'static str)]) -> Settings {
    Settings { variables: variables.to_vec(), ..Settings::default() }
}

fn url(reply: Reply) -> String {
    reply.json()["url"].as_str().expect("an address").to_owned()
}

/// What the client hands to the page: status, `error`, `code`.
fn told(reply: Reply) -> (u16, Option<String>, Option<String>) {
    let (status, found) = (reply.status, url(reply));
    let found = url::Url::parse(&found).expect("an address");
    let value = |name: &str| {
        found.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    (status, value("error"), value("code"))
}

fn is(reply: Reply, status: u16, error: &str, code: Option<&str>) {
    assert_eq!(told(reply), (status, Some(error.to_owned()), code.map(ToOwned::to_owned)));
}

async fn sent(
    page: &AppPage,
    path: &str,
    fields: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = page.bare(Method::POST, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    page.send(request.header("x-auth-return-redirect", "1").form(fields)).await
}

api_test! { a_page_of_another_origin_does_nothing |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    let token = page.csrf().await;
    page.sign_in(&user.email, &[]).await.expect(200);
    let before = house.dump().await;
    for headers in [
        &[("origin", "https://evil.test")][..],
        &[("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://localhost:3000")],
    ] {
        for path in POSTS {
            let fields =
                [("csrfToken", &*token), ("email", &user.email), ("password", PASSWORD)];
            sent(&page, path, &fields, headers).await.problem(Code::OriginRefused);
        }
    }
    assert!(house.dump().await == before);
    assert_eq!(page.session().await["user"]["id"], user.id.as_str());
}}

api_test! { without_the_token_of_this_browser_nothing_happens |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    let own = page.csrf().await;
    let other = AppPage::new(&house, 5);
    let foreign = other.csrf().await;
    let cookie = page.cookie("authjs.csrf-token").expect("a cookie");
    let before = house.dump().await.without(&["throttles"]);
    let (short, upper) = (&own[..63], own.to_uppercase());
    for token in ["", "x", short, &upper, &foreign, &cookie, &"0".repeat(64)] {
        for path in &POSTS[..3] {
            let fields = [("csrfToken", token), ("email", &user.email), ("password", PASSWORD)];
            let reply = page.post_without_token(path, &fields).await;
            is(reply, 400, "MissingCSRF", None);
            page.post_without_token(path, &fields[1..]).await.expect(400);
        }
    }
    // The token of the form, with a cookie that was made of another, of none, or by hand.
    let foreign_cookie = other.cookie("authjs.csrf-token").expect("a cookie");
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
    let mixed = [&bytes(&foreign_cookie)[..16], own.as_bytes()].concat();
    let bare = BASE64URL_NOPAD.encode(own.as_bytes());
    let zeros = BASE64URL_NOPAD.encode(&[&[0; 16], own.as_bytes()].concat());
    let mixed = BASE64URL_NOPAD.encode(&mixed);
    assert_eq!(bytes(&cookie)[16..], *own.as_bytes());
    for cookie in ["", "x", &own, &bare, &zeros, &mixed, &foreign_cookie] {
        page.set_cookie("authjs.csrf-token", cookie);
        let fields = [("csrfToken", &*own), ("email", &user.email), ("password", PASSWORD)];
        let reply = page.post_without_token("/callback/credentials", &fields).await;
        is(reply, 400, "MissingCSRF", None);
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
    assert!(page.session().await.is_null());
    // A cookie of the same name from elsewhere does not take the token's place.
    page.set_cookie("authjs.csrf-token", &cookie);
    page.set_cookie("next-auth.csrf-token", &foreign_cookie);
    page.sign_in(&user.email, &[]).await.expect(200);
    assert!(!page.session().await.is_null());
}}

api_test! { what_was_sealed_for_something_else_is_no_token |house| {
    let page = AppPage::new(&house, 5);
    let token = "0".repeat(64);
    let cookie = house.app.cursors.seal("users", token.as_bytes());
    page.set_cookie("authjs.csrf-token", &cookie);
    let reply = page.post_without_token("/signout", &[("csrfToken", &token)]).await;
    is(reply, 400, "MissingCSRF", None);
    assert_ne!(page.csrf().await, token);
}}

async fn guesses(house: House, page: AppPage, status: u16, code: Option<&str>) {
    let user = house.user().await;
    let mut shapes = Vec::new();
    for (email, password) in [
        (&*user.email, WRONG),
        ("nobody@example.test", WRONG),
        ("nobody@example.test", PASSWORD),
        ("no address", PASSWORD),
        ("", PASSWORD),
        (&user.email, ""),
        (&user.email, "undefined"),
        (&user.email, &"x".repeat(500)),
        (&*"x".repeat(500), PASSWORD),
    ] {
        let fields = [("email", email), ("password", password), ("code", "123456")];
        let reply = page.post("/callback/credentials", &fields).await;
        let headers: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        shapes.push((reply.status, headers, reply.text.clone()));
        is(reply, status, "CredentialsSignin", code);
    }
    assert!(shapes[..3].iter().all(|shape| *shape == shapes[0]), "{shapes:?}");
    assert_eq!(page.cookie("doorward"), None);
    let admin = house.admin().await;
    assert_eq!(admin.latest_event("sign_in.refused").await["detail"]["why"], "credentials");
}

api_test! { next_auth_4_is_told_the_same_of_every_wrong_guess [four()] |house| {
    let page = AppPage::new(&house, 4);
    guesses(house, page, 401, None).await;
}}

api_test! { next_auth_5_is_told_the_same_of_every_wrong_guess |house| {
    let page = AppPage::new(&house, 5);
    guesses(house, page, 200, Some("credentials")).await;
}}

api_test! { guesses_are_throttled_as_everywhere |house| {
    let user = house.user().await;
    let (four, five) = (AppPage::new(&house, 4), AppPage::new(&house, 5));
    for _ in 0..10 {
        let fields = [("email", &*user.email), ("password", WRONG)];
        five.post("/callback/credentials", &fields).await.expect(200);
    }
    let reply = five.sign_in(&user.email, &[]).await;
    assert!(reply.header("retry-after").is_some());
    is(reply, 200, "CredentialsSignin", Some("RateLimited"));
    let reply = four.sign_in(&user.email, &[]).await;
    assert!(reply.header("retry-after").is_some());
    is(reply, 401, "RateLimited", None);
    house.nobody().called(&user.email).sign_in().await.problem(Code::RateLimited);
    assert_eq!(four.cookie("doorward"), None);
}}

api_test! { an_address_without_tries_is_told_so_in_the_clients_form [with(&[
    ("DOORWARD_THROTTLE_ADDRESS_FAILURES", "2"), ("DOORWARD_THROTTLE_MAILS", "1"),
    ("DOORWARD_AUTHJS_VERSION", "4"),
])] |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 4);
    page.post("/signin/email", &[("email", "a@example.test")]).await.expect(200);
    is(page.post("/signin/email", &[("email", "b@example.test")]).await, 401, "RateLimited", None);
    for email in ["a@example.test", "b@example.test"] {
        page.sign_in(email, &[]).await.expect(401);
    }
    is(page.sign_in(&user.email, &[]).await, 401, "RateLimited", None);
    let body = "csrfToken=x&csrfToken=y";
    let request = page.request(Method::POST, "/callback/credentials").body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    page.send(request).await.problem(Code::FormMalformed);
}}

api_test! { the_state_of_an_account_is_told_after_its_password_alone [with(&[
    ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "always"),
])] |house| {
    let email = "uma@example.test";
    let body = json!({ "email": email, "password": PASSWORD, "name": "Uma" });
    house.nobody().post("/v1/auth/sign-up", body).await.accepted();
    let page = AppPage::new(&house, 5);
    let wrong = [("email", email), ("password", WRONG)];
    let reply = page.post("/callback/credentials", &wrong).await;
    is(reply, 200, "CredentialsSignin", Some("credentials"));
    is(page.sign_in(email, &[]).await, 200, "CredentialsSignin", Some("EmailUnverified"));
    let page = AppPage::new(&house, 4);
    is(page.sign_in(email, &[]).await, 401, "EmailUnverified", None);
}}

api_test! { who_is_disabled_is_told_so |house| {
    let (admin, user) = (house.admin().await, house.user().await);
    admin.call(&format!("/v1/users/{}/disable", user.id)).await.ok();
    let page = AppPage::new(&house, 5);
    is(page.sign_in(&user.email, &[]).await, 200, "CredentialsSignin", Some("AccountDisabled"));
}}

api_test! { a_puzzle_is_asked_for_as_everywhere [with(&[
    ("DOORWARD_CHALLENGE_ENABLED", "true"),
])] |house| {
    let page = AppPage::new(&house, 5);
    let email = "uma@example.test";
    is(page.sign_in(email, &[]).await, 200, "CredentialsSignin", Some("ChallengeRequired"));
    let reply = page.sign_in(email, &[("challenge", "x.y")]).await;
    is(reply, 200, "CredentialsSignin", Some("ChallengeInvalid"));
}}

api_test! { odd_bodies_are_refused_and_never_fail |house| {
    let page = AppPage::new(&house, 5);
    page.csrf().await;
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let deep = "[".repeat(300);
    let large = format!("a={}", "x".repeat(70_000));
    let cases: [(&str, &[u8], u16); 16] = [
        (form, b"a=%00", 400), (form, b"a=\xff", 400), (form, b"a=%ff", 400),
        (form, b"a=1&a=2", 400), (form, large.as_bytes(), 413), (json, b"{", 400),
        (json, b"[]", 400), (json, b"null", 400), (json, b"{\"a\":1,\"a\":2}", 400),
        (json, b"{\"a\":\"\\u0000\"}", 400), (json, deep.as_bytes(), 400),
        (json, large.as_bytes(), 413), ("text/plain", b"csrfToken=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415), ("", b"csrfToken=x", 415),
        ("application/x-www-form-urlencodedx", b"a=b", 415),
    ];
    for path in POSTS {
        for (kind, body, status) in cases {
            let request = page.request(Method::POST, path).body(body.to_vec());
            let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
            let reply = page.send(request).await;
            assert_eq!(reply.status, status, "{path} {kind} {body:?}: {}", reply.text);
        }
        for (kind, body) in [(form, ""), (json, ""), (json, "{}"), ("", "")] {
            let request = page.request(Method::POST, path).body(body);
            let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
            let status = if path == "/session" { 400 } else { 303 };
            assert_eq!(page.send(request).await.status, status, "{path} {kind} {body}");
        }
    }
}}

api_test! { nothing_secret_is_repeated |house| {
    let page = AppPage::new(&house, 5);
    let canary = "canary7Kq";
    for path in POSTS {
        let fields = [("email", canary), ("password", canary), ("code", canary),
            ("callbackUrl", canary), (canary, canary)];
        let reply = page.post(path, &fields).await;
        assert!(!reply.text.contains(canary), "{path}: {}", reply.text);
        assert!(!format!("{:?}", reply.headers).contains(canary), "{path}");
    }
    let _: Value = page.session().await;
}}
