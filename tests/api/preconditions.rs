//! `ETag` and `If-Match`: nobody overwrites what they have not seen.

use doorward::http::code::Code;
use futures_util::future::{join, join_all};
use reqwest::{Method, header::IF_MATCH};
use serde_json::{Value, json};

use crate::harness::Actor;

/// An account and a role, as paths, each with a change of it.
async fn versioned(admin: &Actor) -> [(String, Value); 2] {
    let user = admin.make_user("ben@example.test").await;
    let role = admin.make_role(&["users:read"]).await;
    [
        (format!("/v1/users/{user}"), json!({ "name": "Ben Neu" })),
        (format!("/v1/roles/{role}"), json!({ "name": "neu", "permissions": ["roles:read"] })),
    ]
}

api_test! { each_change_has_an_etag_of_its_own |house| {
    let admin = house.admin().await;
    for (path, change) in versioned(&admin).await {
        let first = admin.etag(&path).await;
        assert!(first.starts_with('"') && first.ends_with('"'), "{first} is no strong validator");
        assert_eq!(admin.etag(&path).await, first, "reading changes nothing");

        let second = admin.patch(&path, &first, change.clone()).await.expect(200).etag();

        assert_ne!(second, first);
        assert_eq!(admin.etag(&path).await, second);
    }
}}

api_test! { a_change_without_if_match_is_refused |house| {
    let admin = house.admin().await;
    for (path, change) in versioned(&admin).await {
        let before = admin.get(&path).await.expect(200);

        admin.patch_blindly(&path, change.clone()).await.problem(Code::PreconditionMissing);
        admin.patch(&path, "", change.clone()).await.problem(Code::PreconditionMissing);
        admin.delete(&path).await.problem(Code::PreconditionMissing);
        admin.delete_version(&path, " , ").await.problem(Code::PreconditionMissing);

        let after = admin.get(&path).await.expect(200);
        assert_eq!((after.etag(), after.text), (before.etag(), before.text));
    }
}}

api_test! { a_change_of_another_version_is_refused |house| {
    let admin = house.admin().await;
    for (path, change) in versioned(&admin).await {
        let stale = admin.etag(&path).await;
        let fresh = admin.patch(&path, &stale, change.clone()).await.expect(200);

        let bare = fresh.etag().trim_matches('"').to_owned();
        let weak = format!("W/{}", fresh.etag());
        for wrong in [&stale, &bare, &weak, &format!("{stale}, \"x\""), &"\"*\"".to_owned()] {
            admin.patch(&path, wrong, change.clone()).await.problem(Code::PreconditionStale);
            admin.delete_version(&path, wrong).await.problem(Code::PreconditionStale);
        }
        for method in [Method::PATCH, Method::DELETE] {
            let request = admin.request(method, &path).json(&change);
            let request = request.header(IF_MATCH, b"\"\xe9\"".as_slice());
            admin.send(request).await.problem(Code::HeaderInvalid);
        }

        assert_eq!(admin.get(&path).await.expect(200).text, fresh.text);
    }
}}

api_test! { a_list_of_versions_or_a_star_matches |house| {
    let admin = house.admin().await;
    for (path, change) in versioned(&admin).await {
        let list = format!("\"x\", {}", admin.etag(&path).await);
        admin.patch(&path, &list, change.clone()).await.ok();
        admin.patch(&path, "*", change.clone()).await.ok();
        let request = admin.request(Method::DELETE, &path).header(IF_MATCH, "\"x\"");
        admin.send(request.header(IF_MATCH, admin.etag(&path).await)).await.no_content();
        admin.patch(&path, "*", change.clone()).await.expect(404);
        admin.delete_version(&path, "*").await.expect(404);
    }
}}

api_test! { asvs_15_4_2_of_parallel_changes_of_one_version_one_wins |house| {
    let admin = house.admin().await;
    let [(user, _), (role, _)] = versioned(&admin).await;
    for round in 0..50 {
        let (path, body): (_, fn(usize) -> Value) = match round % 2 {
            0 => (&user, |n| json!({ "name": format!("Name {n}") })),
            _ => (&role, |n| json!({ "description": format!("{n}"), "permissions": SETS[n] })),
        };
        let etag = admin.etag(path).await;
        let replies = join_all((0..3).map(|n| admin.patch(path, &etag, body(n)))).await;

        let mut winners = Vec::new();
        for reply in replies {
            match reply.status {
                200 => winners.push(reply.text),
                _ => drop(reply.problem(Code::PreconditionStale)),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(admin.get(path).await.expect(200).text, winners[0]);
    }
}}

const SETS: [&[&str]; 3] =
    [&["users:read", "roles:read"], &["users:read", "audit:read"], &["users:write"]];

api_test! { a_change_and_a_deletion_of_one_version_do_not_mix |house| {
    let admin = house.admin().await;
    for round in 0..20 {
        let (path, body) = if round % 2 == 0 {
            let user = admin.make_user(&format!("r{round}@example.test")).await;
            (format!("/v1/users/{user}"), json!({ "name": "Neu" }))
        } else {
            let role = admin.make_role(&["users:read"]).await;
            (format!("/v1/roles/{role}"), json!({ "permissions": ["roles:read", "audit:read"] }))
        };
        let etag = admin.etag(&path).await;

        let (changed, deleted) =
            join(admin.patch(&path, &etag, body), admin.delete_version(&path, &etag)).await;

        let statuses = (changed.status, deleted.status);
        match statuses {
            (200, 412) => drop(admin.get(&path).await.ok()),
            (404 | 412, 204) => drop(admin.get(&path).await.expect(404)),
            _ => panic!("{statuses:?}: {} {}", changed.text, deleted.text),
        }
    }
}}
