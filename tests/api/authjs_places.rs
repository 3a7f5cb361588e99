//! Where the client is led: to the app's own origin and to listed places, whatever is tried.

use reqwest::Method;
use serde_json::json;

use crate::harness::{AppPage, House, PASSWORD, Reply, Settings};

const APP: &str = "http://localhost:3000";

fn with(variables: &[(&'static str, &'static str)]) -> Settings {
    Settings { variables: variables.to_vec(), ..Settings::default() }
}

/// A service that strangers can reach, so that no page of this machine counts as its own.
fn public() -> Settings {
    with(&[
        ("DOORWARD_PUBLIC_URL", "https://app.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
        ("DOORWARD_PAGES_RETURN_TO", "https://shop.example.test/in"),
        ("DOORWARD_ALLOWED_ORIGINS", "https://desk.example.test"),
    ])
}

fn login() -> Settings {
    with(&[("DOORWARD_AUTHJS_SIGN_IN_PAGE", "/login")])
}

const EVIL: [&str; 32] = [
    "https://evil.test", "https://evil.test/a", "//evil.test", "///evil.test", "/\\evil.test",
    "\\\\evil.test", "/\t/evil.test", "/%09/evil.test", "/%2F/evil.test", "/%5Cevil.test",
    "/\r\nSet-Cookie: a=b", "http:evil.test", "https:/evil.test", "http:///evil.test",
    "javascript:alert(1)", "data:text/html,x", "https://localhost:3000",
    "http://localhost:3000@evil.test", "http://localhost:3000.evil.test",
    "http://localhost:30001/", "http://user@localhost:3000/", "http://localhost/",
    "localhost:3000", "http://127.0.0.1:3000/", "HTTP://LOCALHOST:3000/x", "/a//b",
    "/..//evil.test", "/x/../y", "x", " /x", "/\u{202e}x", "/x\0",
];

api_test! { nobody_is_led_away |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    let token = page.csrf().await;
    for evil in EVIL {
        let fields = [
            ("csrfToken", &*token), ("email", &user.email), ("password", PASSWORD),
            ("callbackUrl", evil),
        ];
        let reply = page.post_without_token("/callback/credentials", &fields).await;
        // What no text is, is no form either.
        if evil.contains('\0') {
            reply.expect(400);
            continue;
        }
        assert_eq!(reply.ok(), json!({ "url": APP }), "{evil:?}");
        let fields = [("csrfToken", &*token), ("callbackUrl", evil)];
        let reply = page.post_without_token("/signout", &fields).await;
        assert_eq!(reply.ok(), json!({ "url": APP }), "{evil:?}");
        let reply = page.send(page.request(Method::POST, "/signout").form(&fields)).await;
        assert_eq!(reply.expect(303).header("location"), Some("/"), "{evil:?}");
        let query: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for path in ["signin", "error", "signin/credentials"] {
            let reply = page.get(&format!("/{path}?callbackUrl={query}")).await.expect(303);
            assert_eq!(reply.header("location"), Some("/sign-in?return_to=%2F"), "{evil:?}");
        }
        // Auth.js gives the value of a query, too.
        let path = format!("/signout?callbackUrl={query}");
        let reply = page.post_without_token(&path, &[("csrfToken", &*token)]).await;
        assert_eq!(reply.ok(), json!({ "url": APP }), "{evil:?}");
    }
}}

/// Where a page of this origin is led that asks for `callback`, with these headers beside.
async fn led(house: &House, page: &AppPage, callback: &str, headers: &[(&str, &str)]) -> String {
    let token = page.csrf().await;
    let mut request = page.bare(Method::POST, "/signout");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let fields = [("csrfToken", token.as_str()), ("callbackUrl", callback)];
    let request = request.header("x-auth-return-redirect", "1").form(&fields);
    let url = page.send(request).await.ok()["url"].as_str().expect("an address").to_owned();
    url.replace(&house.url(""), "OWN")
}

api_test! { own_paths_and_own_addresses_are_followed |house| {
    let page = AppPage::new(&house, 5);
    let own = house.url("/account");
    for (callback, wanted) in [
        ("/", "http://localhost:3000/"),
        ("/a?b=c&d=%2F%2Fe#f", "http://localhost:3000/a?b=c&d=%2F%2Fe#f"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost:3000/a?b#c", "http://localhost:3000/a?b#c"),
        (own.as_str(), "OWN/account"),
        ("", "http://localhost:3000"),
    ] {
        let headers = [("origin", APP), ("sec-fetch-site", "same-origin")];
        assert_eq!(led(&house, &page, callback, &headers).await, wanted);
    }
}}

api_test! { the_origin_is_that_of_the_page_as_the_browser_tells_it |house| {
    let page = AppPage::new(&house, 5);
    let same = ("sec-fetch-site", "same-origin");
    let own = house.url("");
    for (headers, wanted) in [
        (&[("origin", APP), same][..], APP),
        (&[("origin", "http://127.0.0.1:5173"), same], "http://127.0.0.1:5173"),
        (&[("origin", "http://[::1]:5173"), same], "http://[::1]:5173"),
        (&[("origin", own.as_str())], "OWN"),
        // No browser stands behind it.
        (&[], "OWN"),
        (&[("host", "evil.test"), ("x-forwarded-host", "evil.test"), ("x-forwarded-proto", "https")], "OWN"),
        (&[("forwarded", "host=evil.test"), ("x-forwarded-host", "localhost:3000")], "OWN"),
        (&[("referer", "https://evil.test/a"), same], "OWN"),
        (&[("origin", "null"), same], "OWN"),
        (&[("origin", "https://evil.test"), same], "OWN"),
        (&[("origin", "http://localhost.evil.test"), same], "OWN"),
        (&[("origin", "http://evil.test@localhost"), same], "http://localhost"),
        (&[("referer", "http://localhost:3000/page?x"), same], APP),
        (&[("referer", "http://localhost:3000/page")], "OWN"),
    ] {
        assert_eq!(led(&house, &page, "/x", headers).await, format!("{wanted}/x"), "{headers:?}");
    }
}}

api_test! { where_strangers_come_only_listed_origins_count [public()] |house| {
    let page = AppPage::at(&house, 5, "https://app.example.test");
    let same = ("sec-fetch-site", "same-origin");
    let own = "https://app.example.test";
    for (origin, callback, wanted) in [
        (own, "/x", "https://app.example.test/x"),
        (own, "https://app.example.test/x", "https://app.example.test/x"),
        (own, "https://shop.example.test/in/x", "https://shop.example.test/in/x"),
        (own, "https://shop.example.test/out", own),
        ("https://shop.example.test", "/x", "https://shop.example.test/x"),
        ("https://desk.example.test", "/x", "https://desk.example.test/x"),
        ("https://desk.example.test", "https://evil.test", "https://desk.example.test"),
        (APP, "/x", "https://app.example.test/x"),
        ("http://app.example.test", "/x", "https://app.example.test/x"),
        ("https://evil.test", "https://evil.test/x", own),
    ] {
        let found = led(&house, &page, callback, &[("origin", origin), same]).await;
        assert_eq!(found, wanted, "{origin} {callback}");
    }
}}

api_test! { the_hosted_page_tells_what_was_refused |house| {
    let page = AppPage::new(&house, 5);
    for (query, place) in [
        ("", "/sign-in?return_to=%2F"),
        ("?callbackUrl=/x", "/sign-in?return_to=%2Fx"),
        ("?callbackUrl=/account", "/sign-in"),
        ("?error=SessionRequired&callbackUrl=/x", "/sign-in?return_to=%2Fx"),
        ("?error=CredentialsSignin&callbackUrl=/account", "/sign-in?refused=auth.invalid_credentials"),
        ("?error=CredentialsSignin&code=RateLimited", "/sign-in?return_to=%2F&refused=rate_limit.exceeded"),
        ("?error=EmailUnverified", "/sign-in?return_to=%2F&refused=auth.email_unverified"),
        ("?error=CredentialsSignin&code=SecondFactorRequired", "/sign-in?return_to=%2F"),
        ("?error=Verification", "/sign-in?return_to=%2F&refused=proofs.invalid"),
        ("?error=Configuration", "/sign-in?return_to=%2F&refused=server.internal"),
        ("?error=<script>", "/sign-in?return_to=%2F"),
    ] {
        for path in ["/signin", "/error"] {
            let reply = page.get(&format!("{path}{query}")).await.expect(303);
            assert_eq!(reply.header("location"), Some(place), "{path}{query}");
        }
    }
    let text = |query: &str| {
        let path = format!("/sign-in?{query}");
        let house = &house;
        async move { house.nobody().get(&path).await.expect(200).text }
    };
    let wrong = "The e-mail address or the password is not right.";
    assert!(text("refused=auth.invalid_credentials").await.contains(wrong));
    let plain = text("").await;
    assert_eq!(text("refused=x").await, plain);
    assert_eq!(text("refused=auth.not_signed_in").await, plain);
}}

api_test! { the_apps_own_page_is_told_what_auth_js_tells [login()] |house| {
    let page = AppPage::new(&house, 5);
    let base = "callbackUrl=http%3A%2F%2Flocalhost%3A3000";
    for (query, wanted) in [
        ("", base.to_owned()),
        ("?callbackUrl=/x&error=SessionRequired", format!("{base}%2Fx&error=SessionRequired")),
        ("?error=CredentialsSignin&code=RateLimited", format!("{base}&error=CredentialsSignin&code=RateLimited")),
        ("?error=a%26b=c", base.to_owned()),
        ("?error=&code=%0d%0aX", base.to_owned()),
    ] {
        let request = page.request(Method::GET, &format!("/signin{query}"));
        let reply = page.send(request.header("referer", format!("{APP}/page"))).await.expect(303);
        assert_eq!(reply.header("location"), Some(&*format!("/login?{wanted}")), "{query}");
    }
}}

/// That a small page loads nothing and can't be framed.
fn is_plain(reply: &Reply) {
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"));
    assert!(!reply.text.contains("src=") && !reply.text.contains("href="), "{}", reply.text);
}

api_test! { the_page_that_signs_out_asks_first |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[]).await.expect(200);
    let reply = page.get("/signout?callbackUrl=/%22%3E%3Cb%3E").await.expect(200);
    is_plain(&reply);
    assert!(!reply.text.contains("<b>"), "{}", reply.text);
    let reply = page.get("/signout?callbackUrl=/bye").await.expect(200);
    assert_eq!(page.session().await["user"]["id"], user.id.as_str());
    let value = |name: &str| {
        let rest = reply.text.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
        rest.split('"').next().expect("a value").to_owned()
    };
    let fields = [("csrfToken", value("csrfToken")), ("callbackUrl", value("callbackUrl"))];
    let reply = page.send(page.request(Method::POST, "/signout").form(&fields)).await.expect(303);
    assert_eq!(reply.header("location"), Some("/bye"));
    assert!(page.session().await.is_null());
}}

api_test! { who_is_to_look_into_the_mail_is_told_so |house| {
    let page = AppPage::new(&house, 5);
    let request = page.request(Method::GET, "/verify-request?provider=email&type=email");
    let reply = page.send(request.header("accept-language", "de")).await.expect(200);
    is_plain(&reply);
    assert!(reply.text.contains("<html lang=\"de\">"), "{}", reply.text);
    assert!(!reply.text.contains("⟦"), "{}", reply.text);
}}
