//! Who may do what, and why: single questions, the access matrix, and one's own operations.

use std::collections::BTreeMap;

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, House};

const ORGANIZATION: &str = "org_06awk5n2q3w0r8d1e4t7y9v2m4";
const UNKNOWN_USER: &str = "usr_06awk5n2q3w0r8d1e4t7y9v2m4";

/// The answer to one question.
async fn ask(by: &Actor, check: Value) -> Value {
    let answer = by.post("/v1/check", json!({ "checks": [check] })).await.ok();
    let results = answer["results"].as_array().expect("a list");
    assert_eq!(results.len(), 1);
    results[0].clone()
}

/// `ask` about another's permission to read accounts.
async fn ask_about(by: &Actor, user: &str) -> Value {
    ask(by, json!({ "permission": "users:read", "user_id": user })).await
}

api_test! { a_permission_that_is_held_is_answered_with_grant_and_role |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (role, grant) = admin.grant_new_role(&user, &["roles:read", "users:read"]).await;
    let name = admin.get(&format!("/v1/roles/{role}")).await.ok()["name"].clone();

    let own = ask(&user, json!({ "permission": "users:read" })).await;

    assert_eq!(
        own,
        json!({
            "allowed": true, "user_id": user.id, "permission": "users:read", "scope": "system",
            "reason": "granted", "grant_id": grant, "role_id": role, "role": name,
            "roles_with_it": [],
        }),
    );
    assert_eq!(ask_about(&admin, &user.id).await, own);
    assert_eq!(ask_about(&user, &user.id).await, own);
}}

api_test! { a_permission_that_is_not_held_is_answered_with_the_roles_that_give_it |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    admin.post("/v1/roles", json!({ "name": "reader", "permissions": ["users:read"] })).await;

    let own = ask(&user, json!({ "permission": "users:read" })).await;
    let answer = ask_about(&admin, &user.id).await;

    assert_eq!((&answer["allowed"], &answer["reason"]), (&json!(false), &json!("not_granted")));
    assert_eq!(answer["roles_with_it"], json!(["admin", "auditor", "reader"]));
    assert_eq!(own["roles_with_it"], json!([]), "who may not read roles is told no names");
    assert_eq!((&answer["grant_id"], &answer["role"]), (&Value::Null, &Value::Null));
    let grant = admin.grant(&user.id, &admin.role_called("reader").await).await;
    assert_eq!(ask_about(&admin, &user.id).await["grant_id"], grant);
    admin.delete(&format!("/v1/grants/{grant}")).await.no_content();
    assert_eq!(ask_about(&admin, &user.id).await, answer);
}}

api_test! { why_not_tells_unknown_permission_unknown_account_and_disabled_account_apart |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    admin.grant_new_role(&user, &["users:read"]).await;
    let unknown = json!({ "permission": "zebras:ride", "user_id": user.id });

    assert_eq!(ask(&admin, unknown.clone()).await["reason"], "permission_unknown");
    assert_eq!(ask_about(&admin, UNKNOWN_USER).await["reason"], "user_unknown");
    assert_eq!(ask_about(&admin, &user.id).await["reason"], "granted");
    admin.call(&format!("/v1/users/{}/disable", user.id)).await.ok();

    let answer = ask_about(&admin, &user.id).await;

    assert_eq!((&answer["allowed"], &answer["reason"]), (&json!(false), &json!("user_disabled")));
    assert_eq!((&answer["grant_id"], &answer["role_id"]), (&Value::Null, &Value::Null));
    assert_eq!(ask(&admin, unknown).await["reason"], "user_disabled");
}}

api_test! { a_grant_in_an_organization_counts_there_and_one_of_the_system_everywhere |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let role = admin.make_role(&["users:read"]).await;
    let body = json!({ "role_id": role, "scope": ORGANIZATION });
    admin.post(&format!("/v1/users/{}/grants", user.id), body).await.created();
    let there = json!({ "permission": "users:read", "organization_id": ORGANIZATION });
    let other = ORGANIZATION.replace("06a", "06b");
    let elsewhere = json!({ "permission": "users:read", "organization_id": other });

    let answer = ask(&user, there.clone()).await;
    assert_eq!((&answer["allowed"], &answer["scope"]), (&json!(true), &json!(ORGANIZATION)));
    assert_eq!(ask(&user, elsewhere).await["reason"], "not_granted");
    assert_eq!(ask(&user, json!({ "permission": "users:read" })).await["reason"], "not_granted");
    assert_eq!(ask(&admin, there).await["allowed"], true);
}}

api_test! { what_others_hold_is_told_only_with_the_permission |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let body = json!({ "checks": [
        { "permission": "users:read" }, { "permission": "users:read", "user_id": admin.id },
    ]});

    for id in [admin.id.as_str(), UNKNOWN_USER] {
        let body = json!({ "checks": [{ "permission": "users:read", "user_id": id }] });
        let refused = user.post("/v1/check", body).await.problem(Code::PermissionMissing);
        assert_eq!(refused["required_permission"], "roles:read");
    }
    user.post("/v1/check", body.clone()).await.problem(Code::PermissionMissing);
    house.nobody().post("/v1/check", body.clone()).await.problem(Code::NotSignedIn);

    admin.grant_new_role(&user, &["roles:read"]).await;
    user.post("/v1/check", body).await.ok();
}}

api_test! { up_to_a_hundred_questions_are_answered_in_their_order |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let names = ["users:read", "zebras:ride", "roles:write", "audit:read"];
    let checks = |count: usize| {
        let one = |n: usize| json!({ "permission": names[n % 4], "user_id": user.id });
        json!({ "checks": (0..count).map(one).collect::<Vec<_>>() })
    };

    let answer = admin.post("/v1/check", checks(100)).await.ok();

    let results = answer["results"].as_array().expect("a list");
    assert_eq!(results.len(), 100);
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result["permission"], names[n % 4]);
    }
    for (count, code) in [(0, "too_short"), (101, "too_long")] {
        let faults = admin.post("/v1/check", checks(count)).await.fields();
        assert_eq!(faults, [("/checks".to_owned(), code.to_owned())]);
    }
    for (check, pointer) in [
        (json!({ "permission": "Users" }), "/checks/0/permission"),
        (json!({ "permission": "users:read", "user_id": "me" }), "/checks/0/user_id"),
        (json!({ "permission": "users:read", "organization_id": "x" }), "/checks/0/organization_id"),
        (json!({ "permission": "users:read", "scope": "system" }), "/checks/0/scope"),
        (json!({}), "/checks/0/permission"),
    ] {
        let faults = admin.post("/v1/check", json!({ "checks": [check] })).await.fields();
        assert_eq!(faults[0].0, pointer);
    }
}}

#[derive(Debug, PartialEq, Eq)]
struct Operation {
    method: String,
    path: String,
    access: String,
}

/// Every operation of the contract by its id.
fn operations(house: &House) -> BTreeMap<String, Operation> {
    let mut found = BTreeMap::new();
    for (path, item) in house.contract.document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let text = |key: &str| operation[key].as_str().expect("text").to_owned();
            let (method, path, access) = (method.to_uppercase(), path.clone(), text("x-access"));
            found.insert(text("operationId"), Operation { method, path, access });
        }
    }
    found
}

api_test! { asvs_8_1_1_the_access_matrix_has_a_row_for_each_operation |house| {
    let admin = house.admin().await;

    let matrix = admin.get("/v1/access-matrix").await.ok();

    let rows = matrix["operations"].as_array().expect("rows");
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    let found: BTreeMap<_, _> = rows
        .iter()
        .map(|row| {
            let (method, path) = (text(row, "method"), text(row, "path"));
            (text(row, "operation_id"), Operation { method, path, access: text(row, "access") })
        })
        .collect();
    assert_eq!(found, operations(&house));
    assert_eq!(rows.len(), found.len());
    for row in rows {
        let path = &house.contract.document["paths"][text(row, "path")];
        let operation = &path[text(row, "method").to_lowercase()];
        let needed = operation.get("x-required-permission").unwrap_or(&Value::Null);
        assert_eq!(&row["required_permission"], needed);
        let (nobody, signed_in) = match text(row, "access").as_str() {
            "public" | "client_or_public" => ("allow", "allow"),
            "signed_in" | "fresh" => ("deny", "allow"),
            "permission" | "client_or_permission" => ("deny", "deny"),
            _ => ("deny", "own_only"),
        };
        assert_eq!((&row["nobody"], &row["signed_in"]), (&json!(nobody), &json!(signed_in)), "{row}");
    }
}}

api_test! { a_new_role_has_its_own_column_in_the_access_matrix |house| {
    let admin = house.admin().await;
    let body = json!({ "name": "reader", "permissions": ["users:read"] });
    admin.post("/v1/roles", body).await.created();
    admin.post("/v1/roles", json!({ "name": "empty" })).await.created();

    let matrix = admin.get("/v1/access-matrix").await.ok();

    let roles = matrix["roles"].as_array().expect("names");
    assert_eq!(roles.len(), 4);
    let column = |name: &str| roles.iter().position(|role| role == name).expect("a column");
    let (admin, reader, empty) = (column("admin"), column("reader"), column("empty"));
    for row in matrix["operations"].as_array().expect("rows") {
        let needed = &row["required_permission"];
        let for_reader = if needed == "users:read" { &json!("allow") } else { &row["signed_in"] };
        assert_eq!(&row["roles"][reader], for_reader, "{row}");
        assert_eq!(&row["roles"][empty], &row["signed_in"]);
        assert_eq!(row["roles"][admin], "allow", "the administrator may do everything");
    }
}}

/// Whether the guard of an operation lets somebody in. What would hurt the test is not reached:
/// ids are of nothing, and bodies and `If-Match` are missing.
async fn is_let_in(by: &Actor, operation: &Operation, id: &str) -> bool {
    let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
    let reply = by.send(by.request(method, &operation.path.replace("{id}", id))).await;
    let mut refusals = vec![Code::NotSignedIn, Code::PermissionMissing, Code::StepUpRequired];
    if operation.access == "own_or_permission" {
        refusals.push(Code::AccountNotFound);
    }
    let code = reply.code();
    !refusals.iter().any(|refusal| code == refusal.as_str())
}

/// An id of the kind that the path wants: of nothing, or the actor's own where that may matter.
fn id_for<'a>(operation: &Operation, by: &'a Actor) -> &'a str {
    match operation.path.as_str() {
        _ if operation.access == "own_or_permission" => &by.id,
        path if path.starts_with("/v1/users/") => UNKNOWN_USER,
        path if path.starts_with("/v1/roles/") => "rol_06awk5n2q3w0r8d1e4t7y9v2m4",
        path if path.starts_with("/v1/grants/") => "grt_06awk5n2q3w0r8d1e4t7y9v2m4",
        _ => "ses_06awk5n2q3w0r8d1e4t7y9v2m4",
    }
}

/// The operations that an actor is told, with whether they are for their own things only.
async fn told(by: &Actor) -> BTreeMap<String, bool> {
    let listed = by.get("/v1/me/operations?limit=200").await.items();
    let pair = |row: &Value| {
        let id = row["operation_id"].as_str().expect("text").to_owned();
        (id, row["own_only"].as_bool().expect("a flag"))
    };
    let told: BTreeMap<_, _> = listed.iter().map(pair).collect();
    assert_eq!(told.len(), listed.len());
    told
}

/// Compares what an actor is told with what they meet. Ends with their account.
async fn assert_told_is_true(house: &House, by: &Actor, other: &Actor) {
    let told = told(by).await;
    let (ends, others): (Vec<_>, Vec<_>) = operations(house)
        .into_iter()
        .partition(|(id, _)| ["sign_out", "delete_me"].contains(&id.as_str()));
    for (id, operation) in &others {
        let own = is_let_in(by, operation, id_for(operation, by)).await;
        assert_eq!(told.contains_key(id), own, "{id}");
        if operation.access == "own_or_permission" {
            assert_eq!(told[id], !is_let_in(by, operation, &other.id).await, "{id}");
        }
    }
    for (id, operation) in ends.iter().rev() {
        by.sign_in().await.ok();
        assert_eq!(told.contains_key(id), is_let_in(by, operation, "").await, "{id}");
    }
}

api_test! { asvs_8_2_1_my_operations_are_those_that_can_be_called |house| {
    let admin = house.admin().await;
    let other = house.admin().await;
    house.nobody().get("/v1/me/operations").await.problem(Code::NotSignedIn);
    let plain = house.user().await;
    let holder = house.user().await;
    admin.grant_new_role(&holder, &["roles:read"]).await;
    let (few, some, all) = (told(&plain).await, told(&holder).await, told(&admin).await);
    assert_eq!(all.len(), operations(&house).len());
    assert!(few.len() < some.len() && some.len() < all.len());
    assert_eq!((few["list_user_grants"], some["list_user_grants"]), (true, false));

    for actor in [&plain, &holder, &admin] {
        assert_told_is_true(&house, actor, &other).await;
    }
}}

api_test! { an_operation_that_needs_a_fresh_sign_in_is_told_only_after_one |house| {
    let user = house.user().await;
    assert!(told(&user).await.contains_key("delete_me"));

    house.pass(301);

    assert!(!told(&user).await.contains_key("delete_me"));
    user.sign_in().await.ok();
    assert!(told(&user).await.contains_key("delete_me"));
}}
