//! Everything that counts once, used by fifty at a time: one succeeds, each time. RACE_ROUNDS says
//! how often it is tried; `make races` does so a thousand times.

use doorward::{
    access::pending,
    features::setup,
    http::problem::Problem,
    kernel::{
        assurance::{Amr, Method},
        id::UserId,
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, Authenticator, House, PASSWORD, Reply, Settings, SoftKey};

const AT_ONCE: usize = 50;

#[expect(clippy::disallowed_methods, reason = "how long a test runs is no setting of the service")]
fn rounds() -> usize {
    std::env::var("RACE_ROUNDS").map_or(2, |text| text.parse().expect("RACE_ROUNDS is a number"))
}

/// Limits that fifty at a time don't reach.
fn wide() -> Settings {
    let variables = vec![
        ("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "100"),
        ("DOORWARD_THROTTLE_ADDRESS_FAILURES", "1000000"),
        ("DOORWARD_THROTTLE_MAILS", "1000000"),
        ("DOORWARD_THROTTLE_ACCOUNT_MAILS", "1000"),
        ("DOORWARD_THROTTLE_ACCOUNT_MAIL_WINDOW_SECONDS", "60"),
        ("DOORWARD_THROTTLE_SIGN_UPS", "1000000"),
        ("DOORWARD_THROTTLE_CEREMONIES", "1000000"),
    ];
    Settings { variables, ..Settings::default() }
}

/// Sends fifty requests at once, each by somebody of their own; one must succeed.
async fn one_wins<F: Future<Output = Reply>>(what: &str, nth: usize, request: impl Fn(usize) -> F) {
    let insist = async |at| {
        loop {
            let reply = request(at).await;
            // Too much to do just now: nothing was done, and whoever asks comes again.
            if reply.status != 503 {
                return reply;
            }
        }
    };
    let replies = join_all((0..AT_ONCE).map(insist)).await;
    let won = replies.iter().filter(|reply| reply.status < 300).count();
    let lost = replies.iter().filter(|reply| matches!(reply.status, 401 | 403 | 404 | 409)).count();
    let all: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!((won, lost), (1, AT_ONCE - 1), "{what} in round {nth}: {all:?}");
}

/// Uses a mailed token or code.
async fn use_it(house: &House, path: &str, body: Value) -> Reply {
    house.nobody().post(path, body).await
}

/// A connection of its own for each request: one that was kept may be closed by the service in the
/// moment in which it is taken up again.
fn each_anew(mut house: House) -> House {
    house.client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    house
}

/// Ten minutes later, with nothing in the way of the next round.
async fn next_round(house: &House) {
    house.pass(600);
    house.execute("DELETE FROM outbox; DELETE FROM throttles").await;
}

/// Half-done sign-ins of an account, as many as there are who finish them at once.
async fn half_done(house: &House, user: &Actor, amr: Amr, count: usize) -> Vec<String> {
    let (app, id): (_, UserId) = (house.app.clone(), user.id.parse().expect("an id"));
    let begun = house.app.db.write(move |db| {
        let mut tokens = Vec::new();
        for _ in 0..count {
            let begun = pending::begin(db, &app, &id, &amr, false.into())?;
            tokens.push(begun.token.reveal().to_owned());
        }
        Ok::<_, Problem>(tokens)
    });
    begun.await.expect("they are written")
}

async fn with_app(house: &House) -> (Actor, Authenticator, Vec<String>) {
    let user = house.user().await;
    let (app, codes) = user.enrol(house).await;
    (user, app, codes)
}

api_test! { fifty_at_once_verify_an_address_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user().await;
    for nth in 0..rounds() {
        next_round(&house).await;
        house.execute("UPDATE users SET email_verified_at = NULL").await;
        let ask = json!({ "email": user.email });
        use_it(&house, "/v1/auth/verify-email/resend", ask).await.accepted();
        let mail = house.mail_of("verify_email", &user.email).await;
        let (token, code) = (mail.token().to_owned(), mail.code().to_owned());
        // The link and the code are one proof.
        one_wins("verification", nth, |at| match at % 2 {
            0 => use_it(&house, "/v1/auth/verify-email", json!({ "token": token })),
            _ => use_it(&house, "/v1/auth/verify-email/code", json!({ "email": user.email, "code": code })),
        }).await;
    }
}}

api_test! { fifty_at_once_sign_in_by_a_mail_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user().await.verified(&house).await;
    for nth in 0..rounds() {
        next_round(&house).await;
        use_it(&house, "/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
        let mail = house.mail_of("magic_link", &user.email).await;
        let (token, code) = (mail.token().to_owned(), mail.code().to_owned());
        one_wins("magic link", nth, |at| match at % 2 {
            0 => use_it(&house, "/v1/auth/magic-link/complete", json!({ "token": token })),
            _ => use_it(&house, "/v1/auth/magic-link/code", json!({ "email": user.email, "code": code })),
        }).await;
    }
}}

api_test! { fifty_at_once_reset_a_password_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user().await;
    for nth in 0..rounds() {
        next_round(&house).await;
        use_it(&house, "/v1/auth/password-reset", json!({ "email": user.email })).await.accepted();
        let token = house.mail_of("reset_password", &user.email).await.token().to_owned();
        let body = json!({ "token": token, "password": PASSWORD });
        one_wins("reset", nth, |_| use_it(&house, "/v1/auth/password-reset/complete", body.clone())).await;
    }
}}

api_test! { fifty_at_once_change_an_address_and_undo_it_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user_called("a@example.test").await;
    for nth in 0..rounds() {
        next_round(&house).await;
        user.sign_in().await.ok();
        user.post("/v1/me/email", json!({ "email": "b@example.test" })).await.accepted();
        let token = house.mail_of("confirm_email", "b@example.test").await.token().to_owned();
        let body = json!({ "token": token });
        one_wins("change", nth, |_| use_it(&house, "/v1/auth/email-change/confirm", body.clone())).await;
        let token = house.mail_of("email_changed", "a@example.test").await.token().to_owned();
        let body = json!({ "token": token });
        one_wins("undo", nth, |_| use_it(&house, "/v1/auth/email-change/undo", body.clone())).await;
    }
}}

api_test! { ac_096_fifty_at_once_use_what_an_app_shows_once [wide()] |house| {
    let house = each_anew(house);
    let (user, app, _) = with_app(&house).await;
    for nth in 0..rounds() {
        next_round(&house).await;
        let tokens = half_done(&house, &user, Amr::of(Method::Password), AT_ONCE).await;
        let shown = app.code(&house);
        one_wins("app", nth, |at| {
            let (who, token, shown) = (house.nobody(), tokens[at].clone(), shown.clone());
            async move { who.finish(&token, "totp", &shown).await }
        }).await;
    }
}}

api_test! { fifty_at_once_use_a_recovery_code_once [wide()] |house| {
    let house = each_anew(house);
    let (user, app, mut codes) = with_app(&house).await;
    for nth in 0..rounds() {
        next_round(&house).await;
        if codes.is_empty() {
            let token = half_done(&house, &user, Amr::of(Method::Password), 1).await.remove(0);
            user.finish(&token, "totp", &app.code(&house)).await.ok();
            let renewed = user.post("/v1/me/recovery-codes", json!({})).await.created();
            codes = crate::harness::texts(&renewed["recovery_codes"]);
        }
        let code = codes.pop().expect("a code");
        let tokens = half_done(&house, &user, Amr::of(Method::Password), AT_ONCE).await;
        one_wins("recovery code", nth, |at| {
            let (who, token, code) = (house.nobody(), tokens[at].clone(), code.clone());
            async move { who.finish(&token, "recovery_code", &code).await }
        }).await;
    }
}}

api_test! { fifty_at_once_finish_a_sign_in_once [wide()] |house| {
    let house = each_anew(house);
    let (user, app, mut codes) = with_app(&house).await;
    for nth in 0..rounds() {
        next_round(&house).await;
        let token = half_done(&house, &user, Amr::of(Method::Password), 1).await.remove(0);
        // Two codes that both are good: the sign-in is one.
        let (shown, code) = (app.code(&house), codes.pop());
        one_wins("pending sign-in", nth, |at| {
            let (who, token) = (house.nobody(), token.clone());
            let (method, code) = match &code {
                Some(code) if at % 2 == 1 => ("recovery_code", code.clone()),
                _ => ("totp", shown.clone()),
            };
            async move { who.finish(&token, method, &code).await }
        }).await;
    }
}}

api_test! { ac_098_fifty_at_once_use_a_mailed_code_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user().await.verified(&house).await;
    user.post("/v1/me/factors/email", json!({ "enabled": true })).await.no_content();
    for nth in 0..rounds() {
        next_round(&house).await;
        let token = half_done(&house, &user, Amr::of(Method::Password), 1).await.remove(0);
        use_it(&house, "/v1/auth/second-factor/mail", json!({ "token": token })).await.accepted();
        let code = house.mail_of("mailed_factor", &user.email).await.code().to_owned();
        one_wins("mailed code", nth, |_| {
            let (who, token, code) = (house.nobody(), token.clone(), code.clone());
            async move { who.finish(&token, "email", &code).await }
        }).await;
    }
}}

api_test! { fifty_at_once_confirm_an_app_once [wide()] |house| {
    let house = each_anew(house);
    for nth in 0..rounds() {
        next_round(&house).await;
        let user = house.user().await;
        let app = user.begin_totp().await;
        let shown = app.code(&house);
        one_wins("confirmation", nth, |_| {
            let (who, app, shown) = (user.clone(), app.clone(), shown.clone());
            async move { who.confirm_totp(&app.id, &shown).await }
        }).await;
    }
}}

api_test! { fifty_at_once_set_up_the_first_administrator_once [wide()] |house| {
    let house = each_anew(house);
    for nth in 0..rounds() {
        next_round(&house).await;
        house.execute(
            "DELETE FROM sessions; DELETE FROM devices; DELETE FROM role_grants; DELETE FROM passwords; \
             DELETE FROM mailed_proofs; DELETE FROM users",
        ).await;
        let token = setup::store::offer(&house.app).await.expect("a link").expect("no administrator yet");
        let token = token.reveal().to_owned();
        one_wins("set-up link", nth, |at| {
            let body = json!({
                "token": token, "email": format!("admin{at}@example.test"), "password": PASSWORD, "name": "Ada",
            });
            use_it(&house, "/v1/setup", body)
        }).await;
        assert_eq!(house.ask("SELECT id AS line FROM users").await.len(), 1);
    }
}}

api_test! { fifty_at_once_sign_in_with_a_passkey_once [wide()] |house| {
    let house = each_anew(house);
    let user = house.user().await;
    let mut key = SoftKey::new(&house);
    user.add_passkey(&mut key, "Laptop").await;
    for nth in 0..rounds() {
        next_round(&house).await;
        // A copy of the answer counts as a failure of the account.
        house.execute("DELETE FROM factor_failures").await;
        let proof = house.nobody().passkey_proof(&mut key).await;
        one_wins("passkey", nth, |_| use_it(&house, "/v1/auth/passkey", proof.clone())).await;

        let token = half_done(&house, &user, Amr::of(Method::Password), 1).await.remove(0);
        let path = "/v1/auth/second-factor/passkey";
        let begun = use_it(&house, &format!("{path}/begin"), json!({ "token": token })).await.created();
        let credential = key.prove(&begun["options"]).await;
        let body = json!({ "token": token, "ceremony": begun["ceremony"], "credential": credential });
        house.execute("DELETE FROM factor_failures; DELETE FROM throttles").await;
        one_wins("passkey as second step", nth, |_| use_it(&house, path, body.clone())).await;
    }
}}

api_test! { fifty_at_once_add_a_passkey_once [wide()] |house| {
    let house = each_anew(house);
    for nth in 0..rounds() {
        next_round(&house).await;
        let user = house.user().await;
        let begun = user.call("/v1/me/passkeys/begin").await.created();
        let credential = SoftKey::new(&house).make(&begun["options"]).await;
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        one_wins("registration", nth, |_| {
            let (who, body) = (user.clone(), body.clone());
            async move { who.post("/v1/me/passkeys", body).await }
        }).await;
    }
}}
