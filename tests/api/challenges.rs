//! Work before a sign-up or sign-in: asked for where it is switched on, good once, and for nothing
//! else.

use doorward::http::code::Code;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

/// Work of some microseconds.
fn switched_on() -> Settings {
    Settings {
        variables: vec![
            ("DOORWARD_CHALLENGE_ENABLED", "true"),
            ("DOORWARD_CHALLENGE_DIFFICULTY", "8"),
        ],
        ..Settings::default()
    }
}

async fn puzzle(who: &Actor) -> String {
    let answer = who.call("/v1/auth/challenge").await.ok();
    answer["challenge"]["puzzle"].as_str().expect("a puzzle").to_owned()
}

fn solve(puzzle: &str, is_right: bool) -> String {
    let candidates = (0_u32..).map(|nonce| format!("{puzzle}.{nonce}"));
    let has_work = |answer: &String| (Sha256::digest(answer)[0] == 0) == is_right;
    candidates.into_iter().find(has_work).expect("there is one")
}

async fn solved(who: &Actor) -> String {
    solve(&puzzle(who).await, true)
}

async fn sign_up(who: &Actor, email: &str, challenge: &Value) -> Reply {
    let body =
        json!({ "email": email, "password": PASSWORD, "name": "Ann", "challenge": challenge });
    who.post("/v1/auth/sign-up", body).await
}

async fn sign_in(who: &Actor, email: &str, challenge: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "challenge": challenge });
    who.post("/v1/auth/sign-in", body).await
}

api_test! { no_work_is_asked_for_unless_it_is_switched_on |house| {
    let nobody = house.nobody();
    assert_eq!(nobody.call("/v1/auth/challenge").await.ok(), json!({ "challenge": null }));
    sign_up(&nobody, "ann@example.test", &json!("anything")).await.accepted();
    sign_in(&nobody, "ann@example.test", "anything").await.ok();
    assert_eq!(house.dump().await.count("used_challenges"), 0);
}}

api_test! { a_sign_up_and_a_sign_in_need_an_answer_each [switched_on()] |house| {
    let nobody = house.nobody();
    let body = json!({ "email": "ann@example.test", "password": PASSWORD, "name": "Ann" });
    nobody.post("/v1/auth/sign-up", body.clone()).await.problem(Code::ChallengeRequired);
    let credentials = json!({ "email": "ann@example.test", "password": PASSWORD });
    nobody.post("/v1/auth/sign-in", credentials).await.problem(Code::ChallengeRequired);

    let answer = solved(&nobody).await;
    sign_up(&nobody, "ann@example.test", &json!(answer)).await.accepted();
    sign_in(&nobody, "ann@example.test", &answer).await.problem(Code::ChallengeInvalid);
    sign_up(&nobody, "ben@example.test", &json!(answer)).await.problem(Code::ChallengeInvalid);
    let answer = solved(&nobody).await;
    sign_in(&nobody, "ann@example.test", &answer).await.ok();
    sign_in(&nobody.elsewhere(), "ann@example.test", &answer)
        .await
        .problem(Code::ChallengeInvalid);
}}

api_test! { an_answer_that_is_wrong_late_or_made_up_opens_nothing [switched_on()] |house| {
    let nobody = house.nobody();
    let right = solved(&nobody).await;
    let (known, nonce) = right.split_once('.').expect("two parts");
    let other = puzzle(&nobody).await;
    let cursor = house.app.cursors.seal("users", &[0; 25]);
    let easy = {
        let mut bytes = vec![7; 16];
        bytes.extend(i64::MAX.to_be_bytes());
        bytes.push(0);
        house.app.cursors.seal("another list", &bytes)
    };
    for wrong in [
        String::new(), ".".to_owned(), known.to_owned(), format!(".{nonce}"),
        solve(known, false), solve(&other, false), solve(&known[1..], true),
        solve(&"A".repeat(known.len()), true), solve(&cursor, true), solve(&easy, true),
        format!("{right}!"), format!("{right}{}", "0".repeat(40)), format!("{right}.{nonce}"),
    ] {
        sign_in(&nobody, "ann@example.test", &wrong).await.problem(Code::ChallengeInvalid);
    }
    assert_eq!(house.dump().await.count("used_challenges"), 0);
    assert_eq!(sign_in(&nobody, "a@b.test", &"x".repeat(121)).await.fields().len(), 1);

    house.pass(299);
    sign_in(&nobody, "ann@example.test", &right).await.problem(Code::InvalidCredentials);
    let late = solved(&nobody).await;
    house.pass(300);
    sign_in(&nobody, "ann@example.test", &late).await.problem(Code::ChallengeInvalid);
}}

api_test! { a_puzzle_states_its_work_and_its_end [switched_on()] |house| {
    let answer = house.nobody().call("/v1/auth/challenge").await.ok();
    let challenge = &answer["challenge"];
    assert_eq!(challenge["difficulty"], 8);
    assert_eq!(challenge["expires_at"], house.now().plus_seconds(300).to_string());
    let again = puzzle(&house.nobody()).await;
    assert_ne!(challenge["puzzle"], again);
    // Nothing is stored until it is answered.
    assert_eq!(house.dump().await.count("used_challenges"), 0);
}}

async fn fifty_at_once(house: &House, round: usize) -> usize {
    let nobody = house.nobody();
    let answer = json!(solved(&nobody).await);
    let tries = (0..50).map(|n| {
        let (nobody, answer) = (nobody.elsewhere(), answer.clone());
        async move { sign_up(&nobody, &format!("u{round}-{n}@example.test"), &answer).await }
    });
    let replies = futures_util::future::join_all(tries).await;
    let taken = replies.iter().filter(|reply| reply.status == 202).count();
    for reply in replies.into_iter().filter(|reply| reply.status != 202) {
        reply.problem(Code::ChallengeInvalid);
    }
    taken
}

api_test! { of_fifty_uses_at_once_one_succeeds [switched_on()] |house| {
    for round in 0..20 {
        assert_eq!(fifty_at_once(&house, round).await, 1);
    }
    let dump = house.dump().await;
    assert_eq!((dump.count("users"), dump.count("used_challenges")), (20, 20));
}}
