//! Exports of other systems, as those systems write them, taken over by `doorward users import`.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{
    House, PASSWORD,
    process::{Ended, run},
};

/// Of `PASSWORD`.
const BCRYPT: &str = "$2b$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m";
const BETTER: &str = "000102030405060708090a0b0c0d0e0f:ff7c454139f16b7370347992b0ed489fca67ba6f2603f\
    0579d77b5a3ed1805b2109c47eda527c1bd1deae125bdab30faa2f06f553eb34180f161974d13cfe6b7";

fn import(house: &House, text: &str, form: &str, more: &[&str]) -> Ended {
    fs::write(house.folder().join("export"), text).expect("it is written");
    let arguments = [&["users", "import", "export", "--from", form], more].concat();
    run(house.folder(), &[("DOORWARD_DATABASE_URL", house.database_url())], &arguments, "")
}

#[track_caller]
fn assert_ended(ended: &Ended, code: i32, said: &str) {
    let Ended { status, stdout, stderr } = ended;
    assert_eq!(status.code(), Some(code), "{stdout}{stderr}");
    assert!(stdout.contains(said), "{said}: {stdout}{stderr}");
}

async fn signs_in(house: &House, email: &str) -> Value {
    let who = house.nobody().called(email);
    who.sign_in_with(PASSWORD).await.ok();
    who.get("/v1/me").await.ok()
}

api_test! { auth_js_as_json_lines_and_csv |house| {
    let user = |n: u32| {
        json!({
            "id": format!("cl{n}"), "name": "Ann", "email": format!("ann{n}@b.test"),
            "emailVerified": "2024-03-01T10:20:30.000Z", "image": null, "password": BCRYPT,
        })
    };
    let list = json!([user(1), { "id": "cl9", "email": "nine@b.test", "emailVerified": null }]);
    assert_ended(&import(&house, &list.to_string(), "auth.js", &[]), 0, "2 read: 2 imported");
    let lines = format!("{}\n{}\n", user(2), user(3));
    assert_ended(&import(&house, &lines, "auth.js", &[]), 0, "2 imported");
    let csv = format!(
        "id,name,email,email_verified,image,hashed_password\n\
         u4,\"Lee, Al\",ann4@b.test,2024-03-01 10:20:30+00,,{BCRYPT}\nu5,,ann5@b.test,,,\n"
    );
    assert_ended(&import(&house, &csv, "auth.js", &[]), 0, "2 imported");
    for n in 1..=4 {
        let me = signs_in(&house, &format!("ann{n}@b.test")).await;
        assert_eq!(me["email_verified"], true, "{n}");
    }
    assert_eq!(signs_in(&house, "ann4@b.test").await["name"], "Lee, Al");
    let broken = "id,email\nx,a@b.test,canary7Kq\n";
    let ended = import(&house, broken, "auth.js", &[]);
    assert_ended(&ended, 1, "");
    assert!(ended.stderr.contains("row 1: (row): malformed"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("canary7Kq"));
}}

api_test! { better_auth_with_its_accounts |house| {
    let document = json!({
        "user": [
            { "id": "u1", "name": "Ann", "email": "ann@b.test", "emailVerified": true,
              "createdAt": "2024-03-01T10:20:30.000Z", "role": "admin,auditor", "banned": null },
            { "id": "u2", "name": "Ben", "email": "ben@b.test", "emailVerified": 0,
              "createdAt": 1709288430000_i64, "banned": 1, "banReason": "spam", "role": "user" },
            { "id": "u3", "name": "Cy", "email": "cy@b.test", "emailVerified": false },
        ],
        "account": [
            { "id": "a1", "providerId": "credential", "userId": "u1", "password": BETTER },
            { "id": "a2", "providerId": "credential", "userId": "u2", "password": BCRYPT },
            { "id": "a3", "providerId": "github", "userId": "u3", "accessToken": "canary7Kq" },
        ],
    });
    let text = document.to_string();
    assert_ended(&import(&house, &text, "better-auth", &["--dry-run"]), 0, "3 would be imported");
    let with_roles = import(&house, &text, "better-auth", &["--with-roles"]);
    assert!(with_roles.stderr.contains("account 2: roles: role_unknown"), "{}", with_roles.stderr);
    let with_roles = import(&house, &text, "better-auth", &["--with-roles", "--skip-bad"]);
    assert_ended(&with_roles, 3, "2 imported");
    assert_ended(&import(&house, &text, "better-auth", &[]), 0, "1 imported, 2 imported before");

    let ann = signs_in(&house, "ann@b.test").await;
    assert_eq!((&ann["email_verified"], &ann["name"]), (&json!(true), &json!("Ann")));
    assert_eq!(ann["created_at"], "2024-03-01T10:20:30.000000Z");
    let reasons = house.ask(
        "SELECT disabled_reason AS line FROM users WHERE status = 'disabled'",
    );
    assert_eq!(reasons.await, ["spam"]);
    let dump = house.dump().await;
    assert_eq!((dump.count("passwords"), dump.count("role_grants")), (2, 2));
    assert_ended(&import(&house, r#"{"user":[]}"#, "better-auth", &[]), 1, "");
}}

api_test! { supabase_as_json_and_csv |house| {
    let rows = json!([
        { "id": "6c1b", "email": "ann@b.test", "encrypted_password": BCRYPT,
          "email_confirmed_at": "2024-03-01T10:20:30.5+00:00", "created_at": "2024-03-01T10:20:30Z",
          "raw_user_meta_data": { "full_name": "Ann Other", "sub": "canary7Kq" },
          "banned_until": null, "deleted_at": null, "phone": null },
        { "id": "6c1c", "email": "old@b.test", "deleted_at": "2024-03-01T10:20:30Z" },
        { "id": "6c1d", "email": "fire@b.test", "encrypted_password":
          "$fbscrypt$v=1,n=10,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210w\
           jLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$Fomogt8ihDDb7x2T/IjIREcyFxlrh6Qy\
           3BYeyhLc4kjUwNWt7zEqFIEOICPoN6cklPn060DFh614vYb8XI1/xg==" },
        { "id": "6c1e", "email": "oauth@b.test", "encrypted_password": "" },
    ]);
    let ended = import(&house, &rows.to_string(), "supabase", &[]);
    assert_ended(&ended, 0, "4 read: 3 imported, 0 imported before, 1 that stay behind");
    let ann = signs_in(&house, "ann@b.test").await;
    assert_eq!((&ann["email_verified"], &ann["name"]), (&json!(true), &json!("Ann Other")));
    signs_in(&house, "fire@b.test").await;

    let csv = format!(
        "id,email,encrypted_password,email_confirmed_at,raw_user_meta_data,banned_until,created_at\n\
         7a,ben@b.test,{BCRYPT},,\"{{\"\"name\"\": \"\"Ben\"\"}}\",,2024-03-01 10:20:30.123456+00\n\
         7b,bad@b.test,{BCRYPT},,{{}},2034-03-01 00:00:00+00,2024-03-01 10:20:30+00\n\
         7c,,,,,,2024-03-01 10:20:30+00\n"
    );
    let ended = import(&house, &csv, "supabase", &["--skip-bad"]);
    assert_ended(&ended, 3, "3 read: 2 imported");
    assert!(ended.stderr.contains("row 3: email: required"), "{}", ended.stderr);
    assert_eq!(signs_in(&house, "ben@b.test").await["name"], "Ben");
    let disabled = house.ask("SELECT email AS line FROM users WHERE status = 'disabled'");
    assert_eq!(disabled.await, ["bad@b.test"]);
}}

fn keycloak_user(name: &str, secret: &Value, data: &Value) -> Value {
    json!({
        "id": format!("id-{name}"), "createdTimestamp": 1709288430000_i64, "username": name,
        "enabled": true, "totp": false, "emailVerified": true, "firstName": "Ann",
        "lastName": name, "email": format!("{name}@b.test"), "realmRoles": ["default-roles-x"],
        "credentials": [
            { "type": "otp", "secretData": "{}", "credentialData": "{}" },
            { "id": "c", "type": "password", "createdDate": 1, "secretData": secret.to_string(),
              "credentialData": data.to_string() },
        ],
        "notBefore": 0, "groups": [], "disableableCredentialTypes": [], "requiredActions": [],
    })
}

api_test! { keycloak_with_pbkdf2_and_argon2 |house| {
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg==";
    let secret = |value: &str| json!({ "value": value, "salt": salt, "additionalParameters": {} });
    let pbkdf2 = |algorithm: &str| {
        json!({ "hashIterations": 1000, "algorithm": algorithm, "additionalParameters": {} })
    };
    let argon2 = json!({
        "hashIterations": 2, "algorithm": "argon2", "additionalParameters": {
            "hashLength": ["32"], "memory": ["256"], "type": ["id"], "version": ["1.3"],
            "parallelism": ["1"],
        },
    });
    let argon2_secret = json!({
        "value": "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=", "salt": "c29tZXNhbHQ=",
        "additionalParameters": {},
    });
    let realm = json!({
        "id": "r", "realm": "demo", "users": [
            keycloak_user("k1", &secret("VRKq5j8nm09WCOx8FhzxzobrdJM="), &pbkdf2("pbkdf2")),
            keycloak_user("k2", &secret("2gJ3upBf5pKVDreOX3NgJUoCE7vMiuzPb+NdfAKWgL8="),
                &pbkdf2("pbkdf2-sha256")),
            keycloak_user("k3", &secret("VS/JhvE2MWNbcMC8wY9iA3Uk1aTaoAB2say0Oy3Oa4/ezCjvizR7IIvlXn\
                AwnLqi9SEJAX1ndAQOB16wWJRQxg=="), &pbkdf2("pbkdf2-sha512")),
            keycloak_user("k4", &argon2_secret, &argon2),
            { "id": "s", "username": "service-account-x", "serviceAccountClientId": "x" },
            { "id": "t", "username": "off@b.test", "enabled": false, "credentials": [] },
        ],
    });
    let ended = import(&house, &realm.to_string(), "keycloak", &[]);
    assert_ended(&ended, 0, "6 read: 5 imported, 0 imported before, 1 that stay behind");
    for name in ["k1", "k2", "k3"] {
        let me = signs_in(&house, &format!("{name}@b.test")).await;
        assert_eq!(me["name"], format!("Ann {name}"));
        assert_eq!(me["created_at"], "2024-03-01T10:20:30.000000Z");
    }
    let k4 = house.nobody().called("k4@b.test");
    k4.sign_in_with("password").await.ok();
    let disabled = house.ask("SELECT email AS line FROM users WHERE status = 'disabled'");
    assert_eq!(disabled.await, ["off@b.test"]);

    let unknown = json!([keycloak_user("k5", &secret("canary7Kq"), &pbkdf2("md5"))]);
    let ended = import(&house, &unknown.to_string(), "keycloak", &[]);
    assert_ended(&ended, 1, "");
    assert!(ended.stderr.contains("account 1: credentials: hash_unknown"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("canary7Kq"));
    assert_ended(&import(&house, "canary7Kq", "keycloak", &[]), 1, "");
}}
