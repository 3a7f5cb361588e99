//! What an account's pause and end do, who may cause them, and that one administrator remains.

use doorward::{http::code::Code, kernel::permission::BUILT_IN};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::harness::{Actor, House, Reply};

/// Everything that the service demands of an operator who is no administrator.
fn all() -> Vec<&'static str> {
    BUILT_IN.iter().map(|it| it.name).collect()
}

api_test! { asvs_7_4_2_disabling_an_account_ends_its_sessions_everywhere |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let sibling = house.sibling().await;
    let elsewhere = user.at(&sibling);
    user.get("/v1/me").await.ok();
    elsewhere.get("/v1/me").await.ok();
    let path = format!("/v1/users/{}", user.id);

    let body = json!({ "reason": "left the company" });
    let disabled = admin.post(&format!("{path}/disable"), body).await.ok();

    assert_eq!(disabled["status"], "disabled");
    assert_eq!(disabled["disabled_reason"], "left the company");
    user.get("/v1/me").await.problem(Code::NotSignedIn);
    assert!(user.get("/v1/auth/session").await.ok()["session"].is_null());
    house.pass(1);
    elsewhere.get("/v1/me").await.problem(Code::NotSignedIn);
    user.sign_in().await.problem(Code::AccountDisabled);
    user.sign_in_with("not the password at all").await.problem(Code::InvalidCredentials);
}}

api_test! { an_enabled_account_can_sign_in_again_but_its_old_sessions_stay_over |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let old = user.cookie();
    let path = format!("/v1/users/{}", user.id);
    admin.call(&format!("{path}/disable")).await.ok();

    let enabled = admin.call(&format!("{path}/enable")).await.ok();

    assert_eq!((&enabled["status"], &enabled["disabled_reason"]), (&json!("active"), &Value::Null));
    user.set_cookie(old);
    user.get("/v1/me").await.problem(Code::NotSignedIn);
    user.sign_in().await.ok();
    user.get("/v1/me").await.ok();
}}

api_test! { asvs_7_4_2_deleting_an_account_ends_its_sessions_everywhere |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let sibling = house.sibling().await;
    let elsewhere = user.at(&sibling);
    elsewhere.get("/v1/me").await.ok();

    admin.delete_version(&format!("/v1/users/{}", user.id), "*").await.no_content();

    user.get("/v1/me").await.problem(Code::NotSignedIn);
    house.pass(1);
    elsewhere.get("/v1/me").await.problem(Code::NotSignedIn);
}}

/// Everything that a helper could try on an account.
async fn touch(by: &Actor, user: &str) -> Vec<Reply> {
    let path = format!("/v1/users/{user}");
    vec![
        by.patch(&path, "*", json!({ "email": "mine@example.test" })).await,
        by.patch(&path, "*", json!({ "name": "Fool" })).await,
        by.call(&format!("{path}/disable")).await,
        by.call(&format!("{path}/enable")).await,
        by.delete(&format!("{path}/sessions")).await,
        by.delete_version(&path, "*").await,
    ]
}

api_test! { who_holds_less_than_an_account_cannot_touch_it |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["users:read", "users:write", "sessions:write"]).await;
    let reader = house.user().await;
    admin.grant_new_role(&reader, &["audit:read"]).await;
    let member = house.user().await;
    let role = admin.make_role(&["roles:read"]).await;
    let body = json!({ "role_id": role, "scope": "org_06awk5n2q3w0r8d1e4t7y9v2m4" });
    admin.post(&format!("/v1/users/{}/grants", member.id), body).await.created();

    for target in [&admin, &reader, &member] {
        let before = target.get("/v1/me").await.ok();
        for reply in touch(&helper, &target.id).await {
            reply.problem(Code::GrantExceedsOwn);
        }
        assert_eq!(target.get("/v1/me").await.ok(), before);
    }
    let plain = house.user().await;
    let statuses: Vec<_> = touch(&helper, &plain.id).await.iter().map(|r| r.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 204]);
}}

api_test! { what_an_account_no_longer_holds_protects_it_no_longer |house| {
    let admin = house.admin().await;
    let helper = house.user().await;
    admin.grant_new_role(&helper, &["users:write"]).await;
    let reader = house.user().await;
    let role = admin.make_role(&["audit:read"]).await;
    let body = json!({ "role_id": role, "expires_at": house.now().plus_seconds(60) });
    admin.post(&format!("/v1/users/{}/grants", reader.id), body).await.created();
    let path = format!("/v1/users/{}/disable", reader.id);
    helper.call(&path).await.problem(Code::GrantExceedsOwn);

    house.pass(60);

    helper.call(&path).await.ok();
}}

/// Makes an operator who holds everything, and two administrators; the first one leaves.
async fn operator_and_two_admins(house: &House) -> (Actor, [String; 2], String) {
    let first = house.admin().await;
    let operator = house.user().await;
    first.grant_new_role(&operator, &all()).await;
    let role = first.role_called("admin").await;
    let (a, b) = (first.make_user("a@x.test").await, first.make_user("b@x.test").await);
    for user in [&a, &b] {
        first.grant(user, &role).await;
    }
    first.delete("/v1/me").await.no_content();
    (operator, [a, b], role)
}

/// The grant by which an account is an administrator.
async fn admin_grant(by: &Actor, user: &str) -> String {
    let grants = by.get(&format!("/v1/users/{user}/grants")).await.items();
    grants[0]["id"].as_str().expect("an id").to_owned()
}

/// One way of three to take an administrator away.
async fn remove(by: &Actor, user: &str, way: usize) -> Reply {
    let path = format!("/v1/users/{user}");
    match way % 3 {
        0 => by.call(&format!("{path}/disable")).await,
        1 => by.delete(&format!("/v1/grants/{}", admin_grant(by, user).await)).await,
        _ => by.delete_version(&path, "*").await,
    }
}

api_test! { the_last_administrator_stays_whatever_is_tried |house| {
    let (operator, [last, other], role) = operator_and_two_admins(&house).await;
    remove(&operator, &other, 0).await.ok();
    let temporary = operator.make_user("t@x.test").await;
    let body = json!({ "role_id": role, "expires_at": house.now().plus_seconds(9000) });
    operator.post(&format!("/v1/users/{temporary}/grants"), body).await.created();
    let member = operator.make_user("m@x.test").await;
    let body = json!({ "role_id": role, "scope": "org_06awk5n2q3w0r8d1e4t7y9v2m4" });
    operator.post(&format!("/v1/users/{member}/grants"), body).await.created();
    let path = format!("/v1/users/{last}");
    let before = operator.get(&path).await.expect(200).text;

    for way in 0..3 {
        remove(&operator, &last, way).await.problem(Code::LastAdmin);
    }

    assert_eq!(operator.get(&path).await.expect(200).text, before);
    assert_eq!(operator.get(&format!("/v1/roles/{role}/grants")).await.items().len(), 4);
    for gone in [&temporary, &member, &other] {
        remove(&operator, gone, 2).await.no_content();
    }
    remove(&operator, &last, 2).await.problem(Code::LastAdmin);
}}

api_test! { who_is_no_administrator_can_go_when_there_is_only_one |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let path = format!("/v1/users/{}", user.id);
    admin.call(&format!("{path}/disable")).await.ok();
    admin.call(&format!("{path}/enable")).await.ok();
    admin.delete_version(&path, "*").await.no_content();
}}

api_test! { asvs_15_4_2_of_two_parallel_removals_of_two_administrators_one_wins |house| {
    let (operator, [mut a, mut b], role) = operator_and_two_admins(&house).await;
    for round in 0..20 {
        let (left, right) = (round % 3, (round / 3) % 3);
        let (grant_a, grant_b) =
            (admin_grant(&operator, &a).await, admin_grant(&operator, &b).await);
        let replies = join(
            remove_with(&operator, &a, &grant_a, left),
            remove_with(&operator, &b, &grant_b, right),
        )
        .await;

        let (gone, way) = match (replies.0.status < 300, replies.1.status < 300) {
            (true, false) => {
                replies.1.problem(Code::LastAdmin);
                (&mut a, left)
            }
            (false, true) => {
                replies.0.problem(Code::LastAdmin);
                (&mut b, right)
            }
            both => panic!("{both:?} in round {round}"),
        };
        // Put back what the winner took.
        match way {
            0 => drop(operator.call(&format!("/v1/users/{gone}/enable")).await.ok()),
            1 => drop(operator.grant(gone, &role).await),
            _ => {
                *gone = operator.make_user(&format!("round{round}@x.test")).await;
                operator.grant(gone, &role).await;
            }
        }
    }
}}

/// As `remove`, with nothing left to look up.
async fn remove_with(by: &Actor, user: &str, grant: &str, way: usize) -> Reply {
    match way {
        1 => by.delete(&format!("/v1/grants/{grant}")).await,
        _ => remove(by, user, way).await,
    }
}

api_test! { of_two_administrators_who_leave_at_once_one_stays |house| {
    let mut last = house.admin().await;
    for _ in 0..5 {
        let other = house.admin().await;
        let replies = join(last.delete("/v1/me"), other.delete("/v1/me")).await;

        let mut statuses = [replies.0.status, replies.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        last = if replies.0.status == 409 { last } else { other };
        last.get("/v1/users").await.ok();
    }
}}

api_test! { an_account_can_be_deleted_while_others_use_it |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&[]).await;
    for _ in 0..10 {
        let user = house.user().await;
        let devices: Vec<_> = (0..3).map(|_| user.elsewhere()).collect();
        let path = format!("/v1/users/{}", user.id);
        let grants = format!("{path}/grants");
        let sign_ins = join_all(devices.iter().map(Actor::sign_in));
        let others = join(
            admin.post(&grants, json!({ "role_id": role })),
            user.patch_blindly("/v1/me", json!({ "name": "Late" })),
        );
        let (deleted, (sign_ins, others)) =
            join(admin.delete_version(&path, "*"), join(sign_ins, others)).await;

        deleted.no_content();
        assert!(sign_ins.iter().all(|reply| [200, 401].contains(&reply.status)), "{sign_ins:?}");
        assert!([201, 404].contains(&others.0.status), "{}", others.0.text);
        assert!([200, 401].contains(&others.1.status), "{}", others.1.text);
        for device in &devices {
            device.get("/v1/me").await.problem(Code::NotSignedIn);
        }
        admin.get(&grants).await.problem(Code::AccountNotFound);
    }
}}
