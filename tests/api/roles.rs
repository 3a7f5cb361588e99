//! Roles: made, changed, deleted; what they hold counts for their holders at once.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::Actor;

api_test! { a_role_name_can_be_used_once |house| {
    let admin = house.admin().await;
    admin.post("/v1/roles", json!({ "name": "editor" })).await.created();

    let reply = admin.post("/v1/roles", json!({ "name": "editor" })).await;

    reply.problem(Code::RoleNameTaken);
}}

api_test! { a_role_is_made_read_changed_and_deleted |house| {
    let admin = house.admin().await;
    let body = json!({
        "name": "editor", "description": "Writes notes",
        "permissions": ["users:read", "roles:read", "users:read"],
    });
    let made = admin.post("/v1/roles", body).await.created();
    assert_eq!(made["permissions"], json!(["roles:read", "users:read"]));
    assert_eq!(made["built_in"], false);
    let path = format!("/v1/roles/{}", made["id"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).await.ok(), made);
    house.pass(1);

    let body = json!({ "name": "writer", "permissions": ["audit:read"] });
    let changed = admin.patch(&path, &admin.etag(&path).await, body).await.ok();

    assert_eq!((&changed["name"], &changed["description"]), (&json!("writer"), &made["description"]));
    assert_eq!(changed["permissions"], json!(["audit:read"]));
    assert_ne!(changed["updated_at"], made["updated_at"]);
    assert_eq!(admin.get(&path).await.ok(), changed);
    let listed = admin.get("/v1/roles").await.items();
    assert!(listed.contains(&changed) && listed.len() == 3);
    admin.delete_version(&path, &admin.etag(&path).await).await.no_content();
    admin.get(&path).await.problem(Code::RoleNotFound);
    admin.get(&format!("{path}/grants")).await.problem(Code::RoleNotFound);
    assert_eq!(admin.get("/v1/roles").await.items().len(), 2);
    admin.post("/v1/roles", json!({ "name": "writer" })).await.created();
}}

api_test! { what_a_role_holds_is_shown_in_one_order |house| {
    let admin = house.admin().await;
    for name in ["app:a1:x", "app:a:x", "app:a-b:x", "app:a_b:x", "app:ab:x"] {
        admin.post("/v1/permissions", json!({ "name": name })).await.created();
    }
    let names = ["app:ab:x", "app:a_b:x", "app:a-b:x", "app:a:x", "app:a1:x", "users:read"];
    let made = admin.post("/v1/roles", json!({ "name": "mix", "permissions": names })).await;
    let made = made.created();

    assert_eq!(
        made["permissions"],
        json!(["app:a-b:x", "app:a1:x", "app:a:x", "app:a_b:x", "app:ab:x", "users:read"]),
    );
    let path = format!("/v1/roles/{}", made["id"].as_str().expect("an id"));
    assert_eq!(admin.get(&path).await.ok(), made);
    assert!(admin.get("/v1/roles").await.items().contains(&made));
    let changed = admin.patch(&path, "*", json!({ "description": "all" })).await.ok();
    assert_eq!(changed["permissions"], made["permissions"]);
}}

api_test! { a_built_in_role_cannot_be_changed_or_deleted |house| {
    let admin = house.admin().await;
    for name in ["admin", "auditor"] {
        let path = format!("/v1/roles/{}", admin.role_called(name).await);
        let before = admin.get(&path).await.ok();
        assert_eq!(before["built_in"], true);

        for body in [json!({ "permissions": [] }), json!({ "name": "x" }), json!({})] {
            admin.patch(&path, "*", body).await.problem(Code::RoleBuiltIn);
        }
        admin.delete_version(&path, "*").await.problem(Code::RoleBuiltIn);
        admin.post("/v1/roles", json!({ "name": name })).await.problem(Code::RoleNameTaken);

        assert_eq!(admin.get(&path).await.ok(), before);
    }
}}

api_test! { a_role_that_somebody_holds_cannot_be_deleted |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (role, grant) = admin.grant_new_role(&user, &["users:read"]).await;
    let path = format!("/v1/roles/{role}");
    admin.delete_version(&path, "*").await.problem(Code::RoleInUse);
    user.get("/v1/users").await.ok();
    admin.delete(&format!("/v1/grants/{grant}")).await.no_content();
    for scope in ["system", "org_06awk5n2q3w0r8d1e4t7y9v2m4"] {
        let expires_at = house.now().plus_seconds(60);
        let body = json!({ "role_id": role, "scope": scope, "expires_at": expires_at });
        admin.post(&format!("/v1/users/{}/grants", user.id), body).await.created();
    }
    admin.delete_version(&path, "*").await.problem(Code::RoleInUse);

    house.pass(60);

    admin.delete_version(&path, "*").await.no_content();
    assert!(user.get("/v1/me/grants").await.items().is_empty());
}}

api_test! { a_name_that_another_role_has_cannot_be_taken |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&["users:read"]).await;
    admin.post("/v1/roles", json!({ "name": "editor" })).await.created();
    let path = format!("/v1/roles/{role}");
    let before = admin.get(&path).await.ok();

    let body = json!({ "name": "editor", "permissions": ["roles:read"] });
    admin.patch(&path, "*", body).await.problem(Code::RoleNameTaken);

    assert_eq!(admin.get(&path).await.ok(), before);
}}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

api_test! { a_permission_that_does_not_exist_is_pointed_at |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&["users:read"]).await;
    let path = format!("/v1/roles/{role}");

    let permissions = json!(["users:read", "zebras:ride", "app:apes:feed"]);
    let made = admin.post("/v1/roles", json!({ "name": "x", "permissions": permissions })).await;
    let changed = admin.patch(&path, "*", json!({ "permissions": permissions })).await;

    for reply in [made, changed] {
        assert!(!reply.text.contains("zebras"), "no value comes back");
        let faults =
            [at("/permissions/1", "permission_unknown"), at("/permissions/2", "permission_unknown")];
        assert_eq!(reply.fields(), faults);
    }
    assert_eq!(admin.get(&path).await.ok()["permissions"], json!(["users:read"]));
    assert_eq!(admin.get("/v1/roles").await.items().len(), 3);
}}

api_test! { the_fields_of_a_role_are_checked |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&[]).await;
    let too_many: Vec<_> = (0..201).map(|n| format!("app:n{n}:read")).collect();
    for (body, pointer, code) in [
        (json!({ "name": "" }), "/name", "too_short"),
        (json!({ "name": "n".repeat(61) }), "/name", "too_long"),
        (json!({ "name": "Editor" }), "/name", "role_name_invalid"),
        (json!({ "name": "1st" }), "/name", "role_name_invalid"),
        (json!({ "name": "ed itor" }), "/name", "role_name_invalid"),
        (json!({ "name": "e", "description": "d".repeat(201) }), "/description", "too_long"),
        (json!({ "name": "e", "description": "a\tb" }), "/description", "control_character"),
        (json!({ "name": "e", "permissions": too_many }), "/permissions", "too_long"),
        (json!({ "name": "e", "permissions": ["Users:read"] }), "/permissions/0", "invalid"),
        (json!({ "name": "e", "permissions": ["users:read", "x"] }), "/permissions/1", "invalid"),
        (json!({ "name": "e", "permissions": [7] }), "/permissions/0", "wrong_type"),
        (json!({ "name": "e", "permissions": null }), "/permissions", "wrong_type"),
        (json!({ "name": "e", "built_in": true }), "/built_in", "unknown_field"),
        (json!({ "name": "e", "id": "x" }), "/id", "unknown_field"),
    ] {
        let faults = admin.post("/v1/roles", body.clone()).await.fields();
        assert!(faults.contains(&at(pointer, code)), "{body}: {faults:?}");
        let faults = admin.patch(&format!("/v1/roles/{role}"), "*", body.clone()).await.fields();
        assert!(faults.contains(&at(pointer, code)), "{body}: {faults:?}");
    }
    assert_eq!(admin.get("/v1/roles").await.items().len(), 3);
}}

/// What a session says that it may do.
async fn permissions(user: &Actor) -> Value {
    user.get("/v1/auth/session").await.ok()["session"]["permissions"].clone()
}

api_test! { asvs_8_3_2_what_a_role_holds_counts_at_once_for_who_has_it |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (role, _) = admin.grant_new_role(&user, &["users:read"]).await;
    let path = format!("/v1/roles/{role}");
    let elsewhere = user.at(&house.sibling().await);
    user.get("/v1/users").await.ok();
    elsewhere.get("/v1/users").await.ok();

    admin.patch(&path, "*", json!({ "permissions": ["roles:read"] })).await.ok();

    user.get("/v1/users").await.problem(Code::PermissionMissing);
    user.get("/v1/roles").await.ok();
    assert_eq!(permissions(&user).await, json!(["roles:read"]));
    house.pass(1);
    elsewhere.get("/v1/users").await.problem(Code::PermissionMissing);
    elsewhere.get("/v1/roles").await.ok();
    admin.patch(&path, "*", json!({ "permissions": [] })).await.ok();
    assert_eq!(permissions(&user).await, json!([]));
}}

api_test! { nobody_puts_into_a_role_or_takes_out_what_they_do_not_hold |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    let (own, _) = admin.grant_new_role(&helper, &["roles:read", "roles:write"]).await;
    let strong = admin.make_role(&["users:write", "roles:read"]).await;
    let (own, strong) = (format!("/v1/roles/{own}"), format!("/v1/roles/{strong}"));

    let body = json!({ "name": "mine", "permissions": ["users:write"] });
    helper.post("/v1/roles", body).await.problem(Code::GrantExceedsOwn);
    let body = json!({ "permissions": ["roles:read", "roles:write", "grants:write"] });
    helper.patch(&own, "*", body).await.problem(Code::GrantExceedsOwn);
    let body = json!({ "permissions": ["roles:read"] });
    helper.patch(&strong, "*", body).await.problem(Code::GrantExceedsOwn);

    assert_eq!(permissions(&helper).await, json!(["roles:read", "roles:write"]));
    let body = json!({ "permissions": ["users:write", "roles:write"], "description": "less" });
    helper.patch(&strong, "*", body).await.ok();
    helper.post("/v1/roles", json!({ "name": "mine", "permissions": ["roles:read"] })).await.created();
}}

api_test! { what_one_holds_in_an_organization_is_no_reason_to_put_it_into_a_role |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["roles:write"]).await;
    let role = admin.make_role(&["audit:read"]).await;
    let body = json!({ "role_id": role, "scope": "org_06awk5n2q3w0r8d1e4t7y9v2m4" });
    admin.post(&format!("/v1/users/{}/grants", helper.id), body).await.created();

    let body = json!({ "name": "mine", "permissions": ["audit:read"] });
    helper.post("/v1/roles", body).await.problem(Code::GrantExceedsOwn);
}}

api_test! { a_role_is_not_deleted_by_who_holds_less |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["roles:read", "roles:write"]).await;
    let strong = format!("/v1/roles/{}", admin.make_role(&["users:write"]).await);

    helper.delete_version(&strong, "*").await.problem(Code::GrantExceedsOwn);

    admin.get(&strong).await.ok();
    let weak = format!("/v1/roles/{}", admin.make_role(&["roles:read"]).await);
    helper.delete_version(&weak, "*").await.no_content();
}}

api_test! { a_new_permission_is_a_new_version_of_the_administrators_role |house| {
    let admin = house.admin().await;
    let path = format!("/v1/roles/{}", admin.role_called("admin").await);
    let before = admin.etag(&path).await;

    admin.post("/v1/permissions", json!({ "name": "app:notes:read" })).await.created();

    assert_ne!(admin.etag(&path).await, before);
}}
