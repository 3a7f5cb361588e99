//! Verifying an address: what a sign-up sends, what its link and its code are good for, and for how
//! long.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

const UMA: &str = "uma@example.test";

async fn sign_up(house: &House, email: &str) -> Actor {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Uma User" });
    house.nobody().post("/v1/auth/sign-up", body).await.accepted();
    let mut uma = house.nobody();
    uma.email = email.to_owned();
    uma
}

async fn by_link(house: &House, token: &str) -> Reply {
    house.nobody().post("/v1/auth/verify-email", json!({ "token": token })).await
}

async fn by_code(house: &House, email: &str, code: &str) -> Reply {
    let body = json!({ "email": email, "code": code });
    house.nobody().post("/v1/auth/verify-email/code", body).await
}

async fn resend(house: &House, email: &str) -> Reply {
    house.nobody().post("/v1/auth/verify-email/resend", json!({ "email": email })).await
}

async fn is_verified(who: &Actor) -> Value {
    who.sign_in().await.ok()["session"]["user"]["email_verified"].clone()
}

/// Another code than this one.
fn other(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

api_test! { a_sign_up_sends_a_mail_whose_link_verifies_the_address |house| {
    let admin = house.admin().await;
    let uma = sign_up(&house, UMA).await;
    let mail = house.mail_to(UMA).await;
    assert_eq!(mail.kind, "verify_email");
    assert_eq!(mail.subject, "Confirm your e-mail address for Doorward");
    assert_eq!(mail.link(), house.url(&format!("/verify?token={}", mail.token())));
    assert_eq!(is_verified(&uma).await, false);

    by_link(&house, mail.token()).await.no_content();

    assert_eq!(is_verified(&uma).await, true);
    assert_eq!(uma.get("/v1/me").await.ok()["email_verified"], true);
    assert_eq!(admin.latest_event("email.verified").await["subject_id"], uma.get("/v1/me").await.ok()["id"]);
    by_link(&house, mail.token()).await.problem(Code::ProofInvalid);
    assert_eq!(admin.latest_event("proof.refused").await["detail"]["of"], "email verification");
}}

api_test! { a_code_verifies_the_address_that_it_came_to |house| {
    let uma = sign_up(&house, UMA).await;
    sign_up(&house, "una@example.test").await;
    let mail = house.mail_to(UMA).await;

    by_code(&house, "una@example.test", mail.code()).await.problem(Code::ProofInvalid);
    by_code(&house, "nobody@example.test", mail.code()).await.problem(Code::ProofInvalid);
    by_code(&house, " UMA@Example.test ", mail.code()).await.no_content();

    assert_eq!(is_verified(&uma).await, true);
    by_code(&house, UMA, mail.code()).await.problem(Code::ProofInvalid);
    by_link(&house, mail.token()).await.problem(Code::ProofInvalid);
}}

api_test! { asvs_6_5_5_a_code_is_good_for_ten_minutes_and_a_link_for_a_day |house| {
    sign_up(&house, UMA).await;
    let mail = house.mail_to(UMA).await;
    assert!(mail.text.contains("within 1 day") && mail.text.contains("good for 10 minutes"));

    house.pass(600);
    by_code(&house, UMA, mail.code()).await.problem(Code::ProofInvalid);
    house.pass(86_400 - 600);
    by_link(&house, mail.token()).await.problem(Code::ProofInvalid);

    resend(&house, UMA).await.accepted();
    house.pass(599);
    by_code(&house, UMA, house.mail_to(UMA).await.code()).await.no_content();
    let una = sign_up(&house, "una@example.test").await;
    house.pass(86_399);
    by_link(&house, house.mail_to("una@example.test").await.token()).await.no_content();
    assert_eq!(is_verified(&una).await, true);
}}

api_test! { asvs_6_6_2_a_newer_mail_voids_the_one_before |house| {
    sign_up(&house, UMA).await;
    let first = house.mail_to(UMA).await;
    let answer = resend(&house, UMA).await.accepted();
    assert_eq!(answer, json!({ "next": "check_mail" }));
    let second = house.mail_to(UMA).await;
    assert_ne!((first.token(), first.code()), (second.token(), second.code()));

    by_link(&house, first.token()).await.problem(Code::ProofInvalid);
    if first.code() != second.code() {
        by_code(&house, UMA, first.code()).await.problem(Code::ProofInvalid);
    }

    by_code(&house, UMA, second.code()).await.no_content();
}}

api_test! { asvs_6_6_3_after_five_wrong_codes_the_right_one_fails |house| {
    let uma = sign_up(&house, UMA).await;
    let mail = house.mail_to(UMA).await;
    let wrong = other(mail.code());
    for _ in 0..4 {
        by_code(&house, UMA, &wrong).await.problem(Code::ProofInvalid);
    }
    resend(&house, UMA).await.accepted();
    let mail = house.mail_to(UMA).await;
    let wrong = other(mail.code());
    for _ in 0..5 {
        by_code(&house, UMA, &wrong).await.problem(Code::ProofInvalid);
    }

    by_code(&house, UMA, mail.code()).await.problem(Code::ProofInvalid);

    assert_eq!(is_verified(&uma).await, false);
    // Nobody can guess the link, so a stranger's guesses of the code don't take it away.
    by_link(&house, mail.token()).await.no_content();
}}

api_test! { ac_078_guesses_that_come_at_once_are_all_counted |house| {
    let uma = sign_up(&house, UMA).await;
    let mail = house.mail_to(UMA).await;
    let right: u32 = mail.code().parse().expect("digits");
    let guesses = (1..=50).map(|step| {
        let code = format!("{:06}", (right + step) % 1_000_000);
        let house = &house;
        async move { by_code(house, UMA, &code).await.problem(Code::ProofInvalid) }
    });

    futures_util::future::join_all(guesses).await;

    let tries = "SELECT CAST(MAX(tries) AS TEXT) AS line FROM mailed_proofs";
    assert_eq!(house.ask(tries).await, ["5"]);
    by_code(&house, UMA, mail.code()).await.problem(Code::ProofInvalid);
    assert_eq!(is_verified(&uma).await, false);
}}

api_test! { asvs_6_3_8_asking_for_a_mail_tells_nobody_who_has_an_account |house| {
    let known = sign_up(&house, UMA).await;
    sign_up(&house, "done@example.test").await;
    by_link(&house, house.mail_to("done@example.test").await.token()).await.no_content();
    let count = house.mails().await.len();

    let replies = [
        resend(&house, UMA).await,
        resend(&house, "nobody@example.test").await,
        resend(&house, "done@example.test").await,
    ];

    for reply in &replies {
        assert_eq!(reply.shape(), replies[0].shape());
    }
    assert_eq!(replies[0].status, 202);
    let mails = house.mails().await;
    assert_eq!(mails.len(), count + 1);
    assert_eq!(mails.last().expect("a mail").to, known.email);
    // As many rows for nobody as for somebody.
    let rows = "SELECT status || ' ' || kind AS line FROM outbox WHERE status = 'void'";
    assert_eq!(house.ask(rows).await, ["void verify_email", "void verify_email"]);
}}

api_test! { who_has_an_account_is_told_by_mail_that_somebody_signs_up_with_their_address |house| {
    let uma = house.user_called(UMA).await;
    let before = house.mails_to(UMA).await.len();

    let body = json!({ "email": UMA, "password": "another river of tea", "name": "Eve" });
    house.nobody().post("/v1/auth/sign-up", body).await.accepted();

    let mails = house.mails_to(UMA).await;
    assert_eq!(mails.len(), before + 1);
    let mail = mails.last().expect("a mail");
    assert_eq!((&*mail.kind, mail.link()), ("address_in_use", &*house.url("/sign-in")));
    assert!(!format!("{mail:?}").contains("Eve"));
    uma.elsewhere().sign_in().await.ok();
    // Its proof is nobody's.
    let proofs = "SELECT COUNT(*) || '' AS line FROM mailed_proofs, users \
                  WHERE users.id = user_id AND purpose = 'verify_email'";
    assert_eq!(house.ask(proofs).await, ["1"]);
}}

api_test! { asvs_6_6_3_mails_to_one_address_are_throttled_whether_it_has_an_account_or_not [Settings {
    variables: vec![("DOORWARD_THROTTLE_ACCOUNT_MAILS", "3")],
    ..Settings::default()
}] |house| {
    sign_up(&house, UMA).await;
    for email in [UMA, "nobody@example.test"] {
        let left = if email == UMA { 2 } else { 3 };
        for _ in 0..left {
            resend(&house, email).await.accepted();
        }
        resend(&house, email).await.problem(Code::RateLimited);
    }
    assert_eq!(house.mails_to(UMA).await.len(), 3);
    // A sign-up is answered as ever; it just sends nothing more.
    sign_up(&house, UMA).await;
    assert_eq!(house.mails_to(UMA).await.len(), 3);
    house.pass(1200);
    resend(&house, UMA).await.accepted();
}}

api_test! { a_link_that_is_only_opened_is_not_burnt |house| {
    let uma = sign_up(&house, UMA).await;
    let mail = house.mail_to(UMA).await;
    let path = mail.link().strip_prefix(&house.url("")).expect("ours").to_owned();
    for _ in 0..3 {
        house.nobody().get(&path).await;
    }
    let get = house.nobody().get(&format!("/v1/auth/verify-email?token={}", mail.token())).await;
    get.problem(Code::MethodNotAllowed);

    by_link(&house, mail.token()).await.no_content();
    assert_eq!(is_verified(&uma).await, true);
}}
