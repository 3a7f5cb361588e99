//! Changing an address: confirmed by the new mailbox, told to both, undone by the old one.

use doorward::http::code::Code;
use serde_json::json;

use crate::harness::{Actor, House, PASSWORD, Reply};

const OLD: &str = "uma@example.test";
const NEW: &str = "una@example.test";

async fn ask(who: &Actor, email: &str) -> Reply {
    who.post("/v1/me/email", json!({ "email": email })).await
}

async fn confirm(house: &House, token: &str) -> Reply {
    house.nobody().post("/v1/auth/email-change/confirm", json!({ "token": token })).await
}

async fn undo(house: &House, token: &str) -> Reply {
    house.nobody().post("/v1/auth/email-change/undo", json!({ "token": token })).await
}

async fn sign_in(house: &House, email: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD });
    house.nobody().post("/v1/auth/sign-in", body).await
}

/// Changes the address and answers the token that undoes it.
async fn change(house: &House, who: &Actor, from: &str, to: &str) -> String {
    ask(who, to).await.accepted();
    confirm(house, house.mail_of("confirm_email", to).await.token()).await.no_content();
    house.mail_of("email_changed", from).await.token().to_owned()
}

api_test! { asvs_6_3_7_an_address_changes_once_the_new_one_is_confirmed_and_both_are_told |house| {
    let admin = house.admin().await;
    let uma = house.user_called(OLD).await;
    assert_eq!(ask(&uma, NEW).await.accepted(), json!({ "next": "check_mail" }));
    let asked = house.mail_of("email_change_asked", OLD).await;
    assert!(asked.text.contains(NEW));
    assert_eq!(uma.get("/v1/me").await.ok()["email"], OLD);
    sign_in(&house, NEW).await.problem(Code::InvalidCredentials);
    let mail = house.mail_of("confirm_email", NEW).await;
    assert_eq!(mail.link(), house.url(&format!("/confirm-email?token={}", mail.token())));

    confirm(&house, mail.token()).await.no_content();

    let me = uma.get("/v1/me").await.ok();
    assert_eq!((&me["email"], &me["email_verified"]), (&json!(NEW), &json!(true)));
    sign_in(&house, OLD).await.problem(Code::InvalidCredentials);
    sign_in(&house, NEW).await.ok();
    assert!(house.mail_of("email_changed", OLD).await.text.contains("7 days"));
    house.mail_of("email_is_yours", NEW).await;
    assert_eq!(admin.latest_event("email.changed").await["subject_id"], uma.id);
    confirm(&house, mail.token()).await.problem(Code::ProofInvalid);
}}

api_test! { the_code_confirms_for_who_asked_and_for_nobody_else |house| {
    let (uma, other) = (house.user_called(OLD).await, house.user().await);
    ask(&uma, NEW).await.accepted();
    let mail = house.mail_of("confirm_email", NEW).await;
    let code = json!({ "code": mail.code() });

    other.post("/v1/me/email/confirm", code.clone()).await.problem(Code::ProofInvalid);
    house.nobody().post("/v1/me/email/confirm", code.clone()).await.problem(Code::NotSignedIn);
    uma.post("/v1/me/email/confirm", code).await.no_content();

    assert_eq!(uma.get("/v1/me").await.ok()["email"], NEW);
}}

api_test! { asvs_7_5_1_a_change_wants_a_fresh_sign_in |house| {
    let uma = house.user_called(OLD).await;
    house.pass(901);
    ask(&uma, NEW).await.problem(Code::StepUpRequired);
    assert!(house.mails_to(NEW).await.is_empty());
    uma.sign_in().await.ok();
    ask(&uma, NEW).await.accepted();
}}

api_test! { ac_074_a_token_confirms_only_the_address_that_it_was_sent_to |house| {
    let uma = house.user_called(OLD).await;
    let addresses: Vec<_> = (0..8).map(|nth| format!("next{nth}@example.test")).collect();
    let asked = addresses.iter().map(|email| ask(&uma, email));
    let replies = futures_util::future::join_all(asked).await;
    assert!(replies.iter().all(|reply| reply.status == 202), "{replies:?}");

    let mut changed = Vec::new();
    for email in &addresses {
        let mail = house.mail_of("confirm_email", email).await;
        if confirm(&house, mail.token()).await.status == 204 {
            changed.push(email.clone());
            assert_eq!(uma.get("/v1/me").await.ok()["email"], *email);
        }
    }

    // Only the latest request counts, whichever that was.
    assert_eq!(changed.len(), 1);
}}

api_test! { an_address_of_another_account_is_not_told_and_not_given |house| {
    let (uma, ben) = (house.user_called(OLD).await, house.user_called("ben@example.test").await);
    let free = ask(&uma, NEW).await;
    let taken = ask(&uma, &ben.email).await;

    assert_eq!(free.shape(), taken.shape());
    let mail = house.mail_to(&ben.email).await;
    assert_eq!(mail.kind, "address_in_use");
    // The later request has voided the earlier one.
    confirm(&house, house.mail_of("confirm_email", NEW).await.token()).await.problem(Code::ProofInvalid);
    let same = ask(&uma, " UMA@example.test").await.fields();
    assert_eq!(same, [("/email".to_owned(), "same".to_owned())]);
}}

api_test! { an_address_that_was_taken_meanwhile_is_not_given |house| {
    let uma = house.user_called(OLD).await;
    ask(&uma, NEW).await.accepted();
    let token = house.mail_of("confirm_email", NEW).await.token().to_owned();
    house.user_called(NEW).await;

    confirm(&house, &token).await.problem(Code::EmailTaken);

    assert_eq!(uma.get("/v1/me").await.ok()["email"], OLD);
}}

api_test! { the_former_address_undoes_a_change_and_ends_all_sessions |house| {
    let admin = house.admin().await;
    let uma = house.user_called(OLD).await;
    let token = change(&house, &uma, OLD, NEW).await;
    house.pass(7 * 86_400 - 1);
    let thief = house.nobody();
    let body = json!({ "email": NEW, "password": PASSWORD });
    thief.post("/v1/auth/sign-in", body).await.ok();

    undo(&house, &token).await.no_content();

    thief.get("/v1/me").await.problem(Code::NotSignedIn);
    sign_in(&house, NEW).await.problem(Code::InvalidCredentials);
    sign_in(&house, OLD).await.ok();
    admin.sign_in().await.ok();
    assert_eq!(admin.latest_event("email.change_undone").await["subject_id"], uma.id);
    undo(&house, &token).await.problem(Code::ProofInvalid);
    // Whoever changed the address may know the password: a way to a new one comes at once.
    let reset = json!({
        "token": house.mail_of("reset_password", OLD).await.token(),
        "password": "a lake of black coffee",
    });
    house.nobody().post("/v1/auth/password-reset/complete", reset).await.no_content();
    sign_in(&house, OLD).await.problem(Code::InvalidCredentials);
}}

api_test! { a_change_can_be_undone_for_seven_days |house| {
    let uma = house.user_called(OLD).await;
    let token = change(&house, &uma, OLD, NEW).await;
    house.pass(7 * 86_400);
    undo(&house, &token).await.problem(Code::ProofInvalid);
}}

api_test! { a_further_change_does_not_take_the_way_back |house| {
    let uma = house.user_called(OLD).await;
    let first = change(&house, &uma, OLD, NEW).await;
    let second = change(&house, &uma, NEW, "thief@example.test").await;

    undo(&house, &first).await.no_content();

    sign_in(&house, OLD).await.ok();
    undo(&house, &second).await.problem(Code::ProofInvalid);
    sign_in(&house, OLD).await.ok();
}}

api_test! { what_was_sent_to_a_former_address_proves_nothing |house| {
    let admin = house.admin().await;
    let uma = house.user_called(OLD).await;
    let ask_reset = json!({ "email": OLD });
    house.nobody().post("/v1/auth/password-reset", ask_reset).await.accepted();
    let reset = house.mail_of("reset_password", OLD).await.token().to_owned();
    let verify = house.mail_of("verify_email", OLD).await.token().to_owned();
    let path = format!("/v1/users/{}", uma.id);
    let etag = admin.etag(&path).await;

    admin.patch(&path, &etag, json!({ "email": NEW })).await.ok();

    let body = json!({ "token": reset, "password": "a lake of black coffee" });
    let nobody = house.nobody();
    nobody.post("/v1/auth/password-reset/complete", body).await.problem(Code::ProofInvalid);
    let body = json!({ "token": verify });
    nobody.post("/v1/auth/verify-email", body).await.problem(Code::ProofInvalid);
    assert_eq!(admin.get(&path).await.ok()["email_verified"], false);
    house.mail_of("email_is_yours", NEW).await;
}}
