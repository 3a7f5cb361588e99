//! Accounts that an administrator makes, and passwords that come and go: mail never tells one, and
//! no account loses its only way in.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Reply, SoftKey, with_mail};

const NED: &str = "ned@example.test";
const NEW: &str = "a lake of black coffee";

async fn form(who: &Actor, page: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = who.request(Method::POST, page).body(body);
    who.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

/// Somebody with a passkey and no password, signed in by it.
async fn without_password(house: &House) -> (Actor, SoftKey) {
    let uma = house.user().await;
    let mut key = SoftKey::new(house);
    uma.add_passkey(&mut key, "Laptop").await;
    uma.delete("/v1/me/password").await.no_content();
    (uma, key)
}

async fn methods(who: &Actor) -> Value {
    who.get("/v1/me/factors").await.ok()["methods"].clone()
}

api_test! { who_gets_an_account_without_a_password_chooses_one_by_mail |house| {
    let admin = house.admin().await;
    admin.make_user(NED).await;
    let mail = house.mail_of("account_made", NED).await;
    assert!(mail.link().contains("/reset?token=dwr_"), "{}", mail.link());
    house.pass(86_399);

    let body = json!({ "token": mail.token(), "password": NEW });
    house.nobody().post("/v1/auth/password-reset/complete", body.clone()).await.no_content();

    let ned = house.nobody().called(NED);
    ned.sign_in_with(NEW).await.ok();
    // Whoever has read the mail has the mailbox.
    assert_eq!(ned.get("/v1/me").await.ok()["email_verified"], true);
    let again = house.nobody().post("/v1/auth/password-reset/complete", body).await;
    again.problem(Code::ProofInvalid);
}}

api_test! { the_link_in_the_first_mail_is_good_for_a_day_and_until_the_next |house| {
    let admin = house.admin().await;
    let id = admin.make_user(NED).await;
    let first = house.mail_of("account_made", NED).await.token().to_owned();
    let next = admin.call(&format!("/v1/users/{id}/password-link")).await.created();
    let body = json!({ "token": first, "password": NEW });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.problem(Code::ProofInvalid);
    assert!(next["url"].is_string());

    admin.make_user("nora@example.test").await;
    let late = house.mail_of("account_made", "nora@example.test").await.token().to_owned();
    house.pass(86_400);
    let body = json!({ "token": late, "password": NEW });
    house.nobody().post("/v1/auth/password-reset/complete", body).await.problem(Code::ProofInvalid);
}}

api_test! { a_password_that_was_given_stands_in_no_mail |house| {
    let admin = house.admin().await;
    let body = json!({ "email": NED, "name": "Ned New", "password": NEW });
    admin.post("/v1/users", body).await.created();

    let mail = house.mail_of("account_ready", NED).await;

    assert!(!mail.text.contains(NEW) && !mail.html.contains(NEW), "{}", mail.text);
    assert!(mail.link().ends_with("/sign-in"), "{}", mail.link());
    let proofs = house.ask("SELECT id AS line FROM mailed_proofs WHERE purpose = 'reset_password'");
    assert!(proofs.await.is_empty(), "nobody needs one");
    // An account that was refused gets no mail.
    let body = json!({ "email": NED, "name": "Eve" });
    let count = house.mails_to(NED).await.len();
    admin.post("/v1/users", body).await.problem(Code::EmailTaken);
    assert_eq!(house.mails_to(NED).await.len(), count);
}}

api_test! { a_password_is_removed_where_another_way_in_remains |house| {
    let admin = house.admin().await;
    let uma = house.user().await;
    uma.delete("/v1/me/password").await.problem(Code::LastWayIn);
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    let phone = house.nobody();
    phone.sign_in_by_passkey(&mut key).await.ok();

    uma.delete("/v1/me/password").await.no_content();

    assert_eq!(methods(&uma).await, json!(["passkey", "recovery_code"]));
    uma.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    house.nobody().sign_in_by_passkey(&mut key).await.ok();
    let event = admin.latest_event("password.removed").await;
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(uma.id), &json!(uma.id)));
    let mail = house.mail_of("factor_changed", &uma.email).await;
    assert!(mail.text.contains("the password was removed"), "{}", mail.text);
    uma.delete("/v1/me/password").await.problem(Code::FactorNotFound);
    // And the passkey has become the only way.
    let id = uma.get("/v1/me/passkeys").await.items()[0]["id"].as_str().expect("an id").to_owned();
    uma.delete(&format!("/v1/me/passkeys/{id}")).await.problem(Code::LastWayIn);
}}

api_test! { an_address_is_a_way_in_only_once_verified_and_with_a_mail_server [with_mail(9, &[])] |house| {
    let uma = house.user().await;
    uma.delete("/v1/me/password").await.problem(Code::LastWayIn);
    house.execute("UPDATE users SET email_verified_at = 1").await;
    uma.delete("/v1/me/password").await.no_content();
    uma.delete("/v1/me/password").await.problem(Code::FactorNotFound);
}}

api_test! { an_address_whose_mails_only_wait_is_no_way_in |house| {
    let uma = house.user().await.verified(&house).await;
    uma.delete("/v1/me/password").await.problem(Code::LastWayIn);
    uma.elsewhere().sign_in().await.ok();
}}

api_test! { removing_a_password_wants_a_recent_proof |house| {
    let uma = house.user().await;
    uma.add_passkey(&mut SoftKey::new(&house), "Laptop").await;
    house.pass(901);
    uma.delete("/v1/me/password").await.problem(Code::StepUpRequired);
}}

api_test! { who_has_no_password_sets_one_and_who_has_one_must_name_it |house| {
    let admin = house.admin().await;
    let (uma, mut key) = without_password(&house).await;
    let phone = house.nobody();
    phone.sign_in_by_passkey(&mut key).await.ok();
    let before = uma.cookie();
    let weak = json!({ "new_password": "short" });
    assert_eq!(uma.post("/v1/me/password", weak).await.fields()[0].0, "/new_password");
    let named = json!({ "current_password": PASSWORD, "new_password": NEW });
    uma.post("/v1/me/password", named).await.problem(Code::CurrentPasswordWrong);

    uma.post("/v1/me/password", json!({ "new_password": NEW })).await.no_content();

    assert_ne!(uma.cookie(), before);
    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    assert_eq!(uma.elsewhere().sign_in_with(NEW).await.ok()["status"], "second_factor_required");
    assert_eq!(admin.latest_event("password.changed").await["subject_id"], uma.id);
    house.mail_of("password_changed", &uma.email).await;
    let again = uma.post("/v1/me/password", json!({ "new_password": PASSWORD })).await;
    let [(pointer, code)] = again.fields().try_into().expect("one fault");
    assert_eq!((&*pointer, &*code), ("/current_password", "required"));
}}

api_test! { a_password_that_was_just_set_makes_no_session_stronger |house| {
    let uma = house.user().await.verified(&house).await;
    house.execute("DELETE FROM passwords").await;
    let body = json!({ "email": uma.email });
    house.nobody().post("/v1/auth/magic-link", body).await.accepted();
    let token = house.mail_of("magic_link", &uma.email).await.token().to_owned();
    let by_mail = house.nobody();
    by_mail.post("/v1/auth/magic-link/complete", json!({ "token": token })).await.ok();
    let before = by_mail.get("/v1/auth/session").await.ok()["session"].clone();

    by_mail.post("/v1/me/password", json!({ "new_password": NEW })).await.no_content();

    let after = by_mail.get("/v1/auth/session").await.ok()["session"].clone();
    assert_eq!((&after["amr"], &after["acr"]), (&before["amr"], &before["acr"]));
    assert_eq!(after["auth_time"], before["auth_time"]);
}}

api_test! { the_account_page_sets_and_removes_a_password |house| {
    let (uma, _key) = without_password(&house).await;
    let page = uma.get("/account/password").await.expect(200).text;
    assert!(page.contains("<h1>Set a password</h1>") && !page.contains("current_password"));
    let set = form(&uma, "/account/password", &[("username", "x"), ("new_password", NEW)]).await;
    assert_eq!((set.status, set.header("location")), (303, Some("/account?done=password")));

    let page = uma.get("/account/password").await.expect(200).text;
    assert!(page.contains("current_password") && page.contains("/account/password/remove"));
    let asked = uma.get("/account/password/remove").await.expect(200).text;
    assert!(asked.contains("Remove your password") && !asked.contains('⟦'), "{asked}");
    let gone = form(&uma, "/account/password/remove", &[]).await;
    assert_eq!((gone.status, gone.header("location")), (303, Some("/account?done=password-removed")));

    let other = house.user().await;
    let kept = form(&other, "/account/password/remove", &[]).await.expect(409);
    assert!(kept.text.contains("Add another way to sign in first."), "{}", kept.text);
    other.elsewhere().sign_in().await.ok();
}}
