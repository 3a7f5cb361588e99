//! The state of an account: every way in asks for it, and who must have a second factor does nothing
//! before it is set up.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Settings};

const NEW: &str = "a lake of black coffee";

fn with(name: &'static str, value: &'static str) -> Settings {
    Settings { variables: vec![(name, value)], ..Settings::default() }
}

fn everyone() -> Settings {
    with("DOORWARD_ACCOUNT_SECOND_FACTOR", "everyone")
}

fn administrators() -> Settings {
    with("DOORWARD_ACCOUNT_SECOND_FACTOR", "admin")
}

fn must_verify() -> Settings {
    with("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "always")
}

/// Everything that starts a session for this account but a right password.
struct Ways {
    link: String,
    code: String,
    pending: String,
    totp: String,
}

/// Ways in that were prepared while the account was in order.
async fn prepared(house: &House, user: &Actor) -> Ways {
    let (app, _) = user.enrol(house).await;
    house.nobody().post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let mail = house.mail_of("magic_link", &user.email).await;
    let pending = user.elsewhere().begin().await;
    Ways {
        link: mail.token().to_owned(),
        code: mail.code().to_owned(),
        pending,
        totp: app.next(house),
    }
}

/// The code of each way's refusal, or what came of it.
async fn outcomes(user: &Actor, ways: &Ways) -> Vec<(&'static str, String)> {
    let who = user.elsewhere();
    let link = json!({ "token": ways.link });
    let code = json!({ "email": user.email, "code": ways.code });
    let replies = [
        ("password", who.sign_in().await),
        ("second factor", who.finish(&ways.pending, "totp", &ways.totp).await),
        ("code", who.post("/v1/auth/magic-link/code", code).await),
        ("link", who.post("/v1/auth/magic-link/complete", link).await),
    ];
    let outcome = |body: Value| match body["code"].as_str().or(body["status"].as_str()) {
        Some(text) => text.to_owned(),
        None => body.to_string(),
    };
    replies.into_iter().map(|(way, reply)| (way, outcome(reply.json()))).collect()
}

api_test! { asvs_6_3_4_every_way_in_asks_for_the_state_of_the_account |house| {
    let admin = house.admin().await;
    for (state, wanted) in [
        ("active", ["second_factor_required", "signed_in", "second_factor_required", "proofs.invalid"]),
        ("locked", ["auth.invalid_credentials", "signed_in", "second_factor_required", "proofs.invalid"]),
        ("disabled", ["auth.account_disabled", "auth.pending_invalid", "auth.account_disabled", "proofs.invalid"]),
        ("deleted", ["auth.invalid_credentials", "auth.pending_invalid", "proofs.invalid", "proofs.invalid"]),
    ] {
        let user = house.user().await.verified(&house).await;
        let ways = prepared(&house, &user).await;
        let path = format!("/v1/users/{}", user.id);
        match state {
            "disabled" => drop(admin.call(&format!("{path}/disable")).await.ok()),
            "deleted" => admin.delete_version(&path, "*").await.no_content(),
            "locked" => {
                let id = &user.id;
                let lock = format!("UPDATE users SET locked_at = 1 WHERE id = '{id}'; INSERT INTO \
                    factor_failures (user_id, method, failures) VALUES ('{id}', 'password', 100)");
                house.execute(&lock).await;
            }
            _ => {}
        }
        let found = outcomes(&user, &ways).await;
        let wanted: Vec<_> = ["password", "second factor", "code", "link"].into_iter()
            .zip(wanted.map(ToOwned::to_owned)).collect();
        assert_eq!(found, wanted, "{state}");
    }
}}

api_test! { ac_056_who_is_disabled_or_deleted_is_out_at_once |house| {
    let admin = house.admin().await;
    for end in ["disable", "delete"] {
        let user = house.user().await;
        let browsers = [user.clone(), user.elsewhere(), user.in_a_browser()];
        for browser in &browsers[1..] {
            browser.sign_in().await.ok();
        }
        let path = format!("/v1/users/{}", user.id);
        match end {
            "disable" => drop(admin.call(&format!("{path}/disable")).await.ok()),
            _ => admin.delete_version(&path, "*").await.no_content(),
        }
        for browser in &browsers {
            browser.is_out().await;
            browser.step_up("password", PASSWORD).await.problem(Code::NotSignedIn);
        }
    }
}}

api_test! { a_ban_ends_by_itself_and_its_reason_is_for_administrators_alone |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let old = user.cookie();
    let until = house.now().plus_seconds(3600);
    let path = format!("/v1/users/{}", user.id);
    let body = json!({ "reason": "canary7Kq", "until": until });
    let shown = admin.post(&format!("{path}/disable"), body).await.ok();
    assert_eq!((&shown["status"], &shown["disabled_reason"]), (&json!("disabled"), &json!("canary7Kq")));
    let refused = user.sign_in().await;
    assert!(!refused.text.contains("canary7Kq"));
    refused.problem(Code::AccountDisabled);
    house.pass(3599);
    user.sign_in().await.problem(Code::AccountDisabled);
    house.pass(1);
    // What ran before stays over; a new sign-in works.
    user.set_cookie(old);
    user.is_out().await;
    user.sign_in().await.ok();
    let shown = admin.get(&path).await.ok();
    assert_eq!((&shown["status"], &shown["disabled_reason"]), (&json!("active"), &Value::Null));
    assert!(!user.get("/v1/me").await.text.contains("canary7Kq"));
    assert!(!user.get("/v1/me/export").await.text.contains("canary7Kq"));
}}

api_test! { who_is_disabled_gets_no_mail_that_opens_anything |house| {
    let admin = house.admin().await;
    let user = house.user().await.verified(&house).await;
    house.nobody().post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
    admin.call(&format!("/v1/users/{}/disable", user.id)).await.ok();
    let count = house.mails_to(&user.email).await.len();
    for path in ["/v1/auth/password-reset", "/v1/auth/magic-link", "/v1/auth/verify-email/resend"] {
        house.nobody().post(path, json!({ "email": user.email })).await.accepted();
    }
    assert_eq!(house.mails_to(&user.email).await.len(), count);
    let body = json!({ "token": token, "password": NEW });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.problem(Code::ProofInvalid);
}}

api_test! { where_an_address_must_be_verified_nobody_gets_in_before [must_verify()] |house| {
    let mut user = house.nobody();
    user.email = "uma@example.test".to_owned();
    let body = json!({ "email": user.email, "password": PASSWORD, "name": "Uma" });
    user.post("/v1/auth/sign-up", body).await.accepted();
    user.sign_in().await.problem(Code::EmailUnverified);
    user.sign_in_with(NEW).await.problem(Code::InvalidCredentials);
    user.is_out().await;
    let user = user.verified(&house).await;
    assert_eq!(user.sign_in().await.ok()["session"]["user"]["email_verified"], true);
}}

/// What somebody may do who has yet to set up a second factor, beside signing out.
const ENROLLING: &[&str] = &[
    "get_me", "list_my_operations", "step_up", "mail_step_up", "begin_passkey_step_up",
    "finish_passkey_step_up", "get_my_factors", "enrol_totp", "confirm_totp", "list_my_passkeys",
    "begin_passkey_registration", "finish_passkey_registration",
];

/// Holds every operation against what somebody may call who has yet to set up a second factor.
async fn reaches_enrolling_alone(house: &House, who: &Actor) -> (usize, usize) {
    let (mut open, mut shut) = (0, 0);
    for operation in house.operations().iter().filter(|operation| !operation.is_open()) {
        // Ends the session, which is tried by itself.
        if operation.id == "sign_out" {
            continue;
        }
        let path = operation.path(|prefix| match prefix {
            "usr_" => who.id.clone(),
            prefix => crate::harness::sample::random_id(prefix),
        });
        let reply = who.send(who.right_call(operation, &path)).await;
        let is_shut = reply.text.contains("auth.second_factor_needed");
        let may = ENROLLING.contains(&operation.id.as_str());
        assert_eq!(is_shut, !may, "{}: {}", operation.id, reply.text);
        open += usize::from(!is_shut);
        shut += usize::from(is_shut);
    }
    (open, shut)
}

api_test! { asvs_6_3_3_who_owes_a_second_factor_may_set_it_up_and_nothing_else [everyone()] |house| {
    let user = house.user().await;
    let session = user.get("/v1/auth/session").await.ok()["session"].clone();
    assert_eq!(session["second_factor_needed"], true);
    let (open, shut) = reaches_enrolling_alone(&house, &user).await;
    assert!(open >= 5 && shut > 30, "{open} {shut}");
    user.enrol(&house).await;
    assert_eq!(user.get("/v1/auth/session").await.ok()["session"]["second_factor_needed"], false);
    user.get("/v1/me/sessions").await.ok();
    let other = house.user().await;
    other.call("/v1/auth/sign-out").await.no_content();
}}

api_test! { ac_095_nothing_leads_around_a_second_factor_that_is_owed [everyone()] |house| {
    let user = house.user().await.verified(&house).await;
    let shut = async |who: &Actor, how: &str| {
        let reply = who.get("/v1/me/sessions").await;
        assert!(reply.text.contains("auth.second_factor_needed"), "{how}: {}", reply.text);
        who.get("/v1/me/export").await.problem(Code::SecondFactorNeeded);
    };
    shut(&user, "at first").await;
    // Begun, and left; begun again; in a second tab; after signing in once more.
    let first = user.begin_totp().await;
    shut(&user, "begun").await;
    let tab = user.clone();
    let second = tab.begin_totp().await;
    shut(&tab, "a second tab").await;
    user.confirm_totp(&first.id, &first.code(&house)).await.problem(Code::FactorNotFound);
    user.confirm_totp(&second.id, &second.wrong(&house)).await.problem(Code::FactorRefused);
    shut(&user, "a wrong code").await;
    let again = user.elsewhere();
    again.sign_in().await.ok();
    shut(&again, "a second sign-in").await;
    again.step_up("password", PASSWORD).await.ok();
    shut(&again, "a step-up").await;
    let by_mail = user.elsewhere();
    by_mail.post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("magic_link", &user.email).await.token().to_owned();
    by_mail.post("/v1/auth/magic-link/complete", json!({ "token": token })).await.ok();
    shut(&by_mail, "a magic link").await;
    house.nobody().post("/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
    let body = json!({ "token": token, "password": NEW });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.no_content();
    let back = user.elsewhere();
    back.sign_in_with(NEW).await.ok();
    shut(&back, "a reset").await;
    let node = house.sibling().await;
    shut(&back.at(&node), "another node").await;
    let (app, _) = back.enrol(&house).await;
    back.get("/v1/me/sessions").await.ok();
    // With the factor the debt would be back.
    back.delete(&format!("/v1/me/factors/{}", app.id)).await.no_content();
    shut(&back, "without the factor").await;
}}

api_test! { a_role_can_ask_for_a_second_factor_of_its_holders [administrators()] |house| {
    let admin = house.admin().await;
    admin.get("/v1/users").await.problem(Code::SecondFactorNeeded);
    let user = house.user().await;
    user.get("/v1/me/sessions").await.ok();
    admin.enrol(&house).await;
    let role = admin.role_called("admin").await;
    admin.grant(&user.id, &role).await;
    // From the next request on, also in sessions that run.
    user.get("/v1/me/sessions").await.problem(Code::SecondFactorNeeded);
    user.enrol(&house).await;
    user.get("/v1/users").await.ok();
}}
