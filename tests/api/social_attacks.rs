//! What attackers try at the way through a provider. Each try is refused, starts no session, makes no
//! account, and is told in the audit log.

use doorward::http::code::Code;
use serde_json::{Value, json};

use super::social::ann;
use crate::harness::{Actor, House, PASSWORD, Reply, Settings, Stub, Twist};

const ANN: &str = "ann@example.test";

fn all() -> Settings {
    Stub::settings(&[])
}

/// A way back that led nowhere, and why the log says so.
async fn nothing(house: &House, admin: &Actor, who: &Actor, reply: Reply, why: &str) {
    assert!((400..500).contains(&reply.status), "{why}: {} {}", reply.status, reply.text);
    assert!(reply.header("location").is_none(), "{why}");
    assert_eq!((reply.cookie().is_none(), who.cookie()), (true, None), "{why}");
    let event = admin.latest_event("sign_in.refused").await;
    assert_eq!(event["request_id"], reply.request_id(), "{why}: {event}");
    assert_eq!(event["detail"]["why"], why);
    let made = admin.get(&format!("/v1/users?email_prefix={ANN}")).await.items();
    assert_eq!(made, Vec::<Value>::new(), "{why}");
    who.is_out().await;
    let _ = house;
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn of(back: &[(String, String)], name: &str) -> String {
    back.iter().find(|(key, _)| key == name).expect("it is there").1.clone()
}

api_test! { ac_064_asvs_10_2_1_a_way_back_without_a_beginning_leads_nowhere [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    for values in [
        pairs(&[]), pairs(&[("code", "code-1")]), pairs(&[("code", "code-1"), ("state", "")]),
        pairs(&[("code", "code-1"), ("state", &"A".repeat(43))]), pairs(&[("state", &"A".repeat(43))]),
        pairs(&[("code", "code-1"), ("state", &"A".repeat(9000))]),
        pairs(&[("error", "access_denied"), ("state", "x")]),
    ] {
        let reply = who.come_back("google", &values).await;
        nothing(&house, &admin, &who, reply, "no such flow").await;
    }
    assert_eq!(house.stub().asked(), Vec::<String>::new(), "nobody was asked");
}}

api_test! { ac_064_what_came_back_once_never_comes_back_again [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    let url = who.begin_at("google").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let state = of(&back, "state");
    // The provider's own refusal ends the flow too.
    let reply = who.come_back("google", &pairs(&[("error", "access_denied"), ("state", &state)])).await;
    assert!(reply.text.contains("not agreed"), "{}", reply.text);
    nothing(&house, &admin, &who, reply, "the provider said no").await;
    let reply = who.come_back("google", &back).await;
    nothing(&house, &admin, &who, reply, "no such flow").await;
    // Twice at once: one comes in.
    let url = who.begin_at("google").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let (one, other) = tokio::join!(who.come_back("google", &back), who.come_back("google", &back));
    let mut found = [one.status, other.status];
    found.sort_unstable();
    assert_eq!(found, [303, 403]);
    who.come_back("google", &back).await.expect(403);
}}

api_test! { ac_064_a_state_is_good_for_ten_minutes [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    let url = who.begin_at("google").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    house.pass(600);
    let reply = who.come_back("google", &back).await;
    nothing(&house, &admin, &who, reply, "no such flow").await;
}}

api_test! { ac_064_asvs_10_1_2_the_state_of_another_browser_is_worth_nothing [all()] |house| {
    let admin = house.admin().await;
    // An attacker begins, agrees with an account of theirs, and has the victim's browser come back.
    let (attacker, victim) = (house.nobody(), house.nobody());
    for has_own in [false, true] {
        if has_own {
            victim.begin_at("google").await;
        }
        let url = attacker.begin_at("google").await;
        let back = house.stub().agree(&url, ann(), house.seconds());
        let reply = victim.come_back("google", &back).await;
        nothing(&house, &admin, &victim, reply, "the flow is another browser's").await;
        // It is burnt: the attacker gets nothing of it either.
        let reply = attacker.come_back("google", &back).await;
        nothing(&house, &admin, &attacker, reply, "no such flow").await;
    }
}}

api_test! { ac_064_two_windows_of_a_browser_dont_end_each_other [all()] |house| {
    let who = house.nobody();
    let (first, second) = (who.begin_at("google").await, who.begin_at("google").await);
    let back = house.stub().agree(&first, ann(), house.seconds());
    let other = house.stub().agree(&second, ann(), house.seconds());
    // The code of one with the state of the other: PKCE ties each to its own.
    let mixed = pairs(&[("code", &of(&back, "code")), ("state", &of(&other, "state"))]);
    who.come_back("google", &mixed).await.expect(403);
    assert_eq!(who.cookie(), None);
    let url = who.begin_at("google").await;
    let again = house.stub().agree(&url, ann(), house.seconds());
    who.come_back("google", &again).await.expect(303);
}}

api_test! { ac_113_asvs_10_2_2_no_answer_of_one_provider_is_taken_for_anothers [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    // The flow of one, led back to the place of the other.
    let url = who.begin_at("other").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let reply = who.come_back("google", &back).await;
    nothing(&house, &admin, &who, reply, "the flow is another provider's").await;
    // The code of one, in the flow of the other: an evil provider forwards what it got.
    let (evil, honest) = (who.begin_at("other").await, who.begin_at("google").await);
    let back = house.stub().agree(&honest, ann(), house.seconds());
    let state = of(&house.stub().agree(&evil, ann(), house.seconds()), "state");
    let reply = who.come_back("other", &pairs(&[("code", &of(&back, "code")), ("state", &state)])).await;
    nothing(&house, &admin, &who, reply, "the code or token was not accepted").await;
    // An issuer that names itself must be the one that was asked (RFC 9207).
    let url = who.begin_at("google").await;
    let mut back = house.stub().agree(&url, ann(), house.seconds());
    back.push(("iss".to_owned(), "https://evil.test".to_owned()));
    let reply = who.come_back("google", &back).await;
    nothing(&house, &admin, &who, reply, "the answer is another issuer's").await;
    house.stub().twist(Twist::NamesItself);
    house.pass(100_000);
    admin.sign_in().await.ok();
    let url = who.begin_at("google").await;
    let mut back = house.stub().agree(&url, ann(), house.seconds());
    back.retain(|(name, _)| name != "iss");
    let reply = who.come_back("google", &back).await;
    nothing(&house, &admin, &who, reply, "the answer names no issuer").await;
    who.sign_in_at(&house, "google", ann()).await.expect(303);
}}

api_test! { ac_117_ac_113_asvs_6_8_2_asvs_10_5_1_asvs_10_5_4_an_id_token_that_is_not_right_in_everything_is_refused [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    for (twist, why) in [
        (Twist::NoNonce, "the ID token is of another sign-in"),
        (Twist::WrongNonce, "the ID token is of another sign-in"),
        (Twist::WrongAudience, "the ID token is for another client"),
        (Twist::SecondAudience, "the ID token is for another client"),
        (Twist::OtherParty, "the ID token is for another client"),
        (Twist::WrongIssuer, "the ID token is another issuer's"),
        (Twist::Expired, "the ID token is not of this time"),
        (Twist::FromTheFuture, "the ID token is not of this time"),
        (Twist::AlgNone, "the ID token's signature is wrong"),
        (Twist::AlgHmac, "the ID token's signature is wrong"),
        (Twist::ForeignKey, "the ID token's signature is wrong"),
        (Twist::KeyInHeader, "the ID token's signature is wrong"),
        (Twist::UnknownKey, "the ID token is signed with an unknown key"),
        (Twist::AccessTokenType, "the ID token was not accepted"),
        (Twist::NoIdToken, "there is no ID token"),
    ] {
        house.stub().twist(Twist::Nothing);
        house.pass(30);
        let url = who.begin_at("google").await;
        let back = house.stub().agree(&url, ann(), house.seconds());
        house.stub().twist(twist);
        let reply = who.come_back("google", &back).await;
        eprintln!("{twist:?}");
        nothing(&house, &admin, &who, reply, why).await;
    }
}}

api_test! { ac_114_whoever_is_nobody_gets_no_account [all()] |house| {
    let admin = house.admin().await;
    for wrong in [json!(""), json!(null), json!(0), json!(false), json!(" "), json!({}), json!([]), json!(7)] {
        let who = house.nobody();
        let mut told = ann();
        told["sub"] = wrong.clone();
        let reply = who.sign_in_at(&house, "google", told).await.expect(403);
        assert_eq!(who.cookie(), None, "{wrong}");
        assert_eq!(admin.latest_event("sign_in.refused").await["request_id"], reply.request_id());
        let github = house.nobody();
        let emails = json!([{ "email": ANN, "primary": true, "verified": true }]);
        let told = match &wrong {
            Value::Number(number) if number.as_u64() == Some(7) => json!({ "login": "x", "emails": emails }),
            other => json!({ "id": other, "login": "x", "emails": emails }),
        };
        let reply = github.sign_in_at(&house, "github", told).await;
        nothing(&house, &admin, &github, reply, "it does not say who it is").await;
    }
    // An error in the place of a person.
    let who = house.nobody();
    let told = json!({ "error": { "message": "down", "code": 2 }, "emails": [] });
    let reply = who.sign_in_at(&house, "facebook", told).await;
    nothing(&house, &admin, &who, reply, "it does not say who it is").await;
}}

api_test! { ac_107_asvs_6_8_1_an_address_that_is_verified_on_one_side_alone_joins_nothing [all()] |house| {
    let admin = house.admin().await;
    // The attacker signs up with the victim's address; nobody has verified it.
    let attacker = house.user_called(ANN).await;
    let victim = house.nobody();
    let reply = victim.sign_in_at(&house, "google", ann()).await.expect(409);
    assert!(reply.text.contains("There is an account with your address"), "{}", reply.text);
    assert!(reply.text.contains("/forgot"));
    assert_eq!(victim.cookie(), None);
    let event = admin.latest_event("sign_in.refused").await;
    assert_eq!(event["detail"], json!({ "provider": "google", "why": "providers.account_exists" }));
    // What the attacker signs in with elsewhere opens the account as long as it is theirs.
    attacker.link_at(&house, "other", json!({ "sub": "attacker" })).await.expect(303);
    // The victim proves the mailbox: the attacker's password, sessions and identities are dead.
    house.nobody().post("/v1/auth/password-reset", json!({ "email": ANN })).await.accepted();
    let token = house.mail_of("reset_password", ANN).await.token().to_owned();
    let body = json!({ "token": token, "password": "a lake of black coffee" });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.no_content();
    attacker.is_out().await;
    attacker.elsewhere().sign_in_with(PASSWORD).await.problem(Code::InvalidCredentials);
    let again = house.nobody();
    again.sign_in_at(&house, "other", json!({ "sub": "attacker" })).await.expect(403);
    assert_eq!(again.cookie(), None);
    victim.sign_in_at(&house, "google", ann()).await.expect(303);
    assert_eq!(victim.who().await.0, attacker.id);
}}

api_test! { ac_107_an_unverified_address_of_somebody_else_opens_nothing [all()] |house| {
    let admin = house.admin().await;
    let victim = house.user_called(ANN).await.verified(&house).await;
    for told in [
        json!({ "sub": "evil", "email": ANN, "email_verified": false }),
        json!({ "sub": "evil", "email": ANN }),
        json!({ "sub": "evil", "email": ANN, "email_verified": "false" }),
        json!({ "sub": "evil", "email": ANN, "email_verified": 1 }),
        json!({ "sub": "evil", "email": ANN, "email_verified": null }),
        json!({ "sub": "evil", "preferred_username": ANN, "upn": ANN, "email_verified": true }),
        json!({ "sub": "evil", "email": [ANN], "email_verified": true }),
    ] {
        let who = house.nobody();
        let reply = who.sign_in_at(&house, "google", told.clone()).await.expect(403);
        assert_eq!(who.cookie(), None, "{told}");
        let event = admin.latest_event("sign_in.refused").await;
        assert_eq!(event["request_id"], reply.request_id());
        let why = event["detail"]["why"].as_str().expect("a text");
        assert!(matches!(why, "providers.email_unverified" | "the ID token can't be read"), "{why}");
        // The answer is the same for an address that nobody has here.
        let mut free = told;
        free["email"] = "free@example.test".into();
        if free["email_verified"] != true {
            let other = house.nobody().sign_in_at(&house, "google", free).await;
            assert_eq!((other.status, &other.text), (reply.status, &reply.text));
        }
    }
    assert_eq!(victim.get("/v1/me/identities").await.items(), Vec::<Value>::new());
}}

api_test! { ac_107_an_address_alone_joins_no_account_that_asks_for_more [all()] |house| {
    let user = house.user_called(ANN).await.verified(&house).await;
    user.enrol(&house).await;
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(409);
    assert_eq!(user.get("/v1/me/identities").await.items(), Vec::<Value>::new());
    // Nor one of a program, whose address is nobody's.
    let admin = house.admin().await;
    let body = json!({ "name": "Robot" });
    let made = admin.post("/v1/service-accounts", body).await;
    if made.status == 201 {
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        let told = json!({ "sub": "r", "email": format!("{id}@service.invalid"), "email_verified": true });
        let reply = who.sign_in_at(&house, "google", told).await;
        assert!((400..500).contains(&reply.status), "{}", reply.text);
        assert_eq!(who.cookie(), None);
    }
}}

api_test! { ac_121_asvs_10_5_3_asvs_13_2_4_a_document_that_leads_inside_is_not_followed [all()] |house| {
    for (twist, code) in [
        (Twist::InnerAddresses, Code::ProviderUnavailable),
        (Twist::WrongDocument, Code::ProviderRefused),
        (Twist::Redirects, Code::ProviderUnavailable),
    ] {
        house.stub().twist(twist);
        house.pass(100_000);
        let asked = house.stub().asked().len();
        let body = json!({ "provider": "google" });
        house.nobody().post("/v1/auth/providers/begin", body).await.problem(code);
        assert_eq!(house.stub().asked().len(), asked + 1, "{twist:?}: one look at the document");
    }
}}

api_test! { ac_120_nothing_that_a_caller_sends_is_fetched [all()] |house| {
    let who = house.nobody();
    let evil = format!("{}/evil", house.stub().base);
    for body in [
        json!({ "provider": evil }),
        json!({ "provider": "google", "issuer": evil }),
        json!({ "provider": "google", "request_uri": evil }),
        json!({ "provider": "google", "redirect_uri": evil }),
    ] {
        let reply = who.post("/v1/auth/providers/begin", body).await;
        assert!((400..500).contains(&reply.status), "{}", reply.text);
    }
    let values = pairs(&[("state", "x"), ("code", "y"), ("iss", &evil), ("request_uri", &evil)]);
    who.come_back("google", &values).await.expect(403);
    who.come_back("evil", &values).await.expect(403);
    assert_eq!(house.stub().asked(), Vec::<String>::new());
}}

api_test! { ac_010_the_way_back_leads_to_listed_places_alone [all()] |house| {
    for place in ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/%2f/evil.test"] {
        let who = house.nobody();
        let body = json!({ "provider": "google", "return_to": place });
        let url = who.post("/v1/auth/providers/begin", body).await.created()["url"].clone();
        let mut told = ann();
        told["sub"] = json!(format!("sub {place}"));
        told["email"] = json!(format!("u{}@example.test", place.len()));
        let back = house.stub().agree(url.as_str().expect("a text"), told, house.seconds());
        let reply = who.come_back("google", &back).await.expect(303);
        assert_eq!(reply.header("location"), Some("/account"), "{place}");
    }
}}

api_test! { a_form_counts_only_from_a_provider_that_sends_forms [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    let url = who.begin_at("google").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let reply = who.come_back_by_form("google", &back).await;
    nothing(&house, &admin, &who, reply, "nothing waits for this form").await;
    // And an address counts for none that does.
    let url = who.begin_at("apple").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let query = format!("code={}&state={}", of(&back, "code"), of(&back, "state"));
    let reply = who.get(&format!("/sign-in/callback/apple?{query}")).await;
    nothing(&house, &admin, &who, reply, "there is no form").await;
    // A form is taken once, so that no second one replaces the first.
    let url = who.begin_at("apple").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    let page = house.nobody();
    let post = async || {
        let request = page.request(reqwest::Method::POST, "/sign-in/callback/apple").form(&back);
        page.send(request).await
    };
    let first = post().await.expect(303);
    assert!(!first.header("location").expect("a place").contains(&of(&back, "code")));
    post().await.expect(403);
    who.get(first.header("location").expect("a place")).await.expect(303);
}}
