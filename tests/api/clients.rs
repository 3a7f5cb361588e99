//! Clients: who may make them, how they show who they are, what ends them.

use aws_lc_rs::rsa::KeySize;
use doorward::{http::code::Code, kernel::permission::BUILT_IN};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Key, Machine, Reply, TOKEN};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn new(account: &str, scopes: &[&str]) -> Value {
    json!({
        "service_account_id": account, "name": "billing", "auth_method": "client_secret", "scopes": scopes,
    })
}

api_test! { ac_045_nobody_makes_or_changes_a_client_who_may_not |house| {
    let admin = house.admin().await;
    let account = house.service(&admin, &["users:read", "audit:read"]).await;
    let machine = house.machine_of(&admin, &account, json!({ "scopes": ["users:read"] })).await;
    let path = format!("/v1/clients/{}", machine.id);
    let all = ["users:read", "users:write", "clients:read", "keys:write", "grants:write", "roles:write"];
    let nearly = house.holder(&all).await;
    let keeper = house.holder(&["clients:read", "clients:write", "users:read"]).await;
    for (who, code) in [(&house.user().await, Code::PermissionMissing), (&nearly, Code::PermissionMissing),
        (&keeper, Code::GrantExceedsOwn)]
    {
        who.post("/v1/clients", new(&account, &["users:read"])).await.problem(code);
        for change in ["secret", "disable", "enable"] {
            who.call(&format!("{path}/{change}")).await.problem(code);
        }
        who.delete(&path).await.problem(code);
    }
    let user = house.user().await;
    user.get("/v1/clients").await.problem(Code::PermissionMissing);
    keeper.get(&path).await.ok();
    // For no more than the account holds, for no person, and soon after signing in.
    admin.post("/v1/clients", new(&account, &["users:write"])).await.problem(Code::GrantExceedsOwn);
    admin.post("/v1/clients", new(&user.id, &[])).await.problem(Code::NotAService);
    house.pass(901);
    admin.post("/v1/clients", new(&account, &[])).await.problem(Code::StepUpRequired);
    machine.ask(&[]).await.ok();
}}

api_test! { a_client_is_made_listed_rotated_stopped_and_deleted |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let path = format!("/v1/clients/{}", machine.id);
    let listed = admin.get(&format!("/v1/clients?service_account_id={}", machine.account)).await;
    assert!(!listed.text.contains(&machine.secret));
    let listed = listed.items();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["secret_prefix"], machine.secret[..10]);
    assert_eq!(admin.get(&path).await.ok()["last_used_at"], Value::Null);
    let old = machine.token().await;
    assert!(admin.get(&path).await.ok()["last_used_at"].is_string());

    let rotated = admin.call(&format!("{path}/secret")).await.ok();
    let secret = rotated["client_secret"].as_str().expect("a secret").to_owned();
    let renewed = Machine { secret, ..machine.clone() };
    machine.ask(&[]).await.refused("invalid_client");
    machine.who.bearing(&old).get("/v1/users").await.problem(Code::TokenInvalid);
    // Nothing is issued that would be taken for one from before.
    assert_eq!(renewed.ask(&[]).await.status, 503);
    house.pass(1);
    let token = renewed.token().await;
    machine.who.bearing(&token).get("/v1/users").await.ok();

    admin.call(&format!("{path}/disable")).await.ok();
    renewed.ask(&[]).await.refused("invalid_client");
    machine.who.bearing(&token).get("/v1/users").await.problem(Code::TokenInvalid);
    admin.call(&format!("{path}/enable")).await.ok();
    machine.who.bearing(&token).get("/v1/users").await.problem(Code::TokenInvalid);
    house.pass(1);
    renewed.token().await;
    admin.delete(&path).await.no_content();
    renewed.ask(&[]).await.refused("invalid_client");
    admin.get(&path).await.problem(Code::ClientNotFound);
    admin.delete(&path).await.problem(Code::ClientNotFound);
    for kind in ["created", "secret_rotated", "disabled", "enabled", "deleted"] {
        assert_eq!(admin.latest_event(&format!("client.{kind}")).await["subject_id"], machine.id.as_str());
    }
}}

api_test! { asvs_10_4_11_a_client_does_what_its_account_may_and_its_scope_allows |house| {
    let admin = house.admin().await;
    let account = house.service(&admin, &["users:read", "users:write", "roles:read"]).await;
    let machine = house.machine_of(&admin, &account, json!({ "scopes": ["users:read", "users:write"] })).await;
    let program = machine.who.bearing(&machine.token().await);
    assert_eq!(program.get("/v1/me").await.ok()["kind"], "service");
    program.get("/v1/users").await.ok();
    // What asks an administrator for a recent proof takes the token for one.
    let made = program.make_user("made@example.test").await;
    let event = admin.latest_event("account.created").await;
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(account), &json!(made)));
    program.get("/v1/roles").await.problem(Code::PermissionMissing);
    program.get("/v1/me/sessions").await.problem(Code::SessionRequired);
    let narrow = machine.ask(&[("scope", "users:read")]).await.ok();
    let narrow = machine.who.bearing(narrow["access_token"].as_str().expect("a token"));
    narrow.get("/v1/users").await.ok();
    let body = json!({ "email": "b@example.test", "name": "B" });
    narrow.post("/v1/users", body).await.problem(Code::PermissionMissing);
    // A role that the account loses is gone from the token.
    let grants = admin.get(&format!("/v1/users/{account}/grants")).await.items();
    admin.delete(&format!("/v1/grants/{}", grants[0]["id"].as_str().expect("an id"))).await.no_content();
    let code = program.get("/v1/users").await.json()["code"].clone();
    assert!(code == "auth.permission_missing" || code == "auth.token_invalid", "{code}");
}}

api_test! { asvs_8_2_1_every_operation_does_with_a_clients_token_what_the_contract_says |house| {
    let admin = house.admin().await;
    let all: Vec<_> = BUILT_IN.iter().map(|it| it.name).collect();
    let operations = house.operations();
    assert!(operations.len() > 80);
    for operation in operations.iter().filter(|operation| !operation.is_open()) {
        let security = operation.described["security"].as_array().expect("a list");
        let takes_it = security.iter().any(|way| way.get("bearer").is_some())
            && security.iter().any(|way| way.get("api_key").is_some());
        let account = house.service(&admin, &all).await;
        let machine = house.machine_of(&admin, &account, json!({ "scopes": all })).await;
        let program = machine.who.bearing(&machine.token().await);
        if operation.permission().is_some() && takes_it {
            let narrow = machine.ask(&[("scope", "users:read")]).await;
            let narrow = narrow.ok()["access_token"].as_str().expect("a token").to_owned();
            let narrow = machine.who.bearing(&narrow);
            let reply = narrow.send(narrow.right_call(operation, &operation.random_path())).await;
            let may = operation.permission() == Some("users:read");
            let refused = ["auth.permission_missing", "accounts.not_found"].contains(&&*reply.code());
            assert!(refused != may || reply.code() == "accounts.not_found", "{}: {reply:?}", operation.id);
        }
        let reply = program.send(program.right_call(operation, &operation.random_path())).await;
        // It is no person; whatever else asks for a proof takes it for one.
        assert_eq!(reply.code() == "auth.session_required", !takes_it, "{}: {reply:?}", operation.id);
        assert_ne!(reply.status, 401, "{}: {reply:?}", operation.id);
        assert_ne!(reply.code(), "auth.permission_missing", "{}: {reply:?}", operation.id);
        // Some operations end everybody's sessions, and tokens of that second with them.
        house.pass(1);
        admin.sign_in().await.ok();
    }
}}

/// A client that signs with a key of its own.
struct Signer {
    id: String,
    key: Key,
    alg: &'static str,
}

impl Signer {
    async fn new(house: &House, admin: &Actor, key: Key, alg: &'static str) -> Self {
        let account = house.service(admin, &["users:read"]).await;
        let mut jwk = key.jwk();
        jwk["kid"] = "one".into();
        let mut body = new(&account, &["users:read"]);
        body["auth_method"] = "private_key_jwt".into();
        body["jwks"] = json!({ "keys": [Key::es256().jwk(), jwk] });
        let made = admin.post("/v1/clients", body).await.created();
        assert!(
            made["client_secret"].is_null() && made["client"]["jwks"]["keys"][1]["kid"] == "one"
        );
        Self { id: made["client"]["id"].as_str().expect("an id").to_owned(), key, alg }
    }

    fn parts(&self, house: &House) -> (Value, Value) {
        let now = house.now().micros() / 1_000_000;
        let header = json!({ "alg": self.alg, "typ": "JWT", "kid": "one" });
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": house.url(TOKEN), "iat": now, "exp": now + 60,
            "jti": uuid::Uuid::now_v7().to_string(),
        });
        (header, claims)
    }

    async fn ask(&self, house: &House, assertion: &str) -> Reply {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.id.as_str()),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", assertion),
        ];
        house.nobody().form(TOKEN, &fields).await
    }
}

api_test! { a_client_signs_with_a_key_of_its_own |house| {
    // Made first: it takes longer than connections are kept.
    let (first, second) = (Key::rsa(KeySize::Rsa3072), Key::rsa(KeySize::Rsa3072));
    let admin = house.admin().await;
    for (key, alg) in [
        (Key::es256(), "ES256"), (Key::ed25519(), "EdDSA"), (first, "RS256"),
        (second, "PS256"),
    ] {
        let signer = Signer::new(&house, &admin, key, alg).await;
        let (header, claims) = signer.parts(&house);
        let body = signer.ask(&house, &signer.key.sign(&header, &claims)).await.ok();
        let token = body["access_token"].as_str().expect("a token");
        house.nobody().bearing(token).get("/v1/users").await.ok();
        // The issuer is an audience too, alone or in a list of one, and the name may be left out.
        for aud in [json!(house.url("")), json!([house.url("")])] {
            let (header, mut claims) = signer.parts(&house);
            claims["aud"] = aud;
            let assertion = signer.key.sign(&header, &claims);
            let fields = [("grant_type", "client_credentials"), ("client_assertion_type", ASSERTION),
                ("client_assertion", assertion.as_str())];
            house.nobody().form(TOKEN, &fields).await.ok();
        }
    }
}}

api_test! { ac_040_an_assertion_counts_once_everywhere |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    let signer = Signer::new(&house, &admin, Key::es256(), "ES256").await;
    let (header, claims) = signer.parts(&house);
    let assertion = signer.key.sign(&header, &claims);
    signer.ask(&house, &assertion).await.ok();
    signer.ask(&house, &assertion).await.refused("invalid_client");
    signer.ask(&sibling, &assertion).await.refused("invalid_client");
    // The same name in another assertion is the same.
    let mut again = claims.clone();
    again["exp"] = (claims["exp"].as_i64().expect("a number") + 1).into();
    signer.ask(&house, &signer.key.sign(&header, &again)).await.refused("invalid_client");
    house.pass(59);
    signer.ask(&house, &assertion).await.refused("invalid_client");
    let event = admin.latest_event("client.refused").await;
    assert_eq!((&event["subject_id"], &event["detail"]["why"]), (&json!(signer.id), &json!("assertion used twice")));
}}

api_test! { jat_05_an_assertion_that_is_not_its_clients_is_refused |house| {
    let admin = house.admin().await;
    let signer = Signer::new(&house, &admin, Key::es256(), "ES256").await;
    let other = Signer::new(&house, &admin, Key::es256(), "ES256").await;
    let now = house.now().micros() / 1_000_000;
    let claims: Vec<(&str, Value)> = vec![
        ("iss", json!(other.id)), ("sub", json!(other.id)), ("sub", Value::Null), ("iss", json!("")),
        ("aud", json!("https://other.test")), ("aud", json!([house.url(""), "https://other.test"])),
        ("aud", json!([])), ("aud", Value::Null), ("aud", json!(house.url("/oauth2/introspect"))),
        ("exp", json!(now)), ("exp", json!(now - 1)), ("exp", json!(now + 3700)), ("exp", Value::Null),
        ("exp", json!("soon")), ("iat", json!(now + 60)), ("nbf", json!(now + 60)), ("jti", Value::Null),
        ("jti", json!("")), ("jti", json!(7)), ("jti", json!("x".repeat(300))),
    ];
    for (name, value) in claims {
        let (header, mut claims) = signer.parts(&house);
        claims[name] = value.clone();
        let reply = signer.ask(&house, &signer.key.sign(&header, &claims)).await;
        reply.refused("invalid_client");
        house.pass(600);
        admin.sign_in().await.ok();
        if name == "exp" { break }
    }
    let headers: Vec<(&str, Value)> = vec![
        ("alg", json!("none")), ("alg", json!("HS256")), ("alg", json!("RS256")), ("alg", json!("EdDSA")),
        ("typ", json!("at+jwt")), ("typ", json!("dpop+jwt")), ("kid", json!("two")), ("crit", json!(["exp"])),
    ];
    for (name, value) in headers {
        let (mut header, claims) = signer.parts(&house);
        header[name] = value;
        signer.ask(&house, &signer.key.sign(&header, &claims)).await.refused("invalid_client");
        house.pass(60);
    }
    // Another's key, a key that comes along, and no signature at all.
    let (mut header, claims) = signer.parts(&house);
    signer.ask(&house, &other.key.sign(&header, &claims)).await.refused("invalid_client");
    header["jwk"] = other.key.jwk();
    signer.ask(&house, &other.key.sign(&header, &claims)).await.refused("invalid_client");
    let (header, claims) = signer.parts(&house);
    let assertion = signer.key.sign(&header, &claims);
    let unsigned = format!("{}.", assertion.rsplit_once('.').expect("a signature").0);
    signer.ask(&house, &unsigned).await.refused("invalid_client");
    signer.ask(&house, &assertion).await.ok();
    // A secret is not what it shows.
    let request = house.nobody().request(Method::POST, TOKEN).basic_auth(&signer.id, Some(""));
    house.nobody().send(request.form(&[("grant_type", "client_credentials")])).await.refused("invalid_client");
}}

api_test! { asvs_11_2_3_asvs_11_6_1_weak_private_and_foreign_keys_are_not_registered |house| {
    let admin = house.admin().await;
    let account = house.service(&admin, &["users:read"]).await;
    let ec = Key::es256().jwk();
    let with = |name: &str, value: &str| { let mut key = ec.clone(); key[name] = value.into(); key };
    let mut named = ec.clone();
    named["kid"] = "same".into();
    for keys in [
        json!([Key::rsa(KeySize::Rsa2048).jwk()]), json!([with("d", "AAAA")]), json!([with("crv", "P-384")]),
        json!([with("x", "AAAA")]), json!([{ "kty": "oct", "k": "AAAA" }]), json!([]), json!([named, named]),
        json!([with("jku", "https://evil.test")]), json!([with("kty", "RSA")]),
    ] {
        let mut body = new(&account, &["users:read"]);
        body["auth_method"] = "private_key_jwt".into();
        body["jwks"] = json!({ "keys": keys });
        admin.post("/v1/clients", body).await.problem(Code::FieldsInvalid);
    }
    let mut body = new(&account, &["users:read"]);
    body["jwks"] = json!({ "keys": [ec] });
    admin.post("/v1/clients", body.clone()).await.problem(Code::FieldsInvalid);
    body["auth_method"] = "private_key_jwt".into();
    let made = admin.post("/v1/clients", body.clone()).await.created();
    let id = made["client"]["id"].as_str().expect("an id");
    admin.call(&format!("/v1/clients/{id}/secret")).await.problem(Code::ClientHasNoSecret);
    body.as_object_mut().expect("an object").remove("jwks");
    admin.post("/v1/clients", body).await.problem(Code::FieldsInvalid);
    for audience in ["orders", "https://orders.test/#x", "https://a b", "", "HTTPS://X.test"] {
        let mut body = new(&account, &["users:read"]);
        body["audiences"] = json!([audience]);
        admin.post("/v1/clients", body).await.problem(Code::FieldsInvalid);
    }
}}
