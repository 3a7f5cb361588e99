//! What a process remembers of a caller lets nothing change: each change asks again, inside its
//! transaction, whether the caller may.

use doorward::http::code::Code;
use serde_json::json;

use crate::harness::{Actor, House, Reply};

/// Everything that the service demands of an operator who is no administrator.
const ALL: &[&str] = &[
    "users:read", "users:write", "sessions:write", "roles:read", "roles:write", "grants:write",
    "audit:read",
];

/// An operator whom another process remembers, and what they could change there.
struct Remembered {
    admin: Actor,
    operator: Actor,
    elsewhere: Actor,
    grant: String,
    role: String,
    user: Actor,
    held: String,
}

async fn remembered(house: &House) -> Remembered {
    let admin = house.admin().await;
    let (operator, user) = (house.user().await, house.user().await);
    let (_, grant) = admin.grant_new_role(&operator, ALL).await;
    let role = admin.make_role(&["users:read"]).await;
    let (_, held) = admin.grant_new_role(&user, &["roles:read"]).await;
    let elsewhere = operator.at(&house.sibling().await);
    elsewhere.get("/v1/users").await.ok();
    Remembered { admin, operator, elsewhere, grant, role, user, held }
}

impl Remembered {
    /// Every change that needs a permission, tried where the operator is remembered.
    async fn changes(&self) -> Vec<Reply> {
        let (by, user) = (&self.elsewhere, format!("/v1/users/{}", self.user.id));
        let role = format!("/v1/roles/{}", self.role);
        vec![
            by.post("/v1/users", json!({ "email": "new@example.test", "name": "New" })).await,
            by.patch(&user, "*", json!({ "name": "Other" })).await,
            by.call(&format!("{user}/disable")).await,
            by.call(&format!("{user}/enable")).await,
            by.delete(&format!("{user}/sessions")).await,
            by.delete_version(&user, "*").await,
            by.post("/v1/roles", json!({ "name": "new" })).await,
            by.patch(&role, "*", json!({ "permissions": [] })).await,
            by.delete_version(&role, "*").await,
            by.post("/v1/permissions", json!({ "name": "app:new:read" })).await,
            by.post(&format!("{user}/grants"), json!({ "role_id": self.role })).await,
            by.delete(&format!("/v1/grants/{}", self.held)).await,
        ]
    }

    /// Every change of one's own account.
    async fn own_changes(&self) -> Vec<Reply> {
        let by = &self.elsewhere;
        vec![
            by.patch_blindly("/v1/me", json!({ "name": "Other" })).await,
            by.delete("/v1/me/sessions").await,
            by.delete("/v1/me").await,
        ]
    }
}

api_test! { asvs_8_3_2_who_has_lost_a_permission_changes_nothing_where_they_are_remembered |house| {
    let it = remembered(&house).await;
    it.admin.delete(&format!("/v1/grants/{}", it.grant)).await.no_content();
    let before = house.dump().await;

    for reply in it.changes().await {
        reply.problem(Code::PermissionMissing);
    }

    it.elsewhere.get("/v1/users").await.expect(200);
    assert_eq!(house.dump().await, before);
}}

api_test! { asvs_7_4_2_who_was_disabled_changes_nothing_where_they_are_remembered |house| {
    let it = remembered(&house).await;
    it.admin.call(&format!("/v1/users/{}/disable", it.operator.id)).await.ok();
    let before = house.dump().await;

    for reply in [it.changes().await, it.own_changes().await].into_iter().flatten() {
        reply.problem(Code::NotSignedIn);
    }

    assert_eq!(house.dump().await, before);
}}

api_test! { asvs_7_4_1_who_has_signed_out_changes_nothing_where_they_are_remembered |house| {
    let it = remembered(&house).await;
    it.operator.call("/v1/auth/sign-out").await.no_content();
    let before = house.dump().await;

    for reply in [it.changes().await, it.own_changes().await].into_iter().flatten() {
        reply.problem(Code::NotSignedIn);
    }

    assert_eq!(house.dump().await, before);
}}

api_test! { who_still_may_changes_what_they_want_in_another_process |house| {
    let it = remembered(&house).await;
    let statuses: Vec<_> = it.changes().await.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [201, 200, 200, 200, 200, 204, 201, 200, 204, 201, 404, 404]);
    let statuses: Vec<_> = it.own_changes().await.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 200, 204]);
}}
