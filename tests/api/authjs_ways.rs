//! Ways through the client of Auth.js that leave the page: links by mail, other services.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{AppPage, House, Reply, STEP, Settings, Stub};

const APP: &str = "http://localhost:3000";

fn social() -> Settings {
    Stub::settings(&[("DOORWARD_AUTHJS_SIGN_IN_PAGE", "/login")])
}

fn hosted() -> Settings {
    Stub::settings(&[])
}

fn ann() -> Value {
    json!({
        "sub": "110169484474386276334", "email": "ann@example.test", "email_verified": true,
        "name": "Ann",
    })
}

fn place(reply: Reply) -> String {
    reply.expect(303).header("location").expect("a place").to_owned()
}

fn url(reply: Reply) -> String {
    reply.ok()["url"].as_str().expect("an address").to_owned()
}

/// Opens the link of a mail, and presses its button; where that leads.
async fn follow(house: &House, page: &AppPage, link: &str) -> Reply {
    let path = link.strip_prefix(&house.url("/api/auth")).expect("a link of ours");
    let shown = page.send(page.bare(Method::GET, path)).await.expect(200);
    let url = url::Url::parse(link).expect("a link");
    for (_, value) in url.query_pairs() {
        assert!(shown.text.contains(&format!("value=\"{value}\"")), "{}", shown.text);
    }
    let fields: Vec<_> = url.query_pairs().collect();
    page.send(page.request(Method::POST, "/callback/email").form(&fields)).await
}

api_test! { a_mailed_link_signs_in_once_and_leads_on |house| {
    let user = house.user().await.verified(&house).await;
    let page = AppPage::new(&house, 4);
    let fields = [("email", &*user.email), ("callbackUrl", "/members?x=1")];
    let reply = page.post("/signin/email", &fields).await;
    assert_eq!(url(reply), format!("{APP}/api/auth/verify-request?provider=email&type=email"));
    let mail = house.mail_of("magic_link", &user.email).await;
    let link = mail.link();
    // Looking is not enough.
    for _ in 0..2 {
        let path = link.strip_prefix(&house.url("/api/auth")).expect("a link of ours");
        page.get(path).await.expect(200);
    }
    assert!(page.session().await.is_null());
    assert_eq!(place(follow(&house, &page, link).await), "/members?x=1");
    assert_eq!(page.session().await["amr"], json!(["email"]));
    let other = AppPage::new(&house, 4);
    let again = place(follow(&house, &other, link).await);
    assert!(again.starts_with("/api/auth/signin?error=Verification&callbackUrl="), "{again}");
    assert!(other.session().await.is_null());
    for token in ["", "x", &"x".repeat(300)] {
        let request = other.request(Method::POST, "/callback/email").form(&[("token", token)]);
        assert_eq!(place(other.send(request).await), "/api/auth/signin?error=Verification");
    }
}}

api_test! { no_page_of_another_origin_uses_a_link |house| {
    let user = house.user().await.verified(&house).await;
    let page = AppPage::new(&house, 5);
    page.post("/signin/email", &[("email", &user.email)]).await.expect(200);
    let token = house.mail_of("magic_link", &user.email).await;
    let url = url::Url::parse(token.link()).expect("a link");
    let fields: Vec<_> = url.query_pairs().collect();
    let request = page.bare(Method::POST, "/callback/email").header("origin", "https://evil.test");
    page.send(request.form(&fields)).await.expect(403);
    assert!(page.session().await.is_null());
}}

api_test! { a_request_for_a_mail_tells_nothing |house| {
    let user = house.user().await.verified(&house).await;
    let unverified = house.user().await;
    let page = AppPage::new(&house, 5);
    let mut texts = Vec::new();
    for email in [&*user.email, &unverified.email, "nobody@example.test"] {
        let reply = page.post("/signin/email", &[("email", email)]).await.expect(200);
        texts.push((reply.headers.len(), reply.text));
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    let before = house.mails().await.len();
    for email in ["", "x", "undefined"] {
        let reply = page.post("/signin/email", &[("email", email)]).await;
        assert_eq!(url(reply), format!("{APP}/api/auth/signin?error=EmailSignin"));
    }
    assert_eq!(house.mails().await.len(), before);
}}

api_test! { a_mailed_link_leads_to_nobody_elses_place |house| {
    let user = house.user().await.verified(&house).await;
    let page = AppPage::new(&house, 5);
    let evil = "https://evil.test/a";
    let fields = [("email", &*user.email), ("callbackUrl", evil)];
    page.post("/signin/email", &fields).await.expect(200);
    let link = house.mail_of("magic_link", &user.email).await.link().to_owned();
    assert!(!link.contains("evil"), "{link}");
    let url = url::Url::parse(&link).expect("a link");
    let token = url.query_pairs().next().expect("a token").1.into_owned();
    let fields = [("token", token.as_str()), ("callbackUrl", evil)];
    let request = page.request(Method::POST, "/callback/email").form(&fields);
    assert_eq!(place(page.send(request).await), "/");
}}

/// Begins at a provider; answers its address.
async fn leave(page: &AppPage, provider: &str) -> String {
    let path = format!("/signin/{provider}");
    url(page.post(&path, &[("callbackUrl", "/members")]).await)
}

async fn come_back(page: &AppPage, provider: &str, values: &[(String, String)]) -> Reply {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(values);
    let path = format!("/callback/{provider}?{}", query.finish());
    page.send(page.bare(Method::GET, &path).header("sec-fetch-site", "cross-site")).await
}

api_test! { another_service_leads_back_to_where_auth_js_has_it [social()] |house| {
    for (generation, provider) in [(4, "google"), (5, "github")] {
        let page = AppPage::new(&house, generation);
        let url = leave(&page, provider).await;
        let back = house.url(&format!("/api/auth/callback/{provider}"));
        let found = url::Url::parse(&url).expect("an address");
        let redirect = found.query_pairs().find(|(name, _)| name == "redirect_uri");
        assert_eq!(redirect.expect("it is there").1, back);
        assert!(page.cookie("doorward-flow").is_some());
        let told = if provider == "google" { ann() } else { json!({
            "id": 7, "login": "gil", "name": "Gil",
            "emails": [{ "email": "gil@example.test", "primary": true, "verified": true }],
        }) };
        let values = house.stub().agree(&url, told, house.seconds());
        // Another browser gets nothing, and the flow is over with that.
        assert_eq!(place(come_back(&page, provider, &values).await), "/members");
        assert_eq!(page.session().await["amr"], json!(["fed"]));
        let again = place(come_back(&page, provider, &values).await);
        assert!(again.starts_with("/api/auth/signin?error=OAuthCallback"), "{again}");
    }
}}

api_test! { another_browser_comes_back_to_nothing [social()] |house| {
    let page = AppPage::new(&house, 5);
    let url = leave(&page, "google").await;
    let values = house.stub().agree(&url, ann(), house.seconds());
    let other = AppPage::new(&house, 5);
    let end = place(come_back(&other, "google", &values).await);
    assert!(end.starts_with("/api/auth/signin?error=OAuthCallback"), "{end}");
    assert!(other.session().await.is_null());
    let end = place(other.get(&end["/api/auth".len()..]).await);
    assert!(end.starts_with("/login?callbackUrl="), "{end}");
}}

api_test! { a_code_that_was_sent_elsewhere_is_not_exchanged [social()] |house| {
    let page = AppPage::new(&house, 5);
    let url = leave(&page, "google").await;
    let values = house.stub().agree(&url, ann(), house.seconds());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&values);
    let path = house.url(&format!("/sign-in/callback/google?{}", query.finish()));
    let flow = format!("doorward-flow={}", page.cookie("doorward-flow").expect("a flow"));
    let reply = house.client.get(path).header("cookie", flow).send().await.expect("an answer");
    assert_eq!(reply.status(), 403);
    assert!(page.session().await.is_null());
}}

api_test! { a_form_of_another_service_is_taken [social()] |house| {
    let page = AppPage::new(&house, 5);
    let url = leave(&page, "apple").await;
    let values = house.stub().agree(&url, ann(), house.seconds());
    let foreign = AppPage::new(&house, 5);
    let request = foreign.bare(Method::POST, "/callback/apple").form(&values);
    let request = request.header("origin", "https://appleid.apple.test");
    let end = place(foreign.send(request.header("sec-fetch-site", "cross-site")).await);
    assert!(end.starts_with("/api/auth/callback/apple?state="), "{end}");
    let end = place(page.get(&end["/api/auth".len()..]).await);
    assert_eq!(end, "/members");
    assert_eq!(page.session().await["user"]["email"], "ann@example.test");
    for values in [&[("state", "x"), ("code", "y")][..], &[("a", "b")]] {
        let request = foreign.bare(Method::POST, "/callback/apple").form(values);
        let end = place(foreign.send(request).await);
        assert!(end.starts_with("/api/auth/signin?error=OAuthCallback"), "{end}");
    }
}}

api_test! { a_second_factor_is_asked_for_after_another_service [social()] |house| {
    let page = AppPage::new(&house, 5);
    let url = leave(&page, "google").await;
    let values = house.stub().agree(&url, ann(), house.seconds());
    come_back(&page, "google", &values).await.expect(303);
    let ann_here = house.nobody();
    ann_here.set_cookie(Some(format!("doorward={}", page.cookie("doorward").expect("a session"))));
    let (app, _) = ann_here.enrol(&house).await;
    house.pass(STEP);
    let page = AppPage::new(&house, 5);
    let url = leave(&page, "google").await;
    let values = house.stub().agree(&url, ann(), house.seconds());
    let end = place(come_back(&page, "google", &values).await);
    let end = place(page.get(&end["/api/auth".len()..]).await);
    assert!(end.starts_with("/login?") && end.contains("code=SecondFactorRequired"), "{end}");
    assert!(page.session().await.is_null());
    let code = app.code(&house);
    let reply = page.post("/callback/credentials", &[("code", &code), ("callbackUrl", "/x")]).await;
    assert_eq!(self::url(reply), format!("{APP}/x"));
    assert_eq!(page.session().await["acr"], "aal2");
}}

api_test! { where_the_hosted_page_signs_in_it_asks_for_the_second_factor [hosted()] |house| {
    let user = house.user().await.verified(&house).await;
    user.enrol(&house).await;
    let page = AppPage::new(&house, 5);
    page.post("/signin/email", &[("email", &user.email)]).await.expect(200);
    let link = house.mail_of("magic_link", &user.email).await.link().to_owned();
    let reply = follow(&house, &page, &link).await.expect(200);
    assert!(reply.text.contains("action=\"/second-factor\""), "{}", reply.text);
    assert_eq!(page.cookie("doorward-step"), None);
    assert!(page.session().await.is_null());
}}
