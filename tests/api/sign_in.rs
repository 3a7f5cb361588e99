//! Signing in and out, the cookie that comes of it, and how long it is worth something.

use actix_web::cookie::{Cookie, CookieJar, SameSite, time::Duration};
use doorward::{
    access::cookie,
    http::code::Code,
    kernel::{chance::Chance, secret::MasterKey},
};
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

async fn sign_in(who: &Actor, email: &str, password: &str) -> Reply {
    who.post("/v1/auth/sign-in", json!({ "email": email, "password": password })).await
}

async fn remember(who: &Actor) -> Reply {
    let body = json!({ "email": who.email, "password": PASSWORD, "remember": true });
    who.post("/v1/auth/sign-in", body).await
}

/// Somebody who has nothing but this cookie.
fn bearer_of(house: &House, cookie: &str) -> Actor {
    let thief = house.nobody();
    thief.set_cookie(Some(cookie.to_owned()));
    thief
}

api_test! { who_signed_up_can_sign_in_and_out |house| {
    let user = house.user().await;
    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["user"]["email"], user.email);
    assert_eq!(session["session"]["amr"], json!(["pwd"]));
    assert_eq!(session["session"]["auth_time"], house.now().to_string());

    user.call("/v1/auth/sign-out").await.no_content();

    assert!(user.cookie().is_none());
    assert!(user.get("/v1/auth/session").await.ok()["session"].is_null());
    user.get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { asvs_6_3_8_an_unknown_address_gets_the_answer_of_a_wrong_password |house| {
    let user = house.user().await;
    let nobody = house.nobody();

    let wrong = sign_in(&nobody, &user.email, "a river of black tea").await;
    let unknown = sign_in(&nobody, "nobody@example.test", "a river of black tea").await;
    let short = sign_in(&nobody, &user.email, "").await;

    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.shape(), unknown.shape());
    assert_eq!(wrong.shape(), short.shape());
    assert!(nobody.cookie().is_none());
}}

api_test! { asvs_16_3_1_a_refused_sign_in_is_recorded_without_the_address |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let before = house.dump().await.count("audit_events");

    sign_in(&house.nobody(), &user.email, "a river of black tea").await;
    let known = admin.latest_event("sign_in.refused").await;
    sign_in(&house.nobody(), "nobody@example.test", "a river of black tea").await;
    let unknown = admin.latest_event("sign_in.refused").await;

    assert_eq!(house.dump().await.count("audit_events"), before + 2);
    assert_eq!(known["subject_id"], user.id);
    assert_eq!(unknown["subject_id"], Value::Null);
    for event in [known, unknown] {
        assert_eq!(event["ip"], "127.0.0.1");
        assert_eq!(event["actor_id"], Value::Null);
        assert!(!event.to_string().contains("example.test"), "{event}");
    }
}}

api_test! { only_the_right_password_learns_that_an_account_is_disabled |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let unknown = sign_in(&house.nobody(), "nobody@example.test", "a river of black tea").await;

    admin.post(&format!("/v1/users/{}/disable", user.id), json!({})).await.ok();

    user.get("/v1/me").await.problem(Code::NotSignedIn);
    let wrong = sign_in(&house.nobody(), &user.email, "a river of black tea").await;
    assert_eq!(wrong.shape(), unknown.shape());
    let right = user.sign_in().await;
    assert!(right.cookie().is_none());
    right.problem(Code::AccountDisabled);
    assert_eq!(admin.latest_event("sign_in.refused").await["detail"]["why"], "auth.account_disabled");
}}

api_test! { a_cookie_dies_with_the_browser_unless_it_shall_be_remembered |house| {
    let user = house.user().await;

    let short = user.sign_in().await;
    let long = remember(&user).await;

    let cookie = short.cookie().expect("a cookie");
    assert_eq!((cookie.max_age(), cookie.expires()), (None, None));
    assert_eq!(short.ok()["session"]["expires"], house.now().plus_seconds(86_400).to_string());
    let cookie = long.cookie().expect("a cookie");
    assert_eq!(cookie.max_age(), Some(Duration::days(30)));
    let expires = house.now().plus_seconds(14 * 86_400).to_string();
    assert_eq!(long.ok()["session"]["expires"], expires);
    house.pass(2 * 86_400);
    user.get("/v1/me").await.ok();
}}

api_test! { asvs_3_3_4_the_session_cookie_is_for_the_service_alone |house| {
    for cookie in all_cookies(&house).await {
        assert_eq!((cookie.name(), cookie.http_only()), ("doorward", Some(true)));
        assert_eq!((cookie.path(), cookie.domain(), cookie.secure()), (Some("/"), None, None));
    }
    let last = all_cookies(&house).await.pop().expect("the one of signing out");
    assert_eq!((last.value(), last.max_age()), ("", Some(Duration::ZERO)));
}}

fn https() -> Settings {
    let variables = vec![
        ("DOORWARD_PUBLIC_URL", "https://auth.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    Settings { variables, ..Settings::default() }
}

/// Every cookie that is set on the way from sign-in to sign-out.
async fn all_cookies(house: &House) -> Vec<Cookie<'static>> {
    let user = house.user().await;
    let change = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
    let replies = [
        user.sign_in().await,
        remember(&user).await,
        user.post("/v1/me/password", change).await,
        user.call("/v1/auth/sign-out").await,
    ];
    replies.iter().map(|reply| reply.cookie().expect("a cookie")).collect()
}

api_test! { asvs_3_3_1_over_https_every_cookie_is_for_https_alone [https()] |house| {
    for cookie in all_cookies(&house).await {
        assert_eq!((cookie.name(), cookie.secure()), ("__Host-doorward", Some(true)));
    }
}}

api_test! { asvs_3_3_2_cook_02_every_cookie_says_when_it_goes_along |house| {
    for cookie in all_cookies(&house).await {
        assert_eq!(cookie.same_site(), Some(SameSite::Lax));
    }
}}

api_test! { asvs_3_3_5_cook_03_every_cookie_is_small_and_ends [https()] |house| {
    for cookie in all_cookies(&house).await {
        let text = cookie.encoded().to_string();
        assert!(text.len() <= 500 && text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
        assert!(cookie.max_age().is_none_or(|age| age <= Duration::days(400)), "{text}");
    }
}}

api_test! { cook_04_of_two_cookies_of_one_name_the_same_one_counts_everywhere |house| {
    let (ann, bob) = (house.user().await, house.user().await);
    let (first, second) = (ann.cookie().expect("one"), bob.cookie().expect("one"));
    let both = house.nobody();
    for (one, two, who) in [(&first, &second, &ann), (&second, &first, &bob)] {
        both.set_cookie(Some(format!("{one}; {two}")));
        for _ in 0..5 {
            let session = both.get("/v1/auth/session").await.ok()["session"]["user"]["id"].clone();
            assert_eq!((&session, &both.get("/v1/me").await.ok()["id"]), (&json!(who.id), &json!(who.id)));
        }
    }
    // One that is worth nothing before it is no reason to look at the next.
    both.set_cookie(Some(format!("doorward=nothing; {first}")));
    let is_out = both.get("/v1/auth/session").await.ok()["session"].is_null();
    assert_eq!(both.get("/v1/me").await.status == 401, is_out);
}}

api_test! { asvs_3_3_3_cook_01_over_https_no_other_host_can_set_or_read_the_cookie [https()] |house| {
    for cookie in all_cookies(&house).await {
        assert_eq!(cookie.name(), "__Host-doorward");
        assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));
    }
    let user = house.user().await;
    user.get("/v1/me").await.ok();
    // A cookie without the prefix, as any sub-domain can set it, means nothing.
    let plain = user.cookie().expect("a cookie").replace("__Host-", "");
    bearer_of(&house, &plain).get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { asvs_3_3_4_no_body_holds_the_session_key |house| {
    let admin = house.admin().await;
    let value = admin.cookie().expect("a cookie");
    let key = &value[value.len() - 43..];

    let mut texts = vec![admin.sign_in().await.text];
    let value = admin.cookie().expect("a cookie");
    let newer = &value[value.len() - 43..];
    for operation in house.operations() {
        if operation.is_safe() {
            texts.push(admin.get(&operation.random_path()).await.text);
        }
    }

    assert!(texts.len() > 15);
    assert_ne!(key, newer);
    for text in texts {
        assert!(!text.contains(key) && !text.contains(newer), "{text}");
    }
    let dump = format!("{:?}", house.dump().await);
    assert!(!dump.contains(key) && !dump.contains(newer));
}}

api_test! { asvs_7_2_4_signing_in_gives_another_session_each_time |house| {
    let user = house.user().await;
    let first = user.cookie().expect("a cookie");
    let id = user.get("/v1/auth/session").await.ok()["session"]["id"].clone();

    user.sign_in().await.ok();

    assert_ne!(user.cookie().as_ref(), Some(&first));
    assert_ne!(user.get("/v1/auth/session").await.ok()["session"]["id"], id);
    // The one before has ended, for whoever has kept its cookie.
    bearer_of(&house, &first).get("/v1/me").await.problem(Code::NotSignedIn);
    let sessions = user.get("/v1/me/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1));
}}

api_test! { a_failed_sign_in_leaves_the_session_as_it_is |house| {
    let user = house.user().await;
    let reply = sign_in(&user, &user.email, "a river of black tea").await;
    assert!(reply.cookie().is_none());
    reply.problem(Code::InvalidCredentials);
    user.get("/v1/me").await.ok();
}}

api_test! { asvs_7_2_1_a_cookie_that_was_not_given_out_is_worth_nothing |house| {
    let user = house.user().await;
    let good = user.cookie().expect("a cookie");
    let (name, value) = good.split_once('=').expect("a pair");
    let key = &value[value.len() - 43..];
    let mut bad = vec![
        format!("{name}="),
        format!("{name}={key}"),
        format!("{name}={value}x"),
        format!("{name}={value}{value}"),
        format!("{name}=x{value}"),
        format!("{name}={}", user.id),
        format!("__Host-{good}"),
        signed(name, key, &MasterKey::random(&Chance::System)),
        signed(name, &"A".repeat(43), &house.master),
    ];
    bad.extend((1..value.len()).step_by(9).map(|cut| format!("{name}={}", &value[..cut])));
    bad.extend((0..value.len()).step_by(7).filter_map(|at| {
        let other = if &value[at..=at] == "A" { "B" } else { "A" };
        // Percent signs and what belongs to them are left alone: another writing of the same.
        (!value[at.saturating_sub(2)..=at].contains('%'))
            .then(|| format!("{name}={}{other}{}", &value[..at], &value[at + 1..]))
    }));

    assert_eq!(signed(name, key, &house.master), good);
    for cookie in bad {
        let reply = bearer_of(&house, &cookie).get("/v1/me").await;
        reply.problem(Code::NotSignedIn);
    }
    user.get("/v1/me").await.ok();
}}

/// A cookie of this key as a service with this master key would sign it.
fn signed(name: &str, key: &str, master: &MasterKey) -> String {
    let mut jar = CookieJar::new();
    let cookie = Cookie::new(name.to_owned(), key.to_owned());
    jar.signed_mut(&cookie::key(master)).add(cookie);
    jar.get(name).expect("it was added").encoded().stripped().to_string()
}

api_test! { asvs_7_4_1_a_cookie_is_worth_nothing_after_sign_out |house| {
    let user = house.user().await;
    let kept = user.cookie().expect("a cookie");
    bearer_of(&house, &kept).get("/v1/me").await.ok();

    user.call("/v1/auth/sign-out").await.no_content();

    let thief = bearer_of(&house, &kept);
    thief.get("/v1/me").await.problem(Code::NotSignedIn);
    assert!(thief.get("/v1/auth/session").await.ok()["session"].is_null());
    thief.call("/v1/auth/sign-out").await.problem(Code::NotSignedIn);
    thief.at(&house.sibling().await).get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { ac_050_a_made_up_cookie_is_not_adopted |house| {
    let user = house.user().await.elsewhere();
    let planted = [
        "doorward=made-up".to_owned(),
        signed("doorward", &"A".repeat(43), &house.master),
    ];
    for cookie in planted {
        user.set_cookie(Some(cookie.clone()));
        user.sign_in().await.ok();
        assert_ne!(user.cookie(), Some(cookie.clone()));
        bearer_of(&house, &cookie).get("/v1/me").await.problem(Code::NotSignedIn);
    }
    // A stranger's own session, planted in the victim's browser, is not where the victim lands.
    let stranger = house.user().await;
    let cookie = stranger.cookie().expect("a cookie");
    user.set_cookie(Some(cookie.clone()));
    assert_eq!(user.sign_in().await.ok()["session"]["user"]["id"], user.id);
    bearer_of(&house, &cookie).get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { asvs_7_6_2_no_get_starts_a_session |house| {
    let before = house.dump().await;
    let query = "email=a%40example.test&password=a+river+of+green+tea&token=x";
    for path in ["/v1/auth/sign-in", "/v1/auth/session", "/v1/auth/sign-up", "/setup", "/"] {
        let reply = house.nobody().get(&format!("{path}?{query}")).await;
        assert!(reply.cookie().is_none(), "{path}");
    }
    assert!(house.dump().await == before);
}}
