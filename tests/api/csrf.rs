//! Requests from pages of other origins: refused where they could change something, whatever the
//! browser sends along.

use doorward::http::code::Code;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{Actor, House, Operation, PASSWORD, Reply, Settings};

/// What browsers send along from a page that may not change anything here.
const FOREIGN: [&[(&str, &str)]; 9] = [
    &[("origin", "https://evil.test")],
    &[("origin", "null")],
    &[("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")],
    &[("origin", "null"), ("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("origin", "https://app.example.test.evil.test")],
    &[("origin", "http://app.example.test"), ("sec-fetch-site", "same-site")],
    &[("origin", "https://app.example.test:8443"), ("sec-fetch-site", "none")],
];

/// Tells a browser which origin's pages may read an answer or send a request.
const ALLOWED: &str = "access-control-allow-origin";

const LISTED: &str = "https://app.example.test";

fn listed() -> Settings {
    let variables = vec![("DOORWARD_ALLOWED_ORIGINS", LISTED)];
    Settings { variables, ..Settings::default() }
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

fn unsafe_operations(house: &House) -> Vec<Operation> {
    let mut operations = house.operations();
    operations.retain(|operation| !operation.is_safe());
    operations
}

/// Renames the caller, from a page of this origin.
async fn rename(who: &Actor, headers: &[(&str, &str)]) -> Reply {
    let request = who.request(Method::PATCH, "/v1/me").json(&json!({ "name": "New Name" }));
    who.send(with(request, headers)).await
}

api_test! { asvs_3_5_1_no_page_of_another_origin_changes_anything [listed()] |house| {
    let admin = house.admin().await;
    let before = house.dump().await;
    let operations = unsafe_operations(&house);
    assert!(operations.len() > 15);

    for operation in operations {
        for headers in FOREIGN {
            let request = admin.request(operation.method.clone(), &operation.random_path());
            let request = request.header("if-match", "*").json(&json!({}));
            let reply = admin.send(with(request, headers)).await;
            assert!(reply.cookie().is_none(), "{}", operation.id);
            reply.problem(Code::OriginRefused);
        }
    }

    assert!(house.dump().await == before);
}}

api_test! { ways_of_the_same_page_are_open [listed()] |house| {
    let user = house.user().await;
    let own = house.url("");
    let localhost = own.replace("127.0.0.1", "localhost");
    for headers in [
        &[][..],
        &[("origin", own.as_str())],
        &[("origin", localhost.as_str())],
        &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin")],
        // A form of a page that sends no referrer.
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("sec-fetch-site", "none")],
        &[("origin", LISTED)],
        &[("origin", LISTED), ("sec-fetch-site", "cross-site")],
        &[("origin", LISTED), ("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(rename(&user, headers).await.status, 200, "{headers:?}");
    }
}}

api_test! { where_no_origin_is_listed_only_our_own_is_open |house| {
    let user = house.user().await;
    let own = house.url("");
    assert_eq!(rename(&user, &[("origin", own.as_str())]).await.status, 200);
    let other_port = "http://127.0.0.1:1";
    for origin in [LISTED, other_port, "http://evil.localhost", "", "file://", "%00"] {
        rename(&user, &[("origin", origin)]).await.problem(Code::OriginRefused);
    }
}}

api_test! { over_https_only_the_public_origin_is_our_own [Settings {
    variables: vec![
        ("DOORWARD_PUBLIC_URL", "https://auth.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
    ],
    ..Settings::default()
}] |house| {
    let user = house.user().await;
    let own = house.url("");
    assert_eq!(rename(&user, &[("origin", "https://auth.example.test")]).await.status, 200);
    for origin in [own.as_str(), "http://auth.example.test", "http://localhost"] {
        let forged = [("origin", origin), ("host", "localhost"), ("x-forwarded-host", "localhost")];
        rename(&user, &forged).await.problem(Code::OriginRefused);
    }
}}

api_test! { asvs_7_6_2_nobody_is_signed_in_by_another_site |house| {
    let stranger = house.user().await;
    let victim = house.nobody();
    for headers in FOREIGN {
        let body = json!({ "email": stranger.email, "password": PASSWORD });
        let request = victim.request(Method::POST, "/v1/auth/sign-in").json(&body);
        let reply = victim.send(with(request, headers)).await;
        assert!(reply.cookie().is_none());
        reply.problem(Code::OriginRefused);
    }
    assert!(victim.cookie().is_none());
}}

api_test! { asvs_3_5_2_what_a_form_can_send_is_no_json |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    let body = json!({ "name": "New Name" }).to_string();
    let multipart = "multipart/form-data; boundary=x";
    let kinds = [
        None, Some(""), Some("text/plain"), Some("application/x-www-form-urlencoded"),
        Some(multipart), Some("text/json"), Some("application/jsonp"), Some("application/*"),
        Some("text/plain; application/json"), Some("application/json; charset=utf-16"),
        Some("application/problem+json"), Some("application/json, text/plain"), Some("json"),
    ];
    for operation in unsafe_operations(&house).iter().filter(|operation| operation.body_schema().is_some()) {
        for kind in kinds {
            let request = admin.request(operation.method.clone(), &operation.random_path());
            let request = request.header("if-match", "*").body(body.clone());
            let request = match kind {
                Some(kind) => request.header("content-type", kind),
                None => request,
            };
            let reply = admin.send(request).await;
            assert_eq!(reply.status, 415, "{} {kind:?}: {}", operation.id, reply.text);
            reply.problem(Code::ContentTypeUnsupported);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
    for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
        let request = admin.request(Method::PATCH, "/v1/me").header("content-type", kind);
        admin.send(request.body(body.clone())).await.ok();
    }
}}

fn preflight(who: &Actor, path: &str, origin: &str) -> RequestBuilder {
    let request = who.request(Method::OPTIONS, path).header("origin", origin);
    request
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "content-type,if-match")
}

api_test! { asvs_3_4_2_a_listed_origin_may_read_and_send [listed()] |house| {
    let user = house.user().await;
    let request = user.request(Method::GET, "/v1/me").header("origin", LISTED);

    let reply = user.send(request).await;

    assert_eq!(reply.header(ALLOWED), Some(LISTED));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    let varies = reply.header("vary").unwrap_or_default().to_lowercase();
    assert!(varies.contains("origin"), "{varies}");
    let exposed = reply.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
    assert!(exposed.contains("etag") && exposed.contains("retry-after"), "{exposed}");
    reply.ok();

    let reply = user.send(preflight(&user, "/v1/me", LISTED)).await;
    assert_eq!((reply.status, &*reply.text), (200, ""));
    assert_eq!(reply.header(ALLOWED), Some(LISTED));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    let methods = reply.header("access-control-allow-methods").unwrap_or_default();
    assert!(methods.contains("PATCH") && !methods.contains('*'), "{methods}");
    let headers = reply.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
    assert!(headers.contains("content-type") && headers.contains("if-match"), "{headers}");

    // A refusal can be read as well.
    let request = house.nobody().request(Method::GET, "/v1/me").header("origin", LISTED);
    let refused = house.nobody().send(request).await;
    assert_eq!(refused.header(ALLOWED), Some(LISTED));
    refused.problem(Code::NotSignedIn);
}}

/// That none of these origins is told that it may read or send.
async fn tells_nobody(house: &House, paths: &[&str]) {
    let user = house.user().await;
    for origin in [
        "https://evil.test", "null", "https://app.example.test.evil.test",
        "http://app.example.test", "https://app.example.test:8443", "https://APP.example.test.",
        "https://evilapp.example.test", "https://sub.app.example.test", "*", "",
    ] {
        for path in paths {
            let request = user.request(Method::GET, path).header("origin", origin);
            let reply = user.send(request).await;
            assert_eq!(reply.header(ALLOWED), None, "{origin} GET {path}");
            let reply = user.send(preflight(&user, path, origin)).await;
            assert_eq!(reply.header(ALLOWED), None, "{origin} OPTIONS {path}");
            assert!([403, 404, 405].contains(&reply.status), "{origin} OPTIONS {path}");
        }
    }
}

const PATHS: &[&str] = &["/v1/me", "/v1/auth/sign-in", "/openapi.json", "/setup", "/nowhere"];

api_test! { asvs_3_4_2_no_other_origin_may_read_or_send [listed()] |house| {
    tells_nobody(&house, PATHS).await;
}}

api_test! { asvs_3_4_2_where_no_origin_is_listed_none_may_read_or_send |house| {
    tells_nobody(&house, PATHS).await;
    let user = house.user().await;
    let reply = user.send(preflight(&user, "/v1/me", LISTED)).await;
    assert_eq!(reply.header(ALLOWED), None);
}}
