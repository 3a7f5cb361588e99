//! Lists in pages: each item once, whatever happens between two pages, and cursors that nobody
//! else can have made.

use std::collections::BTreeSet;

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::Actor;

/// All items of a list, page by page, with what happens between two pages.
async fn walk(by: &Actor, path: &str, limit: usize, mut between: impl AsyncFnMut()) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{joint}limit={limit}");
    let (mut items, mut next) = (Vec::new(), first.clone());
    loop {
        let page = by.get(&next).await.ok();
        let part = page["items"].as_array().expect("a list");
        assert!(part.len() <= limit);
        items.extend(part.iter().cloned());
        assert!(items.len() < 1000, "{path} does not end");
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        assert_eq!(part.len(), limit, "only the last page may be shorter");
        next = format!("{first}&cursor={cursor}");
        between().await;
    }
}

async fn nothing() {}

/// What tells an item of any list from the others.
fn key(item: &Value) -> String {
    let names = ["id", "operation_id", "name"];
    let key = names.iter().find_map(|name| item[*name].as_str());
    key.expect("an item has a key").to_owned()
}

/// 25 accounts of which every second one holds a role; answers the role.
async fn fill(admin: &Actor) -> String {
    let role = admin.make_role(&[]).await;
    for n in 0..24 {
        let user = admin.make_user(&format!("p{}@example.test", (n * 7) % 24)).await;
        if n % 2 == 0 {
            admin.grant(&user, &role).await;
        }
        if n % 3 == 0 {
            admin.call(&format!("/v1/users/{user}/disable")).await.ok();
        }
    }
    role
}

/// Every list that the user may page through, as a path.
fn lists(user: &Actor, role: &str) -> Vec<String> {
    let fixed = [
        "/v1/users", "/v1/users?email_prefix=p", "/v1/users?status=active", "/v1/roles",
        "/v1/permissions", "/v1/audit-events", "/v1/audit-events?kind=account.created",
        "/v1/me/grants", "/v1/me/operations", "/v1/me/sessions",
    ];
    let others = [
        format!("/v1/users?role={role}"),
        format!("/v1/users?role={role}&status=disabled&email_prefix=p"),
        format!("/v1/roles/{role}/grants"),
        format!("/v1/users/{}/grants", user.id),
        format!("/v1/users/{}/sessions", user.id),
    ];
    fixed.map(ToOwned::to_owned).into_iter().chain(others).collect()
}

api_test! { each_item_of_a_list_is_on_one_page |house| {
    let admin = house.admin().await;
    let role = fill(&admin).await;
    for _ in 0..5 {
        let more = admin.make_role(&["users:read"]).await;
        admin.grant(&admin.id, &more).await;
        admin.elsewhere().sign_in().await.ok();
    }

    for path in lists(&admin, &role) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let whole = admin.get(&format!("{path}{joint}limit=200")).await.items();
        assert!(whole.len() > 3, "{path}");
        for limit in [1, 4, whole.len() - 1, whole.len(), whole.len() + 1] {
            assert_eq!(walk(&admin, &path, limit, nothing).await, whole, "{path} by {limit}");
        }
        let keys: BTreeSet<_> = whole.iter().map(key).collect();
        assert_eq!(keys.len(), whole.len(), "{path}");
    }
    assert_eq!(walk(&admin, "/v1/users", 4, nothing).await.len(), 25);
    assert_eq!(walk(&admin, &format!("/v1/users?role={role}"), 4, nothing).await.len(), 12);
    assert_eq!(admin.get("/v1/users").await.items().len(), 25, "the default is enough for them");
}}

api_test! { accounts_made_or_deleted_between_two_pages_disturb_nobody_elses_place |house| {
    let admin = house.admin().await;
    fill(&admin).await;
    for path in ["/v1/users", "/v1/users?email_prefix=p"] {
        let before = admin.get("/v1/users?email_prefix=p&limit=200").await.items();
        let before: BTreeSet<_> = before.iter().map(key).collect();
        let mut round = 0;
        let walked = walk(&admin, path, 4, async || {
            house.pass(1);
            for letter in ["a", "p5x", "z"] {
                round += 1;
                admin.make_user(&format!("{letter}{round}{}@example.test", path.len())).await;
            }
        });

        let walked: Vec<_> = walked.await.iter().map(key).collect();

        let distinct: BTreeSet<_> = walked.iter().cloned().collect();
        assert_eq!(distinct.len(), walked.len(), "none twice");
        assert!(distinct.is_superset(&before), "none missing");
    }
}}

api_test! { a_page_starts_behind_an_item_that_has_gone |house| {
    let admin = house.admin().await;
    for n in 0..6 {
        house.pass(1);
        admin.make_user(&format!("p{n}@example.test")).await;
    }
    for path in ["/v1/users?limit=3", "/v1/users?email_prefix=p&limit=2"] {
        let page = admin.get(path).await.ok();
        let last = page["items"].as_array().expect("a list").last().expect("an item").clone();
        let rest = format!("{path}&cursor={}", page["next_cursor"].as_str().expect("a cursor"));
        let expected = admin.get(&rest).await.items();
        admin.delete_version(&format!("/v1/users/{}", key(&last)), "*").await.no_content();

        assert_eq!(admin.get(&rest).await.items(), expected);
    }
}}

api_test! { the_longest_addresses_can_be_paged_through |house| {
    let admin = house.admin().await;
    let label = "\u{10000}".repeat(15);
    let mut made = 0;
    for labels in [1, 3, 4, 12] {
        for local in ["a", "b", "c"] {
            let domain = vec![label.as_str(); labels].join(".");
            let email = format!("{local}{}@{domain}.test", "\u{10000}".repeat(15));
            let reply = admin.post("/v1/users", json!({ "email": email, "name": "Long" })).await;
            match reply.status {
                201 => made += 1,
                _ => assert_eq!(reply.fields()[0].1, "too_long"),
            }
        }
    }
    assert_eq!(made, 6);
    let mut found = 0;
    for local in ["a", "b", "c"] {
        let path = format!("/v1/users?email_prefix={local}%F0%90%80%80");
        found += walk(&admin, &path, 1, nothing).await.len();
    }
    assert_eq!(found, made);
}}

/// A cursor that the service has made for this list.
async fn cursor(by: &Actor, path: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    let page = by.get(&format!("{path}{joint}limit=1")).await.ok();
    page["next_cursor"].as_str().expect("a cursor").to_owned()
}

api_test! { ac_135_a_cursor_of_another_list_or_filter_is_refused |house| {
    let admin = house.admin().await;
    let role = fill(&admin).await;
    for _ in 0..3 {
        let more = admin.make_role(&["users:read"]).await;
        admin.grant(&admin.id, &more).await;
        admin.elsewhere().sign_in().await.ok();
    }
    let lists = lists(&admin, &role);
    // Two of them are the same list at two addresses.
    let same = |one: &str, other: &str| {
        let short = |path: &str| path.replace(&format!("users/{}", admin.id), "me");
        short(one) == short(other)
    };
    for from in &lists {
        let cursor = cursor(&admin, from).await;
        for to in &lists {
            let joint = if to.contains('?') { '&' } else { '?' };
            let reply = admin.get(&format!("{to}{joint}cursor={cursor}")).await;
            if same(from, to) {
                reply.ok();
            } else {
                reply.problem(Code::CursorInvalid);
            }
        }
    }
}}

api_test! { ac_135_a_cursor_that_was_tampered_with_is_refused |house| {
    let admin = house.admin().await;
    fill(&admin).await;
    for path in ["/v1/users?limit=2", "/v1/users?email_prefix=p&limit=2"] {
        let page = admin.get(path).await.ok();
        let good = page["next_cursor"].as_str().expect("a cursor").to_owned();
        let mut forged = vec![
            String::new(), "A".to_owned(), "null".to_owned(), "0".to_owned(), "%00".to_owned(),
            good[..good.len() - 1].to_owned(), good[1..].to_owned(), format!("{good}A"),
            format!("{good}="), format!("{good}{good}"), good.to_ascii_lowercase(),
            good[22..].to_owned(), format!("{}%27", &good[..good.len() - 1]),
        ];
        for at in 0..good.len() - 1 {
            let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
            forged.push(format!("{}{other}{}", &good[..at], &good[at + 1..]));
        }
        for cursor in forged {
            let reply = admin.get(&format!("{path}&cursor={cursor}")).await;
            let code = if cursor == "%00" { Code::QueryInvalid } else { Code::CursorInvalid };
            reply.problem(code);
        }
        admin.get(&format!("{path}&cursor={good}")).await.ok();
    }
}}

/// Each list as its cursors name it, with a position that fits and some that don't.
fn positions(admin: &Actor, role: &str) -> Vec<(String, String, Vec<u8>)> {
    let id = |text: &str| text.as_bytes().to_vec();
    let user = admin.id.as_str();
    let grant = "grt_06awk5n2q3w0r8d1e4t7y9v2m4";
    let session = "ses_06awk5n2q3w0r8d1e4t7y9v2m4";
    [
        ("/v1/users".to_owned(), "users None None None None".to_owned(), id(user)),
        (
            "/v1/users?email_prefix=p".to_owned(),
            "users Some(\"p\") None None None".to_owned(),
            id("p1@example.test"),
        ),
        ("/v1/roles".to_owned(), "roles".to_owned(), id(role)),
        ("/v1/permissions".to_owned(), "permissions".to_owned(), id("users:read")),
        (
            "/v1/audit-events".to_owned(),
            "audit None None None".to_owned(),
            7_i64.to_be_bytes().to_vec(),
        ),
        ("/v1/me/operations".to_owned(), "operations".to_owned(), id("get_me")),
        ("/v1/me/grants".to_owned(), format!("grants {user}"), id(grant)),
        (format!("/v1/roles/{role}/grants"), format!("grants {role}"), id(grant)),
        ("/v1/me/sessions".to_owned(), format!("sessions {user}"), id(session)),
    ]
    .to_vec()
}

api_test! { ac_135_a_cursor_sealed_with_the_real_key_is_still_parsed |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&[]).await;
    for (path, list, good) in positions(&admin, &role) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let with = |position: &[u8]| {
            format!("{path}{joint}cursor={}", house.app.cursors.seal(&list, position))
        };
        admin.get(&with(&good)).await.ok();
        let mut cut = good.clone();
        cut.pop();
        let garbage: [&[u8]; 10] = [
            b"", b"\0", b"\xff\xfe\xfd", b"' OR 1=1 --", b"usr_", b"%", b"x' UNION SELECT 1",
            &(-1_i64).to_be_bytes(), &0_i64.to_be_bytes(), &cut,
        ];
        for position in garbage {
            // One character less of an address or of a permission is another one.
            if position == cut && (list.starts_with("users Some") || list == "permissions") {
                continue;
            }
            admin.get(&with(position)).await.problem(Code::CursorInvalid);
        }
        admin.get(&with(&[&good[..], b"' --"].concat())).await.problem(Code::CursorInvalid);
    }
}}

api_test! { asvs_2_2_1_limits_and_unknown_parameters_are_refused_by_every_list |house| {
    let admin = house.admin().await;
    let role = admin.make_role(&[]).await;
    let mut lists = lists(&admin, &role);
    lists.retain(|path| !path.contains('?'));
    let further = [
        "/v1/me/devices", "/v1/me/passkeys", "/v1/me/api-keys", "/v1/me/identities", "/v1/clients",
    ];
    lists.extend(further.map(ToOwned::to_owned));
    lists.push(format!("/v1/users/{}/api-keys", admin.id));
    let paths = house.contract.document["paths"].as_object().expect("paths");
    let is_list = |item: &&Value| {
        let parameters = item["get"]["parameters"].as_array();
        parameters.is_some_and(|list| list.iter().any(|one| one["name"] == "limit"))
    };
    assert_eq!(lists.len(), paths.values().filter(is_list).count(), "every list is asked");
    for path in lists {
        for wrong in [
            "limit=0", "limit=201", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=1e1",
            "limit=%2050", "limit=0x10", "limit=99999999999999999999", "limit=1&limit=2",
            "cursor=a&cursor=b", "offset=10", "page=2", "Limit=10", "limit%00=1", "nonsense=",
            "limit=10&filter[status]=active", "limit[]=1",
        ] {
            admin.get(&format!("{path}?{wrong}")).await.problem(Code::QueryInvalid);
        }
        for right in ["limit=1", "limit=200", "", "&", "limit=1&"] {
            admin.get(&format!("{path}?{right}")).await.ok();
        }
    }
}}
