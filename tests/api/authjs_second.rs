//! The second factor through the client of Auth.js: a code that the page acts on.

use doorward::http::code::Code;

use crate::harness::{Actor, AppPage, Reply, STEP};

const COOKIE: &str = "doorward-step";

fn error(reply: Reply) -> String {
    let url = reply.json()["url"].as_str().expect("an address").to_owned();
    let url = url::Url::parse(&url).expect("an address");
    let value = |name: &str| {
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    value("code").or(value("error")).unwrap_or_default()
}

/// Whether the browser is signed in as this account, by these methods.
async fn is_in(page: &AppPage, user: &Actor, amr: &[&str]) {
    let session = page.session().await;
    assert_eq!(session["user"]["id"], user.id.as_str(), "{session}");
    assert_eq!(session["amr"], serde_json::json!(amr));
    assert_eq!(page.cookie(COOKIE), None);
}

async fn is_out(page: &AppPage) {
    assert!(page.session().await["user"].is_null());
    assert_eq!(page.cookie("doorward"), None);
}

async fn code_alone(page: &AppPage, code: &str) -> Reply {
    page.post("/callback/credentials", &[("code", code)]).await
}

api_test! { the_page_asks_for_the_code_when_it_is_told_to |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    for generation in [4, 5] {
        house.pass(STEP);
        let page = AppPage::new(&house, generation);
        let reply = page.sign_in(&user.email, &[]).await;
        assert_eq!(reply.status, if generation == 4 { 401 } else { 200 });
        let set = reply.headers.get_all("set-cookie").iter().map(|it| it.to_str().expect("text"));
        let set: Vec<_> = set.filter(|it| it.starts_with(COOKIE)).collect();
        assert!(set.len() == 1 && set[0].contains("HttpOnly; SameSite=Lax"), "{set:?}");
        assert!(set[0].contains("Max-Age=600"), "{set:?}");
        assert_eq!(error(reply), "SecondFactorRequired");
        is_out(&page).await;
        // All of it again, as from one form.
        let reply = page.sign_in(&user.email, &[("code", &app.wrong(&house))]).await;
        assert_eq!(error(reply), "SecondFactorInvalid");
        is_out(&page).await;
        let reply = page.sign_in(&user.email, &[("code", &app.code(&house))]).await;
        reply.expect(200);
        is_in(&page, &user, &["mfa", "otp", "pwd"]).await;
    }
}}

api_test! { the_code_alone_is_enough_in_the_browser_that_gave_the_password |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    house.pass(STEP);
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[("remember", "true")]).await.expect(200);
    assert_eq!(error(code_alone(&page, &app.wrong(&house)).await), "SecondFactorInvalid");
    // Without a code there is nothing to go on with.
    let reply = page.post("/callback/credentials", &[("email", &user.email)]).await;
    assert_eq!(error(reply), "credentials");
    let other = AppPage::new(&house, 5);
    assert_eq!(error(code_alone(&other, &app.code(&house)).await), "credentials");
    other.set_cookie(COOKIE, "x");
    assert_eq!(error(code_alone(&other, &app.code(&house)).await), "SecondFactorExpired");
    assert_eq!(other.cookie(COOKIE), None);
    code_alone(&page, &codes[0]).await.expect(200);
    is_in(&page, &user, &["mfa", "pwd", "recovery"]).await;
}}

api_test! { a_sign_in_that_took_too_long_begins_anew |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let page = AppPage::new(&house, 5);
    page.sign_in(&user.email, &[]).await.expect(200);
    house.pass(601);
    let reply = code_alone(&page, &app.code(&house)).await;
    assert_eq!(error(reply), "SecondFactorExpired");
    assert_eq!(page.cookie(COOKIE), None);
    is_out(&page).await;
}}

api_test! { a_wrong_password_tells_nothing_of_the_second_factor |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let page = AppPage::new(&house, 5);
    house.pass(STEP);
    let code = app.code(&house);
    let fields = [("email", &*user.email), ("password", "wrong wrong wrong"), ("code", &code)];
    assert_eq!(error(page.post("/callback/credentials", &fields).await), "credentials");
    assert_eq!(page.cookie(COOKIE), None);
    // The code was not looked at, so it still is good.
    page.sign_in(&user.email, &[("code", &code)]).await.expect(200);
    is_in(&page, &user, &["mfa", "otp", "pwd"]).await;
    // Each code once.
    let again = AppPage::new(&house, 5);
    let reply = again.sign_in(&user.email, &[("code", &code)]).await;
    assert_eq!(error(reply), "SecondFactorInvalid");
    is_out(&again).await;
}}

api_test! { what_a_script_sends_of_nothing_is_nothing |house| {
    let user = house.user().await;
    let page = AppPage::new(&house, 5);
    let more = [("code", "undefined"), ("method", "null"), ("remember", "undefined"),
        ("challenge", "undefined"), ("redirect", "false")];
    page.sign_in(&user.email, &more).await.expect(200);
    is_in(&page, &user, &["pwd"]).await;
    let other = house.user().await;
    other.enrol(&house).await;
    let reply = AppPage::new(&house, 5).sign_in(&other.email, &more).await;
    assert_eq!(error(reply), "SecondFactorRequired");
}}

api_test! { odd_methods_are_refused |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    house.pass(STEP);
    let page = AppPage::new(&house, 5);
    let code = app.code(&house);
    for (method, code) in [
        ("x", &*code), ("passkey", &code), ("recovery_code", &code), ("email", &code),
        ("totp", &codes[0]), ("totp", &"1".repeat(500)),
    ] {
        let reply = page.sign_in(&user.email, &[("code", code), ("method", method)]).await;
        assert_eq!(error(reply), "SecondFactorInvalid", "{method}");
    }
    is_out(&page).await;
    page.sign_in(&user.email, &[("code", &code), ("method", "totp")]).await.expect(200);
    is_in(&page, &user, &["mfa", "otp", "pwd"]).await;
}}

api_test! { a_code_can_be_mailed |house| {
    let user = house.user().await.verified(&house).await;
    let body = serde_json::json!({ "enabled": true });
    user.post("/v1/me/factors/email", body).await.no_content();
    let page = AppPage::new(&house, 5);
    let reply = page.sign_in(&user.email, &[("method", "email")]).await;
    assert_eq!(error(reply), "SecondFactorRequired");
    let first = house.mail_of("mailed_factor", &user.email).await.code().to_owned();
    let reply = page.post("/callback/credentials", &[("method", "email")]).await;
    assert_eq!(error(reply), "SecondFactorRequired");
    let code = house.mail_of("mailed_factor", &user.email).await.code().to_owned();
    let send = |code: String| {
        let page = &page;
        async move {
            page.post("/callback/credentials", &[("method", "email"), ("code", &code)]).await
        }
    };
    assert_eq!(error(send(first).await), "SecondFactorInvalid");
    send(code).await.expect(200);
    is_in(&page, &user, &["email", "pwd"]).await;
}}

api_test! { a_trusted_browser_is_not_asked_again |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    house.pass(STEP);
    let page = AppPage::new(&house, 5);
    let code = app.code(&house);
    let more = [("code", &*code), ("trust_device", "true")];
    page.sign_in(&user.email, &more).await.expect(200);
    page.post("/signout", &[]).await.expect(200);
    page.sign_in(&user.email, &[]).await.expect(200);
    assert_eq!(page.session().await["user"]["id"], user.id.as_str());
    let admin = house.admin().await;
    admin.get("/v1/me").await.expect(200);
    house.nobody().get("/v1/me").await.problem(Code::NotSignedIn);
}}
