//! The hosted pages while work is asked for: they say so, load what solves it, and take its answer
//! as the API does.

use doorward::http::code::Code;
use reqwest::Method;
use sha2::{Digest, Sha256};

use crate::harness::{Actor, PASSWORD, Reply, Settings};

const UMA: &str = "uma@example.test";

fn switched_on() -> Settings {
    let variables =
        vec![("DOORWARD_CHALLENGE_ENABLED", "true"), ("DOORWARD_CHALLENGE_DIFFICULTY", "8")];
    Settings { variables, ..Settings::default() }
}

async fn send(who: &Actor, page: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = who.request(Method::POST, page).body(body);
    who.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

/// What the script of the page finds.
async fn solved(who: &Actor) -> String {
    let answer = who.call("/v1/auth/challenge").await.ok();
    let puzzle = answer["challenge"]["puzzle"].as_str().expect("a puzzle").to_owned();
    let mut all = (0_u32..).map(|nonce| format!("{puzzle}.{nonce}"));
    all.find(|answer| Sha256::digest(answer)[0] == 0).expect("there is one")
}

async fn sign_up(who: &Actor, challenge: &str) -> Reply {
    let fields =
        [("name", "Uma"), ("email", UMA), ("password", PASSWORD), ("challenge", challenge)];
    send(who, "/sign-up", &fields).await
}

async fn sign_in(who: &Actor, password: &str, challenge: &str) -> Reply {
    let fields = [("email", UMA), ("password", password), ("challenge", challenge)];
    send(who, "/sign-in", &fields).await
}

/// Whether the page asks the browser for work, and may do what that takes.
fn asks_work(reply: &Reply) -> bool {
    let policy = reply.header("content-security-policy").expect("a policy");
    let signs = [
        policy.ends_with("script-src 'self'; connect-src 'self'; worker-src 'self'"),
        reply.text.contains("<script src=\"/assets/challenge.js?v="),
        reply.text.contains(" data-challenge data-text-working=\""),
        reply.text.contains("<input type=\"hidden\" name=\"challenge\" value=\"\">"),
        reply.text.contains("<p class=\"soft\" role=\"status\" data-challenge-status></p>"),
        reply.text.contains("<noscript><p class=\"error\">A script is needed here just now"),
    ];
    assert!(signs.iter().all(|sign| *sign == signs[0]), "{signs:?}\n{}", reply.text);
    assert!(!policy.contains("unsafe") && !reply.text.contains('⟦'));
    signs[0]
}

api_test! { only_where_work_is_asked_for_do_pages_ask_the_browser_for_it |house| {
    for path in ["/sign-in", "/sign-up"] {
        assert!(!asks_work(&house.nobody().get(path).await.expect(200)), "{path}");
    }
}}

api_test! { the_pages_with_a_password_say_what_work_they_need [switched_on()] |house| {
    let nobody = house.nobody();
    for path in ["/sign-in", "/sign-up"] {
        assert!(asks_work(&nobody.get(path).await.expect(200)), "{path}");
    }
    for path in ["/magic", "/forgot", "/verify", "/setup"] {
        assert!(!asks_work(&nobody.get(path).await.expect(200)), "{path}");
    }
    let script = nobody.get("/assets/challenge.js").await.expect(200);
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    // It is a worker, too: in a sandbox it would have no cryptography.
    let policy = script.header("content-security-policy").expect("a policy");
    assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
    assert!(nobody.get("/sign-in").await.text.contains("seconds now."), "the words are whole");
}}

api_test! { a_form_with_an_answer_is_taken_and_one_without_is_told_why_not [switched_on()] |house| {
    let nobody = house.nobody();
    for answer in ["", "made up"] {
        let reply = sign_up(&nobody, answer).await;
        assert!(reply.status == Code::ChallengeRequired.status().as_u16(), "{reply:?}");
        assert!(asks_work(&reply));
        assert!(reply.text.contains("The puzzle that goes with the form was"), "{}", reply.text);
    }
    let answer = solved(&nobody).await;
    let done = sign_up(&nobody, &answer).await.expect(200);
    assert!(done.text.contains("Thank you."));

    let again = sign_in(&nobody, PASSWORD, &answer).await;
    assert!(again.text.contains("was solved too late"), "it served once: {}", again.text);
    let wrong = sign_in(&nobody, "wrong words and more", &solved(&nobody).await).await;
    assert!(wrong.text.contains("is not right") && asks_work(&wrong.expect(401)));
    let right = sign_in(&nobody, PASSWORD, &solved(&nobody).await).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/account")));
}}

api_test! { without_a_script_a_mail_still_signs_in [switched_on()] |house| {
    let nobody = house.nobody();
    sign_up(&nobody, &solved(&nobody).await).await.expect(200);
    house.execute("UPDATE users SET email_verified_at = 1").await;
    send(&nobody, "/magic/ask", &[("email", UMA)]).await.expect(200);
    let token = house.mail_of("magic_link", UMA).await.token().to_owned();
    let reply = send(&nobody, "/magic", &[("token", &token)]).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/account")));
}}
