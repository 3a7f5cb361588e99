//! Grants: they count from the moment they are made until they are revoked or over.

use doorward::http::code::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Actor, House};

const ORGANIZATION: &str = "org_06awk5n2q3w0r8d1e4t7y9v2m4";
const UNKNOWN_USER: &str = "usr_06awk5n2q3w0r8d1e4t7y9v2m4";
const UNKNOWN_ROLE: &str = "rol_06awk5n2q3w0r8d1e4t7y9v2m4";

fn grants_of(user: &Actor) -> String {
    format!("/v1/users/{}/grants", user.id)
}

/// An administrator, a user without a role, and a role that lets its holder read accounts.
async fn cast(house: &House) -> (Actor, Actor, String) {
    let admin = house.admin().await;
    let role = admin.make_role(&["users:read"]).await;
    (admin, house.user().await, role)
}

api_test! { a_grant_counts_at_once_and_so_does_its_revocation |house| {
    let (admin, user, role) = cast(&house).await;
    user.get("/v1/users").await.problem(Code::PermissionMissing);

    let made = admin.post(&grants_of(&user), json!({ "role_id": role })).await.created();

    user.get("/v1/users").await.ok();
    assert_eq!((&made["user_id"], &made["role_id"]), (&json!(user.id), &json!(role)));
    assert_eq!((&made["scope"], &made["expires_at"]), (&json!("system"), &Value::Null));
    assert_eq!(made["granted_by"], admin.id);
    let path = format!("/v1/grants/{}", made["id"].as_str().expect("an id"));
    admin.delete(&path).await.no_content();
    user.get("/v1/users").await.problem(Code::PermissionMissing);
    admin.delete(&path).await.problem(Code::GrantNotFound);
}}

api_test! { asvs_8_3_2_a_revocation_is_seen_by_another_process_within_a_second |house| {
    let (admin, user, role) = cast(&house).await;
    let grant = admin.grant(&user.id, &role).await;
    let elsewhere = user.at(&house.sibling().await);
    user.get("/v1/users").await.ok();
    elsewhere.get("/v1/users").await.ok();

    admin.delete(&format!("/v1/grants/{grant}")).await.no_content();

    user.get("/v1/users").await.problem(Code::PermissionMissing);
    house.pass(1);
    elsewhere.get("/v1/users").await.problem(Code::PermissionMissing);
    admin.grant(&user.id, &role).await;
    house.pass(1);
    elsewhere.get("/v1/users").await.ok();
}}

api_test! { ac_131_a_grant_ends_by_itself_even_while_its_holder_is_kept_in_memory |house| {
    let (admin, user, role) = cast(&house).await;
    let body = json!({ "role_id": role, "expires_at": house.now().plus_seconds(10) });
    let made = admin.post(&grants_of(&user), body).await.created();
    house.pass(9);
    house.pass_milliseconds(900);
    // From here on the caller would be kept for a second, beyond the grant's end.
    user.get("/v1/users").await.ok();
    house.pass_milliseconds(99);
    user.get("/v1/users").await.ok();

    house.pass_milliseconds(1);

    user.get("/v1/users").await.problem(Code::PermissionMissing);
    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["roles"], json!([]));
    assert!(user.get("/v1/me/grants").await.items().is_empty());
    assert!(!user.get("/v1/me/operations").await.text.contains("list_users"));
    assert!(admin.get(&format!("/v1/roles/{role}/grants")).await.items().is_empty());
    let question = json!({ "checks": [{ "permission": "users:read", "user_id": user.id }] });
    assert_eq!(admin.post("/v1/check", question).await.ok()["results"][0]["allowed"], false);
    let path = format!("/v1/grants/{}", made["id"].as_str().expect("an id"));
    admin.delete(&path).await.problem(Code::GrantNotFound);
}}

api_test! { a_grant_that_is_over_makes_room_for_a_new_one |house| {
    let (admin, user, role) = cast(&house).await;
    let body = json!({ "role_id": role, "expires_at": house.now().plus_seconds(10) });
    admin.post(&grants_of(&user), body.clone()).await.created();
    admin.post(&grants_of(&user), json!({ "role_id": role })).await.problem(Code::GrantExists);
    house.pass(10);

    let made = admin.post(&grants_of(&user), json!({ "role_id": role })).await.created();

    assert_eq!(user.get("/v1/me/grants").await.items(), [made]);
    user.get("/v1/users").await.ok();
}}

api_test! { a_role_is_held_once_in_a_scope |house| {
    let (admin, user, role) = cast(&house).await;
    let expiring = json!({ "role_id": role, "expires_at": house.now().plus_seconds(10) });
    let in_scope = json!({ "role_id": role, "scope": ORGANIZATION });
    let grant = admin.grant(&user.id, &role).await;

    admin.post(&grants_of(&user), json!({ "role_id": role })).await.problem(Code::GrantExists);
    admin.post(&grants_of(&user), expiring).await.problem(Code::GrantExists);
    admin.post(&grants_of(&user), in_scope.clone()).await.created();
    admin.post(&grants_of(&user), in_scope).await.problem(Code::GrantExists);

    assert_eq!(user.get("/v1/me/grants").await.items().len(), 2);
    admin.delete(&format!("/v1/grants/{grant}")).await.no_content();
    admin.grant(&user.id, &role).await;
}}

api_test! { asvs_15_4_2_of_parallel_grants_of_one_role_one_is_made |house| {
    let (admin, user, role) = cast(&house).await;
    let path = grants_of(&user);
    for round in 0..20 {
        let body = json!({ "role_id": role, "expires_at": house.now().plus_seconds(10) });
        let replies =
            join_all((0..4).map(|_| admin.post(&path, body.clone()))).await;

        let (made, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 201);
        for reply in refused {
            reply.problem(Code::GrantExists);
        }
        let held = user.get("/v1/me/grants").await.items();
        assert_eq!((made.len(), held.len()), (1, 1), "round {round}");
        if round % 2 == 0 {
            // The next round's grants find one that is over.
            house.pass(10);
            continue;
        }
        let grant = format!("/v1/grants/{}", held[0]["id"].as_str().expect("an id"));
        let replies = join_all((0..3).map(|_| admin.delete(&grant))).await;
        let (revoked, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 204);
        assert_eq!(revoked.len(), 1);
        for reply in refused {
            reply.problem(Code::GrantNotFound);
        }
    }
}}

api_test! { nobody_grants_or_revokes_what_they_do_not_hold |house| {
    let (admin, user, role) = cast(&house).await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["grants:write", "users:read"]).await;
    let strong = admin.make_role(&["users:read", "roles:write"]).await;
    let held = admin.grant(&user.id, &strong).await;
    let everything = admin.role_called("admin").await;

    for role in [&strong, &everything] {
        for target in [&user, &helper] {
            let body = json!({ "role_id": role, "scope": ORGANIZATION });
            helper.post(&grants_of(target), body).await.problem(Code::GrantExceedsOwn);
            let body = json!({ "role_id": role });
            helper.post(&grants_of(target), body).await.problem(Code::GrantExceedsOwn);
        }
    }
    helper.delete(&format!("/v1/grants/{held}")).await.problem(Code::GrantExceedsOwn);

    assert_eq!(user.get("/v1/me/grants").await.items().len(), 1);
    assert_eq!(helper.get("/v1/me/grants").await.items().len(), 1);
    let grant = helper.grant(&user.id, &role).await;
    helper.delete(&format!("/v1/grants/{grant}")).await.no_content();
}}

api_test! { what_is_held_in_an_organization_counts_for_no_system_operation |house| {
    let (admin, user, role) = cast(&house).await;
    let grants = admin.make_role(&["grants:write", "roles:read"]).await;
    for role in [&role, &grants] {
        let body = json!({ "role_id": role, "scope": ORGANIZATION });
        admin.post(&grants_of(&user), body).await.created();
    }

    user.get("/v1/users").await.problem(Code::PermissionMissing);
    user.get("/v1/roles").await.problem(Code::PermissionMissing);
    let body = json!({ "role_id": role, "scope": ORGANIZATION });
    user.post(&grants_of(&admin), body).await.problem(Code::PermissionMissing);

    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["permissions"], json!([]));
    assert_eq!(session["session"]["roles"], json!([]));
    assert_eq!(user.get("/v1/me/grants").await.items().len(), 2);
    let operations = user.get("/v1/me/operations?limit=200").await.items();
    assert!(operations.iter().all(|operation| operation["operation_id"] != "list_users"));
}}

api_test! { grants_are_listed_by_account_and_by_role |house| {
    let (admin, user, role) = cast(&house).await;
    let other = house.user().await;
    let mut made = Vec::new();
    for target in [&user, &other] {
        for scope in ["system", ORGANIZATION] {
            house.pass(1);
            let body = json!({ "role_id": role, "scope": scope });
            made.push(admin.post(&grants_of(target), body).await.created());
        }
    }

    assert_eq!(user.get("/v1/me/grants").await.items(), made[..2]);
    assert_eq!(user.get(&grants_of(&user)).await.items(), made[..2]);
    assert_eq!(admin.get(&grants_of(&other)).await.items(), made[2..]);
    assert_eq!(admin.get(&format!("/v1/roles/{role}/grants")).await.items(), made);
    assert_eq!(admin.get(&grants_of(&admin)).await.items()[0]["granted_by"], Value::Null);
}}

api_test! { asvs_8_2_2_the_grants_of_others_are_seen_only_with_the_permission |house| {
    let (admin, user, role) = cast(&house).await;
    let other = house.user().await;
    admin.grant(&other.id, &role).await;

    user.get(&grants_of(&other)).await.problem(Code::AccountNotFound);
    user.get(&format!("/v1/users/{UNKNOWN_USER}/grants")).await.problem(Code::AccountNotFound);
    let missing = user.get(&format!("/v1/roles/{role}/grants")).await;
    assert_eq!(missing.problem(Code::PermissionMissing)["required_permission"], "roles:read");

    admin.grant_new_role(&user, &["roles:read"]).await;
    assert_eq!(user.get(&grants_of(&other)).await.items().len(), 1);
    user.get(&format!("/v1/roles/{role}/grants")).await.ok();
    user.get(&format!("/v1/users/{UNKNOWN_USER}/grants")).await.problem(Code::AccountNotFound);
}}

api_test! { an_account_or_role_that_is_not_there_gets_no_grant |house| {
    let (admin, user, role) = cast(&house).await;
    let gone = house.user().await;
    gone.delete("/v1/me").await.no_content();

    for path in [grants_of(&gone), format!("/v1/users/{UNKNOWN_USER}/grants")] {
        admin.post(&path, json!({ "role_id": role })).await.problem(Code::AccountNotFound);
        admin.get(&path).await.problem(Code::AccountNotFound);
    }
    let body = json!({ "role_id": UNKNOWN_ROLE });
    admin.post(&grants_of(&user), body).await.problem(Code::RoleNotFound);
    admin.delete_version(&format!("/v1/roles/{role}"), "*").await.no_content();
    admin.post(&grants_of(&user), json!({ "role_id": role })).await.problem(Code::RoleNotFound);
    let path = "/v1/grants/grt_06awk5n2q3w0r8d1e4t7y9v2m4";
    admin.delete(path).await.problem(Code::GrantNotFound);
}}

api_test! { a_grant_that_would_be_over_or_never_end_is_refused |house| {
    let (admin, user, role) = cast(&house).await;
    let now = house.now();
    for (body, pointer, code) in [
        (json!({ "expires_at": now }), "/expires_at", "in_the_past"),
        (json!({ "expires_at": now.plus_seconds(-1) }), "/expires_at", "in_the_past"),
        (json!({ "expires_at": "0000-01-01T00:00:00Z" }), "/expires_at", "in_the_past"),
        (json!({ "expires_at": "0000-01-01T00:00:00+01:00" }), "/expires_at", "invalid"),
        (json!({ "expires_at": "9999-12-31T23:59:59-00:01" }), "/expires_at", "invalid"),
        (json!({ "expires_at": "2027-02-30T00:00:00Z" }), "/expires_at", "invalid"),
        (json!({ "expires_at": "2027-01-01" }), "/expires_at", "invalid"),
        (json!({ "expires_at": "" }), "/expires_at", "invalid"),
        (json!({ "expires_at": 1_900_000_000 }), "/expires_at", "wrong_type"),
        (json!({ "expires_at": null }), "/expires_at", "wrong_type"),
        (json!({ "scope": "everywhere" }), "/scope", "scope_invalid"),
        (json!({ "scope": "SYSTEM" }), "/scope", "scope_invalid"),
        (json!({ "scope": UNKNOWN_USER }), "/scope", "scope_invalid"),
        (json!({ "role_id": "admin" }), "/role_id", "invalid"),
        (json!({ "user_id": user.id }), "/user_id", "unknown_field"),
        (json!({ "granted_by": user.id }), "/granted_by", "unknown_field"),
    ] {
        let mut whole = json!({ "role_id": role });
        whole.as_object_mut().expect("an object").extend(body.as_object().expect("one").clone());
        let faults = admin.post(&grants_of(&user), whole).await.fields();
        assert_eq!(faults, [(pointer.to_owned(), code.to_owned())], "{body}");
    }
    assert!(user.get("/v1/me/grants").await.items().is_empty());
}}

api_test! { a_time_with_an_offset_is_shown_in_utc |house| {
    let (admin, user, role) = cast(&house).await;
    let body = json!({ "role_id": role, "expires_at": "2027-01-01T01:30:00.5+01:30" });
    let made = admin.post(&grants_of(&user), body).await.created();
    assert_eq!(made["expires_at"], "2027-01-01T00:00:00.500000Z");
    let body =
        json!({ "role_id": role, "scope": ORGANIZATION, "expires_at": "9999-12-31T23:59:59Z" });
    admin.post(&grants_of(&user), body).await.created();
    user.get("/v1/users").await.ok();
}}

api_test! { what_is_held_for_a_while_is_not_passed_on_for_longer |house| {
    let (admin, user, role) = cast(&house).await;
    let helper = house.user().await;
    let own = admin.make_role(&["grants:write", "roles:write", "users:read"]).await;
    let end = house.now().plus_seconds(100);
    let body = json!({ "role_id": own, "expires_at": end });
    admin.post(&grants_of(&helper), body).await.created();

    for body in [
        json!({ "role_id": role }),
        json!({ "role_id": role, "expires_at": house.now().plus_seconds(101) }),
        json!({ "role_id": own, "expires_at": house.now().plus_seconds(101) }),
    ] {
        for target in [&user, &helper] {
            helper.post(&grants_of(target), body.clone()).await.problem(Code::GrantExceedsOwn);
        }
    }
    let body = json!({ "name": "mine", "permissions": ["users:read"] });
    helper.post("/v1/roles", body).await.problem(Code::GrantExceedsOwn);

    let body = json!({ "role_id": role, "expires_at": end });
    helper.post(&grants_of(&user), body).await.created();
    user.get("/v1/users").await.ok();
    house.pass(100);
    user.get("/v1/users").await.problem(Code::PermissionMissing);
}}

api_test! { a_permission_that_was_lost_grants_nothing_more |house| {
    let (admin, user, role) = cast(&house).await;
    let helper = house.user().await;
    let (own, _) = admin.grant_new_role(&helper, &["grants:write", "users:read"]).await;
    let stale = helper.at(&house.sibling().await);
    stale.get("/v1/users").await.ok();

    let body = json!({ "permissions": ["grants:write"] });
    admin.patch(&format!("/v1/roles/{own}"), "*", body).await.ok();

    // The other process still keeps the caller with what they held; the write looks again.
    let body = json!({ "role_id": role });
    stale.post(&grants_of(&user), body).await.problem(Code::GrantExceedsOwn);
    assert!(user.get("/v1/me/grants").await.items().is_empty());
}}
