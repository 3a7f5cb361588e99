//! Signing in with accounts at other services: with each that is known, and what comes of it.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Settings, Stub, Twist};

const ANN: &str = "ann@example.test";

fn all() -> Settings {
    Stub::settings(&[])
}

fn closed() -> Settings {
    Stub::settings(&[("DOORWARD_SIGN_UP_ENABLED", "false")])
}

fn trusting_facebook() -> Settings {
    Stub::settings(&[("DOORWARD_PROVIDERS_FACEBOOK_EMAIL_IS_VERIFIED", "true")])
}

/// Somebody as Google tells of them.
pub fn ann() -> Value {
    json!({ "sub": "110169484474386276334", "email": ANN, "email_verified": true, "name": "Ann" })
}

/// The accounts of this address.
async fn accounts(admin: &Actor, email: &str) -> Vec<Value> {
    admin.get(&format!("/v1/users?email_prefix={email}")).await.items()
}

/// Signs in and looks who that is.
async fn comes_in(house: &House, provider: &str, told: Value) -> (Actor, String) {
    let who = house.nobody();
    let reply = who.sign_in_at(house, provider, told).await.expect(303);
    assert_eq!(reply.header("location"), Some("/account/name"));
    let (id, amr) = who.who().await;
    assert_eq!(amr, json!(["fed"]), "{provider}");
    (who, id)
}

api_test! { the_providers_are_listed_by_name [all()] |house| {
    let body = house.nobody().get("/v1/auth/providers").await.ok();
    let names: Vec<_> = body["providers"].as_array().expect("a list").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["apple", "facebook", "github", "google", "microsoft", "other"]);
    assert_eq!(body["providers"][3], json!({ "name": "google", "title": "Google", "preset": "google" }));
    assert_eq!(body["providers"][5], json!({ "name": "other", "title": "Other", "preset": "oidc" }));
    assert!(!body.to_string().contains("secret"), "{body}");
}}

api_test! { nobody_needs_a_provider |house| {
    assert_eq!(house.nobody().get("/v1/auth/providers").await.ok(), json!({ "providers": [] }));
    let body = json!({ "provider": "google" });
    house.nobody().post("/v1/auth/providers/begin", body).await.problem(Code::ProviderNotFound);
    let page = house.nobody().get("/sign-in").await.expect(200);
    assert!(!page.text.contains("/sign-in/with"), "{}", page.text);
}}

api_test! { ac_062_a_first_sign_in_makes_an_account_and_the_next_finds_it [all()] |house| {
    let admin = house.admin().await;
    let (ann_there, id) = comes_in(&house, "google", ann()).await;
    let made = accounts(&admin, ANN).await;
    assert_eq!((made.len(), &made[0]["id"], &made[0]["name"]), (1, &json!(id), &json!("Ann")));
    assert_eq!(made[0]["email_verified"], true);
    let event = admin.latest_event("account.signed_up").await;
    assert_eq!((&event["subject_id"], &event["detail"]), (&json!(id), &json!({ "provider": "google" })));
    let event = admin.latest_event("sign_in.succeeded").await;
    assert_eq!(event["detail"], json!({ "amr": ["fed"] }));
    assert_eq!(ann_there.get("/v1/auth/session").await.ok()["session"]["acr"], "aal1");
    let (_, again) = comes_in(&house, "google", ann()).await;
    assert_eq!(again, id);
    assert_eq!(accounts(&admin, ANN).await.len(), 1);
}}

api_test! { ac_116_asvs_6_8_1_asvs_10_5_2_issuer_and_subject_are_the_key_and_nothing_else_is [all()] |house| {
    let (_, id) = comes_in(&house, "google", ann()).await;
    // Every other claim changes, and the account stays.
    for told in [
        json!({ "email": "new@example.test", "email_verified": true, "name": "Bea", "preferred_username": "x" }),
        json!({ "email": "new@example.test", "email_verified": false, "upn": "boss@example.test" }),
        json!({ "email": null, "name": null }),
        json!({ "email": "not an address", "email_verified": "false", "preferred_username": ANN }),
    ] {
        let mut told = told;
        told["sub"] = ann()["sub"].clone();
        let (_, again) = comes_in(&house, "google", told).await;
        assert_eq!(again, id);
    }
    // Somebody else who is called the same in every other claim is somebody else.
    let mut other = ann();
    other["sub"] = "2".into();
    other["email"] = "bob@example.test".into();
    other["preferred_username"] = "Ann".into();
    assert_ne!(comes_in(&house, "google", other).await.1, id);
    // The same subject of another issuer too.
    let mut other = ann();
    other["email"] = "carl@example.test".into();
    assert_ne!(comes_in(&house, "other", other).await.1, id);
}}

api_test! { github_is_asked_for_the_address_that_is_first_and_verified [all()] |house| {
    let emails = json!([
        { "email": "old@example.test", "primary": false, "verified": true, "visibility": null },
        { "email": ANN, "primary": true, "verified": true, "visibility": "private" },
    ]);
    let told = json!({ "id": 583231, "login": "ann", "name": null, "email": null, "emails": emails });
    let (ann, id) = comes_in(&house, "github", told.clone()).await;
    let me = ann.get("/v1/me").await.ok();
    assert_eq!((&me["email"], &me["name"]), (&json!(ANN), &json!("ann")));
    let mut renamed = told.clone();
    renamed["login"] = "annabel".into();
    assert_eq!(comes_in(&house, "github", renamed).await.1, id);
    let mut unverified = told;
    unverified["id"] = 7.into();
    unverified["emails"][1]["verified"] = false.into();
    let reply = house.nobody().sign_in_at(&house, "github", unverified).await.expect(403);
    assert!(reply.text.contains("confirmed"), "{}", reply.text);
}}

api_test! { facebook_says_of_no_address_that_it_is_verified [all()] |house| {
    let told = json!({ "id": "10158", "name": "Ann", "email": ANN });
    let reply = house.nobody().sign_in_at(&house, "facebook", told.clone()).await.expect(403);
    assert!(reply.text.contains("confirmed"), "{}", reply.text);
    let asked = house.stub().asked();
    let asked = asked.last().expect("it was asked");
    assert!(asked.contains("fields=id,name,email&appsecret_proof="), "{asked}");
    // Whoever has an account adds it there, and signs in with it then.
    let bob = house.user().await;
    bob.link_at(&house, "facebook", told.clone()).await.expect(303);
    assert_eq!(comes_in(&house, "facebook", told).await.1, bob.id);
}}

api_test! { an_operator_may_trust_the_addresses_of_a_provider [trusting_facebook()] |house| {
    let told = json!({ "id": "10158", "name": "Ann", "email": ANN });
    let (ann, _) = comes_in(&house, "facebook", told).await;
    assert_eq!(ann.get("/v1/me").await.ok()["email_verified"], true);
}}

api_test! { apple_answers_by_a_form_and_tells_the_name_once [all()] |house| {
    let told = json!({ "sub": "001234.abc.0001", "email": ANN, "email_verified": "true" });
    let who = house.nobody();
    let url = who.begin_at("apple").await;
    let mut back = house.stub().agree(&url, told.clone(), house.seconds());
    let user = r#"{"name":{"firstName":"Ann","lastName":"Apple"},"email":"evil@example.test"}"#;
    back.push(("user".to_owned(), user.to_owned()));
    who.come_back("apple", &back).await.expect(303);
    let me = who.get("/v1/me").await.ok();
    assert_eq!((&me["email"], &me["name"]), (&json!(ANN), &json!("Ann Apple")));
    let id = who.who().await.0;
    assert_eq!(comes_in(&house, "apple", told).await.1, id);
}}

api_test! { microsofts_many_tenants_are_as_many_issuers [all()] |house| {
    let tenant = |id: &str| json!({
        "sub": "AAAA", "tid": id, "email": ANN, "xms_edov": true, "name": "Ann",
    });
    let one = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let (_, id) = comes_in(&house, "microsoft", tenant(one)).await;
    assert_eq!(comes_in(&house, "microsoft", tenant(one)).await.1, id);
    // The owner of another tenant chooses subjects there, and no address.
    let mut other = tenant("11111111-2222-3333-4444-555555555555");
    other["xms_edov"] = false.into();
    house.nobody().sign_in_at(&house, "microsoft", other.clone()).await.expect(403);
    for wrong in [json!("common"), json!(null), json!("../9188040d"), json!("")] {
        other["tid"] = wrong;
        house.nobody().sign_in_at(&house, "microsoft", other.clone()).await.expect(403);
    }
}}

api_test! { an_address_that_the_id_token_leaves_out_is_asked_for [all()] |house| {
    // The stub puts into the ID token what it tells: here the address alone is missing.
    let told = json!({ "sub": "5", "name": "Ann" });
    house.nobody().sign_in_at(&house, "other", told).await.expect(403);
    assert!(house.stub().asked().iter().any(|path| path == "/other/userinfo"));
}}

api_test! { where_sign_up_is_closed_only_those_who_have_an_account_come_in [closed()] |house| {
    let reply = house.nobody().sign_in_at(&house, "google", ann()).await.expect(403);
    assert!(reply.text.contains("Sign-up is closed") || reply.text.contains("New accounts are made"), "{}", reply.text);
    let admin = house.admin().await;
    assert_eq!(accounts(&admin, ANN).await, Vec::<Value>::new());
    let id = admin.make_user(ANN).await;
    house.execute(&format!("UPDATE users SET email_verified_at = 1 WHERE id = '{id}'")).await;
    assert_eq!(comes_in(&house, "google", ann()).await.1, id);
}}

api_test! { ac_062_asvs_6_3_4_asvs_6_8_4_every_gate_of_a_sign_in_stands_here_too [all()] |house| {
    let admin = house.admin().await;
    let (_, id) = comes_in(&house, "google", ann()).await;
    // A second factor that the account has is asked for, and no session starts before.
    let ann_here = house.nobody();
    ann_here.sign_in_at(&house, "google", ann()).await.expect(303);
    let (app, _) = ann_here.enrol(&house).await;
    let who = house.nobody();
    let page = who.sign_in_at(&house, "google", ann()).await.expect(200);
    assert!(page.text.contains("action=\"/second-factor\""), "{}", page.text);
    assert_eq!(who.cookie(), None);
    let (_, rest) = page.text.split_once("name=\"token\" value=\"").expect("a token");
    let token = rest.split('"').next().expect("a value");
    house.pass(60);
    who.finish(token, "totp", &app.next(&house)).await.ok();
    assert_eq!(who.who().await, (id.clone(), json!(["fed", "mfa", "otp"])));
    // Who is disabled stays out.
    admin.call(&format!("/v1/users/{id}/disable")).await.ok();
    let who = house.nobody();
    let reply = who.sign_in_at(&house, "google", ann()).await.expect(403);
    assert!(reply.text.contains("disabled"), "{}", reply.text);
    assert_eq!(who.cookie(), None);
    assert_eq!(admin.latest_event("sign_in.refused").await["detail"]["why"], "auth.account_disabled");
}}

api_test! { a_session_of_the_browser_gives_way_to_the_new_one [all()] |house| {
    let bob = house.user().await;
    let old = bob.cookie();
    bob.sign_in_at(&house, "google", ann()).await.expect(303);
    assert_ne!(bob.who().await.0, bob.id);
    bob.set_cookie(old);
    bob.is_out().await;
}}

api_test! { a_provider_that_is_down_or_slow_leaves_all_else_as_it_is [Stub::settings(&[("DOORWARD_HTTP_TIMEOUT_SECONDS", "1")])] |house| {
    let user = house.user().await;
    for twist in [Twist::Fails, Twist::Silent, Twist::Huge, Twist::Garbage, Twist::Redirects] {
        house.stub().twist(twist);
        house.pass(100_000);
        let body = json!({ "provider": "google" });
        let who = house.nobody();
        let begun = who.post("/v1/auth/providers/begin", body.clone());
        let others = async {
            for _ in 0..10 {
                user.elsewhere().sign_in().await.ok();
            }
        };
        let (reply, ()) = tokio::join!(begun, others);
        let code = if twist == Twist::Garbage { Code::ProviderRefused } else { Code::ProviderUnavailable };
        reply.problem(code);
        // Who comes next is told at once, without another request.
        let asked = house.stub().asked().len();
        if code == Code::ProviderUnavailable {
            who.post("/v1/auth/providers/begin", body).await.problem(code);
            assert_eq!(house.stub().asked().len(), asked, "{twist:?}");
        }
    }
    // At the way back as well.
    house.stub().twist(Twist::Nothing);
    house.pass(100_000);
    let who = house.nobody();
    let url = who.begin_at("google").await;
    let back = house.stub().agree(&url, ann(), house.seconds());
    house.stub().twist(Twist::Fails);
    let reply = who.come_back("google", &back).await.expect(503);
    assert!(reply.text.contains("does not answer"), "{}", reply.text);
    assert_eq!(who.cookie(), None);
}}

api_test! { documents_are_kept_and_a_new_key_is_found [all()] |house| {
    comes_in(&house, "google", ann()).await;
    let count = |house: &House, path: &str| {
        house.stub().asked().iter().filter(|asked| asked.contains(path)).count()
    };
    for _ in 0..3 {
        comes_in(&house, "google", ann()).await;
    }
    assert_eq!((count(&house, "openid-configuration"), count(&house, "jwks")), (1, 1));
    house.pass(60);
    house.stub().rotate();
    comes_in(&house, "google", ann()).await;
    assert_eq!((count(&house, "openid-configuration"), count(&house, "jwks")), (1, 2));
    // An hour later the old one still serves, while a new one is got beside.
    house.pass(4000);
    comes_in(&house, "google", ann()).await;
    crate::harness::until(async || count(&house, "openid-configuration") == 2).await;
}}

api_test! { the_pages_lead_to_a_provider_and_back [all()] |house| {
    let who = house.nobody();
    let page = who.get("/sign-in?return_to=/account/name").await.expect(200);
    for provider in ["google", "github", "facebook", "apple", "microsoft", "other"] {
        assert!(page.text.contains(&format!("name=\"provider\" value=\"{provider}\"")), "{}", page.text);
    }
    assert!(page.text.contains("Continue with Google"), "{}", page.text);
    assert!(who.get("/sign-up").await.expect(200).text.contains("Continue with Google"));
    let fields = [("provider", "google"), ("return_to", "/account/name")];
    let request = who.request(reqwest::Method::POST, "/sign-in/with").form(&fields);
    let reply = who.send(request).await.expect(200);
    let refresh = reply.header("refresh").expect("it leads on").to_owned();
    let url = refresh.strip_prefix("0; url=").expect("an address");
    assert!(url.starts_with(&format!("{}/google/authorize?", house.stub().base)), "{url}");
    let back = house.stub().agree(url, ann(), house.seconds());
    let reply = who.come_back("google", &back).await.expect(303);
    assert_eq!(reply.header("location"), Some("/account/name"));
    for mark in ["google", "facebook", "github", "microsoft", "apple", "gitlab", "discord", "linkedin", "other"] {
        let reply = who.get(&format!("/assets/marks/{mark}.svg")).await.expect(200);
        assert_eq!(reply.header("content-type"), Some("image/svg+xml"));
    }
    who.get("/assets/marks/nobody.svg").await.expect(404);
    assert_eq!(who.get("/sign-in/with").await.expect(303).header("location"), Some("/sign-in"));
}}

api_test! { an_account_with_a_password_stays_what_it_was [all()] |house| {
    let user = house.user_called(ANN).await.verified(&house).await;
    assert_eq!(comes_in(&house, "google", ann()).await.1, user.id);
    user.elsewhere().sign_in_with(PASSWORD).await.ok();
    house.mail_of("factor_changed", ANN).await;
    let exported = user.get("/v1/me/export").await.ok();
    assert_eq!(exported["identities"][0]["provider"], "google");
    assert_eq!(exported["identities"][0]["email"], ANN);
    let admin = house.admin().await;
    assert_eq!(admin.latest_event("identity.linked").await["subject_id"], json!(user.id));
    // Nothing of an identity outlives its account.
    user.delete("/v1/me").await.no_content();
    assert_ne!(comes_in(&house, "google", ann()).await.1, user.id);
}}
