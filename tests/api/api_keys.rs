//! Programs that call with a key: what a key opens, and what ends it.

use doorward::http::code::Code;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{Actor, Operation, until};

const KEYS: &str = "/v1/me/api-keys";

/// A key of the actor's own for these permissions: its id and its secret.
async fn key(who: &Actor, permissions: &[&str]) -> (String, String) {
    let new = json!({ "name": "nightly backup", "permissions": permissions });
    parts(&who.post(KEYS, new).await.created())
}

fn parts(created: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&created["api_key"]["id"]), text(&created["secret"]))
}

/// A service account that holds these permissions: its id.
async fn service(admin: &Actor, permissions: &[&str]) -> String {
    let made = admin.post("/v1/service-accounts", json!({ "name": "billing" })).await.created();
    assert_eq!(made["kind"], "service");
    let id = made["id"].as_str().expect("an id").to_owned();
    let role = admin.make_role(permissions).await;
    admin.grant(&id, &role).await;
    id
}

/// A program with a key of a service account.
async fn program(admin: &Actor, id: &str, permissions: &[&str]) -> Actor {
    let new = json!({ "name": "billing", "permissions": permissions });
    let created = admin.post(&format!("/v1/users/{id}/api-keys"), new).await.created();
    admin.bearing(&parts(&created).1)
}

api_test! { a_key_does_what_its_owner_may_and_no_more_than_it_is_for |house| {
    let user = house.holder(&["users:read", "roles:read"]).await;
    let (_, secret) = key(&user, &["users:read"]).await;
    let program = user.bearing(&secret);

    assert_eq!(program.get("/v1/me").await.ok()["id"], user.id.as_str());
    program.get("/v1/users").await.ok();
    let refused = program.get("/v1/roles").await;
    assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
    refused.problem(Code::PermissionMissing);

    // The same in the header of its own.
    let request = house.nobody().request(Method::GET, "/v1/users").header("x-api-key", &secret);
    house.nobody().send(request).await.ok();
    // A key is no session, and tells so.
    assert!(program.get("/v1/auth/session").await.ok()["session"].is_null());
    let check = json!({ "checks": [{ "permission": "users:read" }, { "permission": "roles:read" }] });
    let results = program.post("/v1/check", check).await.ok()["results"].clone();
    assert_eq!((&results[0]["reason"], &results[1]["reason"]), (&json!("granted"), &json!("out_of_scope")));
    let mine = program.get("/v1/me/operations?limit=200").await.items();
    let may = |id: &str| mine.iter().any(|operation| operation["operation_id"] == id);
    assert!(may("list_users") && !may("list_roles") && !may("create_my_api_key") && !may("export_me"));
}}

api_test! { asvs_13_2_1_a_key_has_an_end_and_is_shown_once |house| {
    let user = house.holder(&["users:read"]).await;
    let (id, secret) = key(&user, &["users:read"]).await;
    let listed = user.get(KEYS).await;
    assert!(!listed.text.contains(&secret), "it is shown again");
    let listed = listed.items();
    assert_eq!(listed[0]["id"], id.as_str());
    assert_eq!(listed[0]["prefix"], secret[..9]);
    assert!(listed[0]["last_used_at"].is_null() && listed[0]["expires_at"].is_string());
    assert!(!house.dump().await.text().contains(&secret[3..40]), "the key is stored");

    let program = user.bearing(&secret);
    program.get("/v1/users").await.ok();
    until(async || user.get(KEYS).await.items()[0]["last_used_at"].is_string()).await;
    house.pass(90 * 86_400 - 1);
    program.get("/v1/users").await.ok();
    house.pass(1);
    program.get("/v1/users").await.problem(Code::TokenInvalid);

    user.sign_in().await.ok();
    for (end, code) in [(0, "in_the_past"), (366 * 86_400 + 1, "too_late")] {
        let end = house.now().plus_seconds(end);
        let new = json!({ "name": "x", "permissions": ["users:read"], "expires_at": end });
        let refused = user.post(KEYS, new).await.problem(Code::FieldsInvalid);
        assert_eq!(refused["errors"][0]["code"], code);
    }
}}

api_test! { a_key_ends_at_once_with_whatever_it_rests_on |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    let everywhere = async |program: &Actor| {
        let here = program.get("/v1/users").await.status;
        // Another process knows within a second.
        house.pass(1);
        (here, program.at(&sibling).get("/v1/users").await.status)
    };
    for end in ["revoked", "revoked by an administrator", "role taken", "disabled", "deleted"] {
        admin.sign_in().await.ok();
        let user = house.user().await;
        let (_, grant) = admin.grant_new_role(&user, &["users:read"]).await;
        let (id, secret) = key(&user, &["users:read"]).await;
        let program = user.bearing(&secret);
        assert_eq!(everywhere(&program).await, (200, 200), "{end}");
        let path = format!("/v1/users/{}", user.id);
        let gone = match end {
            "revoked" => user.delete(&format!("{KEYS}/{id}")).await,
            "revoked by an administrator" => admin.delete(&format!("{path}/api-keys/{id}")).await,
            "role taken" => admin.delete(&format!("/v1/grants/{grant}")).await,
            "disabled" => admin.call(&format!("{path}/disable")).await,
            _ => admin.delete_version(&path, &admin.etag(&path).await).await,
        };
        assert!(gone.status < 300, "{end}: {gone:?}");
        let expected = if end == "role taken" { 403 } else { 401 };
        assert_eq!(everywhere(&program).await, (expected, expected), "{end}");
    }
}}

api_test! { nobody_makes_a_key_for_more_than_they_hold_or_for_another_person |house| {
    let admin = house.admin().await;
    let user = house.holder(&["users:read"]).await;
    let new = |permissions: Value| json!({ "name": "x", "permissions": permissions });
    for permissions in [json!(["roles:read"]), json!(["users:read", "users:write"])] {
        user.post(KEYS, new(permissions)).await.problem(Code::GrantExceedsOwn);
    }
    for permissions in [json!([]), json!(["Users"]), json!("users:read"), json!([""])] {
        user.post(KEYS, new(permissions)).await.problem(Code::FieldsInvalid);
    }
    let path = format!("/v1/users/{}/api-keys", user.id);
    admin.post(&path, new(json!(["users:read"]))).await.problem(Code::NotAService);

    // Who may make keys, but holds less than the service account, gets none of its.
    let id = service(&admin, &["users:read", "roles:write"]).await;
    let path = format!("/v1/users/{id}/api-keys");
    let keeper = house.holder(&["keys:write", "users:read"]).await;
    keeper.post(&path, new(json!(["users:read"]))).await.problem(Code::GrantExceedsOwn);
    admin.post(&path, new(json!(["audit:read"]))).await.problem(Code::GrantExceedsOwn);
    admin.post(&path, new(json!(["users:read"]))).await.created();
}}

api_test! { a_service_account_calls_and_never_signs_in |house| {
    let admin = house.admin().await;
    let id = service(&admin, &["users:read", "users:write"]).await;
    let program = program(&admin, &id, &["users:read", "users:write"]).await;
    let me = program.get("/v1/me").await.ok();
    assert_eq!((&me["id"], &me["kind"]), (&json!(id), &json!("service")));
    // What asks an administrator for a recent proof takes the key for one.
    let made = program.make_user("made@example.test").await;
    let event = admin.latest_event("account.created").await;
    assert_eq!((&event["actor_id"], &event["subject_id"]), (&json!(id), &json!(made)));
    assert!(event["detail"]["via"].as_str().is_some_and(|via| via.starts_with("key_")), "{event}");

    let path = format!("/v1/users/{id}");
    admin.call(&format!("{path}/password-link")).await.problem(Code::NotAPerson);
    let email = json!({ "email": "real@example.test" });
    admin.patch(&path, &admin.etag(&path).await, email).await.problem(Code::NotAPerson);
    let address = me["email"].as_str().expect("an address");
    for path in ["/v1/auth/password-reset", "/v1/auth/magic-link"] {
        let refused = house.nobody().post(path, json!({ "email": address })).await;
        refused.problem(Code::FieldsInvalid);
    }
    assert_eq!(admin.get("/v1/users?kind=service").await.items().len(), 1);
    assert!(admin.get("/v1/users?kind=person").await.items().iter().all(|it| it["id"] != id.as_str()));
    // Not even with a password, however that came into the table.
    let person = house.user().await;
    house.execute(&format!("UPDATE users SET kind = 'service' WHERE id = '{}'", person.id)).await;
    person.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
}}

api_test! { a_service_account_is_no_last_administrator |house| {
    let admin = house.admin().await;
    let id = service(&admin, &["users:read"]).await;
    let role = admin.role_called("admin").await;
    admin.grant(&id, &role).await;
    let grants = admin.get(&format!("/v1/users/{}/grants", admin.id)).await.items();
    let grant = grants[0]["id"].as_str().expect("an id");
    admin.delete(&format!("/v1/grants/{grant}")).await.problem(Code::LastAdmin);
}}

api_test! { asvs_8_2_1_every_operation_does_with_a_key_what_the_contract_says |house| {
    let admin = house.admin().await;
    let all: Vec<_> = doorward::kernel::permission::BUILT_IN.iter().map(|it| it.name).collect();
    let by_key = |operation: &&Operation| {
        let security = operation.described["security"].as_array().expect("a list");
        security.iter().any(|way| way.get("api_key").is_some())
    };
    let operations = house.operations();
    assert!(operations.iter().filter(by_key).count() > 20);
    for operation in operations.iter().filter(|operation| !operation.is_open()) {
        let permission = operation.permission();
        let asks_person = operation.described["x-assurance"].is_object();
        // The owner's whole power, in a key of theirs, and in one of a program's own account.
        let person = house.holder(&all).await;
        let (_, secret) = key(&person, &all).await;
        let id = service(&admin, &all).await;
        let service = program(&admin, &id, &all).await;
        let narrow: Vec<_> = all.iter().copied().filter(|name| Some(*name) != permission).collect();
        let (_, narrow) = key(&person, &narrow).await;
        for (who, is_person) in [(person.bearing(&secret), true), (service, false)] {
            let reply = who.send(who.right_call(operation, &operation.random_path())).await;
            let expected = !by_key(&operation) || (asks_person && is_person);
            assert_eq!(reply.code() == "auth.session_required", expected, "{}: {reply:?}", operation.id);
            assert_ne!(reply.status, 401, "{}: {reply:?}", operation.id);
        }
        if permission.is_some() && by_key(&operation) {
            let who = person.bearing(&narrow);
            let own = operation.path(|_| person.id.clone());
            let code = who.send(who.right_call(operation, &own)).await.code();
            let refused = ["auth.permission_missing", "accounts.not_found"].contains(&code.as_str());
            let is_own = operation.described["x-access"] == "own_or_permission";
            assert!(refused || (is_own && code == "request.path_invalid"), "{}: {code}", operation.id);
        }
        // Some operations end everybody's sessions.
        admin.sign_in().await.ok();
    }
}}

api_test! { bear_01_bear_02_bear_03_a_credential_comes_once_and_in_a_header |house| {
    let user = house.holder(&["users:read"]).await;
    let (_, secret) = key(&user, &["users:read"]).await;
    let nobody = house.nobody();
    for place in ["access_token", "api_key", "x-api-key", "key"] {
        let reply = nobody.get(&format!("/v1/users?{place}={secret}")).await;
        assert_eq!(reply.header("www-authenticate"), Some("Session, Bearer"));
        reply.problem(Code::NotSignedIn);
    }
    let both = nobody.request(Method::GET, "/v1/users").bearer_auth(&secret);
    nobody.send(both.header("x-api-key", &secret)).await.problem(Code::TooManyCredentials);
    let twice = nobody.request(Method::GET, "/v1/users").bearer_auth(&secret).bearer_auth(&secret);
    nobody.send(twice).await.problem(Code::TooManyCredentials);
    // A good cookie does not mend a bad key.
    for wrong in [format!("{secret}0"), secret.to_uppercase(), "dw_".into(), secret[..62].to_owned()] {
        let request = user.request(Method::GET, "/v1/me").header("x-api-key", wrong);
        let reply = user.send(request).await;
        assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        reply.problem(Code::TokenInvalid);
    }
    // And a key does not count as a cookie.
    for name in ["doorward", "x-api-key"] {
        let request = nobody.request(Method::GET, "/v1/me").header(header::COOKIE, format!("{name}={secret}"));
        nobody.send(request).await.problem(Code::NotSignedIn);
    }
    // A page elsewhere can't add a key, so a change with one needs no origin.
    let request = nobody.request(Method::POST, "/v1/check").header(header::ORIGIN, "https://evil.test");
    let check = json!({ "checks": [{ "permission": "users:read" }] });
    nobody.send(request.header("x-api-key", &secret).json(&check)).await.ok();
}}

api_test! { an_account_has_a_hundred_keys_at_most |house| {
    let user = house.holder(&["users:read"]).await;
    for _ in 0..100 {
        key(&user, &["users:read"]).await;
    }
    let new = json!({ "name": "x", "permissions": ["users:read"] });
    user.post(KEYS, new.clone()).await.problem(Code::TooManyApiKeys);
    let first = user.get("/v1/me/api-keys?limit=1").await.items();
    user.delete(&format!("{KEYS}/{}", first[0]["id"].as_str().expect("an id"))).await.no_content();
    user.post(KEYS, new).await.created();
}}
