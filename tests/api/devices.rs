//! Browsers that are known: what they are spared, until when, and what ends that.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, Authenticator, House, PASSWORD, Settings};

const NEW: &str = "a lake of black coffee";
const WRONG: &str = "a river of black tea";
const DAYS: i64 = 86_400;

/// Somebody with an app, and a browser of theirs that stands in for it.
async fn trusted(house: &House) -> (Actor, Authenticator, Vec<String>) {
    let browser = house.user().await.in_a_browser();
    browser.sign_in().await.ok();
    let (app, codes) = browser.enrol(house).await;
    trust(house, &browser, &app).await;
    (browser, app, codes)
}

async fn trust(house: &House, browser: &Actor, app: &Authenticator) {
    let token = browser.back_again().begin().await;
    browser.finish_and_trust(&token, "totp", &app.next(house)).await.ok();
}

/// What a sign-in in this browser says.
async fn status(browser: &Actor) -> Value {
    browser.back_again().sign_in().await.ok()["status"].clone()
}

async fn devices(who: &Actor) -> Vec<Value> {
    who.get("/v1/me/devices").await.items()
}

fn hundred() -> Settings {
    let variables = vec![("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "100")];
    Settings { variables, ..Settings::default() }
}

/// Switches an account's password off, as somebody elsewhere does who guesses.
async fn use_up(house: &House, user: &Actor) {
    for _ in 0..100 {
        user.elsewhere().sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }
    house.pass(3600);
}

api_test! { a_trusted_device_stands_in_for_the_second_factor_for_thirty_days |house| {
    let (browser, app, _) = trusted(&house).await;
    assert_eq!(status(&browser).await, "signed_in");
    assert_eq!(status(&browser.elsewhere()).await, "second_factor_required");
    house.pass(30 * DAYS - 1);
    let back = browser.back_again();
    assert_eq!(back.sign_in().await.ok()["session"]["acr"], "aal1");
    // Signing in does not prolong it.
    house.pass(1);
    assert_eq!(status(&browser).await, "second_factor_required");
    trust(&house, &browser, &app).await;
    assert_eq!(status(&browser).await, "signed_in");
}}

api_test! { a_device_is_trusted_only_where_that_was_asked_for_and_never_without_the_password |house| {
    let browser = house.user().await.in_a_browser();
    browser.sign_in().await.ok();
    let (app, _) = browser.enrol(&house).await;
    let token = browser.back_again().begin().await;
    browser.finish(&token, "totp", &app.next(&house)).await.ok();
    assert_eq!(status(&browser).await, "second_factor_required");
    trust(&house, &browser, &app).await;
    browser.back_again().sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    browser.back_again().is_out().await;
}}

api_test! { trust_ends_with_the_password_the_reset_and_every_change_of_the_factors |house| {
    let (browser, app, _) = trusted(&house).await;
    let browser = browser.verified(&house).await;
    for change in ["another app", "an app less", "password", "reset"] {
        assert_eq!(status(&browser).await, "signed_in", "before {change}");
        let fresh = browser.elsewhere();
        let token = fresh.begin().await;
        fresh.finish(&token, "totp", &app.next(&house)).await.ok();
        change_by(&house, &fresh, change).await;
        let password = if matches!(change, "password" | "reset") { NEW } else { PASSWORD };
        let answer = browser.back_again().sign_in_with(password).await.ok();
        assert_eq!(answer["status"], "second_factor_required", "after {change}");
        if change == "password" {
            let body = json!({ "current_password": NEW, "new_password": PASSWORD });
            fresh.post("/v1/me/password", body).await.no_content();
        }
        if change != "reset" {
            trust(&house, &browser, &app).await;
        }
    }
}}

async fn change_by(house: &House, fresh: &Actor, change: &str) {
    match change {
        "another app" => {
            fresh.enrol(house).await;
        }
        "an app less" => {
            let factors = fresh.get("/v1/me/factors").await.ok();
            let id = factors["totp"][1]["id"].as_str().expect("an id").to_owned();
            fresh.delete(&format!("/v1/me/factors/{id}")).await.no_content();
        }
        "password" => {
            let body = json!({ "current_password": PASSWORD, "new_password": NEW });
            fresh.post("/v1/me/password", body).await.no_content();
        }
        _ => {
            let ask = json!({ "email": fresh.email });
            house.nobody().post("/v1/auth/password-reset", ask).await.accepted();
            let token = house.mail_of("reset_password", &fresh.email).await.token().to_owned();
            let body = json!({ "token": token, "password": NEW });
            house.nobody().post("/v1/auth/password-reset/complete", body).await.no_content();
        }
    }
}

api_test! { devices_are_listed_and_a_forgotten_one_is_new_again |house| {
    let admin = house.admin().await;
    let (browser, ..) = trusted(&house).await;
    let listed = devices(&browser).await;
    let own = listed.iter().find(|device| device["current"] == true).expect("this one");
    assert!(own["trusted_until"].is_string(), "{own}");
    let id = own["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/me/devices/{id}");
    let thief = house.user().await;
    thief.delete(&path).await.problem(Code::DeviceNotFound);
    let phone = browser.in_a_browser();

    browser.delete(&path).await.no_content();

    browser.is_out().await;
    assert_eq!(admin.latest_event("device.forgotten").await["subject_id"], browser.id);
    assert_eq!(status(&browser).await, "second_factor_required");
    assert_eq!(status(&phone).await, "second_factor_required");
}}

api_test! { a_device_cookie_is_worth_nothing_for_another_account_or_changed |house| {
    let (browser, ..) = trusted(&house).await;
    let (other, ..) = trusted(&house).await;
    let cookie = browser.device_cookie().expect("a cookie");
    let other_browser = other.back_again();
    other_browser.set_device_cookie(&cookie);
    assert_eq!(status(&other_browser).await, "second_factor_required");
    let stranger = browser.in_a_browser();
    let cut = &cookie[..cookie.len() - 1];
    let flipped = if cookie.ends_with('A') { 'Q' } else { 'A' };
    for changed in [cut.to_owned(), format!("{cut}{flipped}"), format!("{cookie}A"), "doorward-device=".into()] {
        stranger.set_device_cookie(&changed);
        assert_eq!(status(&stranger).await, "second_factor_required", "{changed}");
    }
    stranger.set_device_cookie(&cookie);
    assert_eq!(status(&stranger).await, "signed_in");
}}

api_test! { the_owner_is_told_of_a_new_device_but_not_of_the_first |house| {
    let user = house.user().await;
    let told = async || {
        let mails = house.mails_to(&user.email).await;
        mails.iter().filter(|mail| mail.kind == "new_device").count()
    };
    assert_eq!(told().await, 0);
    let browser = user.in_a_browser();
    browser.sign_in().await.ok();
    assert_eq!(told().await, 1);
    browser.back_again().sign_in().await.ok();
    browser.call("/v1/auth/sign-out").await.no_content();
    browser.sign_in().await.ok();
    assert_eq!(told().await, 1);
    assert!(house.mail_of("new_device", &user.email).await.text.contains("127.0.0.1"));
    browser.elsewhere().sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    assert_eq!(told().await, 1);
}}

api_test! { a_known_browser_gets_in_while_others_use_up_the_tries |house| {
    let user = house.user().await;
    let browser = user.in_a_browser();
    browser.sign_in().await.ok();
    let back = browser.back_again();
    for _ in 0..10 {
        user.elsewhere().sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }
    user.elsewhere().sign_in().await.problem(Code::RateLimited);
    back.sign_in().await.ok();
    // A browser that is known has tries of its own, and no more than others.
    let back = browser.back_again();
    for _ in 0..10 {
        back.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }
    back.sign_in().await.problem(Code::RateLimited);
}}

api_test! { after_a_hundred_failures_a_password_counts_in_known_browsers_alone [hundred()] |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let browser = user.in_a_browser();
    browser.sign_in().await.ok();
    use_up(&house, &user).await;
    let shown = admin.get(&format!("/v1/users/{}", user.id)).await.ok();
    assert_eq!(shown["status"], "locked");
    let right = user.elsewhere().sign_in().await;
    let wrong = user.elsewhere().sign_in_with(WRONG).await;
    assert_eq!(right.shape(), wrong.shape());
    right.problem(Code::InvalidCredentials);
    // Sessions go on, and the owner gets in where they were before.
    user.get("/v1/me").await.ok();
    browser.back_again().sign_in().await.ok();
    assert_eq!(admin.get(&format!("/v1/users/{}", user.id)).await.ok()["status"], "active");
}}

api_test! { asvs_6_3_1_a_reset_makes_a_password_count_again [hundred()] |house| {
    let user = house.user().await.verified(&house).await;
    use_up(&house, &user).await;
    user.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
    // The mailbox still opens the account.
    let thief = house.nobody();
    thief.post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("magic_link", &user.email).await.token().to_owned();
    house.nobody().post("/v1/auth/magic-link/complete", json!({ "token": token })).await.ok();
    user.elsewhere().sign_in().await.problem(Code::InvalidCredentials);

    thief.post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
    let body = json!({ "token": token, "password": NEW });
    thief.post("/v1/auth/password-reset/complete", body).await.no_content();

    user.elsewhere().sign_in_with(NEW).await.ok();
}}
