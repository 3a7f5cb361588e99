//! Accounts at other services as part of one's own: added by who is signed in, removed, and their
//! tokens handed out.

use doorward::http::code::Code;
use serde_json::{Value, json};

use super::social::ann;
use crate::harness::{Actor, House, Settings, SoftKey, Stub, Twist};

fn all() -> Settings {
    Stub::settings(&[])
}

fn keeping() -> Settings {
    Stub::settings(&[("DOORWARD_PROVIDERS_GOOGLE_KEEP_TOKENS", "true")])
}

async fn linked(who: &Actor) -> Vec<Value> {
    who.get("/v1/me/identities").await.items()
}

async fn signs_in(house: &House, provider: &str, told: Value) -> Option<String> {
    let who = house.nobody();
    let reply = who.sign_in_at(house, provider, told).await;
    if reply.status == 303 { Some(who.who().await.0) } else { None }
}

api_test! { ac_111_who_is_signed_in_adds_an_account_and_signs_in_with_it [all()] |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    // Neither address is verified: the person has proved the account by signing in.
    let told = json!({ "sub": "7", "email": "elsewhere@example.test" });
    let reply = user.link_at(&house, "google", told.clone()).await.expect(303);
    assert_eq!(reply.header("location"), Some("/account/identities"));
    let all = linked(&user).await;
    assert_eq!((all.len(), &all[0]["provider"], &all[0]["email"]), (1, &json!("google"), &json!("elsewhere@example.test")));
    assert_eq!(signs_in(&house, "google", told.clone()).await, Some(user.id.clone()));
    house.mail_of("factor_changed", &user.email).await;
    let event = admin.latest_event("identity.linked").await;
    assert_eq!((&event["actor_id"], &event["detail"]), (&json!(user.id), &json!({ "provider": "google" })));
    // Once more changes nothing.
    user.link_at(&house, "google", told).await.expect(303);
    assert_eq!(linked(&user).await.len(), 1);
}}

api_test! { ac_111_a_link_needs_a_recent_proof_and_its_own_session [all()] |house| {
    let admin = house.admin().await;
    let body = json!({ "provider": "google" });
    house.nobody().post("/v1/me/identities/begin", body.clone()).await.problem(Code::NotSignedIn);
    let user = house.user().await;
    let told = json!({ "sub": "7" });
    // Begun in one session, come back in another one of the same account, or in none.
    for end in ["other session", "signed out", "somebody else"] {
        let url = user.begin_link_at("google").await;
        let back = house.stub().agree(&url, told.clone(), house.seconds());
        match end {
            "other session" => drop(user.sign_in().await.ok()),
            "signed out" => user.call("/v1/auth/sign-out").await.no_content(),
            _ => {
                let other = house.user().await;
                user.set_cookie(other.cookie());
            }
        }
        let reply = user.come_back("google", &back).await;
        assert_eq!(reply.header("location"), Some("/sign-in"), "{end}: {}", reply.text);
        assert_eq!(admin.latest_event("identity.refused").await["request_id"], reply.request_id(), "{end}");
        user.sign_in().await.ok();
        assert_eq!(linked(&user).await.len(), 0, "{end}");
    }
    // The browser of somebody else who is signed in to the same account.
    let url = user.begin_link_at("google").await;
    let back = house.stub().agree(&url, told.clone(), house.seconds());
    let other = user.elsewhere();
    other.sign_in().await.ok();
    other.come_back("google", &back).await.expect(403);
    assert_eq!(linked(&user).await.len(), 0);
    house.pass(901);
    user.post("/v1/me/identities/begin", body).await.problem(Code::StepUpRequired);
    user.get("/v1/me/identities").await.ok();
}}

api_test! { an_identity_belongs_to_one_account [all()] |house| {
    let admin = house.admin().await;
    let (first, second) = (house.user().await, house.user().await);
    first.link_at(&house, "google", ann()).await.expect(303);
    let reply = second.link_at(&house, "google", ann()).await.expect(409);
    assert!(reply.text.contains("Somebody else"), "{}", reply.text);
    let event = admin.latest_event("identity.refused").await;
    assert_eq!((&event["subject_id"], &event["detail"]["why"]), (&json!(second.id), &json!("identities.taken")));
    assert_eq!((linked(&first).await.len(), linked(&second).await.len()), (1, 0));
    // Nobody takes another's away.
    let id = linked(&first).await[0]["id"].as_str().expect("an id").to_owned();
    second.delete(&format!("/v1/me/identities/{id}")).await.problem(Code::IdentityNotFound);
    second.call(&format!("/v1/me/identities/{id}/token")).await.problem(Code::IdentityNotFound);
}}

api_test! { the_last_way_in_is_never_taken_away [all()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    let id = linked(&who).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/me/identities/{id}");
    who.delete(&path).await.problem(Code::LastWayIn);
    who.link_at(&house, "github", json!({ "id": 7, "emails": [] })).await.expect(303);
    who.delete(&path).await.no_content();
    who.delete(&path).await.problem(Code::IdentityNotFound);
    assert_eq!(admin.latest_event("identity.unlinked").await["detail"], json!({ "provider": "google" }));
    let rest = linked(&who).await[0]["id"].as_str().expect("an id").to_owned();
    who.delete(&format!("/v1/me/identities/{rest}")).await.problem(Code::LastWayIn);
    // A passkey is a way in as well, and either may go while the other is there.
    let mut key = SoftKey::new(&house);
    let added = who.add_passkey(&mut key, "Laptop").await;
    let passkey = added["passkey"]["id"].as_str().expect("an id").to_owned();
    who.delete(&format!("/v1/me/identities/{rest}")).await.no_content();
    who.delete(&format!("/v1/me/passkeys/{passkey}")).await.problem(Code::LastWayIn);
    who.link_at(&house, "github", json!({ "id": 7, "emails": [] })).await.expect(303);
    who.delete(&format!("/v1/me/passkeys/{passkey}")).await.no_content();
}}

api_test! { an_unlinked_identity_signs_nobody_in [all()] |house| {
    let user = house.user().await;
    let told = json!({ "sub": "7", "email": "x@example.test" });
    user.link_at(&house, "google", told.clone()).await.expect(303);
    let id = linked(&user).await[0]["id"].as_str().expect("an id").to_owned();
    user.delete(&format!("/v1/me/identities/{id}")).await.no_content();
    assert_eq!(signs_in(&house, "google", told).await, None);
}}

api_test! { the_account_page_shows_links_and_takes_them_away [all()] |house| {
    let user = house.user().await;
    assert!(user.get("/account").await.text.contains("/account/identities"));
    let page = user.get("/account/identities").await.expect(200);
    assert!(page.text.contains("name=\"link\" value=\"google\""), "{}", page.text);
    let post = async |name: &str, value: &str| {
        let request = user.request(reqwest::Method::POST, "/account/identities");
        user.send(request.form(&[(name, value)])).await
    };
    let reply = post("link", "google").await.expect(200);
    let url = reply.header("refresh").expect("it leads on").strip_prefix("0; url=").expect("an address").to_owned();
    let back = house.stub().agree(&url, ann(), house.seconds());
    let reply = user.come_back("google", &back).await.expect(303);
    let place = reply.header("location").expect("a place").to_owned();
    assert_eq!(place, "/account/identities?done=identity-linked");
    let page = user.get(&place).await.expect(200);
    assert!(page.text.contains("The account is linked") && page.text.contains("ann@example.test"));
    assert!(!page.text.contains("name=\"link\" value=\"google\""), "{}", page.text);
    let id = linked(&user).await[0]["id"].as_str().expect("an id").to_owned();
    let reply = post("remove", &id).await.expect(303);
    assert_eq!(reply.header("location"), Some("/account/identities?done=identity-removed"));
    let reply = post("remove", &id).await.expect(303);
    assert_eq!(reply.header("location"), Some("/account/identities?done=identity-gone"));
    post("x", "y").await.expect(400);
    house.pass(901);
    let reply = post("link", "google").await.expect(303);
    assert_eq!(reply.header("location"), Some("/step-up?return_to=%2Faccount%2Fidentities"));
}}

api_test! { asvs_7_6_1_a_session_ends_by_our_own_limits_whoever_has_vouched [all()] |house| {
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    let asked = house.stub().asked().len();
    // What wants a recent proof wants another way through the provider, which renews the session.
    house.pass(901);
    let body = json!({ "provider": "github" });
    who.post("/v1/me/identities/begin", body.clone()).await.problem(Code::StepUpRequired);
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    who.post("/v1/me/identities/begin", body).await.created();
    assert!(house.stub().asked().len() > asked, "the provider was asked again");
    // Unused for a day it is over, whatever the provider's own session does.
    house.pass(86_401);
    who.get("/v1/me").await.problem(Code::NotSignedIn);
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    who.get("/v1/me").await.ok();
}}

api_test! { a_providers_tokens_are_kept_where_that_is_asked_for_and_sealed [keeping()] |house| {
    let admin = house.admin().await;
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    let id = linked(&who).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/me/identities/{id}/token");
    let first = who.call(&path).await.ok();
    let token = first["access_token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("access-"), "{first}");
    assert_eq!((&first["token_type"], &first["scope"]), (&json!("Bearer"), &json!("email")));
    assert_eq!(who.call(&path).await.ok(), first);
    assert_eq!(admin.latest_event("identity.token_given").await["detail"], json!({ "provider": "google" }));
    // Refreshed shortly before its end; the refresh token never leaves.
    house.pass(3550);
    let again = who.call(&path).await.ok();
    assert!(again["access_token"].as_str().expect("a token").starts_with("refreshed-"), "{again}");
    assert!(!again.to_string().contains("refresh-1"));
    house.pass(3600);
    house.stub().twist(Twist::Fails);
    who.call(&path).await.problem(Code::ProviderUnavailable);
    house.stub().twist(Twist::Nothing);
    who.call(&path).await.ok();
    // Nothing of it stands in the database in the clear.
    let dump = house.dump().await.text();
    for secret in [token.as_str(), "refresh-1"] {
        assert!(!dump.contains(secret), "{secret}");
    }
    assert!(!who.get("/v1/me/export").await.text.contains(&token));
}}

api_test! { a_refresh_token_is_used_by_one_request_at_a_time [keeping()] |house| {
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    let id = linked(&who).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/me/identities/{id}/token");
    house.pass(3590);
    let before = house.stub().asked().len();
    let all = futures_util::future::join_all((0..8).map(|_| who.call(&path))).await;
    let asked = house.stub().asked()[before..].iter().filter(|path| path.contains("token")).count();
    assert_eq!(asked, 1);
    for reply in all {
        assert!(matches!(reply.status, 200 | 503), "{}", reply.text);
    }
    assert!(who.call(&path).await.ok()["access_token"].as_str().expect("a token").starts_with("refreshed-"));
}}

api_test! { where_no_tokens_are_kept_there_are_none [all()] |house| {
    let who = house.nobody();
    who.sign_in_at(&house, "google", ann()).await.expect(303);
    let id = linked(&who).await[0]["id"].as_str().expect("an id").to_owned();
    who.call(&format!("/v1/me/identities/{id}/token")).await.problem(Code::ProviderTokensMissing);
}}
