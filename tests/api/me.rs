//! A person's own account: read, changed, taken along, deleted.

use diesel::prelude::*;
use doorward::{
    db::{
        self,
        schema::{passwords, role_grants, sessions},
    },
    http::code::Code,
};
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{House, PASSWORD};

api_test! { an_owner_reads_and_renames_their_account |house| {
    let user = house.user().await;
    let before = user.get("/v1/me").await.expect(200);
    let (etag, before) = (before.etag(), before.ok());
    assert_eq!((&before["id"], &before["email"]), (&json!(user.id), &json!(user.email)));
    assert_eq!((&before["name"], &before["status"]), (&json!("Uma User"), &json!("active")));
    house.pass(5);

    let after = user.patch_blindly("/v1/me", json!({ "name": "Uma Møller 🦀" })).await.expect(200);

    assert_ne!(after.etag(), etag);
    let after = after.ok();
    assert_eq!(after["name"], "Uma Møller 🦀");
    assert_ne!(after["updated_at"], before["updated_at"]);
    assert_eq!(after["created_at"], before["created_at"]);
    assert_eq!(user.get("/v1/me").await.ok(), after);
    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["user"]["name"], after["name"]);
}}

api_test! { asvs_8_2_3_an_owner_cannot_set_what_is_not_theirs_to_set |house| {
    let user = house.user().await;
    let before = user.get("/v1/me").await.ok();

    for (field, value) in [
        ("role", json!("admin")), ("roles", json!(["admin"])), ("permissions", json!(["users:read"])),
        ("status", json!("disabled")), ("disabled_reason", json!("none")), ("id", json!("usr_1")),
        ("email", json!("other@example.test")), ("email_verified", json!(true)),
        ("email_verified_at", json!("2026-01-01T00:00:00Z")), ("version", json!(9)),
        ("created_at", json!("2020-01-01T00:00:00Z")), ("password", json!("a river of black tea")),
        ("updated_at", json!("2020-01-01T00:00:00Z")), ("amr", json!(["otp"])),
    ] {
        let body = json!({ "name": "Someone Else", field: value });
        let refused = user.patch_blindly("/v1/me", body).await.fields();
        assert_eq!(refused, [(format!("/{field}"), "unknown_field".to_owned())]);
    }

    assert_eq!(user.get("/v1/me").await.ok(), before);
}}

api_test! { a_name_is_one_line_of_1_to_100_characters |house| {
    let user = house.user().await;
    for (name, code) in [
        (String::new(), "too_short"), ("n".repeat(101), "too_long"),
        ("two\nlines".to_owned(), "control_character"), ("bell\u{7}".to_owned(), "control_character"),
        ("nul\0".to_owned(), "nul"),
    ] {
        let refused = user.patch_blindly("/v1/me", json!({ "name": name })).await.fields();
        assert_eq!(refused, [("/name".to_owned(), code.to_owned())]);
    }
    user.patch_blindly("/v1/me", json!({ "name": "é".repeat(100) })).await.ok();
    user.patch_blindly("/v1/me", json!({})).await.ok();
    user.patch_blindly("/v1/me", json!({ "name": null })).await.problem(Code::FieldsInvalid);
    assert_eq!(user.get("/v1/me").await.ok()["name"], "é".repeat(100));
}}

api_test! { deleting_an_account_needs_a_sign_in_of_the_last_five_minutes |house| {
    let user = house.user().await;
    house.pass(301);

    user.delete("/v1/me").await.problem(Code::StepUpRequired);

    user.get("/v1/me").await.ok();
    user.sign_in().await.ok();
    house.pass(300);
    user.delete("/v1/me").await.no_content();
    user.sign_in().await.problem(Code::InvalidCredentials);
}}

/// How many rows an account has in the tables of what is its own.
async fn own_rows(house: &House, id: &str) -> i64 {
    let id = id.to_owned();
    let read = house.app.db.read(move |db| {
        let grants = role_grants::table.filter(role_grants::user_id.eq(&id)).count();
        let sessions = sessions::table.filter(sessions::user_id.eq(&id)).count();
        let passwords = passwords::table.filter(passwords::user_id.eq(&id)).count();
        let mut sum = grants.get_result::<i64>(db)?;
        sum += sessions.get_result::<i64>(db)?;
        sum += passwords.get_result::<i64>(db)?;
        Ok::<_, db::Error>(sum)
    });
    read.await.expect("it reads")
}

api_test! { a_deleted_account_leaves_nothing_but_what_the_audit_log_tells |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let phone = user.elsewhere();
    phone.sign_in().await.ok();
    let (role, grant) = admin.grant_new_role(&user, &["users:read"]).await;
    admin.delete(&format!("/v1/grants/{grant}")).await.no_content();
    admin.grant(&user.id, &role).await;
    assert_eq!(own_rows(&house, &user.id).await, 5);
    let cookie = user.cookie();

    user.delete("/v1/me").await.no_content();

    assert_eq!(user.cookie(), None, "the browser forgets the cookie");
    assert_eq!(own_rows(&house, &user.id).await, 0);
    user.set_cookie(cookie);
    for device in [&user, &phone] {
        device.get("/v1/me").await.problem(Code::NotSignedIn);
        assert!(device.get("/v1/auth/session").await.ok()["session"].is_null());
        device.sign_in().await.problem(Code::InvalidCredentials);
    }
    admin.get(&format!("/v1/users/{}", user.id)).await.problem(Code::AccountNotFound);
    let path = format!("/v1/audit-events?subject_id={}&limit=200", user.id);
    let events = admin.get(&path).await.items();
    let is_there = |kind: &str| events.iter().any(|event| event["kind"] == kind);
    assert!(is_there("account.signed_up") && is_there("grant.created"));
    assert!(is_there("account.deleted"));
}}

api_test! { the_address_of_a_deleted_account_can_be_used_again |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    admin.grant_new_role(&user, &["users:read"]).await;
    user.delete("/v1/me").await.no_content();

    let again = house.user_called(&user.email).await;

    assert_ne!(again.id, user.id);
    assert!(again.get("/v1/me/grants").await.items().is_empty());
    again.get("/v1/users").await.problem(Code::PermissionMissing);
}}

api_test! { the_last_administrator_cannot_delete_their_account |house| {
    let admin = house.admin().await;

    admin.delete("/v1/me").await.problem(Code::LastAdmin);

    admin.get("/v1/users").await.ok();
    let other = house.admin().await;
    admin.delete("/v1/me").await.no_content();
    other.delete("/v1/me").await.problem(Code::LastAdmin);
}}

/// What two lists of objects say about the fields that the second has.
fn assert_holds(exported: &Value, shown: &[Value], left_out: &[&str]) {
    let exported = exported.as_array().expect("a list");
    assert!(!shown.is_empty());
    for item in shown {
        let same = exported.iter().find(|candidate| candidate["id"] == item["id"]);
        let same = same.unwrap_or_else(|| panic!("not exported: {item}"));
        let fields = item.as_object().expect("an object").iter();
        for (name, value) in fields.filter(|(name, _)| !left_out.contains(&name.as_str())) {
            assert_eq!(same.get(name), Some(value), "{name} in {same}");
        }
    }
}

api_test! { an_export_holds_everything_of_the_account |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let ended = user.get("/v1/me/sessions").await.items();
    user.call("/v1/auth/sign-out").await.no_content();
    let body = json!({ "email": user.email, "password": PASSWORD, "remember": true });
    let request = user.request(Method::POST, "/v1/auth/sign-in").json(&body);
    user.send(request.header(header::USER_AGENT, "Teapot/1.0")).await.ok();
    let (role, revoked) = admin.grant_new_role(&user, &["roles:read"]).await;
    admin.delete(&format!("/v1/grants/{revoked}")).await.no_content();
    let body = json!({ "role_id": role, "expires_at": "2027-01-01T00:00:00Z" });
    admin.post(&format!("/v1/users/{}/grants", user.id), body).await.created();

    let export = user.get("/v1/me/export").await.ok();

    assert_eq!(export["user"], user.get("/v1/me").await.ok());
    let sessions = user.get("/v1/me/sessions").await.items();
    assert_eq!(sessions[0]["user_agent"], "Teapot/1.0");
    assert_holds(&export["sessions"], &sessions, &["current"]);
    assert_holds(&export["sessions"], &ended, &["current", "last_seen_at", "expires"]);
    let grants = user.get("/v1/me/grants").await.items();
    assert_holds(&export["grants"], &grants, &["user_id"]);
    let grants = export["grants"].as_array().expect("a list").iter();
    assert!(grants.clone().any(|grant| grant["id"] == *revoked && !grant["revoked_at"].is_null()));
    let path = format!("/v1/audit-events?subject_id={}&limit=200", user.id);
    let mut events = admin.get(&path).await.items();
    events.retain(|event| event["kind"] != "account.exported");
    assert_holds(&export["events"], &events, &["seq", "hash"]);
}}

api_test! { an_export_holds_no_secret_and_nobody_else |house| {
    let other = house.user().await;
    let user = house.user().await;

    let export = user.get("/v1/me/export").await.expect(200).text;

    let id = user.id.clone();
    let stored = house.app.db.read(move |db| {
        let hash: String = passwords::table.find(&id).select(passwords::hash).first(db)?;
        let keys = sessions::table.filter(sessions::user_id.eq(&id)).select(sessions::key_hash);
        Ok::<_, db::Error>((hash, keys.load::<Vec<u8>>(db)?))
    });
    let (hash, keys) = stored.await.expect("it reads");
    let cookie = user.cookie().expect("a cookie");
    let token = cookie.split_once('=').expect("a pair").1.to_owned();
    let hex = data_encoding::HEXLOWER.encode(&keys[0]);
    for secret in [&hash, &hex, &token, &token[token.len() - 43..].to_owned()] {
        assert!(secret.len() > 20 && !export.contains(secret.as_str()));
    }
    for secret in ["argon2", PASSWORD, &other.id, &other.email] {
        assert!(!export.contains(secret), "{export}");
    }
}}

api_test! { an_export_is_told_in_the_audit_log |house| {
    let admin = house.admin().await;
    let user = house.user().await;

    let reply = user.get("/v1/me/export").await;

    let event = admin.latest_event("account.exported").await;
    assert_eq!(event["actor_id"], user.id);
    assert_eq!(event["request_id"], reply.request_id());
}}
