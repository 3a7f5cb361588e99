//! Passkeys as attackers use them: answers made for another page, another purpose, another person
//! or another time, and keys that were copied.

use doorward::http::code::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Reply, SoftKey};

const UMA: &str = "uma@example.test";

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Somebody with a passkey, signed in.
async fn with_passkey(house: &House, email: &str) -> (Actor, SoftKey) {
    let user = house.user_called(email).await;
    let mut key = SoftKey::new(house);
    user.add_passkey(&mut key, "Laptop").await;
    (user, key)
}

/// A ceremony to sign in: its token and its options.
async fn begin(house: &House) -> (Value, Value) {
    let begun = house.nobody().call("/v1/auth/passkey/begin").await.created();
    (begun["ceremony"].clone(), begun["options"].clone())
}

async fn finish(house: &House, ceremony: &Value, credential: &Value) -> Reply {
    let body = json!({ "ceremony": ceremony, "credential": credential });
    house.nobody().post("/v1/auth/passkey", body).await
}

api_test! { an_answer_given_on_another_page_is_refused |house| {
    let admin = house.admin().await;
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let port = house.address.port();
    for origin in [
        format!("http://localhost:{}", port ^ 1), format!("https://localhost:{port}"),
        format!("http://evil.localhost:{port}"),
    ] {
        let (ceremony, options) = begin(&house).await;
        let answer = key.prove_oddly(&options, "localhost", |data| {
            data["origin"] = origin.clone().into();
        });
        let answer = answer.await;
        finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);
        // It is burnt all the same.
        let answer = key.prove(&options).await;
        finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);
    }
    let event = admin.latest_event("sign_in.refused").await;
    assert_eq!(event["subject_id"], uma.id);
    // The same by hand, without the lie.
    let (ceremony, options) = begin(&house).await;
    let answer = key.prove_oddly(&options, "localhost", |_| {}).await;
    finish(&house, &ceremony, &answer).await.ok();
}}

/// A change to what a browser says of the page.
type Lie = fn(&mut Value);

api_test! { an_answer_for_another_domain_kind_challenge_or_frame_is_refused |house| {
    let (_, mut key) = with_passkey(&house, UMA).await;
    let lies: [(&str, Lie); 6] = [
        ("evil.test", |_| {}),
        ("localhost", |data| data["type"] = "webauthn.create".into()),
        ("localhost", |data| data["challenge"] = "A".repeat(43).into()),
        ("localhost", |data| data["crossOrigin"] = true.into()),
        ("localhost", |data| data["topOrigin"] = "https://evil.test".into()),
        ("localhost", |data| *data = json!("no object")),
    ];
    for (domain, lie) in lies {
        let (ceremony, options) = begin(&house).await;
        let answer = key.prove_oddly(&options, domain, lie).await;
        finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);
    }
}}

api_test! { an_authenticator_that_did_not_verify_its_user_is_refused |house| {
    let (uma, key) = with_passkey(&house, UMA).await;
    let (ceremony, options) = begin(&house).await;
    let answer = key.blind().prove(&options).await;
    finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);

    let begun = uma.call("/v1/me/passkeys/begin").await.created();
    let mut blind = SoftKey::new(&house).blind();
    let credential = blind.make(&begun["options"]).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    uma.post("/v1/me/passkeys", body).await.problem(Code::PasskeyRefused);
    assert_eq!(uma.get("/v1/me/passkeys").await.items().len(), 1);
}}

api_test! { a_passkey_on_another_page_is_not_added |house| {
    let uma = house.user_called(UMA).await;
    let begun = uma.call("/v1/me/passkeys/begin").await.created();
    let mut elsewhere = SoftKey::new(&house).at("http://localhost:9");
    let credential = elsewhere.make(&begun["options"]).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    uma.post("/v1/me/passkeys", body).await.problem(Code::PasskeyRefused);
    assert_eq!(uma.get("/v1/me/passkeys").await.items(), Vec::<Value>::new());
    assert_eq!(uma.get("/v1/me/factors").await.ok()["recovery_codes_left"], 0);
}}

api_test! { asvs_2_3_4_of_fifty_who_use_an_answer_at_once_one_succeeds |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let count = |replies: &[Reply], good: u16| {
        for reply in replies {
            assert!([good, 403, 429].contains(&reply.status), "{reply:?}");
        }
        replies.iter().filter(|reply| reply.status == good).count()
    };
    let (ceremony, options) = begin(&house).await;
    let answer = key.prove(&options).await;
    let replies = join_all((0..50).map(|_| finish(&house, &ceremony, &answer))).await;
    assert_eq!(count(&replies, 200), 1);

    let begun = uma.call("/v1/me/passkeys/begin").await.created();
    let credential = SoftKey::new(&house).make(&begun["options"]).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let cookie = uma.cookie();
    let add = async || {
        let other = uma.elsewhere();
        other.set_cookie(cookie.clone());
        let reply = other.post("/v1/me/passkeys", body.clone()).await;
        // Whoever comes later has a cookie that is no good any more.
        if reply.status == 401 { None } else { Some(reply) }
    };
    let replies = join_all((0..50).map(|_| add())).await;
    let replies: Vec<_> = replies.into_iter().flatten().collect();
    assert_eq!(count(&replies, 201), 1);

    let phone = uma.elsewhere();
    let token = phone.sign_in().await.ok()["second_factor"]["token"].clone();
    let path = "/v1/auth/second-factor/passkey";
    let begun = phone.post(&format!("{path}/begin"), json!({ "token": token })).await.created();
    let credential = key.prove(&begun["options"]).await;
    let body =
        json!({ "token": token, "ceremony": begun["ceremony"], "credential": credential });
    let replies = join_all((0..50).map(|_| phone.elsewhere_post(path, &body))).await;
    assert_eq!(count(&replies, 200), 1);
}}

impl Actor {
    /// A POST by the same person from a browser without a cookie.
    async fn elsewhere_post(&self, path: &str, body: &Value) -> Reply {
        self.elsewhere().post(path, body.clone()).await
    }
}

api_test! { a_ceremony_is_over_after_five_minutes |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    for (seconds, is_good) in [(299, true), (300, false)] {
        let (ceremony, options) = begin(&house).await;
        let answer = key.prove(&options).await;
        house.pass(seconds);
        let reply = finish(&house, &ceremony, &answer).await;
        assert_eq!(reply.status == 200, is_good, "{seconds}: {reply:?}");
    }
    let laptop = uma.elsewhere();
    laptop.sign_in_by_passkey(&mut key).await.ok();
    let begun = laptop.call("/v1/me/passkeys/begin").await.created();
    let credential = SoftKey::new(&house).make(&begun["options"]).await;
    house.pass(300);
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    laptop.post("/v1/me/passkeys", body).await.problem(Code::PasskeyRefused);
}}

/// A beginning of each purpose, all for one person: purpose, ceremony and an answer that is right.
async fn one_of_each(who: &Actor, key: &mut SoftKey) -> (Value, Vec<(&'static str, Value, Value)>) {
    let token = who.elsewhere().sign_in().await.ok()["second_factor"]["token"].clone();
    let second = "/v1/auth/second-factor/passkey/begin";
    let mut found = Vec::new();
    for (purpose, begun) in [
        ("sign-in", who.elsewhere().call("/v1/auth/passkey/begin").await),
        ("second", who.elsewhere().post(second, json!({ "token": token })).await),
        ("step-up", who.call("/v1/auth/step-up/passkey/begin").await),
        ("register", who.call("/v1/me/passkeys/begin").await),
    ] {
        let begun = begun.created();
        let mut options = begun["options"].clone();
        let answer = match purpose {
            "register" => {
                // The new key takes the other's place in nothing.
                options["excludeCredentials"] = json!([]);
                key.copy().make(&options).await
            }
            _ => key.prove(&options).await,
        };
        found.push((purpose, begun["ceremony"].clone(), answer));
    }
    (token, found)
}

/// Finishes for a purpose.
async fn use_as(
    who: &Actor,
    purpose: &str,
    token: &Value,
    ceremony: &Value,
    answer: &Value,
) -> Reply {
    let body = json!({ "ceremony": ceremony, "credential": answer });
    match purpose {
        "sign-in" => who.elsewhere().post("/v1/auth/passkey", body).await,
        "second" => {
            let mut body = body;
            body["token"] = token.clone();
            who.elsewhere().post("/v1/auth/second-factor/passkey", body).await
        }
        "step-up" => who.post("/v1/auth/step-up/passkey", body).await,
        "register" => who.post("/v1/me/passkeys", body).await,
        other => panic!("no purpose {other}"),
    }
}

api_test! { ac_024_no_ceremony_counts_for_another_purpose_person_or_session |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let (eve, mut evil) = with_passkey(&house, "eve@example.test").await;
    let (token, own) = one_of_each(&uma, &mut key).await;
    let (evil_token, others) = one_of_each(&eve, &mut evil).await;
    let cookie = uma.cookie().expect("a cookie");
    let cookie = json!(cookie.split_once('=').expect("a value").1);
    let is_no = |reply: &Reply, what: &str| {
        assert!(matches!(reply.status, 403 | 422 | 429), "{what}: {reply:?}");
    };
    let calm = async || house.pass(600);
    for (purpose, ceremony, answer) in &own {
        for (other, wrong, _) in own.iter().filter(|(other, ..)| other != purpose) {
            let reply = use_as(&uma, purpose, &token, wrong, answer).await;
            is_no(&reply, &format!("{other} as {purpose}"));
        }
        for wrong in [&token, &evil_token, &cookie] {
            is_no(&use_as(&uma, purpose, &token, wrong, answer).await, purpose);
        }
        // What another person has begun, and what another person answers.
        let (_, foreign, answered) =
            others.iter().find(|(other, ..)| other == purpose).expect("the same");
        is_no(&use_as(&uma, purpose, &token, foreign, answer).await, purpose);
        is_no(&use_as(&uma, purpose, &token, foreign, answered).await, purpose);
        if *purpose == "second" {
            is_no(&use_as(&uma, purpose, &evil_token, ceremony, answer).await, purpose);
            is_no(&use_as(&uma, purpose, ceremony, ceremony, answer).await, purpose);
        }
    }
    calm().await;
    // In another session of the same person.
    let (_, own) = one_of_each(&uma, &mut key).await;
    let laptop = uma.elsewhere();
    laptop.sign_in_by_passkey(&mut key).await.ok();
    for (purpose, ceremony, answer) in own.iter().skip(2) {
        is_no(&use_as(&laptop, purpose, &token, ceremony, answer).await, purpose);
    }
    // Each counts in its own place.
    for (purpose, ceremony, answer) in own.iter().rev().filter(|(it, ..)| *it != "second") {
        let reply = use_as(&uma, purpose, &token, ceremony, answer).await;
        // A new passkey takes the session to a new id, so what was begun in the old one is over.
        let wanted: &[u16] = if *purpose == "step-up" { &[403] } else { &[200, 201] };
        assert!(wanted.contains(&reply.status), "{purpose}: {reply:?}");
    }
}}

api_test! { an_answer_must_name_the_account_that_its_key_belongs_to |house| {
    let (_, mut key) = with_passkey(&house, UMA).await;
    let (_, other) = with_passkey(&house, "eve@example.test").await;
    let handle = other.handle();
    for mut wrong in [key.of_another(Some(&handle)), key.of_another(Some(b"x"))] {
        let (ceremony, options) = begin(&house).await;
        let answer = wrong.prove(&options).await;
        finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);
    }
    let (ceremony, options) = begin(&house).await;
    let mut answer = key.prove(&options).await;
    answer["response"].as_object_mut().expect("fields").remove("userHandle");
    finish(&house, &ceremony, &answer).await.problem(Code::PasskeyRefused);
}}

api_test! { a_counter_that_goes_back_is_a_copied_key |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::counting(&house);
    let added = uma.add_passkey(&mut key, "Laptop").await;
    let mut copy = key.copy();
    house.nobody().sign_in_by_passkey(&mut key).await.ok();
    house.nobody().sign_in_by_passkey(&mut key).await.ok();

    house.nobody().sign_in_by_passkey(&mut copy).await.problem(Code::PasskeyRefused);

    let event = admin.latest_event("factor.passkey_cloned").await;
    assert_eq!(event["subject_id"], uma.id);
    assert_eq!(event["detail"]["passkey"], added["passkey"]["id"]);
    house.nobody().sign_in_by_passkey(&mut key).await.ok();
}}

api_test! { asvs_6_7_1_a_key_that_somebody_wrote_into_the_table_opens_nothing |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let (eve, mut evil) = with_passkey(&house, "eve@example.test").await;
    // Eve's passkey is given to Uma, with the number that goes with it.
    let id = |who: &Actor| format!("SELECT id FROM passkeys WHERE user_id = '{}'", who.id);
    house.execute(&format!(
        "UPDATE passkeys SET user_id = '{}' WHERE id = ({})", uma.id, id(&eve)
    )).await;
    let mut dressed = evil.of_another(Some(&key.handle()));
    house.nobody().sign_in_by_passkey(&mut dressed).await.problem(Code::PasskeyRefused);
    house.nobody().sign_in_by_passkey(&mut evil).await.problem(Code::PasskeyRefused);
    house.nobody().sign_in_by_passkey(&mut key).await.ok();
}}

api_test! { a_hundred_wrong_answers_switch_passkeys_off_until_one_is_added |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let mut fails = 0;
    while fails < 100 {
        let begun = uma.call("/v1/auth/step-up/passkey/begin").await.created();
        let wrong = key.at("http://localhost:9").prove(&begun["options"]).await;
        let body = json!({ "ceremony": begun["ceremony"], "credential": wrong });
        let reply = uma.post("/v1/auth/step-up/passkey", body).await;
        match reply.status {
            403 => fails += 1,
            429 => house.pass(600),
            other => panic!("{other}: {reply:?}"),
        }
    }
    house.pass(600);
    let methods = uma.get("/v1/me/factors").await.ok()["methods"].clone();
    assert_eq!(methods, json!(["recovery_code", "password"]));
    house.nobody().sign_in_by_passkey(&mut key).await.problem(Code::PasskeyRefused);
}}

api_test! { ac_103_what_browsers_say_gets_into_no_log_and_no_answer |house| {
    let (_, mut key) = with_passkey(&house, UMA).await;
    let dirty = "\r\n\u{1b}[31mcanary7Kq<script>";
    for at in ["/id", "/type", "/response/clientDataJSON", "/response/signature", "/error", "/response/x"] {
        let (ceremony, options) = begin(&house).await;
        let mut answer = key.prove(&options).await;
        match answer.pointer_mut(at) {
            Some(place) => *place = dirty.into(),
            None => {
                let (parent, name) = at.rsplit_once('/').expect("a path");
                answer.pointer_mut(parent).expect("an object")[name] = dirty.into();
            }
        }
        let reply = finish(&house, &ceremony, &answer).await;
        // Members that nobody looks at may be there.
        let wanted: &[u16] = if at.starts_with("/response/") && !at.ends_with('x') { &[422] } else { &[200, 422, 403] };
        assert!(wanted.contains(&reply.status), "{at}: {reply:?}");
        assert!(!reply.text.contains("canary7Kq"), "{at}");
    }
    let dump = house.dump().await.text();
    assert!(!dump.contains("canary7Kq"));
}}

api_test! { no_table_and_no_answer_tells_a_ceremonys_token |house| {
    let (uma, mut key) = with_passkey(&house, UMA).await;
    let (_, own) = one_of_each(&uma, &mut key).await;
    let dump = house.dump().await.text();
    for (purpose, ceremony, _) in &own {
        assert!(!dump.contains(text(ceremony)), "{purpose}");
        let hex = data_encoding::HEXLOWER.encode(text(ceremony).as_bytes());
        assert!(!dump.to_lowercase().contains(&hex), "{purpose}");
    }
}}

api_test! { an_answer_has_at_most_twenty_members |house| {
    let (_, mut key) = with_passkey(&house, UMA).await;
    let (ceremony, options) = begin(&house).await;
    let mut answer = key.prove(&options).await;
    for nth in 0..20 {
        answer[format!("more{nth}")] = 1.into();
    }
    let fields = finish(&house, &ceremony, &answer).await.fields();
    assert_eq!(fields, [("/credential".to_owned(), "too_long".to_owned())]);
}}
