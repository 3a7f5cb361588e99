//! Permissions: the service's own, and those of an app.

use doorward::{http::code::Code, kernel::permission::BUILT_IN};
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::Actor;

api_test! { the_permissions_of_the_service_are_listed_by_name |house| {
    let admin = house.admin().await;

    let listed = admin.get("/v1/permissions").await.items();

    let names: Vec<_> = listed.iter().map(|row| row["name"].as_str().expect("text")).collect();
    let mut expected: Vec<_> = BUILT_IN.iter().map(|built_in| built_in.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(listed.iter().all(|row| row["built_in"] == true));
}}

api_test! { an_apps_permission_is_held_by_the_administrator_at_once |house| {
    let admin = house.admin().await;
    let auditor = house.user().await;
    admin.grant(&auditor.id, &admin.role_called("auditor").await).await;
    let body = json!({ "name": "app:notes:moderate", "description": "See all notes" });

    let made = admin.post("/v1/permissions", body.clone()).await.created();

    assert_eq!((&made["name"], &made["built_in"]), (&body["name"], &json!(false)));
    assert!(admin.get("/v1/permissions").await.items().contains(&made));
    let held = async |user: &Actor| {
        let session = user.get("/v1/auth/session").await.ok();
        let held = session["session"]["permissions"].as_array().expect("a list").clone();
        held.contains(&body["name"])
    };
    assert!(held(&admin).await);
    assert!(!held(&auditor).await, "an app's permission may let its holder write");
    let question = json!({ "checks": [{ "permission": "app:notes:moderate" }] });
    assert_eq!(admin.post("/v1/check", question).await.ok()["results"][0]["allowed"], true);
    let user = house.user().await;
    assert!(!held(&user).await);
    admin.grant_new_role(&user, &["app:notes:moderate"]).await;
    assert!(held(&user).await);
}}

api_test! { a_permission_exists_once |house| {
    let admin = house.admin().await;
    let body = json!({ "name": "app:notes:read" });
    admin.post("/v1/permissions", body.clone()).await.created();

    admin.post("/v1/permissions", body).await.problem(Code::PermissionTaken);

    assert_eq!(admin.get("/v1/permissions").await.items().len(), BUILT_IN.len() + 1);
}}

api_test! { of_parallel_roles_or_permissions_with_one_name_one_is_made |house| {
    let admin = house.admin().await;
    for round in 0..10 {
        for (path, name, refusal) in [
            ("/v1/permissions", format!("app:r{round}:read"), Code::PermissionTaken),
            ("/v1/roles", format!("r{round}"), Code::RoleNameTaken),
        ] {
            let body = json!({ "name": name });
            let replies = join_all((0..3).map(|_| admin.post(path, body.clone()))).await;

            let (made, refused): (Vec<_>, Vec<_>) =
                replies.into_iter().partition(|reply| reply.status == 201);
            assert_eq!(made.len(), 1);
            for reply in refused {
                reply.problem(refusal);
            }
        }
    }
}}

api_test! { only_an_apps_permissions_can_be_added |house| {
    let admin = house.admin().await;
    let long = format!("app:{}", "n".repeat(97));
    for wrong in [
        "users:read", "notes:read", "app", "app:", ":app:x", "apps:notes:read", "App:notes:read",
        "app:Notes:read", "app:notes:", "app::read", "app:notes read", "app:1:read", "app:é:read",
        "app:a:b:c:d:e:f", "app:notes:*", " app:notes:read", "app:notes:read\n", &long,
    ] {
        let faults = admin.post("/v1/permissions", json!({ "name": wrong })).await.fields();
        assert_eq!(faults[0].0, "/name", "{wrong:?}");
    }
    for (body, pointer) in [
        (json!({ "name": "app:a:b", "description": "d".repeat(201) }), "/description"),
        (json!({ "name": "app:a:b", "built_in": true }), "/built_in"),
        (json!({ "description": "no name" }), "/name"),
    ] {
        assert_eq!(admin.post("/v1/permissions", body).await.fields()[0].0, pointer);
    }
    assert_eq!(admin.get("/v1/permissions").await.items().len(), BUILT_IN.len());
    for good in ["app:x", "app:notes:read", "app:a:b:c:d:e", "app:a-1:b_2"] {
        admin.post("/v1/permissions", json!({ "name": good })).await.created();
    }
}}

api_test! { who_adds_a_permission_does_not_hold_it_by_that |house| {
    let helper = house.holder(&["roles:write", "roles:read"]).await;
    helper.post("/v1/permissions", json!({ "name": "app:notes:read" })).await.created();

    let body = json!({ "name": "mine", "permissions": ["app:notes:read"] });

    helper.post("/v1/roles", body).await.problem(Code::GrantExceedsOwn);
}}
