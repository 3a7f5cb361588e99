//! Signing up: what is taken, what is refused, and that the answer tells nobody who has an account.

use data_encoding::BASE64_NOPAD;
use doorward::{http::code::Code, kernel::chance::Chance};
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Reply, SALTS, Settings};

/// Different letters, so that nothing but the length speaks against it.
fn letters(length: usize) -> String {
    "qhzkwdrumoxvtynebj".chars().cycle().take(length).collect()
}

async fn sign_up(who: &Actor, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password, "name": "Uma User" });
    who.post("/v1/auth/sign-up", body).await
}

async fn sign_in(house: &House, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    house.nobody().post("/v1/auth/sign-in", body).await
}

/// The one field that was refused, and why.
#[track_caller]
fn fault(reply: Reply) -> (String, String) {
    let [fault] = reply.fields().try_into().expect("one fault");
    fault
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

api_test! { who_signs_up_has_an_account_and_no_session_yet |house| {
    let uma = house.nobody();

    let reply = sign_up(&uma, "uma@example.test", PASSWORD).await;

    assert!(reply.cookie().is_none());
    assert_eq!(reply.accepted(), json!({ "next": "sign_in" }));
    assert!(uma.get("/v1/auth/session").await.ok()["session"].is_null());
    let session = sign_in(&house, "uma@example.test", PASSWORD).await.ok();
    assert_eq!(session["session"]["user"]["email"], "uma@example.test");
    assert_eq!(session["session"]["user"]["email_verified"], false);
    assert_eq!(session["session"]["permissions"], json!([]));
}}

/// Signs somebody up whose browser says that it wants these languages.
async fn accepting(house: &House, languages: &str, locale: Option<&str>) -> Value {
    let email = format!("{}@example.test", house.mails().await.len());
    let nobody = house.nobody().called(&email);
    let mut body = json!({ "email": email, "password": PASSWORD, "name": "Uma User" });
    if let Some(locale) = locale {
        body["locale"] = locale.into();
    }
    let request = nobody.request(reqwest::Method::POST, "/v1/auth/sign-up").json(&body);
    nobody.send(request.header("accept-language", languages)).await.accepted();
    nobody.sign_in().await.ok();
    let subject = house.mail_to(&email).await.subject;
    json!([nobody.get("/v1/me").await.ok()["locale"], subject.split(' ').next()])
}

api_test! { who_signs_up_is_written_to_in_the_language_of_the_browser |house| {
    for (languages, locale, wanted) in [
        ("de-AT,de;q=0.9,en;q=0.8", None, json!(["de", "Bestätigen"])),
        ("ja;q=0.9, fr;q=0.5", None, json!(["fr", "Confirmez"])),
        ("ja", None, json!([null, "Confirm"])),
        ("", None, json!([null, "Confirm"])),
        ("de", Some("fr-CA"), json!(["fr-CA", "Confirmez"])),
        ("de", Some(""), json!([null, "Confirm"])),
    ] {
        assert_eq!(accepting(&house, languages, locale).await, wanted, "{languages} {locale:?}");
    }
    let body = json!({
        "email": "x@example.test", "password": PASSWORD, "name": "X", "locale": "canary7Kq!",
    });
    let reply = house.nobody().post("/v1/auth/sign-up", body).await;
    assert_eq!(fault(reply), at("/locale", "language_invalid"));
}}

api_test! { asvs_6_3_8_a_known_address_gets_the_answer_of_a_free_one |house| {
    let free = sign_up(&house.nobody(), "uma@example.test", PASSWORD).await;
    let known = sign_up(&house.nobody(), "uma@example.test", "another river of tea").await;
    let weak_free = sign_up(&house.nobody(), "una@example.test", "short").await;
    let weak_known = sign_up(&house.nobody(), "uma@example.test", "short").await;

    assert_eq!(free.status, 202);
    assert_eq!(free.shape(), known.shape());
    assert_eq!(weak_free.status, 422);
    assert_eq!(weak_free.shape(), weak_known.shape());
}}

api_test! { a_known_address_costs_the_work_of_a_free_one |house| {
    let salts = Chance::seeded(SALTS);
    let next_salt = || BASE64_NOPAD.encode(&salts.bytes::<16>());
    let before = house.dump().await.count("audit_events");

    for (nth, email) in ["uma@x.test", "uma@x.test", "ben@x.test"].into_iter().enumerate() {
        sign_up(&house.nobody(), email, PASSWORD).await.accepted();
        assert_eq!(house.dump().await.count("audit_events"), before + nth + 1);
    }

    // Each hash takes one salt, so the third account's tells how many were made before.
    let ben = "SELECT hash AS line FROM passwords JOIN users ON users.id = user_id \
               WHERE email = 'ben@x.test'";
    let [hash] = house.ask(ben).await.try_into().expect("one password");
    next_salt();
    next_salt();
    assert_eq!(hash.split('$').nth(4), Some(next_salt().as_str()));
}}

api_test! { asvs_6_2_1_a_password_has_15_to_128_characters |house| {
    for (length, code) in [(0, "too_short"), (14, "too_short"), (129, "too_long")] {
        let reply = sign_up(&house.nobody(), "uma@example.test", &letters(length)).await;
        assert_eq!(fault(reply), at("/password", code), "{length}");
    }
    assert_eq!(house.dump().await.count("users"), 0);

    for (length, email) in [(15, "least@example.test"), (128, "most@example.test")] {
        sign_up(&house.nobody(), email, &letters(length)).await.accepted();
        sign_in(&house, email, &letters(length)).await.ok();
        let less = sign_in(&house, email, &letters(length - 1)).await;
        less.problem(Code::InvalidCredentials);
    }
}}

api_test! { asvs_6_2_1_the_least_length_is_configurable [Settings {
    variables: vec![("DOORWARD_PASSWORD_MIN_LENGTH", "8")],
    ..Settings::default()
}] |house| {
    let reply = sign_up(&house.nobody(), "uma@example.test", &letters(7)).await;
    assert_eq!(fault(reply), at("/password", "too_short"));
    sign_up(&house.nobody(), "uma@example.test", &letters(8)).await.accepted();
}}

api_test! { asvs_6_2_11_a_guessable_password_is_refused_with_its_reason |house| {
    for (password, code) in [
        ("password1234567", "too_common"),
        ("111111111111111", "too_common"),
        ("zoequint zoequint", "too_guessable"),
        ("Quint.Zoe-2026!!", "too_guessable"),
        ("zoe.quint@mail.test", "too_guessable"),
        ("DoorwardDoorward", "too_guessable"),
    ] {
        let body = json!({
            "email": "zoe.quint@mail.test", "password": password, "name": "Zoe Quint",
        });
        let reply = house.nobody().post("/v1/auth/sign-up", body).await;
        assert!(!reply.text.contains(password), "{}", reply.text);
        assert_eq!(fault(reply), at("/password", code), "{password}");
    }
    assert_eq!(house.dump().await.count("users"), 0);
}}

api_test! { asvs_6_2_5_any_characters_make_a_password |house| {
    for (nth, password) in [
        "umbrellasareblue".to_owned(),
        "850516374113392".to_owned(),
        " tea at half past four ".to_owned(),
        "🫖🍵🚣🌊🍃🏞🪷🐟🦆🌧🌙⭐🕯🧺🪵".to_owned(),
        "чайнаярекатечётвгоры".to_owned(),
        "緑茶の川が山から海まで流れていく".to_owned(),
    ].into_iter().enumerate() {
        let email = format!("uma{nth}@example.test");
        sign_up(&house.nobody(), &email, &password).await.accepted();
        sign_in(&house, &email, &password).await.ok();
    }
}}

api_test! { asvs_6_2_8_every_character_of_a_password_matters |house| {
    let long = letters(128);
    for (email, password) in [("uma@x.test", " A river of green tea"), ("una@x.test", &long)] {
        sign_up(&house.nobody(), email, password).await.accepted();
    }
    let other_end = format!("{}X", &long[..127]);
    for (email, wrong) in [
        ("uma@x.test", " a river of green tea"),
        ("uma@x.test", "A river of green tea"),
        ("uma@x.test", " A river of green tea "),
        ("uma@x.test", " A river  of green tea"),
        ("una@x.test", &other_end),
    ] {
        sign_in(&house, email, wrong).await.problem(Code::InvalidCredentials);
    }
    sign_in(&house, "uma@x.test", " A river of green tea").await.ok();
    let nul = sign_up(&house.nobody(), "nul@x.test", "a river of\0green tea").await;
    assert_eq!(fault(nul), at("/password", "nul"));
}}

api_test! { one_spelling_of_an_address_or_a_password_is_as_good_as_the_other |house| {
    let (composed, decomposed) = ("zo\u{eb}", "zoe\u{308}");
    let address = |name: &str| format!("{name}@example.test");
    let password = |name: &str| format!("{name} drinks green tea");
    sign_up(&house.nobody(), &address(composed), &password(decomposed)).await.accepted();

    for spelling in [composed, decomposed, "ZO\u{cb}"] {
        sign_in(&house, &address(spelling), &password(composed)).await.ok();
        sign_in(&house, &address(spelling), &password(decomposed)).await.ok();
    }
    sign_up(&house.nobody(), &address(decomposed), PASSWORD).await.accepted();
    assert_eq!(house.dump().await.count("users"), 1);
}}

/// Refuses each of these addresses at sign-up, and nothing is stored.
async fn refuses_addresses(house: &House, addresses: &[Value]) {
    let before = house.dump().await.without(&["throttles"]);
    for email in addresses {
        for path in ["/v1/auth/sign-up", "/v1/auth/sign-in"] {
            let mut body = json!({ "email": email, "password": PASSWORD });
            if path.ends_with("up") {
                body["name"] = "Uma User".into();
            }
            let reply = house.nobody().post(path, body).await;
            let pointers = reply.fields().into_iter().map(|(pointer, _)| pointer);
            assert_eq!(pointers.collect::<Vec<_>>(), ["/email"], "{email}");
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}

api_test! { ac_070_a_list_of_addresses_is_no_address |house| {
    refuses_addresses(&house, &[
        json!(["v@example.test", "a@example.test"]),
        json!(["v@example.test"]),
        json!({ "0": "v@example.test", "1": "a@example.test" }),
        json!(null),
        json!(1),
        json!(true),
    ]).await;
    let twice = r#"{"email":"v@x.test","email":"a@x.test","password":"a river of green tea"}"#;
    let nobody = house.nobody();
    let request = nobody.request(reqwest::Method::POST, "/v1/auth/sign-in");
    let request = request.header("content-type", "application/json").body(twice);
    nobody.send(request).await.problem(Code::BodyMalformed);
}}

api_test! { ac_071_what_does_not_name_exactly_one_mailbox_is_refused |house| {
    refuses_addresses(&house, &[
        json!("v@example.test,a@example.test"),
        json!("v@example.test;a@example.test"),
        json!("v@example.test a@example.test"),
        json!("v@example.test%20a@example.test"),
        json!("\"v@example.test,\"@example.test"),
        json!("Vera <v@example.test>"),
        json!("v@a@example.test"),
        json!("@example.test"),
        json!("v@"),
        json!(""),
        json!("v@example..test"),
        json!(format!("{}@example.test", "v".repeat(65))),
        json!(format!("v@{}.test", "example.".repeat(40))),
    ]).await;
}}

api_test! { asvs_1_3_11_line_ends_are_refused_in_addresses_and_names |house| {
    refuses_addresses(&house, &[
        json!("v@example.test\r\nBcc: a@example.test"),
        json!("v@example.test\nBcc: a@example.test"),
        json!("v\r\n@example.test"),
        json!("v@example.test\u{0}"),
    ]).await;
    for name in ["Uma\r\nBcc: a@example.test", "Uma\nUser", "Uma\u{1b}[31m", "Uma\u{7f}"] {
        let body = json!({ "email": "uma@example.test", "password": PASSWORD, "name": name });
        let reply = house.nobody().post("/v1/auth/sign-up", body).await;
        assert_eq!(fault(reply), at("/name", "control_character"), "{name:?}");
    }
    assert_eq!(house.dump().await.count("users"), 0);
}}

api_test! { who_signs_up_chooses_nothing_but_address_password_and_name |house| {
    for (field, value) in [
        ("id", json!("usr_00000000000000000000000000")),
        ("role", json!("admin")),
        ("roles", json!(["admin"])),
        ("permissions", json!(["users:write"])),
        ("email_verified", json!(true)),
        ("status", json!("active")),
    ] {
        let mut body = json!({ "email": "uma@x.test", "password": PASSWORD, "name": "Uma" });
        body[field] = value;
        let reply = house.nobody().post("/v1/auth/sign-up", body).await;
        assert_eq!(fault(reply), at(&format!("/{field}"), "unknown_field"));
    }
    assert_eq!(house.dump().await.count("users"), 0);
}}

api_test! { where_sign_up_is_closed_nobody_gets_an_account [Settings {
    variables: vec![("DOORWARD_SIGN_UP_ENABLED", "false")],
    ..Settings::default()
}] |house| {
    let before = house.dump().await.count("audit_events");

    let reply = sign_up(&house.nobody(), "uma@example.test", PASSWORD).await;

    reply.problem(Code::SignUpClosed);
    let dump = house.dump().await;
    assert_eq!((dump.count("users"), dump.count("audit_events")), (0, before));
}}

api_test! { ac_107_a_stranger_who_signs_up_with_an_address_gets_nothing_of_its_owner |house| {
    let admin = house.admin().await;
    let owner = house.user_called("uma@example.test").await;
    let stranger = house.nobody();

    sign_up(&stranger, "Uma@Example.TEST", "the stranger's own words").await.accepted();

    owner.get("/v1/me").await.ok();
    let theirs = sign_in(&house, "uma@example.test", "the stranger's own words").await;
    theirs.problem(Code::InvalidCredentials);
    sign_in(&house, "uma@example.test", PASSWORD).await.ok();
    let event = admin.latest_event("account.sign_up_refused").await;
    assert_eq!(event["subject_id"], owner.id);
    assert!(!event.to_string().contains("example.test"));
}}
