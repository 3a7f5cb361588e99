//! Throttles: how many guesses an account and an address have, and that nothing gives more.

use std::net::Ipv6Addr;

use doorward::{http::code::Code, kernel::chance::Chance};
use reqwest::{Method, header::HeaderValue};
use serde_json::json;

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

const WRONG: &str = "a river of black tea";

/// Three failures for an account, five for an address, in ten minutes.
fn few() -> Settings {
    let variables = vec![
        ("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "3"),
        ("DOORWARD_THROTTLE_ADDRESS_FAILURES", "5"),
        ("DOORWARD_THROTTLE_SIGN_UPS", "4"),
    ];
    Settings { variables, ..Settings::default() }
}

/// The same behind a proxy on this machine.
fn few_behind_a_proxy() -> Settings {
    let mut settings = few();
    settings.variables.push(("DOORWARD_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"));
    settings
}

async fn sign_in(who: &Actor, email: &str, password: &str) -> Reply {
    who.post("/v1/auth/sign-in", json!({ "email": email, "password": password })).await
}

/// A wrong password for an account that nobody has, sent with this `X-Forwarded-For`.
async fn guess_from(house: &House, forwarded: &str) -> Reply {
    let nobody = house.nobody();
    let email = format!("nobody{}@example.test", uuid::Uuid::now_v7().simple());
    let body = json!({ "email": email, "password": WRONG });
    let request = nobody.request(Method::POST, "/v1/auth/sign-in").json(&body);
    nobody.send(request.header("x-forwarded-for", forwarded)).await
}

/// Takes an address's tries and says whether it had all five.
async fn has_five(house: &House, forwarded: impl Fn(usize) -> String) -> bool {
    for nth in 0..5 {
        if guess_from(house, &forwarded(nth)).await.status != 401 {
            return false;
        }
    }
    guess_from(house, &forwarded(5)).await.problem(Code::RateLimited);
    true
}

api_test! { asvs_6_3_1_an_account_locks_at_its_limit_and_opens_with_time [few()] |house| {
    let (user, other) = (house.user().await.elsewhere(), house.user().await.elsewhere());
    for _ in 0..3 {
        user.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }

    let refused = user.sign_in().await;

    assert_eq!(refused.header("retry-after"), Some("200"));
    assert_eq!(refused.header("ratelimit"), Some("\"account-passwords\";r=0;t=200"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"account-passwords\";q=3;w=600"));
    assert!(refused.cookie().is_none());
    refused.problem(Code::RateLimited);
    other.sign_in().await.ok();
    house.pass(199);
    let refused = user.sign_in().await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.problem(Code::RateLimited);
    house.pass(1);
    user.sign_in().await.ok();
}}

api_test! { tries_come_back_one_by_one [few()] |house| {
    let user = house.user().await.elsewhere();
    for _ in 0..3 {
        user.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }
    house.pass(200);
    user.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    user.sign_in().await.problem(Code::RateLimited);
    house.pass(200);
    user.sign_in().await.ok();
    // A right password forgives the account's failures.
    user.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    user.sign_in().await.ok();
}}

api_test! { asvs_6_3_8_an_unknown_address_locks_like_an_account [few()] |house| {
    let user = house.user().await.elsewhere();
    for (email, password) in [(&*user.email, PASSWORD), ("nobody@example.test", WRONG)] {
        for _ in 0..3 {
            sign_in(&user, email, WRONG).await;
        }
        let refused = sign_in(&user, email, password).await;
        refused.problem(Code::RateLimited);
        house.pass(600);
    }

    let mut shapes = [Vec::new(), Vec::new()];
    for (shapes, email) in shapes.iter_mut().zip([&*user.email, "none@example.test"]) {
        for _ in 0..4 {
            shapes.push(sign_in(&user, email, WRONG).await.shape());
            house.pass(1);
        }
        house.pass(600);
    }
    assert_eq!(shapes[0], shapes[1]);
    assert_eq!(shapes[0].last().map(|(status, ..)| *status), Some(429));
}}

api_test! { right_passwords_use_up_nothing [few()] |house| {
    let user = house.user().await;
    for _ in 0..12 {
        user.sign_in().await.ok();
    }
    let body = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
    for _ in 0..6 {
        user.post("/v1/me/password", body.clone()).await.no_content();
    }
}}

api_test! { ac_076_two_hundred_wrong_passwords_at_once_are_all_counted |house| {
    let admin = house.admin().await;
    let user = house.user().await.elsewhere();
    let limit = house.app.config.throttle.account_failures as usize;
    let before = house.dump().await.count("audit_events");

    let guesses: Vec<_> = (0..200)
        .map(|_| {
            let user = user.clone();
            actix_web::rt::spawn(async move { user.sign_in_with(WRONG).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for guess in guesses {
        statuses.push(guess.await.expect("an answer"));
    }

    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(401), count(429)), (limit, 200 - limit), "{statuses:?}");
    assert_eq!(house.dump().await.count("audit_events"), before + 200);
    assert_eq!(admin.latest_event("sign_in.refused").await["subject_id"], user.id);
    user.sign_in().await.problem(Code::RateLimited);
}}

api_test! { asvs_6_3_1_what_was_counted_is_known_to_other_nodes_and_after_a_restart [few()] |house| {
    let user = house.user().await.elsewhere();
    for _ in 0..2 {
        user.sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    }

    let sibling = house.sibling().await;

    user.at(&sibling).sign_in_with(WRONG).await.problem(Code::InvalidCredentials);
    user.at(&sibling).sign_in().await.problem(Code::RateLimited);
    user.sign_in().await.problem(Code::RateLimited);
}}

api_test! { asvs_2_4_1_an_address_has_so_many_guesses_over_all_accounts [few()] |house| {
    let user = house.user().await.elsewhere();
    assert!(has_five(&house, |_| String::new()).await);

    let refused = user.sign_in().await;

    assert_eq!(refused.header("retry-after"), Some("120"));
    assert_eq!(refused.header("ratelimit"), Some("\"passwords\";r=0;t=120"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"passwords\";q=5;w=600"));
    refused.problem(Code::RateLimited);
    house.pass(120);
    user.sign_in().await.ok();
}}

api_test! { asvs_2_4_1_an_address_has_so_many_sign_ups [few()] |house| {
    let sign_up = async |nth: usize| {
        let email = format!("uma{nth}@example.test");
        let body = json!({ "email": email, "password": PASSWORD, "name": "Uma User" });
        house.nobody().post("/v1/auth/sign-up", body).await
    };
    for nth in 0..4 {
        sign_up(nth).await.accepted();
    }
    let refused = sign_up(4).await;
    assert_eq!(refused.header("ratelimit-policy"), Some("\"sign-ups\";q=4;w=600"));
    assert_eq!(refused.header("retry-after"), Some("150"));
    refused.problem(Code::RateLimited);
    assert_eq!(house.dump().await.count("users"), 4);
    house.pass(150);
    sign_up(4).await.accepted();
}}

api_test! { ac_082_an_untrusted_peer_can_not_choose_its_address [few()] |house| {
    let chance = Chance::seeded(1);
    assert!(has_five(&house, |_| Ipv6Addr::from(chance.bytes::<16>()).to_string()).await);
    for header in ["forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "x-forwarded-for"] {
        let nobody = house.nobody();
        let request = nobody.request(Method::POST, "/v1/auth/sign-in");
        let body = json!({ "email": "nobody@example.test", "password": WRONG });
        let value = if header == "forwarded" { "for=203.0.113.9" } else { "203.0.113.9" };
        let reply = nobody.send(request.header(header, value).json(&body)).await;
        reply.problem(Code::RateLimited);
    }
}}

api_test! { asvs_4_1_3_a_trusted_proxy_says_who_calls [few_behind_a_proxy()] |house| {
    let admin = house.admin().await;
    assert!(has_five(&house, |_| "203.0.113.7".to_owned()).await);
    assert_eq!(admin.latest_event("sign_in.refused").await["ip"], "203.0.113.7");
    assert!(has_five(&house, |_| "203.0.113.8".to_owned()).await);
    // What the caller wrote stands before what the proxy saw, and further proxies of ours after.
    assert!(has_five(&house, |nth| format!("198.51.100.{nth}, 203.0.113.9")).await);
    assert!(has_five(&house, |nth| format!("1.1.1.{nth}, 203.0.113.10, 10.0.0.{nth}")).await);
    assert!(!has_five(&house, |_| "203.0.113.10".to_owned()).await);
    // The same address in other clothes.
    assert!(!has_five(&house, |_| "::ffff:203.0.113.7".to_owned()).await);
}}

api_test! { an_ipv6_network_of_64_bits_counts_as_one_address [few_behind_a_proxy()] |house| {
    let chance = Chance::seeded(1);
    let address = |start: &str| {
        let [a, b, c, d] = chance.bytes::<4>();
        format!("{start}:{a:x}:{b:x}:{c:x}:{d:x}")
    };
    assert!(has_five(&house, |_| address("2001:db8:1:2")).await);
    assert!(has_five(&house, |_| address("2001:db8:1:3")).await);
    assert!(!has_five(&house, |_| "2001:0DB8:0001:0002::1".to_owned()).await);
}}

api_test! { ac_092_garbage_in_headers_lets_nobody_in [few_behind_a_proxy()] |house| {
    let admin = house.admin().await;
    let user = house.user().await.elsewhere();
    let garbage: [&[u8]; 6] =
        [b"", b"' OR 1=1 --", b"999.999.999.999, x", b"\xff\xfe\x80", b",,,;;;", &[b'9'; 3000]];
    let names = [
        "x-forwarded-for", "x-real-ip", "forwarded", "user-agent", "accept-language", "accept",
        "cookie", "host", "authorization", "sec-fetch-dest", "x-request-id",
    ];
    for name in names {
        for (nth, value) in garbage.iter().enumerate() {
            if name == "host" && nth > 0 {
                // Refused before there is a request, by actix itself.
                continue;
            }
            house.pass(600);
            let value = HeaderValue::from_bytes(value).expect("a value");
            let body = json!({ "email": user.email, "password": WRONG });
            let request = user.request(Method::POST, "/v1/auth/sign-in").json(&body);
            let before = house.dump().await.count("audit_events");
            let reply = user.send(request.header(name, value)).await;
            reply.problem(Code::InvalidCredentials);
            assert_eq!(house.dump().await.count("audit_events"), before + 1, "{name} {nth}");
        }
    }
    admin.sign_in().await.ok();
    let event = admin.latest_event("sign_in.refused").await;
    assert_eq!((&event["subject_id"], &event["ip"]), (&json!(user.id), &json!("127.0.0.1")));
}}
