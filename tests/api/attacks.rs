//! Attacks that went through elsewhere, tried on what has no better place.

use std::{fs, path::Path};

use doorward::http::code::Code;
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::harness::{House, PASSWORD, Reply, Settings};

fn https() -> Settings {
    let variables = vec![("DOORWARD_PUBLIC_URL", "https://id.example.test")];
    Settings { variables, ..Settings::default() }
}

async fn running(house: &House) -> usize {
    house.ask("SELECT id AS line FROM sessions WHERE revoked_at IS NULL").await.len()
}

api_test! { ac_050_over_https_a_cookie_of_another_name_is_nobodys [https()] |house| {
    let user = house.user().await;
    let cookie = user.cookie().expect("a cookie");
    let value = cookie.strip_prefix("__Host-doorward=").expect("the prefix");
    user.get("/v1/me").await.ok();
    // What a neighbouring host can set for all hosts of the domain.
    for name in ["doorward", "__Secure-doorward", "Host-doorward", "__host-doorward"] {
        let stranger = user.elsewhere();
        stranger.set_cookie(Some(format!("{name}={value}")));
        stranger.get("/v1/me").await.problem(Code::NotSignedIn);
    }
    let fixed = user.elsewhere();
    fixed.set_cookie(Some(format!("doorward={value}")));
    let given = fixed.sign_in().await.cookie().expect("a cookie");
    assert_eq!(given.name(), "__Host-doorward");
    assert!(!value.contains(given.value()));
}}

api_test! { ac_053_no_edit_of_a_cookie_makes_it_somebody_elses |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let cookie = user.cookie().expect("a cookie");
    let (name, value) = cookie.split_once('=').expect("a value");
    let other = admin.cookie().expect("a cookie").split_once('=').expect("a value").1.to_owned();
    let ids = [&admin.id, &user.id].map(|id| id.split_once('_').expect("a prefix").1.to_owned());
    let half = value.len() / 2;
    let mut edited = vec![
        format!("{}{}", &value[..half], &other[half..]), format!("{}{}", &other[..half], &value[half..]),
        admin.id.clone(), ids[0].clone(), format!("{value}.{}", admin.id), format!("{}.{value}", admin.id),
        value.to_uppercase(), value.chars().rev().collect(), "null".into(), "0".into(), String::new(),
    ];
    for at in (0..value.len()).step_by(7) {
        let changed = if value.as_bytes()[at] == b'A' { "B" } else { "A" };
        edited.push(format!("{}{changed}{}", &value[..at], &value[at + 1..]));
    }
    for value in edited {
        let stranger = user.elsewhere();
        stranger.set_cookie(Some(format!("{name}={value}")));
        stranger.get("/v1/me").await.problem(Code::NotSignedIn);
        let reply = stranger.get("/v1/auth/session").await.ok();
        assert!(reply["session"].is_null(), "{value}");
    }
    // The ids of sessions are told, and so open nothing.
    let session = user.get("/v1/auth/session").await.ok()["session"]["id"].clone();
    assert!(!cookie.contains(session.as_str().expect("an id")));
}}

api_test! { ac_055_what_ends_all_sessions_ends_every_one_and_the_devices_trust |house| {
    let user = house.user().await;
    for how in ["password", "everywhere"] {
        let others = [user.elsewhere(), user.in_a_browser()];
        for other in &others {
            other.sign_in().await.ok();
        }
        match how {
            "password" => {
                let body = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
                user.post("/v1/me/password", body).await.no_content();
            }
            _ => drop(user.delete("/v1/me/sessions").await.ok()),
        }
        for other in &others {
            other.is_out().await;
        }
        user.get("/v1/me").await.ok();
    }
}}

/// Takes a table away, does something, and puts the table back.
async fn without(house: &House, table: &str, act: impl AsyncFnOnce() -> Reply) -> Reply {
    house.execute(&format!("ALTER TABLE {table} RENAME TO gone_{table}")).await;
    let reply = act().await;
    house.execute(&format!("ALTER TABLE gone_{table} RENAME TO {table}")).await;
    reply
}

#[track_caller]
fn failed_safely(reply: &Reply, what: &str) {
    assert!(reply.status >= 500, "{what}: {reply:?}");
    assert!(reply.cookie().is_none() && reply.device_cookie().is_none(), "{what}");
    assert!(!reply.text.contains("signed_in") && !reply.text.contains("gone_"), "{what}");
}

const EVERY_WAY: &[&str] =
    &["users", "throttles", "devices", "sessions", "role_grants", "audit_events"];

api_test! { ac_062_a_password_sign_in_that_fails_anywhere_starts_no_session |house| {
    let user = house.user().await;
    let before = running(&house).await;
    for table in [EVERY_WAY, &["passwords", "audit_head", "outbox"]].concat() {
        let reply = without(&house, table, async || user.elsewhere().sign_in().await).await;
        failed_safely(&reply, table);
        assert_eq!(running(&house).await, before, "{table}");
    }
    user.elsewhere().sign_in().await.ok();
}}

api_test! { ac_062_a_second_step_that_fails_anywhere_starts_no_session_and_burns_nothing |house| {
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    for table in ["pending_sign_ins", "audit_events"] {
        let reply = without(&house, table, async || user.elsewhere().sign_in().await).await;
        failed_safely(&reply, table);
    }
    let before = running(&house).await;
    let token = user.elsewhere().begin().await;
    let shown = app.next(&house);
    for table in [EVERY_WAY, &["pending_sign_ins", "totp_factors", "factor_failures", "outbox"]].concat() {
        let finish = async || user.elsewhere().finish(&token, "totp", &shown).await;
        let reply = without(&house, table, finish).await;
        failed_safely(&reply, table);
        assert_eq!(running(&house).await, before, "{table}");
    }
    user.elsewhere().finish(&token, "totp", &shown).await.ok();
}}

api_test! { ac_062_a_magic_link_that_fails_anywhere_starts_no_session_and_stays_good |house| {
    let user = house.user().await.verified(&house).await;
    house.nobody().post("/v1/auth/magic-link", json!({ "email": user.email })).await.accepted();
    let token = house.mail_of("magic_link", &user.email).await.token().to_owned();
    let before = running(&house).await;
    let body = json!({ "token": token });
    for table in [EVERY_WAY, &["mailed_proofs"]].concat() {
        let come = async || user.elsewhere().post("/v1/auth/magic-link/complete", body.clone()).await;
        let reply = without(&house, table, come).await;
        failed_safely(&reply, table);
        assert_eq!(running(&house).await, before, "{table}");
    }
    user.elsewhere().post("/v1/auth/magic-link/complete", body).await.ok();
}}

api_test! { ac_041_an_end_that_failed_says_so_and_the_session_goes_on |house| {
    let user = house.user().await;
    let other = user.elsewhere();
    other.sign_in().await.ok();
    let cookie = other.cookie();
    for (method, path) in [(Method::POST, "/v1/auth/sign-out"), (Method::DELETE, "/v1/me/sessions")] {
        let end = async || other.send(other.request(method, path)).await;
        let reply = without(&house, "audit_events", end).await;
        assert!(reply.status >= 500, "{path}: {reply:?}");
        assert_eq!(other.cookie(), cookie);
        other.get("/v1/me").await.ok();
        user.get("/v1/me").await.ok();
    }
}}

api_test! { ac_084_five_operations_answer_every_address_alike |house| {
    let known = house.user().await.verified(&house).await;
    let new = house.user().await;
    for (path, more) in [
        ("/v1/auth/sign-in", json!({ "password": "a river of black tea" })),
        ("/v1/auth/sign-up", json!({ "password": PASSWORD, "name": "Eve" })),
        ("/v1/auth/password-reset", json!({})),
        ("/v1/auth/magic-link", json!({})),
        ("/v1/auth/verify-email/resend", json!({})),
    ] {
        let mut shapes = Vec::new();
        for email in [&known.email, &new.email, "nobody@example.test", &known.email.to_uppercase()] {
            let mut body = more.clone();
            body["email"] = json!(email);
            shapes.push(house.nobody().post(path, body).await.shape());
        }
        for shape in &shapes[1..] {
            assert_eq!(shape, &shapes[0], "{path}");
        }
    }
}}

api_test! { ac_092_garbage_in_headers_passes_no_second_step |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (app, _) = user.enrol(&house).await;
    let token = user.elsewhere().begin().await;
    let wrong = app.wrong(&house);
    for (name, value) in [
        ("user-agent", &b"\xff\xfe\x80"[..]), ("accept-language", b"\xc3\x28, *;q=x"),
        ("x-forwarded-for", b"not an address"), ("forwarded", b"for=\"_\xff\""), ("cookie", b"\xff=\xff; ;="),
        ("x-request-id", b"\x80"), ("authorization", b"\xff"),
    ] {
        let nobody = house.nobody();
        let body = json!({ "token": token, "method": "totp", "code": wrong });
        let request = nobody.request(Method::POST, "/v1/auth/second-factor").json(&body);
        let value = HeaderValue::from_bytes(value).expect("a value");
        let reply = nobody.send(request.header(name, value)).await;
        assert!(matches!(reply.status, 400 | 401 | 403), "{name}: {reply:?}");
        assert!(reply.cookie().is_none());
    }
    assert_eq!(admin.latest_event("sign_in.second_factor_refused").await["subject_id"], user.id);
}}

api_test! { ac_124_naming_somebody_in_a_public_call_acts_for_nobody |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles", "audit_events", "audit_head"]);
    for path in ["/v1/auth/second-factor", "/v1/auth/sign-in", "/v1/auth/magic-link/complete"] {
        for name in ["user_id", "userId", "id", "sub", "account"] {
            let mut body = json!({ "token": "x", "method": "totp", "code": "123456" });
            body[name] = Value::from(admin.id.clone());
            let reply = house.nobody().post(path, body).await;
            assert!(reply.cookie().is_none());
            assert_eq!(reply.status, 422, "{path} {name}");
        }
    }
    assert!(house.dump().await.without(&["throttles", "audit_events", "audit_head"]) == before);
}}

/// The lines of the sources outside comments and tests, with where they stand.
fn lines() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display().to_string();
            if path.is_dir() {
                collect(&path, found);
            } else if name.ends_with(".rs") && !name.contains("tests") {
                let text = fs::read_to_string(&path).expect("a text");
                let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
                let lines = text[..end].lines().enumerate();
                let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
                found
                    .extend(code.map(|(at, line)| (format!("{name}:{}", at + 1), line.to_owned())));
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 5000, "the sources were found");
    found
}

#[test]
fn ac_106_secrets_are_compared_in_constant_time_alone() {
    let secret =
        ["reveal()", "code", "digest", "mark(", "hash", "token", "secret", "expected", "nonce"];
    // What compares names, lengths and settings of hashes, but no secret's content.
    let fine = [
        ".len() ==", ".len() !=", "Code::", ".code", "code.", "algorithm ==", "version ==",
        "params ==", "method ==", "byte == 0", "threads == 0", "kind", "hash == end_hash",
        "== self.body", "Method::", ".security ==", "Verdict::", "row.previous_hash",
        "row.digest()", "execute(db)? == 1", ".pointer ==", "audience", "marks.", "Preset::",
        "auth_method", "FIRST_PARTY",
    ];
    for (at, line) in lines() {
        let compares = line.contains(" == ") || line.contains(" != ");
        let sides = line.to_lowercase();
        let is_secret = secret.iter().any(|word| sides.contains(word));
        let is_fine = fine.iter().any(|word| line.contains(word));
        assert!(!compares || !is_secret || is_fine, "{at}: compare with `same`: {line}");
    }
    // And where secrets are compared by value, it is done there.
    let uses = lines()
        .into_iter()
        .filter(|(_, line)| line.contains("same(") && !line.contains("pub fn same"));
    assert!(uses.count() >= 3);
}

#[test]
fn asvs_6_5_3_secrets_are_drawn_from_the_system_alone() {
    let other = [
        "rand::", "thread_rng", "SmallRng", "StdRng", "fastrand", "Uuid::new_v4", "OsRng",
        "RandomState",
    ];
    for (at, line) in lines() {
        // The system again, as the library that signs asks it.
        let line = line.replace("rand::SystemRandom", "");
        let found = other.iter().find(|name| line.contains(**name));
        assert!(found.is_none(), "{at}: draw it from `Chance`: {line}");
        // The one place that asks the system, and the seeded one that only tests build.
        let is_chance = at.contains("kernel/chance.rs");
        assert!(
            is_chance || !line.contains("getrandom") && !line.contains("ChaCha20Rng"),
            "{at}: {line}"
        );
        assert!(
            is_chance || !line.contains("Chance::seeded"),
            "{at}: only tests are seeded: {line}"
        );
    }
}
