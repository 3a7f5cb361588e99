//! Setting up second factors and taking them away: who may, what it starts to ask for, what it ends.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, Authenticator, House, STEP, Settings, texts};

const RENEW: &str = "/v1/me/recovery-codes";

/// A hundred failures without a wait in between.
fn many() -> Settings {
    let variables = vec![("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "100")];
    Settings { variables, ..Settings::default() }
}

async fn factors(who: &Actor) -> Value {
    who.get("/v1/me/factors").await.ok()
}

/// The kinds and subjects of changes that somebody was written about.
async fn changes(house: &House, who: &Actor) -> usize {
    let mails = house.mails_to(&who.email).await;
    mails.iter().filter(|mail| mail.kind == "factor_changed").count()
}

api_test! { an_app_counts_once_its_first_code_has_come_back |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let before = factors(&user).await;
    assert_eq!((&before["totp"], &before["recovery_codes_left"]), (&json!([]), &json!(0)));

    let made = user.post("/v1/me/factors/totp", json!({ "name": "Phone" })).await.created();

    let uri = made["otpauth_uri"].as_str().expect("a URI");
    assert!(uri.starts_with("otpauth://totp/Doorward:"), "{uri}");
    assert!(uri.contains(made["secret"].as_str().expect("a secret")), "{uri}");
    assert!(made["qr_svg"].as_str().expect("a picture").contains("<svg"));
    let app = Authenticator::of(&made);
    let listed = factors(&user).await;
    assert_eq!((&listed["totp"][0]["name"], &listed["totp"][0]["confirmed"]), (&json!("Phone"), &json!(false)));
    assert_eq!(listed["methods"], json!(["password"]));
    assert_eq!(user.elsewhere().sign_in().await.ok()["status"], "signed_in");

    let codes = user.confirm_totp(&app.id, &app.code(&house)).await.ok();

    assert_eq!(texts(&codes["recovery_codes"]).len(), 10);
    let listed = factors(&user).await;
    assert_eq!((&listed["totp"][0]["confirmed"], &listed["recovery_codes_left"]), (&json!(true), &json!(10)));
    assert_eq!(listed["methods"], json!(["totp", "recovery_code", "password"]));
    assert_eq!(admin.latest_event("factor.added").await["subject_id"], user.id);
    assert_eq!(changes(&house, &user).await, 1);
    user.elsewhere().begin().await;
}}

api_test! { asvs_7_4_3_a_first_factor_ends_every_other_session_and_renews_this_one |house| {
    let user = house.user().await;
    let other = user.elsewhere();
    other.sign_in().await.ok();
    let old = user.cookie();
    user.enrol(&house).await;
    let session = user.get("/v1/auth/session").await.ok()["session"].clone();
    assert_eq!((&session["acr"], &session["amr"]), (&json!("aal2"), &json!(["mfa", "otp", "pwd"])));
    assert_ne!(user.cookie(), old);
    other.is_out().await;
    user.set_cookie(old);
    user.is_out().await;
}}

api_test! { a_wrong_first_code_confirms_nothing_and_is_counted |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let app = user.begin_totp().await;
    for _ in 0..10 {
        user.confirm_totp(&app.id, &app.wrong(&house)).await.problem(Code::FactorRefused);
    }
    assert_eq!(admin.latest_event("factor.refused").await["subject_id"], user.id);
    user.confirm_totp(&app.id, &app.code(&house)).await.problem(Code::RateLimited);
    assert_eq!(user.elsewhere().sign_in().await.ok()["status"], "signed_in");
    house.pass(600);
    user.confirm_totp(&app.id, &app.code(&house)).await.ok();
    user.confirm_totp(&app.id, &app.next(&house)).await.problem(Code::FactorExists);
}}

api_test! { a_second_set_up_drops_the_one_that_was_never_confirmed |house| {
    let user = house.user().await;
    let first = user.begin_totp().await;
    let second = user.begin_totp().await;
    assert_ne!(first.secret, second.secret);
    user.confirm_totp(&first.id, &first.code(&house)).await.problem(Code::FactorNotFound);
    user.confirm_totp(&second.id, &first.code(&house)).await.problem(Code::FactorRefused);
    user.confirm_totp(&second.id, &second.code(&house)).await.ok();
}}

api_test! { the_app_of_another_is_like_one_that_is_not_there |house| {
    let (user, thief) = (house.user().await, house.user().await);
    let app = user.begin_totp().await;
    thief.confirm_totp(&app.id, &app.code(&house)).await.problem(Code::FactorNotFound);
    thief.delete(&format!("/v1/me/factors/{}", app.id)).await.problem(Code::FactorNotFound);
    user.confirm_totp(&app.id, &app.code(&house)).await.ok();
}}

api_test! { an_account_has_at_most_five_apps_and_each_of_them_signs_in |house| {
    let user = house.user().await;
    let mut apps = Vec::new();
    for nth in 0..5 {
        let (app, codes) = user.enrol(&house).await;
        assert_eq!(codes.len(), if nth == 0 { 10 } else { 0 });
        apps.push(app);
    }
    user.post("/v1/me/factors/totp", json!({})).await.problem(Code::FactorExists);
    for app in &apps {
        let token = user.elsewhere().begin().await;
        user.elsewhere().finish(&token, "totp", &app.next(&house)).await.ok();
    }
}}

api_test! { removing_the_last_app_ends_the_second_step_and_the_recovery_codes |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    user.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
    let listed = factors(&user).await;
    assert_eq!((&listed["totp"], &listed["recovery_codes_left"]), (&json!([]), &json!(0)));
    assert_eq!(user.elsewhere().sign_in().await.ok()["status"], "signed_in");
    user.delete(&format!("/v1/me/factors/{}", app.id)).await.problem(Code::FactorNotFound);
    user.post(RENEW, json!({})).await.problem(Code::FactorMissing);
    assert_eq!(admin.latest_event("factor.removed").await["subject_id"], user.id);
    assert_eq!(changes(&house, &user).await, 2);
    // Codes of the former sheet don't come back with the next app.
    let (_, fresh) = user.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "recovery_code", &codes[0]).await.problem(Code::FactorRefused);
    user.elsewhere().finish(&token, "recovery_code", &fresh[0]).await.ok();
}}

api_test! { asvs_6_5_1_a_recovery_code_counts_once_and_the_rest_are_counted |house| {
    let user = house.user().await;
    let (_, codes) = user.enrol(&house).await;
    for (nth, code) in codes.iter().enumerate() {
        let browser = user.elsewhere();
        let token = browser.begin().await;
        browser.finish(&token, "recovery_code", code).await.ok();
        assert_eq!(factors(&browser).await["recovery_codes_left"], json!(9 - nth));
        let again = user.elsewhere().begin().await;
        user.elsewhere().finish(&again, "recovery_code", code).await.problem(Code::FactorRefused);
    }
    assert_eq!(changes(&house, &user).await, 11, "each use is told");
}}

api_test! { a_recovery_code_is_read_as_people_type_it |house| {
    let user = house.user().await;
    let (_, codes) = user.enrol(&house).await;
    for typed in [
        codes[0].to_uppercase(), codes[1].replace('-', ""), codes[2].replace('-', " "),
        format!(" {} ", codes[3]),
    ] {
        let browser = user.elsewhere();
        let token = browser.begin().await;
        browser.finish(&token, "recovery_code", &typed).await.ok();
    }
}}

api_test! { new_recovery_codes_end_the_old_ones_and_are_shown_once |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    user.post(RENEW, json!({})).await.problem(Code::FactorMissing);
    let (_, old) = user.enrol(&house).await;
    let new = texts(&user.post(RENEW, json!({})).await.created()["recovery_codes"]);
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    assert_eq!(admin.latest_event("factor.recovery_codes_made").await["subject_id"], user.id);
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "recovery_code", &old[0]).await.problem(Code::FactorRefused);
    user.elsewhere().finish(&token, "recovery_code", &new[0]).await.ok();
    let (shown, export) = (user.get("/v1/me/factors").await.text, user.get("/v1/me/export").await.text);
    let dump = house.dump().await.text();
    for code in &new {
        for place in [&shown, &export, &dump] {
            assert!(!place.contains(code) && !place.contains(&code.replace('-', "")));
        }
    }
}}

api_test! { ac_078_after_a_hundred_failures_recovery_codes_are_off_until_new_ones_are_made [many()] |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    use_up(&house, &user, "recovery_code", "aaaa-aaaa-aaaa-aaaa").await;
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "recovery_code", &codes[0]).await.problem(Code::FactorRefused);
    let browser = user.elsewhere();
    browser.finish(&token, "totp", &app.next(&house)).await.ok();
    assert_eq!(factors(&browser).await["methods"], json!(["totp", "password"]));
    let new = texts(&browser.post(RENEW, json!({})).await.created()["recovery_codes"]);
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "recovery_code", &new[0]).await.ok();
}}

api_test! { recovery_codes_that_come_with_another_app_count_again [many()] |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    use_up(&house, &user, "recovery_code", "aaaa-aaaa-aaaa-aaaa").await;
    let browser = user.elsewhere();
    let token = browser.begin().await;
    browser.finish(&token, "totp", &app.next(&house)).await.ok();
    browser.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
    let (_, new) = browser.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "recovery_code", &new[0]).await.ok();
}}

api_test! { after_a_hundred_failures_an_app_is_off_until_it_is_bound_anew [many()] |house| {
    let user = house.user().await;
    let (app, codes) = user.enrol(&house).await;
    let wrong = app.wrong(&house);
    use_up(&house, &user, "totp", &wrong).await;
    let told = house.mail_of("factor_changed", &user.email).await;
    assert!(told.text.contains("100") || told.text.to_lowercase().contains("off"), "{}", told.text);
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "totp", &app.next(&house)).await.problem(Code::FactorRefused);
    let browser = user.elsewhere();
    browser.finish(&token, "recovery_code", &codes[0]).await.ok();
    assert_eq!(factors(&browser).await["methods"], json!(["recovery_code", "password"]));
    browser.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
    let (new, _) = browser.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "totp", &new.next(&house)).await.ok();
}}

/// Fails a hundred times in a row, then waits until guesses are taken again.
async fn use_up(house: &House, user: &Actor, method: &str, wrong: &str) {
    for _ in 0..10 {
        let browser = user.elsewhere();
        let token = browser.begin().await;
        for _ in 0..10 {
            browser.finish(&token, method, wrong).await.problem(Code::FactorRefused);
        }
    }
    house.pass(3600);
}

api_test! { totp_05_what_an_app_shows_is_nowhere_but_in_the_answer_that_set_it_up |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let dump = house.dump().await.text().to_lowercase();
    let bytes = data_encoding::BASE32_NOPAD.decode(app.secret.as_bytes()).expect("base32");
    for form in [app.secret.to_lowercase(), data_encoding::HEXLOWER.encode(&bytes)] {
        assert!(!dump.contains(&form));
    }
    for path in ["/v1/me/factors", "/v1/me/export", "/v1/me", "/v1/auth/session"] {
        assert!(!user.get(path).await.text.contains(&app.secret), "{path}");
    }
}}

api_test! { asvs_6_5_8_only_the_services_clock_says_what_an_app_shows |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    house.pass(STEP);
    for away in [-3 * STEP, 3 * STEP] {
        let browser = user.elsewhere();
        let token = browser.begin().await;
        let body = json!({ "token": token, "method": "totp", "code": app.code_in(&house, away) });
        let request = browser.request(reqwest::Method::POST, "/v1/auth/second-factor").json(&body);
        let request = request.header("date", "Mon, 30 Nov 2026 12:00:00 GMT");
        browser.send(request).await.problem(Code::FactorRefused);
    }
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "totp", &app.code(&house)).await.ok();
}}

api_test! { codes_of_the_oathtool_program_are_accepted |house| {
    let user = house.user().await;
    let app = user.begin_totp().await;
    let shown = |seconds: i64| {
        let at = format!("@{}", house.now().micros() / 1_000_000 + seconds);
        let run = std::process::Command::new("oathtool")
            .args(["--totp", "--base32", "--now", &at, &app.secret])
            .output();
        let output = run.expect("the program oathtool (Debian's package oathtool) is installed");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("digits").trim().to_owned()
    };
    user.confirm_totp(&app.id, &shown(0)).await.ok();
    house.pass(STEP);
    let token = user.elsewhere().begin().await;
    user.elsewhere().finish(&token, "totp", &shown(0)).await.ok();
}}
