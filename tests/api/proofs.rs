//! Proofs by mail as attackers use them: many at once, one in another's place, and what is left of
//! them in tables and answers.

use doorward::http::code::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Reply, until};

const UMA: &str = "uma@example.test";
const UNA: &str = "una@example.test";

/// One of each proof of an account: its purpose, its token and its code.
async fn one_of_each(house: &House, uma: &Actor) -> Vec<(&'static str, String, String)> {
    let nobody = house.nobody();
    uma.post("/v1/me/email", json!({ "email": UNA })).await.accepted();
    let confirm = house.mail_of("confirm_email", UNA).await;
    let body = json!({ "token": confirm.token() });
    nobody.post("/v1/auth/email-change/confirm", body).await.no_content();
    let undo = house.mail_of("email_changed", UMA).await.token().to_owned();
    // The address is another one now, and verified: it takes an unverified one to ask for a mail.
    house.execute("UPDATE users SET email_verified_at = NULL").await;
    nobody.post("/v1/auth/verify-email/resend", json!({ "email": UNA })).await.accepted();
    nobody.post("/v1/auth/password-reset", json!({ "email": UNA })).await.accepted();
    uma.post("/v1/me/email", json!({ "email": "third@example.test" })).await.accepted();
    let verify = house.mail_of("verify_email", UNA).await;
    let reset = house.mail_of("reset_password", UNA).await;
    let change = house.mail_of("confirm_email", "third@example.test").await;
    let texts = |mail: &crate::harness::Received| (mail.token().to_owned(), mail.code().to_owned());
    let ((verify, verify_code), (change, change_code)) = (texts(&verify), texts(&change));
    vec![
        ("verify", verify, verify_code),
        ("reset", reset.token().to_owned(), String::new()),
        ("change", change, change_code),
        ("undo", undo, String::new()),
    ]
}

/// Uses a token for a purpose.
async fn redeem(who: &Actor, purpose: &str, token: &str) -> Reply {
    let mut body = json!({ "token": token });
    let path = match purpose {
        "verify" => "/v1/auth/verify-email",
        "change" => "/v1/auth/email-change/confirm",
        "undo" => "/v1/auth/email-change/undo",
        "reset" => {
            body["password"] = "a lake of black coffee".into();
            "/v1/auth/password-reset/complete"
        }
        other => panic!("no purpose {other}"),
    };
    who.post(path, body).await
}

api_test! { ac_024_no_proof_counts_in_the_place_of_another |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let proofs = one_of_each(&house, &uma).await;
    let nobody = house.nobody();
    let cookie = uma.cookie().expect("a cookie");
    let key = cookie.split_once('=').expect("a value").1.to_owned();
    let users = "SELECT email || status || version AS line FROM users ORDER BY email";
    let before = house.ask(users).await;

    for (purpose, ..) in &proofs {
        for (other, token, code) in proofs.iter().filter(|(other, ..)| other != purpose) {
            for value in [token, code, &key, &key[key.len() - 43..]] {
                let reply = redeem(&nobody, purpose, value).await;
                assert!(matches!(reply.status, 403 | 422), "{other} as {purpose}: {reply:?}");
            }
        }
    }
    for (purpose, token, _) in &proofs {
        let thief = house.nobody();
        thief.set_cookie(Some(format!("doorward={token}")));
        thief.get("/v1/me").await.problem(Code::NotSignedIn);
        let body = json!({ "token": token, "email": "x@x.test", "password": PASSWORD, "name": "X" });
        let reply = nobody.post("/v1/setup", body).await;
        assert!(matches!(reply.status, 403 | 409), "{purpose}: {reply:?}");
    }
    for (purpose, code) in [("verify", &proofs[2].2), ("change", &proofs[0].2)] {
        let reply = match purpose {
            "verify" => {
                let body = json!({ "email": UNA, "code": code });
                nobody.post("/v1/auth/verify-email/code", body).await
            }
            _ => uma.post("/v1/me/email/confirm", json!({ "code": code })).await,
        };
        assert!(proofs[0].2 == proofs[2].2 || reply.status == 403, "{purpose}: {reply:?}");
    }

    assert_eq!(house.ask(users).await, before);
    assert_eq!(admin.latest_event("proof.refused").await["kind"], "proof.refused");
    // Each counts in its own place.
    for (purpose, token, _) in proofs.iter().filter(|(purpose, ..)| *purpose != "change") {
        redeem(&nobody, purpose, token).await.no_content();
        if *purpose == "reset" {
            break;
        }
    }
}}

/// Sends the same request fifty times at once; answers how many succeeded.
async fn race(requests: impl Iterator<Item = impl Future<Output = Reply>>) -> usize {
    let replies = join_all(requests).await;
    for reply in &replies {
        assert!(matches!(reply.status, 204 | 403), "{reply:?}");
    }
    replies.iter().filter(|reply| reply.status == 204).count()
}

api_test! { asvs_6_5_1_of_fifty_who_use_a_link_at_once_one_succeeds |house| {
    let uma = house.user_called(UMA).await;
    let proofs = one_of_each(&house, &uma).await;
    // In an order in which none takes away the next.
    for wanted in ["verify", "change", "undo"] {
        let (purpose, token, _) =
            proofs.iter().find(|(purpose, ..)| *purpose == wanted).expect("a proof");
        let nobody = house.nobody();
        let won = race((0..50).map(|_| redeem(&nobody, purpose, token))).await;
        assert_eq!(won, 1, "{purpose}");
    }
}}

api_test! { asvs_6_5_1_of_fifty_who_use_a_reset_or_a_code_at_once_one_succeeds |house| {
    let uma = house.user_called(UMA).await;
    let nobody = house.nobody();
    let code = house.mail_of("verify_email", UMA).await.code().to_owned();
    let body = json!({ "email": UMA, "code": code });
    let guess = |_| nobody.post("/v1/auth/verify-email/code", body.clone());
    assert_eq!(race((0..50).map(guess)).await, 1);

    nobody.post("/v1/auth/password-reset", json!({ "email": UMA })).await.accepted();
    let token = house.mail_of("reset_password", UMA).await.token().to_owned();
    let held = house.hold_passwords().await;
    let sent: Vec<_> = (0..50)
        .map(|_| {
            let (nobody, token) = (house.nobody(), token.clone());
            actix_web::rt::spawn(async move { redeem(&nobody, "reset", &token).await })
        })
        .collect();
    // All of them have found the link good before the first of them burns it.
    let tries = "SELECT CAST(MAX(full_at) AS TEXT) AS line FROM throttles WHERE key LIKE 'proofs:%'";
    let wanted = house.now().micros() + 50 * 2_000_000;
    until(async || house.ask(tries).await[0].parse::<i64>().expect("a number") >= wanted).await;
    drop(held);
    let mut won = 0;
    for reply in sent {
        won += usize::from(reply.await.expect("an answer").status == 204);
    }
    assert_eq!(won, 1);
    uma.get("/v1/me").await.problem(Code::NotSignedIn);
    let changed = house.mails_to(UMA).await;
    assert_eq!(changed.iter().filter(|mail| mail.kind == "password_changed").count(), 1);
}}

api_test! { asvs_6_5_2_no_table_holds_a_token_a_code_or_what_a_mail_says |house| {
    let uma = house.user_called(UMA).await;
    let proofs = one_of_each(&house, &uma).await;
    let dump = house.dump().await.text();
    for (purpose, token, code) in &proofs {
        assert!(!dump.contains(token) && !dump.contains(&token[4..]), "{purpose}");
        // Six digits may stand in a time: they are looked for as a value of their own.
        for quoted in [format!("'{code}'"), format!(",{code},"), format!("\"{code}\"")] {
            assert!(code.is_empty() || !dump.contains(&quoted), "{purpose}");
        }
        let hex = data_encoding::HEXLOWER.encode(token.as_bytes());
        assert!(!dump.to_lowercase().contains(&hex), "{purpose}");
    }
    // A dictionary of all codes tells nothing: the stored mark needs our key, and the row.
    let marks = "SELECT COUNT(DISTINCT code_hash) || ' ' || COUNT(*) AS line FROM mailed_proofs";
    let counted = house.ask(marks).await.remove(0);
    let (distinct, all) = counted.split_once(' ').expect("two numbers");
    assert_eq!(distinct, all);
}}

api_test! { ac_088_no_answer_holds_a_token_or_a_code_that_was_mailed |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let proofs = one_of_each(&house, &uma).await;
    let mut answers = Vec::new();
    for who in [&admin, &uma, &house.nobody()] {
        for operation in house.operations().iter().filter(|operation| operation.is_safe()) {
            let path = operation.path(|prefix| match prefix {
                "usr_" => uma.id.clone(),
                prefix => crate::harness::sample::random_id(prefix),
            });
            answers.push(who.get(&path).await.text);
        }
    }
    for (purpose, token, _) in &proofs {
        answers.push(redeem(&house.nobody(), purpose, &token[..20]).await.text);
    }
    answers.push(uma.get("/v1/me/export").await.text);
    for (purpose, token, code) in &proofs {
        for answer in &answers {
            assert!(!answer.contains(token), "{purpose}");
            let quoted = format!("\"{code}\"");
            assert!(code.is_empty() || !answer.contains(&quoted), "{purpose}: {answer}");
        }
    }
}}

api_test! { with_an_account_go_its_mails_and_its_proofs |house| {
    let uma = house.user_called(UMA).await;
    let token = house.mail_of("verify_email", UMA).await.token().to_owned();
    let other = house.user().await;
    uma.delete("/v1/me").await.no_content();
    assert!(house.mails_to(UMA).await.is_empty());
    redeem(&house.nobody(), "verify", &token).await.problem(Code::ProofInvalid);
    let proofs = house.ask("SELECT email AS line FROM mailed_proofs").await;
    assert_eq!(proofs, [&*other.email]);
    assert_ne!(other.get("/v1/me").await.ok()["id"], Value::Null);
}}
