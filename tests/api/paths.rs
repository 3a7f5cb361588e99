//! Paths that no client should call: always a problem, never a failure of ours.

use doorward::http::code::Code;

use crate::harness::{Actor, House, Reply, exchange, sample};

/// Sends a request whose path no library would send, and holds the reply against the contract.
async fn send(house: &House, who: &Actor, method: &str, path: &str) -> Reply {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nIf-Match: \"1\"\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\nCookie: {}\r\n\r\n{{}}",
        who.cookie().unwrap_or_default()
    );
    let mut replies = exchange(house.address, request).await;
    assert_eq!(replies.len(), 1, "{method} {path}: {replies:?}");
    let reply = replies.remove(0);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{method} {path}");
    house.contract.check(method, path.split('?').next().unwrap_or(path), &reply);
    reply
}

/// Texts that are no ids, as they stand in a path.
fn no_ids(right: &str) -> Vec<String> {
    let own = |text: &str| text.to_owned();
    let mut wrong: Vec<_> = [
        "x", "0", "-1", "null", "%00", "%0", "%", "%zz", "%ff", "%c3%28", "%ed%a0%80",
        "%f5%80%80%80", "%252e%252e", "%2e%2e", "..%2f..", "%2f", "%5c", "%0d%0a", "%20",
        "'%20OR%201=1--", "*", ";x", "%e2%80%ae", "%F0%9F%98%80", "~", "@", "{id}", "%7bid%7d",
    ]
    .map(own)
    .to_vec();
    wrong.extend([
        right.to_uppercase(),
        right[..right.len() - 1].to_owned(),
        format!("{right}0"),
        format!("{right}%00"),
        format!("{right}%20"),
        format!("{right}.json"),
        format!("{right};a=b"),
        right.replacen('_', "%255f", 1),
        format!("{}u", &right[..right.len() - 1]),
        sample::random_id("xyz_"),
        "a".repeat(5_000),
    ]);
    wrong
}

api_test! { asvs_1_1_1_an_id_of_a_wrong_form_is_refused_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in house.operations() {
        if operation.parameters("path").is_empty() {
            continue;
        }
        let right = operation.path(sample::random_id);
        let right = right.rsplit('/').find(|part| part.contains('_')).expect("an id").to_owned();
        for wrong in no_ids(&right) {
            let path = operation.path(|_| wrong.clone());
            let reply = send(&house, &admin, operation.method.as_str(), &path).await;
            assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.text);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

api_test! { asvs_1_1_1_an_id_is_decoded_exactly_once |house| {
    let admin = house.admin().await;
    let once = admin.id.replacen('_', "%5f", 1);
    let reply = admin.get(&format!("/v1/users/{once}")).await.ok();
    assert_eq!(reply["id"], admin.id);

    let twice = admin.id.replacen('_', "%255f", 1);
    send(&house, &admin, "GET", &format!("/v1/users/{twice}")).await.problem(Code::PathInvalid);
}}

api_test! { asvs_13_4_1_a_path_that_leads_nowhere_is_not_found |house| {
    let admin = house.admin().await;
    let long = format!("/{}", "a/".repeat(3_000));
    for path in [
        "//", "/v1", "/v1/", "/v1//users", "//v1/users", "/v1/users/", "/V1/USERS", "/v2/users",
        "/.git/HEAD", "/.env", "/Cargo.toml", "/data/keys/master.key", "/metrics", "/debug", "/admin",
        "/v1/users%2f", "/v1%2fusers", "/v1/%75sers%00", "/%00", "/%ff", "/%", "/docs/problems/none",
        "/docs/../v1/users", "/docs/..%2f..%2fetc/passwd", "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/assets/", "/assets/../Cargo.toml", "/assets/doorward.css/x", "/v1/me/x.css", "/v1/me;.js",
        "/v1/users%0a.css", "/openapi.json/", "/openapi.yaml", "/livez/", "/%252e%252e", &long,
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let reply = send(&house, &admin, method, path).await;
            let refused = matches!(reply.status, 400 | 404 | 405);
            assert!(refused, "{method} {path} answered {}: {}", reply.status, reply.text);
            assert!(!reply.text.contains("root:") && !reply.text.contains("[package]"));
        }
    }
}}

async fn send_any(house: &House, who: &Actor, method: &str, path: &str, headers: &str) -> Reply {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n{headers}\r\n",
        who.cookie().unwrap_or_default()
    );
    let mut replies = exchange(house.address, request).await;
    assert_eq!(replies.len(), 1, "{method} {path}: {replies:?}");
    replies.remove(0)
}

api_test! { asvs_4_1_4_no_header_or_parameter_changes_the_method |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let before = house.dump().await.without(&["throttles"]);
    let path = format!("/v1/users/{}", user.id);
    for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        let headers = format!("{header}: DELETE\r\nIf-Match: *\r\n");
        assert_eq!(send_any(&house, &admin, "GET", &path, &headers).await.status, 200);
        assert_eq!(send_any(&house, &admin, "POST", &path, &headers).await.status, 405);
    }
    let with_parameter = format!("{path}?_method=DELETE");
    assert_eq!(send_any(&house, &admin, "POST", &with_parameter, "").await.status, 405);
    assert!(house.dump().await.without(&["throttles"]) == before);
}}
