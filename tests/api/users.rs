//! Accounts as administrators make, find, change, disable and delete them.

use doorward::http::code::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, PASSWORD};

/// The addresses that a list shows, in its order.
async fn addresses(by: &Actor, query: &str) -> Vec<String> {
    let items = by.get(&format!("/v1/users?limit=200&{query}")).await.items();
    items.iter().map(|user| user["email"].as_str().expect("text").to_owned()).collect()
}

api_test! { an_account_can_be_made_with_a_first_password |house| {
    let admin = house.admin().await;
    let body = json!({ "email": " Ben@Example.TEST ", "name": "Ben", "password": PASSWORD });

    let reply = admin.post("/v1/users", body).await.expect(201);

    assert!(!reply.text.contains(PASSWORD) && !reply.text.contains("argon2"));
    let made = reply.created();
    assert_eq!(made["email"], "ben@example.test");
    assert_eq!((&made["email_verified"], &made["status"]), (&json!(false), &json!("active")));
    let path = format!("/v1/users/{}", made["id"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).await.ok(), made);
    let mut ben = house.nobody();
    ben.email = "ben@example.test".to_owned();
    ben.sign_in().await.ok();
    assert_eq!(ben.get("/v1/me").await.ok(), made);
}}

api_test! { an_account_without_a_password_cannot_sign_in |house| {
    let admin = house.admin().await;
    admin.make_user("ben@example.test").await;
    let mut ben = house.nobody();
    ben.email = "ben@example.test".to_owned();

    for password in ["", PASSWORD] {
        ben.sign_in_with(password).await.problem(Code::InvalidCredentials);
    }
}}

api_test! { a_weak_first_password_makes_no_account |house| {
    let admin = house.admin().await;
    for (password, code) in [
        ("too short", "too_short"), ("passwordpassword", "too_common"),
        ("ben@example.test", "too_guessable"),
    ] {
        let body = json!({ "email": "ben@example.test", "name": "Ben", "password": password });
        let refused = admin.post("/v1/users", body).await.fields();
        assert_eq!(refused, [("/password".to_owned(), code.to_owned())]);
    }
    assert_eq!(addresses(&admin, "email_prefix=ben").await, [""; 0]);
}}

api_test! { an_address_has_one_account_however_it_is_spelt |house| {
    let admin = house.admin().await;
    admin.make_user("zoë@example.test").await;
    admin.make_user("ann@example.test").await;

    for taken in [
        "ann@example.test", "ANN@Example.Test", "  ann@example.test\t", "zoe\u{308}@example.test",
        "ZOË@example.test",
    ] {
        let body = json!({ "email": taken, "name": "Again" });
        admin.post("/v1/users", body).await.problem(Code::EmailTaken);
    }

    assert_eq!(addresses(&admin, "").await.len(), 3);
}}

api_test! { of_parallel_accounts_with_one_address_one_is_made |house| {
    let admin = house.admin().await;
    for round in 0..10 {
        let body = |n: usize| json!({ "email": format!("r{round}@example.test"), "name": format!("N{n}") });
        let replies = join_all((0..4).map(|n| admin.post("/v1/users", body(n)))).await;

        let (made, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(made.len(), 1);
        for reply in refused {
            reply.problem(Code::EmailTaken);
        }
    }
}}

api_test! { accounts_are_listed_oldest_first_and_by_prefix_in_order_of_address |house| {
    let admin = house.admin().await;
    for email in ["carl@example.test", "ann@example.test", "anna@example.test", "ben@example.test"] {
        house.pass(1);
        admin.make_user(email).await;
    }

    let by_age = addresses(&admin, "").await;
    assert_eq!(
        by_age,
        ["admin@example.test", "carl@example.test", "ann@example.test", "anna@example.test",
            "ben@example.test"],
    );
    assert_eq!(addresses(&admin, "email_prefix=an").await, ["ann@example.test", "anna@example.test"]);
    assert_eq!(addresses(&admin, "email_prefix=%20ANN").await, ["ann@example.test", "anna@example.test"]);
    assert_eq!(addresses(&admin, "email_prefix=anna@").await, ["anna@example.test"]);
    assert_eq!(addresses(&admin, "email_prefix=nobody").await, [""; 0]);
    assert_eq!(addresses(&admin, "email_prefix=example").await, [""; 0]);
}}

api_test! { asvs_1_2_9_characters_of_patterns_are_searched_for_literally |house| {
    let admin = house.admin().await;
    for email in [
        "%start@example.test", "_start@example.test", "*start@example.test", "a%b@example.test",
        "a_b@example.test", "a.*b@example.test", "axb@example.test", "a.xb@example.test",
        "a'b@example.test", "a?b@example.test",
    ] {
        admin.make_user(email).await;
    }

    for (prefix, found) in [
        ("%25", vec!["%start@example.test"]), ("_", vec!["_start@example.test"]),
        ("*", vec!["*start@example.test"]), ("a%25", vec!["a%b@example.test"]),
        ("a_", vec!["a_b@example.test"]), ("a.*", vec!["a.*b@example.test"]),
        ("a'", vec!["a'b@example.test"]), ("a?", vec!["a?b@example.test"]),
        (".*", vec![]), ("%5C", vec![]), ("a%5C", vec![]), ("a%5C%25", vec![]), ("%25%25", vec![]),
        ("%25b", vec![]), ("[a]", vec![]), ("^a", vec![]), ("%F4%8F%BF%BF", vec![]),
    ] {
        assert_eq!(addresses(&admin, &format!("email_prefix={prefix}")).await, found, "{prefix}");
    }
}}

api_test! { accounts_are_found_by_the_role_that_they_hold_now |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&["users:read"]).await;
    let name = admin.get(&format!("/v1/roles/{role}")).await.ok()["name"].clone();
    let name = name.as_str().expect("a name");
    let mut grants = Vec::new();
    for email in ["a@example.test", "b@example.test", "c@example.test", "d@example.test"] {
        house.pass(1);
        let user = admin.make_user(email).await;
        let mut body = json!({ "role_id": role });
        if email.starts_with('b') {
            body["expires_at"] = json!(house.now().plus_seconds(60));
        }
        if email.starts_with('c') {
            body["scope"] = json!("org_06awk5n2q3w0r8d1e4t7y9v2m4");
        }
        if email.starts_with('d') {
            continue;
        }
        let grant = admin.post(&format!("/v1/users/{user}/grants"), body).await.created();
        grants.push(grant["id"].as_str().expect("an id").to_owned());
    }

    for role in [name, &role] {
        let holders = addresses(&admin, &format!("role={role}")).await;
        assert_eq!(holders, ["a@example.test", "b@example.test", "c@example.test"]);
    }
    house.pass(60);
    assert_eq!(
        addresses(&admin, &format!("role={name}")).await,
        ["a@example.test", "c@example.test"],
    );
    admin.delete(&format!("/v1/grants/{}", grants[0])).await.no_content();
    assert_eq!(addresses(&admin, &format!("role={role}")).await, ["c@example.test"]);
    assert_eq!(addresses(&admin, "role=admin").await, ["admin@example.test"]);
    assert_eq!(addresses(&admin, "role=no-such-role").await, [""; 0]);
}}

api_test! { filters_of_accounts_can_be_combined |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&[]).await;
    for (email, holds, disabled) in [
        ("a1@example.test", true, true), ("a2@example.test", true, false),
        ("a3@example.test", false, true), ("b1@example.test", true, true),
    ] {
        let user = admin.make_user(email).await;
        if holds {
            admin.grant(&user, &role).await;
        }
        if disabled {
            admin.post(&format!("/v1/users/{user}/disable"), json!({})).await.ok();
        }
    }
    let count = async |query: &str| addresses(&admin, query).await.len();

    assert_eq!(count("status=disabled").await, 3);
    assert_eq!(count("status=active").await, 2);
    assert_eq!(count(&format!("status=disabled&role={role}")).await, 2);
    assert_eq!(count("email_prefix=a&status=disabled").await, 3 - 1);
    assert_eq!(count(&format!("email_prefix=a&role={role}")).await, 2);
    assert_eq!(
        addresses(&admin, &format!("email_prefix=a&role={role}&status=disabled")).await,
        ["a1@example.test"],
    );
    for wrong in [
        "status=deleted".to_owned(), "status=".to_owned(), "email_prefix=".to_owned(),
        "role=".to_owned(), format!("email_prefix={}", "a".repeat(255)),
        format!("role={}", "a".repeat(61)), "email_prefix=a%00".to_owned(),
        "status=active&status=disabled".to_owned(),
    ] {
        admin.get(&format!("/v1/users?{wrong}")).await.problem(Code::QueryInvalid);
    }
}}

api_test! { an_administrator_changes_an_account |house| {
    let admin = house.admin().await;
    let user = house.user_called("uma@example.test").await;
    house.execute("UPDATE users SET email_verified_at = 5").await;
    let path = format!("/v1/users/{}", user.id);
    let change = async |body: Value| admin.patch(&path, &admin.etag(&path).await, body).await.ok();

    let changed = change(json!({ "name": "Uma Neu" })).await;
    assert_eq!((&changed["name"], &changed["email_verified"]), (&json!("Uma Neu"), &json!(true)));
    let changed = change(json!({ "email": "UMA@example.test" })).await;
    assert_eq!(changed["email_verified"], true, "it is the same address");
    let changed = change(json!({ "email": "Neu@example.test" })).await;
    assert_eq!(changed["email"], "neu@example.test");
    assert_eq!(changed["email_verified"], false);
    assert_eq!(changed["name"], "Uma Neu");

    assert_eq!(user.get("/v1/me").await.ok(), changed, "the session goes on");
    user.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
    let mut renamed = user.elsewhere();
    renamed.email = "neu@example.test".to_owned();
    renamed.sign_in().await.ok();
}}

api_test! { an_address_that_is_taken_changes_nothing |house| {
    let admin = house.admin().await;
    admin.make_user("ann@example.test").await;
    let ben = admin.make_user("ben@example.test").await;
    let path = format!("/v1/users/{ben}");
    let before = admin.get(&path).await.expect(200);

    for taken in ["ann@example.test", " ANN@example.test "] {
        let body = json!({ "email": taken, "name": "Ann" });
        admin.patch(&path, &before.etag(), body).await.problem(Code::EmailTaken);
    }
    for wrong in ["ann", "a@b@c.test", "ann@example.test,ben@example.test", ""] {
        let refused = admin.patch(&path, &before.etag(), json!({ "email": wrong })).await.fields();
        assert_eq!(refused, [("/email".to_owned(), "email_invalid".to_owned())]);
    }

    let after = admin.get(&path).await.expect(200);
    assert_eq!((after.etag(), after.text), (before.etag(), before.text));
}}

api_test! { what_is_not_there_is_told_apart_from_what_is_no_id |house| {
    let admin = house.admin().await;
    let unknown = "/v1/users/usr_06awk5n2q3w0r8d1e4t7y9v2m4";
    admin.get(unknown).await.problem(Code::AccountNotFound);
    admin.patch(unknown, "*", json!({ "name": "N" })).await.problem(Code::AccountNotFound);
    admin.delete_version(unknown, "*").await.problem(Code::AccountNotFound);
    admin.post(&format!("{unknown}/disable"), json!({})).await.problem(Code::AccountNotFound);
    admin.call(&format!("{unknown}/enable")).await.problem(Code::AccountNotFound);
    for wrong in ["me", "rol_06awk5n2q3w0r8d1e4t7y9v2m4", "usr_%27--", "usr_", "%00"] {
        admin.get(&format!("/v1/users/{wrong}")).await.problem(Code::PathInvalid);
    }
}}

api_test! { a_deleted_account_is_out_of_every_list |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    admin.grant_new_role(&user, &["users:read"]).await;
    let path = format!("/v1/users/{}", user.id);

    admin.delete_version(&path, &admin.etag(&path).await).await.no_content();

    admin.get(&path).await.problem(Code::AccountNotFound);
    admin.delete_version(&path, "*").await.problem(Code::AccountNotFound);
    admin.get(&format!("{path}/grants")).await.problem(Code::AccountNotFound);
    admin.get(&format!("{path}/sessions")).await.problem(Code::AccountNotFound);
    assert_eq!(addresses(&admin, "").await, ["admin@example.test"]);
    user.get("/v1/users").await.problem(Code::NotSignedIn);
    user.sign_in().await.problem(Code::InvalidCredentials);
}}

api_test! { ones_own_account_is_deleted_only_where_a_fresh_sign_in_is_asked_for |house| {
    let admin = house.admin().await;
    house.admin().await;
    house.pass(301);

    let path = format!("/v1/users/{}", admin.id);
    admin.delete_version(&path, "*").await.problem(Code::OwnAccount);

    admin.delete("/v1/me").await.problem(Code::StepUpRequired);
    admin.get(&path).await.ok();
}}
