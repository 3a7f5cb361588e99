//! What docs/SIGN-IN.md says, held against the contract, the defaults and the code.

use std::{collections::BTreeSet, fs, path::Path};

use doorward::access::{failures, guard, once, pending, sessions};
use serde_json::{Value, json};

use crate::harness::{House, PASSWORD};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a text")
}

/// The part of the document under a heading.
fn part(heading: &str) -> String {
    let text = read("docs/SIGN-IN.md");
    let (_, rest) = text.split_once(&format!("## {heading}\n")).expect("the heading");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The rows of the tables in a text, without their heads; backquotes are left out.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<_> = text.lines().collect();
    let is_row = |at: &usize| {
        let next = lines.get(at + 1).unwrap_or(&"");
        lines[*at].starts_with("| ")
            && !lines[*at].starts_with("| ---")
            && !next.starts_with("| ---")
    };
    let cells = |line: &str| {
        let inner = line.trim().trim_matches('|').split(" | ");
        inner.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    (0..lines.len()).filter(is_row).map(|at| cells(lines[at])).collect()
}

/// Keys and defaults of a section of the settings, from their generated reference.
fn defaults(section: &str) -> BTreeSet<(String, String)> {
    let reference = rows(&read("docs/CONFIGURATION.md")).into_iter();
    let own = reference.filter(|row| row[0].starts_with(&format!("{section}.")));
    own.map(|row| (row[0].clone(), row[2].clone())).collect()
}

#[track_caller]
fn are_the_defaults(heading: &str, section: &str) {
    let shown = rows(&part(heading)).into_iter().filter(|row| row[0].starts_with(section));
    let shown: BTreeSet<_> = shown.map(|row| (row[0].clone(), row[1].clone())).collect();
    assert!(!shown.is_empty());
    assert_eq!(shown, defaults(section));
}

#[test]
fn asvs_6_1_1_every_limit_is_documented_with_its_default() {
    are_the_defaults("Limits", "throttle");
    let fixed = rows(&part("Limits"));
    for (name, value) in [
        ("guesses of one mailed code", once::GUESSES),
        ("failures in a row after which a password or factor is off", failures::MOST),
        ("seconds for the second step", pending::LIFE),
    ] {
        assert!(fixed.contains(&vec![name.to_owned(), value.to_string()]), "{name} {value}");
    }
    assert!(part("Limits").contains("**Locking others out.**"));
}

api_test! { asvs_6_1_2_every_word_that_is_documented_is_no_password |house| {
    let documented: Vec<_> = rows(&part("Words that make no password")).into_iter().map(|row| row[0].clone()).collect();
    let tried = [
        ("the product's name", "doorward doorward 2026"),
        ("the service's name", "Doorward!!!!!!!!"),
        ("the e-mail address", "zoe.quint@tidewater.test"),
        ("the parts of the address", "tidewater1234567"),
        ("the person's name", "Zoe Quintessa 2026"),
        ("the parts of the name", "quintessa!quintessa"),
    ];
    assert_eq!(documented, tried.map(|(word, _)| word.to_owned()));
    for (word, password) in tried {
        let body = json!({ "email": "zoe.quint@tidewater.test", "name": "Zoe Quintessa", "password": password });
        let faults = house.nobody().post("/v1/auth/sign-up", body).await.fields();
        assert_eq!(faults, [("/password".to_owned(), "too_guessable".to_owned())], "{word}");
    }
}}

api_test! { asvs_6_1_3_every_way_to_a_session_is_documented |house| {
    let documented: BTreeSet<_> = rows(&part("Ways to a session")).into_iter().map(|row| row[0].clone()).collect();
    let starts = |described: &Value| described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        .as_str().is_some_and(|name| name.ends_with("/SignInAnswer"));
    let operations = house.operations();
    let mut ways: BTreeSet<_> =
        operations.iter().filter(|it| starts(&it.described)).map(|it| it.id.clone()).collect();
    // These give the session that runs a new cookie.
    ways.extend(["change_password", "confirm_totp", "finish_passkey_registration"].map(ToOwned::to_owned));
    // The page that other services lead back to.
    ways.insert("/sign-in/callback/{provider}".to_owned());
    assert_eq!(documented, ways);
    // And no other operation gives a cookie to who comes without one.
    for operation in operations.iter().filter(|operation| !ways.contains(&operation.id)) {
        let who = house.nobody();
        let reply = who.send(who.right_call(operation, &operation.random_path())).await;
        assert!(reply.cookie().is_none(), "{}", operation.id);
    }
}}

#[test]
fn asvs_7_1_1_the_lives_of_sessions_are_documented_with_their_defaults() {
    are_the_defaults("How long a session lives", "session");
    let text = part("How long a session lives").replace('\n', " ");
    assert!(text.contains("NIST SP 800-63B-4"));
    assert!(text.contains(&format!("a proof of the last {} seconds", guard::RECENTLY)));
}

api_test! { asvs_7_1_2_an_account_has_as_many_sessions_as_is_documented |house| {
    let text = part("How long a session lives").replace('\n', " ");
    assert!(text.contains(&format!("at most {} sessions. A further one ends the oldest", sessions::MOST)));
    let user = house.user().await;
    for _ in 0..sessions::MOST - 1 {
        house.pass(1);
        user.elsewhere().sign_in().await.ok();
    }
    user.get("/v1/me").await.ok();
    house.pass(1);
    let last = user.elsewhere();
    last.sign_in().await.ok();
    user.is_out().await;
    last.get("/v1/me").await.ok();
}}

#[test]
fn asvs_7_1_3_every_rule_of_what_ends_a_session_names_its_test() {
    let mut sources = String::new();
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api")).expect("a folder")
    {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources += &fs::read_to_string(path).expect("a text");
        }
    }
    let rules = rows(&part("What ends with what"));
    assert!(rules.len() >= 10);
    for rule in rules {
        assert!(sources.contains(&format!("api_test! {{ {} ", rule[2])), "no test {}", rule[2]);
    }
}

/// All names in the contract: of properties, parameters and values.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "properties" {
                    found.extend(field.as_object().into_iter().flat_map(|it| it.keys().cloned()));
                }
                names(field, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::String(text) if text.len() < 60 => {
            found.insert(text.clone());
        }
        _ => {}
    }
}

async fn all_names(house: &House) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    names(&house.contract.document, &mut found);
    let columns = house.dump().await.text();
    assert!(found.contains("recovery_codes_left") && !columns.is_empty());
    found
}

api_test! { asvs_6_4_2_nothing_asks_for_hints_or_secret_questions |house| {
    // What kind of token is given up or asked about is no secret's hint (RFC 7009, section 2.1).
    let names = all_names(&house).await.into_iter().filter(|name| name != "token_type_hint");
    for name in names {
        let parts: Vec<_> = name.split(|c: char| !c.is_ascii_alphabetic()).collect();
        let found = ["hint", "question", "answer", "mother", "maiden"].iter().find(|word| parts.contains(*word));
        assert!(found.is_none() || name.contains(' '), "{name}");
    }
    let schema = ["people", "programs"].map(|part| read(&format!("src/db/schema/{part}.rs"))).concat();
    for word in ["hint", "question", "answer"] {
        assert!(!schema.contains(word), "{word}");
    }
}}

api_test! { asvs_6_6_1_no_factor_comes_by_telephone |house| {
    for name in all_names(&house).await {
        let name = name.to_lowercase();
        let parts: Vec<_> = name.split(|c: char| !c.is_ascii_alphabetic()).collect();
        let found = ["sms", "phone", "voice", "telephone", "call"].iter().find(|word| parts.contains(*word));
        assert!(found.is_none() || name.contains(' ') || name == "phone", "{name}");
    }
    let user = house.user().await;
    for method in ["sms", "phone", "voice", "tel"] {
        let body = json!({ "method": method, "code": "123456" });
        assert_eq!(user.post("/v1/auth/step-up", body).await.fields()[0].0, "/method", "{method}");
    }
}}

api_test! { asvs_7_2_2_no_shared_key_stands_in_for_a_session |house| {
    // No setting holds one, and no header that usually carries one is read.
    for row in rows(&read("docs/CONFIGURATION.md")) {
        let key = row[0].to_lowercase();
        for word in ["api_key", "static_token", "admin_token", "shared_secret", "bearer"] {
            assert!(!key.contains(word), "{key}");
        }
    }
    let admin = house.admin().await;
    let key = admin.cookie().expect("a cookie").split_once('=').expect("a value").1.to_owned();
    let master = house.master.encode();
    for secret in [&*key, master.reveal(), PASSWORD, &admin.id] {
        for (name, value) in [
            ("authorization", format!("Bearer {secret}")), ("authorization", format!("Basic {secret}")),
            ("x-api-key", secret.to_owned()), ("x-auth-token", secret.to_owned()), ("apikey", secret.to_owned()),
        ] {
            let nobody = house.nobody();
            let request = nobody.request(reqwest::Method::GET, "/v1/me").header(name, value);
            assert_eq!(nobody.send(request).await.status, 401, "{name}");
        }
    }
}}
