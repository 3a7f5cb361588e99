//! Accounts whose passwords another system hashed: their owners sign in, and from then on the hash
//! is one of ours.

use std::fs;

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{
    Actor, House, PASSWORD,
    process::{Ended, run},
};

/// A hash of `PASSWORD` in each form, by name.
const HASHES: &[(&str, &str)] = &[
    ("bcrypt-2a", "$2a$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m"),
    ("bcrypt-2b", "$2b$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m"),
    ("bcrypt-2x", "$2x$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m"),
    ("bcrypt-2y", "$2y$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m"),
    (
        "scrypt",
        "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
    ),
    (
        "better-auth",
        "000102030405060708090a0b0c0d0e0f:ff7c454139f16b7370347992b0ed489fca67ba6f2603f0579d77b5a3e\
         d1805b2109c47eda527c1bd1deae125bdab30faa2f06f553eb34180f161974d13cfe6b7",
    ),
    (
        "firebase",
        "$firescrypt$ln=10,r=8,p=1$42xEC+ixf3L2lw==$Fomogt8ihDDb7x2T/IjIREcyFxlrh6Qy3BYeyhLc4kjUwN\
         Wt7zEqFIEOICPoN6cklPn060DFh614vYb8XI1/xg==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8p\
         VMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    ),
    (
        "pbkdf2-sha256",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$2gJ3upBf5pKVDreOX3NgJUoCE7vMiuzPb+NdfAK\
         WgL8",
    ),
    (
        "pbkdf2-sha512",
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$VS/JhvE2MWNbcMC8wY9iA3Uk1aTaoAB2say0Oy3\
         Oa4/ezCjvizR7IIvlXnAwnLqi9SEJAX1ndAQOB16wWJRQxg",
    ),
    ("pbkdf2-sha1", "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$VRKq5j8nm09WCOx8FhzxzobrdJM"),
    ("django", "pbkdf2_sha256$1000$seasalt$h7KZGug7jzpWdevb9ebuIp6zHaEphtPAj3ZVd6FoFs4="),
    ("django-bcrypt", "bcrypt$$2b$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m"),
    ("sha256-crypt", "$5$rounds=5000$saltstring$VtHW5dYMuuTK6wSgTD7AOPgcgCXfYr5j5h.qL27apu."),
    (
        "sha512-crypt",
        "$6$rounds=1000$saltstring$HrsW3dSmaQCNiRMbhJnTqS7hQz8q.zNQeUkiDr7k4uMRSMrPip5AX6gzgdoN4yR\
         9AAOTsINjvCQyaeYwFMbC1.",
    ),
];

/// Hashes of other passwords, from the reference implementation of Argon2.
const ARGON2: &[(&str, &str)] = &[
    (
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "password",
    ),
    (
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "password",
    ),
    (
        "$argon2d$v=19$m=65536,t=4,p=4$PUfIWctZa611rpXSOicEAA$\
         eUtgGpyO1+ylLPGhN8gvRXBXF+Zd97kQIZA7OgX4VIM",
        "apple123",
    ),
];

/// Imports these lines with the program itself, into the database of the service that runs.
fn import(house: &House, lines: &[Value]) -> Ended {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(house.folder().join("users.jsonl"), text).expect("it is written");
    let variables = [("DOORWARD_DATABASE_URL", house.database_url())];
    run(house.folder(), &variables, &["users", "import", "users.jsonl"], "")
}

fn person(house: &House, email: &str) -> Actor {
    house.nobody().called(email)
}

async fn stored(house: &House, email: &str) -> String {
    let query = format!(
        "SELECT hash AS line FROM passwords JOIN users ON users.id = user_id WHERE email = '{email}'"
    );
    house.ask(&query).await.remove(0)
}

async fn signs_in_twice(house: &House, email: &str, password: &str) {
    let who = person(house, email);
    let before = stored(house, email).await;
    for wrong in ["a river of black tea", "", &format!("{password} "), &password.to_uppercase()] {
        who.sign_in_with(wrong).await.problem(Code::InvalidCredentials);
    }
    assert_eq!(stored(house, email).await, before, "a wrong password changes nothing: {email}");

    who.sign_in_with(password).await.ok();
    let after = stored(house, email).await;
    assert!(after.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{email}: {after}");

    who.elsewhere().sign_in_with(password).await.ok();
    who.elsewhere().sign_in_with("a river of black tea").await.problem(Code::InvalidCredentials);
    assert_eq!(stored(house, email).await, after, "{email}");
}

api_test! { asvs_11_2_2_asvs_11_4_2_an_account_with_a_hash_of_any_old_form_signs_in_and_gets_one_of_ours |house| {
    let email = |name: &str| format!("{name}@example.test");
    let mut lines: Vec<Value> = HASHES
        .iter()
        .map(|(name, hash)| json!({ "email": email(name), "password_hash": hash }))
        .collect();
    for (n, (hash, _)) in ARGON2.iter().enumerate() {
        lines.push(json!({ "email": email(&format!("argon{n}")), "password_hash": hash }));
    }
    let ended = import(&house, &lines);
    assert_eq!(ended.status.code(), Some(0), "{}{}", ended.stdout, ended.stderr);

    for (name, _) in HASHES {
        signs_in_twice(&house, &email(name), PASSWORD).await;
    }
    for (n, (_, password)) in ARGON2.iter().enumerate() {
        signs_in_twice(&house, &email(&format!("argon{n}")), password).await;
    }
}}

api_test! { better_auth_passwords_are_normalised_and_bcrypts_end_at_72_bytes |house| {
    let normalised = "000102030405060708090a0b0c0d0e0f:14cde99a6b8346f147e0c9b353cf03a7af7f6373561d\
        54535a81aee50f3ce6653934f94985ccba51a0e0d0219b2b2f8fe6deefc932cec776d2df8367d96bb54d";
    let bcrypt = "$2a$05$......................YgIDy4hFBdVlc/6LHnD9mX488r9cLd2";
    let lines = [
        json!({ "email": "n@example.test", "password_hash": normalised }),
        json!({ "email": "b@example.test", "password_hash": bcrypt }),
    ];
    assert_eq!(import(&house, &lines).status.code(), Some(0));
    person(&house, "n@example.test").sign_in_with("cre\u{300}me \u{fb01}ne \u{2460}").await.ok();
    let long = person(&house, "b@example.test");
    long.sign_in_with(&"x".repeat(71)).await.problem(Code::InvalidCredentials);
    // What the old system took is taken once; the new hash is of the whole password.
    long.sign_in_with(&"x".repeat(100)).await.ok();
    long.sign_in_with(&"x".repeat(72)).await.problem(Code::InvalidCredentials);
    long.sign_in_with(&"x".repeat(100)).await.ok();
}}

api_test! { a_password_can_be_changed_before_its_old_hash_was_upgraded |house| {
    let line = json!({ "email": "ann@example.test", "password_hash": HASHES[1].1 });
    assert_eq!(import(&house, &[line]).status.code(), Some(0));
    let ann = person(&house, "ann@example.test");
    ann.sign_in().await.ok();
    house.execute(&format!("UPDATE passwords SET hash = '{}'", HASHES[10].1)).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "a lake of black coffee" });
    ann.post("/v1/me/password", body).await.no_content();
    ann.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
    ann.elsewhere().sign_in_with("a lake of black coffee").await.ok();
}}

api_test! { a_hash_in_the_table_that_asks_too_much_is_wrong_at_once |house| {
    let user = house.user().await;
    for hash in [
        "$2b$31$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m",
        "$scrypt$ln=40,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
        "pbkdf2_sha256$4000000000$seasalt$h7KZGug7jzpWdevb9ebuIp6zHaEphtPAj3ZVd6FoFs4=",
        "$6$rounds=999999999$saltstring$HrsW3dSmaQCNiRMbhJnTqS7hQz8q.zNQeUkiDr7k4uMRSMrPip5AX6gzgdoN\
         4yR9AAOTsINjvCQyaeYwFMbC1.",
    ] {
        house.execute(&format!("UPDATE passwords SET hash = '{hash}'")).await;
        user.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
    }
}}
