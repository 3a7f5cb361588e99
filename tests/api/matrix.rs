//! Every operation against every kind of caller. The operations come from the contract, so a new
//! one is tried the moment it exists.

use std::collections::BTreeSet;

use reqwest::header;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Operation, Reply, SoftKey, Stub};

/// What a guard alone answers.
const REFUSED: &[&str] = &[
    "auth.not_signed_in", "auth.token_invalid", "auth.permission_missing", "auth.step_up_required",
];

#[track_caller]
fn assert_admitted(operation: &Operation, reply: &Reply) {
    let code = reply.code();
    assert!(!REFUSED.contains(&code.as_str()), "{} answered {}", operation.id, reply.text);
    assert_ne!(reply.status, 403, "{} answered {}", operation.id, reply.text);
}

/// Somebody who holds just the role of this id, or no role.
async fn person(house: &House, admin: &Actor, role: Option<&str>) -> Actor {
    let person = house.user().await;
    // An operation may have ended everybody's sessions.
    admin.sign_in().await.ok();
    if let Some(role) = role {
        let path = format!("/v1/users/{}/grants", person.id);
        admin.post(&path, json!({ "role_id": role })).await.created();
    }
    person
}

/// One column of the matrix: somebody, and what it says of each operation.
struct Column {
    name: String,
    role: Option<String>,
    cells: Vec<String>,
}

fn texts(values: &Value) -> Vec<String> {
    let values = values.as_array().expect("a list").iter();
    values.map(|value| value.as_str().expect("a text").to_owned()).collect()
}

/// The columns of the matrix that the service shows, and its operations in order.
async fn columns(admin: &Actor) -> (Vec<String>, Vec<Column>) {
    let matrix = admin.get("/v1/access-matrix").await.ok();
    let rows = matrix["operations"].as_array().expect("rows");
    let cell = |row: &Value, name: &str| row[name].as_str().expect("a cell").to_owned();
    let operations = rows.iter().map(|row| cell(row, "operation_id")).collect();
    let cells = rows.iter().map(|row| cell(row, "signed_in")).collect();
    let mut columns = vec![Column { name: "signed in".into(), role: None, cells }];
    let roles = admin.get("/v1/roles?limit=200").await.ok();
    for (at, name) in texts(&matrix["roles"]).into_iter().enumerate() {
        let all = roles["items"].as_array().expect("roles");
        let role = all.iter().find(|role| role["name"] == name.as_str()).expect("the role");
        let cells = rows.iter().map(|row| texts(&row["roles"])[at].clone()).collect();
        let role = role["id"].as_str().map(ToOwned::to_owned);
        columns.push(Column { name, role, cells });
    }
    (operations, columns)
}

/// Calls an operation and holds the outcome against the matrix' cell.
async fn hold(who: &Actor, other: &Actor, operation: &Operation, cell: &str) -> Reply {
    let path = operation.random_path();
    let reply = who.send(who.right_call(operation, &path)).await;
    match cell {
        "allow" => {
            // Some operations have refusals of their own with 403; none is one of a guard's.
            let code = reply.code();
            assert!(!REFUSED.contains(&code.as_str()), "{} answered {code}", operation.id);
        }
        "deny" => {
            assert_eq!(reply.status, 403, "{} let somebody in: {}", operation.id, reply.text);
            assert_eq!(reply.code(), "auth.permission_missing", "{}", operation.id);
            let named = reply.json()["required_permission"].as_str().map(ToOwned::to_owned);
            let in_oauth = reply.json()["error"].is_string();
            assert!(in_oauth || named.as_deref() == operation.permission(), "{}", operation.id);
        }
        "own_only" => {
            for id in [None, Some(&other.id)] {
                let path = operation.path(|prefix| match id {
                    Some(id) => id.clone(),
                    None => crate::harness::sample::random_id(prefix),
                });
                let reply = who.send(who.right_call(operation, &path)).await;
                assert_eq!(reply.status, 404, "{} on another's: {}", operation.id, reply.text);
            }
            let own = operation.path(|_| who.id.clone());
            assert_admitted(operation, &who.send(who.right_call(operation, &own)).await);
        }
        other => panic!("no cell of the matrix: {other}"),
    }
    reply
}

api_test! { asvs_8_2_1_ac_125_ac_126_the_service_does_what_the_access_matrix_says |house| {
    let admin = house.admin().await;
    let operations = house.operations();
    // A role of each permission that some operation asks for.
    let asked: BTreeSet<_> = operations.iter().filter_map(Operation::permission).collect();
    for permission in &asked {
        let role = json!({ "name": permission.replace(':', "_"), "permissions": [permission] });
        admin.post("/v1/roles", role).await.created();
    }
    let (rows, columns) = columns(&admin).await;
    let mounted: Vec<_> = operations.iter().map(|operation| operation.id.clone()).collect();
    assert_eq!(rows, mounted);
    assert_eq!(columns.len(), asked.len() + 3, "nobody's role, admin, auditor and a role each");

    let other = house.user().await;
    for column in &columns {
        let mut who = person(&house, &admin, column.role.as_deref()).await;
        for (operation, cell) in operations.iter().zip(&column.cells) {
            eprintln!("{} as {}", operation.id, column.name);
            let reply = hold(&who, &other, operation, cell).await;
            // Some operations end the session or the account of who calls them.
            if reply.status < 300 && !operation.is_safe() {
                who = person(&house, &admin, column.role.as_deref()).await;
            }
        }
    }
}}

api_test! { ac_126_each_permission_opens_what_asks_for_it_and_nothing_else |house| {
    let admin = house.admin().await;
    for operation in house.operations() {
        let Some(wanted) = operation.permission() else { continue };
        let all = doorward::kernel::permission::BUILT_IN.iter().map(|built_in| built_in.name);
        let others: Vec<_> = all.filter(|name| *name != wanted).collect();
        for (held, is_admitted) in [(vec![wanted], true), (others, false)] {
            let who = house.user().await;
            admin.grant_new_role(&who, &held).await;
            let path = operation.random_path();

            let reply = who.send(who.right_call(&operation, &path)).await;

            let is_refused = match operation.described["x-access"].as_str() {
                Some("own_or_permission") => reply.code() == "accounts.not_found" && !is_admitted,
                _ => reply.code() == "auth.permission_missing",
            };
            assert_eq!(is_refused, !is_admitted, "{}: {}", operation.id, reply.text);
        }
    }
}}

/// Bodies that a stranger may try: a right one, a broken one, one too large to be read.
fn bodies(operation: &Operation) -> Vec<Vec<u8>> {
    let right = operation.body(crate::harness::sample::Fill::Required).unwrap_or(json!({}));
    vec![right.to_string().into(), b"{\"broken\": ".to_vec(), vec![0; 3_000_000], vec![]]
}

async fn sent_by_nobody(nobody: &Actor, operation: &Operation, body: Vec<u8>) -> Reply {
    let request = nobody.bare_call(operation, &operation.random_path());
    let request = request.header(header::CONTENT_TYPE, "application/json");
    nobody.send(request.body(body)).await
}

api_test! { asvs_8_2_1_nobody_gets_in_exactly_where_the_contract_asks_for_no_credentials |house| {
    let nobody = house.nobody();
    for operation in house.operations() {
        for body in bodies(&operation) {
            let reply = sent_by_nobody(&nobody, &operation, body).await;
            let is_refused = reply.code() == "auth.not_signed_in";
            assert_eq!(is_refused, !operation.is_open(), "{}: {}", operation.id, reply.text);
            assert!(!is_refused || reply.header("www-authenticate").is_some_and(|it| it.contains("Bearer")));
        }
    }
}}

api_test! { asvs_8_2_1_a_wrong_bearer_token_is_refused_whatever_comes_with_it |house| {
    let admin = house.admin().await;
    for operation in house.operations().iter().filter(|operation| !operation.is_open()) {
        for (who, body) in [(&house.nobody(), 0), (&house.nobody(), 1), (&admin, 0), (&admin, 1)] {
            let request = who.bare_call(operation, &operation.random_path());
            let request = request.bearer_auth("wrong").body(bodies(operation).swap_remove(body));

            let reply = who.send(request.header(header::CONTENT_TYPE, "application/json")).await;

            assert_eq!(reply.code(), "auth.token_invalid", "{}: {}", operation.id, reply.text);
        }
    }
    admin.get("/v1/me").await.ok();
}}

api_test! { ac_124_naming_somebody_does_not_replace_credentials |house| {
    let admin = house.admin().await;
    let nobody = house.nobody();
    let names = ["user_id", "userId", "id", "sub", "owner_id", "email"];
    for operation in house.operations().iter().filter(|operation| !operation.is_open()) {
        let mut body = operation.body(crate::harness::sample::Fill::Required).unwrap_or(json!({}));
        for name in names {
            body[name] = admin.id.clone().into();
        }
        let query: Vec<_> = names.iter().map(|name| format!("{name}={}", admin.id)).collect();
        let path = format!("{}?{}", operation.path(|_| admin.id.clone()), query.join("&"));

        let request = nobody.bare_call(operation, &path).json(&body);
        let request = request.header("x-user-id", &admin.id).header("x-forwarded-user", &admin.id);
        let reply = nobody.send(request).await;

        assert_eq!(reply.code(), "auth.not_signed_in", "{}: {}", operation.id, reply.text);
    }
}}

api_test! { asvs_8_2_1_what_needs_a_fresh_sign_in_refuses_an_older_one |house| {
    let (admin, user) = (house.admin().await, house.user().await);
    let operations = house.operations();
    let fresh = |operation: &&Operation| operation.described["x-assurance"]["max_age"].is_i64();
    let fresh: Vec<_> = operations.iter().filter(fresh).collect();
    let longest = fresh.iter().filter_map(|it| it.described["x-assurance"]["max_age"].as_i64());
    house.pass(longest.max().expect("some operation needs a fresh sign-in") + 1);
    for operation in fresh {
        let user = if operation.described["x-access"] == "permission" { &admin } else { &user };
        let reply = user.send(user.right_call(operation, &operation.random_path())).await;
        assert_eq!(reply.code(), "auth.step_up_required", "{}", operation.id);
    }
    user.get("/v1/me").await.ok();
}}

/// What somebody has, by the prefix of its id.
async fn belongings(house: &House, admin: &Actor, victim: &Actor) -> impl Fn(&str) -> String {
    let (role, grant) = admin.grant_new_role(victim, &["users:read"]).await;
    let new = json!({ "name": "backup", "permissions": ["users:read"] });
    let key = victim.post("/v1/me/api-keys", new).await.created()["api_key"]["id"].clone();
    let key = key.as_str().expect("an id").to_owned();
    let account = house.service(admin, &["users:read"]).await;
    let client = house.machine_of(admin, &account, json!({ "scopes": ["users:read"] })).await.id;
    let passkey = victim.add_passkey(&mut SoftKey::new(house), "Laptop").await;
    let passkey = passkey["passkey"]["id"].as_str().expect("an id").to_owned();
    victim.link_at(house, "google", json!({ "sub": "7" })).await.expect(303);
    let identity = victim.get("/v1/me/identities").await.items()[0]["id"].clone();
    let identity = identity.as_str().expect("an id").to_owned();
    let session = victim.get("/v1/auth/session").await.ok()["session"]["id"].clone();
    let session = session.as_str().expect("an id").to_owned();
    let user = victim.id.clone();
    let device = victim.get("/v1/me/devices").await.ok()["items"][0]["id"].clone();
    let device = device.as_str().expect("an id").to_owned();
    let factor = victim.post("/v1/me/factors/totp", json!({})).await.created()["id"].clone();
    let factor = factor.as_str().expect("an id").to_owned();
    move |prefix| match prefix {
        "usr_" => user.clone(),
        "ses_" => session.clone(),
        "rol_" => role.clone(),
        "grt_" => grant.clone(),
        "dev_" => device.clone(),
        "fac_" => factor.clone(),
        "pky_" => passkey.clone(),
        "key_" => key.clone(),
        "cli_" => client.clone(),
        "idn_" => identity.clone(),
        other => panic!("give the victim something whose id begins with {other}"),
    }
}

api_test! { asvs_8_2_2_what_belongs_to_others_is_out_of_reach [Stub::settings(&[])] |house| {
    let admin = house.admin().await;
    let (attacker, victim) = (house.user().await, house.user().await);
    let belongings = belongings(&house, &admin, &victim).await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in house.operations() {
        if operation.parameters("path").is_empty() {
            continue;
        }
        for path in [operation.path(&belongings), operation.random_path()] {
            let reply = attacker.send(attacker.right_call(&operation, &path)).await;
            let refused = matches!(reply.status, 403 | 404);
            assert!(refused, "{} answered {}: {}", operation.id, reply.status, reply.text);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
    victim.get("/v1/users").await.ok();
}}
