//! The audit log: each change of state leaves one event, and nothing else leaves any.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, PASSWORD, Reply};

const UNKNOWN_USER: &str = "usr_06awk5n2q3w0r8d1e4t7y9v2m4";
const UNKNOWN_ROLE: &str = "rol_06awk5n2q3w0r8d1e4t7y9v2m4";

/// What the log must tell of the requests that a test has sent.
#[derive(Default)]
struct Expected(Vec<Value>);

impl Expected {
    /// One event of this kind, caused by the request that got this reply.
    #[track_caller]
    fn one(&mut self, reply: &Reply, kind: &str, actor: Option<&str>, subject: Option<&str>) {
        assert!(reply.status < 300 || kind.ends_with("refused"), "{kind}: {}", reply.text);
        self.0.push(json!([reply.request_id(), kind, actor, subject, "127.0.0.1"]));
    }

    /// Exactly these events, in their order, are the latest of the log.
    async fn assert_told(self, by: &Actor) {
        let items = by.get(&format!("/v1/audit-events?limit={}", self.0.len())).await.items();
        let told: Vec<_> = items
            .iter()
            .rev()
            .map(|event| {
                let field = |name: &str| event[name].clone();
                let names = ["request_id", "kind", "actor_id", "subject_id", "ip"];
                json!(names.map(field))
            })
            .collect();
        assert_eq!(told, self.0);
    }
}

fn id(reply: &Reply) -> String {
    reply.json()["id"].as_str().expect("an id").to_owned()
}

api_test! { asvs_16_3_1_signing_up_in_and_out_and_failing_to_is_told |house| {
    let admin = house.admin().await;
    let mut expected = Expected::default();
    let mut ann = house.nobody();
    let body = json!({ "email": "ann@example.test", "password": PASSWORD, "name": "Ann" });
    let first = ann.post("/v1/auth/sign-up", body.clone()).await;
    let again = ann.post("/v1/auth/sign-up", body).await;
    ann.id = admin.get("/v1/users?email_prefix=ann").await.items()[0]["id"].as_str().expect("an id").to_owned();
    ann.email = "ann@example.test".to_owned();
    let me = Some(ann.id.clone());
    let me = me.as_deref();
    expected.one(&first, "account.signed_up", me, me);
    expected.one(&again, "account.sign_up_refused", None, me);
    expected.one(&ann.sign_in_with("a river of black tea").await, "sign_in.refused", None, me);
    let body = json!({ "email": "nobody@example.test", "password": PASSWORD });
    expected.one(&ann.post("/v1/auth/sign-in", body).await, "sign_in.refused", None, None);
    let phone = ann.elsewhere();
    expected.one(&ann.sign_in().await, "sign_in.succeeded", me, me);
    expected.one(&phone.sign_in().await, "sign_in.succeeded", me, me);
    let sessions = ann.get("/v1/me/sessions").await.items();
    let other = sessions.iter().find(|session| session["current"] == false).expect("the phone");
    let path = format!("/v1/me/sessions/{}", other["id"].as_str().expect("an id"));
    expected.one(&ann.delete(&path).await, "session.revoked", me, me);
    expected.one(&ann.delete("/v1/me/sessions").await, "session.all_revoked", me, me);
    let wrong = json!({ "current_password": "wrong", "new_password": "a river of black tea" });
    let right = json!({ "current_password": PASSWORD, "new_password": "a river of black tea" });
    expected.one(&ann.post("/v1/me/password", wrong).await, "password.refused", me, me);
    expected.one(&ann.post("/v1/me/password", right).await, "password.changed", me, me);
    let renamed = ann.patch_blindly("/v1/me", json!({ "name": "Anna" })).await;
    expected.one(&renamed, "account.updated", me, me);
    expected.one(&ann.get("/v1/me/export").await, "account.exported", me, me);
    expected.one(&ann.call("/v1/auth/sign-out").await, "session.signed_out", me, me);
    let signed_in = ann.sign_in_with("a river of black tea").await;
    expected.one(&signed_in, "sign_in.succeeded", me, me);
    expected.one(&ann.delete("/v1/me").await, "account.deleted", me, me);
    expected.assert_told(&admin).await;
}}

api_test! { how_the_first_administrators_came_is_told |house| {
    let first = house.admin().await;
    let second = house.admin().await;

    let events = first.get("/v1/audit-events").await.items();

    let told: Vec<_> = events.iter().rev().map(|e| (&e["kind"], &e["subject_id"])).collect();
    let (first, second) = (json!(first.id), json!(second.id));
    assert_eq!(told[0].0, "signing_key.created");
    assert_eq!(told[1].0, "setup.link_made");
    assert_eq!(
        told[2..],
        [
            (&json!("setup.first_admin_created"), &first),
            (&json!("sign_in.succeeded"), &first),
            (&json!("account.created"), &second),
            (&json!("sign_in.succeeded"), &second),
        ],
    );
}}

api_test! { what_administrators_do_is_told |house| {
    let admin = house.admin().await;
    let by = Some(admin.id.as_str());
    let mut expected = Expected::default();
    let body = json!({ "email": "ann@example.test", "name": "Ann", "password": PASSWORD });
    let made = admin.post("/v1/users", body).await;
    let user = id(&made);
    let (ann, path) = (Some(user.as_str()), format!("/v1/users/{user}"));
    expected.one(&made, "account.created", by, ann);
    let changed = admin.patch(&path, "*", json!({ "email": "anna@example.test" })).await;
    expected.one(&changed, "account.updated", by, ann);
    let made = admin.post("/v1/permissions", json!({ "name": "app:notes:read" })).await;
    expected.one(&made, "permission.created", by, Some("app:notes:read"));
    let made = admin.post("/v1/roles", json!({ "name": "reader" })).await;
    let role = id(&made);
    let role_path = format!("/v1/roles/{role}");
    expected.one(&made, "role.created", by, Some(&role));
    let body = json!({ "permissions": ["app:notes:read"] });
    expected.one(&admin.patch(&role_path, "*", body).await, "role.updated", by, Some(&role));
    let granted = admin.post(&format!("{path}/grants"), json!({ "role_id": role })).await;
    expected.one(&granted, "grant.created", by, ann);
    let revoked = admin.delete(&format!("/v1/grants/{}", id(&granted))).await;
    expected.one(&revoked, "grant.revoked", by, ann);
    let deleted = admin.delete_version(&role_path, "*").await;
    expected.one(&deleted, "role.deleted", by, Some(&role));
    let ended = admin.delete(&format!("{path}/sessions")).await;
    expected.one(&ended, "session.all_revoked", by, ann);
    expected.one(&admin.call(&format!("{path}/disable")).await, "account.disabled", by, ann);
    let body = json!({ "email": "anna@example.test", "password": PASSWORD });
    let refused = house.nobody().post("/v1/auth/sign-in", body).await;
    expected.one(&refused, "sign_in.refused", None, ann);
    expected.one(&admin.call(&format!("{path}/enable")).await, "account.enabled", by, ann);
    let deleted = admin.delete_version(&path, "*").await;
    expected.one(&deleted, "account.deleted", by, ann);
    expected.assert_told(&admin).await;
}}

api_test! { asvs_2_3_3_what_is_refused_leaves_no_event |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let (role, _) = admin.grant_new_role(&user, &["users:read"]).await;
    let before = admin.get("/v1/audit-events?limit=1").await.items();
    let (user_path, role_path) = (format!("/v1/users/{}", user.id), format!("/v1/roles/{role}"));
    let (grants, own) = (format!("{user_path}/grants"), format!("/v1/users/{}", admin.id));
    let unknown = format!("/v1/users/{UNKNOWN_USER}");
    let taken = json!({ "email": admin.email, "name": "Again" });
    let replies = vec![
        admin.post("/v1/users", taken.clone()).await,
        admin.post("/v1/users", json!({ "email": "no address", "name": "N" })).await,
        admin.patch(&user_path, "*", json!({ "email": admin.email })).await,
        admin.patch(&user_path, "\"99\"", json!({ "name": "N" })).await,
        admin.patch_blindly(&user_path, json!({ "name": "N" })).await,
        admin.patch(&unknown, "*", json!({ "name": "N" })).await,
        admin.delete_version(&user_path, "\"99\"").await,
        admin.delete_version(&own, "*").await,
        admin.call(&format!("{own}/disable")).await,
        admin.delete("/v1/me").await,
        admin.post("/v1/roles", json!({ "name": "admin" })).await,
        admin.post("/v1/roles", json!({ "name": "x", "permissions": ["a:b"] })).await,
        admin.patch(&role_path, "*", json!({ "name": "auditor", "permissions": [] })).await,
        admin.delete_version(&role_path, "*").await,
        admin.delete_version(&format!("/v1/roles/{UNKNOWN_ROLE}"), "*").await,
        admin.post("/v1/permissions", json!({ "name": "users:read" })).await,
        admin.post(&grants, json!({ "role_id": role })).await,
        admin.post(&grants, json!({ "role_id": UNKNOWN_ROLE })).await,
        admin.delete("/v1/grants/grt_06awk5n2q3w0r8d1e4t7y9v2m4").await,
        user.post("/v1/users", taken).await,
        user.post(&grants, json!({ "role_id": role })).await,
        user.patch_blindly("/v1/me", json!({ "role": "admin" })).await,
        house.nobody().delete("/v1/me").await,
    ];

    for reply in replies {
        assert!((400..500).contains(&reply.status), "{}", reply.text);
    }
    assert_eq!(admin.get("/v1/audit-events?limit=1").await.items(), before);
    assert_eq!(user.get("/v1/me").await.ok()["name"], "Uma User");
    assert_eq!(admin.get(&role_path).await.ok()["permissions"], json!(["users:read"]));
}}

api_test! { events_are_filtered_by_kind_actor_and_subject |house| {
    let admin = house.admin().await;
    let (one, other) = (house.user().await, house.user().await);
    for user in [&one, &other] {
        admin.patch(&format!("/v1/users/{}", user.id), "*", json!({ "name": "N" })).await.ok();
        user.patch_blindly("/v1/me", json!({ "name": "M" })).await.ok();
    }
    let found = async |query: &str| {
        let items = admin.get(&format!("/v1/audit-events?limit=200&{query}")).await.items();
        let text = |event: &Value, name: &str| event[name].as_str().unwrap_or("-").to_owned();
        let pair = |event: &Value| (text(event, "kind"), text(event, "actor_id"));
        items.iter().map(pair).collect::<Vec<_>>()
    };
    let updated = |actor: &Actor| ("account.updated".to_owned(), actor.id.clone());

    assert_eq!(
        found("kind=account.updated").await,
        [updated(&other), updated(&admin), updated(&one), updated(&admin)],
    );
    assert_eq!(
        found(&format!("kind=account.updated&actor_id={}", admin.id)).await,
        [updated(&admin), updated(&admin)],
    );
    assert_eq!(
        found(&format!("kind=account.updated&subject_id={}", one.id)).await,
        [updated(&one), updated(&admin)],
    );
    assert_eq!(
        found(&format!("actor_id={}&subject_id={}", admin.id, other.id)).await,
        [updated(&admin)],
    );
    assert_eq!(found(&format!("actor_id={}", one.id)).await.len(), 3);
    for nothing in ["kind=account.up%25", "kind=account_updated", "actor_id=%25", "subject_id=x"] {
        assert_eq!(found(nothing).await, []);
    }
    for wrong in ["kind=", "actor_id=", "subject=x", "kind=a&kind=b"] {
        admin.get(&format!("/v1/audit-events?{wrong}")).await.problem(Code::QueryInvalid);
    }
}}

api_test! { events_hold_neither_secrets_nor_addresses_of_people |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    user.sign_in_with("a river of black tea").await.problem(Code::InvalidCredentials);
    let change = json!({ "email": "neu@example.test", "name": "Neu" });
    admin.patch(&format!("/v1/users/{}", user.id), "*", change).await.ok();
    let body = json!({ "email": "ann@example.test", "name": "Ann", "password": PASSWORD });
    admin.post("/v1/users", body).await.created();
    let body = json!({ "current_password": PASSWORD, "new_password": "a river of black tea" });
    user.post("/v1/me/password", body).await.no_content();

    let log = admin.get("/v1/audit-events?limit=200").await.expect(200).text;

    for secret in ["@", "river", "argon2", "Neu", "Ann"] {
        assert!(!log.contains(secret), "{secret}");
    }
}}

api_test! { asvs_16_4_2_no_call_changes_the_log_and_few_may_read_it |house| {
    let admin = house.admin().await;
    let (auditor, user) = (house.user().await, house.user().await);
    admin.grant(&auditor.id, &admin.role_called("auditor").await).await;

    auditor.get("/v1/audit-events").await.ok();
    let refused = user.get("/v1/audit-events").await.problem(Code::PermissionMissing);
    assert_eq!(refused["required_permission"], "audit:read");
    house.nobody().get("/v1/audit-events").await.problem(Code::NotSignedIn);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let request = admin.request(method, "/v1/audit-events").json(&json!({}));
        admin.send(request).await.problem(Code::MethodNotAllowed);
    }
    let paths = house.contract.document["paths"].as_object().expect("paths");
    let about: Vec<_> = paths.iter().filter(|(path, _)| path.contains("audit")).collect();
    assert_eq!(about.len(), 1);
    let methods = about[0].1.as_object().expect("operations");
    assert_eq!(methods.keys().collect::<Vec<_>>(), ["get"]);
}}
