//! What every answer carries, whatever it answers, and what a request that only reads leaves alone.

use std::collections::BTreeMap;

use doorward::http::code::Code;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

/// Paths beside the API, with the methods that they answer.
const BESIDE: &[(&str, &str)] = &[
    ("/openapi.json", "GET, HEAD"),
    ("/docs", "GET, HEAD"),
    ("/docs/", "GET, HEAD"),
    ("/docs/swagger-ui.css", "GET, HEAD"),
    ("/docs/swagger-initializer.js", "GET, HEAD"),
    ("/docs/problems/auth.not_signed_in", "GET, HEAD"),
    ("/assets/doorward.css", "GET, HEAD"),
    ("/assets/logo", "GET, HEAD"),
    ("/assets/passkeys.js", "GET, HEAD"),
    ("/assets/challenge.js", "GET, HEAD"),
    ("/setup", "GET, HEAD, POST"),
    ("/dev/mail", "GET, HEAD"),
    ("/dev/mail.json", "GET, HEAD"),
    ("/sign-in", "GET, HEAD, POST"),
    ("/sign-up", "GET, HEAD, POST"),
    ("/sign-out", "GET, HEAD, POST"),
    ("/", "GET, HEAD"),
    ("/verify", "GET, HEAD, POST"),
    ("/verify/link", "GET, HEAD, POST"),
    ("/forgot", "GET, HEAD, POST"),
    ("/reset", "GET, HEAD, POST"),
    ("/confirm-email", "GET, HEAD, POST"),
    ("/undo-email", "GET, HEAD, POST"),
    ("/second-factor", "GET, HEAD, POST"),
    ("/step-up", "GET, HEAD, POST"),
    ("/account", "GET, HEAD"),
    ("/account/email", "GET, HEAD, POST"),
    ("/account/password/remove", "GET, HEAD, POST"),
    ("/account/factors/name", "GET, HEAD, POST"),
    ("/account/passkeys/name", "GET, HEAD, POST"),
    ("/account/email/code", "GET, HEAD, POST"),
    ("/account/language", "GET, HEAD, POST"),
    ("/account/factors", "GET, HEAD, POST"),
    ("/account/factors/app", "GET, HEAD, POST"),
    ("/account/factors/confirm", "GET, HEAD, POST"),
    ("/account/factors/codes", "GET, HEAD, POST"),
    ("/account/devices", "GET, HEAD, POST"),
    ("/account/passkeys", "GET, HEAD, POST"),
    ("/account/name", "GET, HEAD, POST"),
    ("/account/password", "GET, HEAD, POST"),
    ("/account/sessions", "GET, HEAD, POST"),
    ("/account/activity", "GET, HEAD"),
    ("/account/export", "GET, HEAD, POST"),
    ("/account/delete", "GET, HEAD, POST"),
    ("/.well-known/change-password", "GET, HEAD"),
];

/// Where a stranger is led who asks for a path.
fn status(path: &str) -> u16 {
    match path {
        "/docs" => 308,
        "/" | "/sign-out" | "/second-factor" | "/step-up" | "/.well-known/change-password" => 303,
        _ if path.starts_with("/account") => 303,
        _ => 200,
    }
}

fn https() -> Settings {
    let variables = vec![
        ("DOORWARD_PUBLIC_URL", "https://auth.example.test"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1"),
        ("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "1"),
        ("DOORWARD_DOCS_ENABLED", "always"),
    ];
    Settings { variables, ..Settings::default() }
}

/// One answer of each class, with the status that it has.
async fn one_of_each(house: &House) -> Vec<Reply> {
    let (admin, nobody) = (house.admin().await, house.nobody());
    let post = |path: &str, kind: &str, body: String| {
        nobody.request(Method::POST, path).header("content-type", kind).body(body)
    };
    let guess = json!({ "email": "nobody@example.test", "password": PASSWORD }).to_string();
    let json = "application/json";
    let requests: Vec<(u16, &Actor, RequestBuilder)> = vec![
        (200, &admin, admin.request(Method::GET, "/v1/me")),
        (200, &nobody, nobody.request(Method::GET, "/livez")),
        (400, &nobody, post("/v1/auth/sign-in", json, "{".to_owned())),
        (401, &nobody, nobody.request(Method::GET, "/v1/me")),
        (401, &nobody, post("/v1/auth/sign-in", json, guess.clone())),
        (429, &nobody, post("/v1/auth/sign-in", json, guess)),
        (403, &nobody, nobody.request(Method::POST, "/v1/setup").header("origin", "null")),
        (404, &nobody, nobody.request(Method::GET, "/nowhere/at/all")),
        (404, &nobody, nobody.request(Method::GET, "/v1/nothing")),
        (404, &nobody, nobody.request(Method::GET, "/docs/nothing.js")),
        (405, &nobody, nobody.request(Method::DELETE, "/v1/auth/sign-in")),
        (405, &nobody, nobody.request(Method::PUT, "/openapi.json")),
        (413, &nobody, post("/v1/auth/sign-in", json, "x".repeat(70_000))),
        (415, &nobody, post("/v1/auth/sign-in", "text/plain", "{}".to_owned())),
        (422, &nobody, post("/v1/auth/sign-in", json, "{}".to_owned())),
        (428, &admin, admin.request(Method::DELETE, &format!("/v1/users/{}", admin.id))),
        (431, &nobody, nobody.request(Method::GET, "/livez").header("x-long", "x".repeat(20_000))),
        (204, &admin, admin.request(Method::POST, "/v1/auth/sign-out")),
    ];
    let mut replies = Vec::new();
    for (status, who, request) in requests {
        replies.push(who.send(request).await.expect(status));
    }
    replies.extend(pages(house).await);
    replies
}

async fn pages(house: &House) -> Vec<Reply> {
    let mut replies = Vec::new();
    for (path, _) in BESIDE {
        // The development mailbox is for plain HTTP on one machine.
        let is_closed = path.starts_with("/dev/") && house.app.config.is_https();
        let status = if is_closed { 404 } else { status(path) };
        replies.push(house.nobody().get(path).await.expect(status));
    }
    replies
}

api_test! { asvs_3_4_1_every_answer_over_https_says_that_there_is_nothing_else [https()] |house| {
    for reply in one_of_each(&house).await {
        let value = reply.header("strict-transport-security");
        assert_eq!(value, Some("max-age=63072000; includeSubDomains"), "{reply:?}");
    }
}}

api_test! { over_http_nothing_is_said_about_https |house| {
    for reply in pages(&house).await {
        assert_eq!(reply.header("strict-transport-security"), None);
    }
}}

api_test! { asvs_3_4_4_no_answer_is_taken_for_what_it_is_not [https()] |house| {
    for reply in one_of_each(&house).await {
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply:?}");
        assert!(reply.headers.contains_key("cache-control"), "{reply:?}");
        // What concerns pages alone, the API does not say.
        let has_permissions = reply.headers.contains_key("permissions-policy");
        assert_eq!(has_permissions, is_html(&reply), "{reply:?}");
        assert_eq!((reply.header("server"), reply.header("x-powered-by")), (None, None));
    }
}}

api_test! { asvs_3_4_5_no_other_site_learns_our_addresses [https()] |house| {
    for reply in one_of_each(&house).await {
        let referrer = reply.header("referrer-policy").unwrap_or_default();
        assert!(["no-referrer", "same-origin"].contains(&referrer), "{reply:?}");
    }
}}

api_test! { asvs_3_4_8_no_other_site_holds_a_window_or_a_resource_of_ours [https()] |house| {
    for reply in one_of_each(&house).await {
        let opener = is_html(&reply).then_some("same-origin");
        assert_eq!(reply.header("cross-origin-opener-policy"), opener, "{reply:?}");
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{reply:?}");
    }
}}

/// The rules of an answer's content security policy, by name.
fn rules(reply: &Reply) -> BTreeMap<&str, &str> {
    let policy = reply.header("content-security-policy").expect("a policy");
    policy.split("; ").map(|rule| rule.split_once(' ').unwrap_or((rule, ""))).collect()
}

api_test! { asvs_3_4_3_no_page_runs_a_script_of_its_own_or_of_others [https()] |house| {
    for reply in one_of_each(&house).await {
        let rules = rules(&reply);
        assert_eq!(rules["default-src"], "'none'", "{rules:?}");
        assert!(["", "'self'"].contains(rules.get("script-src").unwrap_or(&"")), "{rules:?}");
        if is_html(&reply) {
            assert_eq!(rules["base-uri"], "'none'", "{rules:?}");
            assert!(["'none'", "'self'"].contains(&rules["form-action"]), "{rules:?}");
        }
    }
}}

api_test! { asvs_3_4_6_no_answer_can_be_framed [https()] |house| {
    for reply in one_of_each(&house).await {
        assert_eq!(rules(&reply)["frame-ancestors"], "'none'", "{reply:?}");
        let frames = is_html(&reply).then_some("DENY");
        assert_eq!(reply.header("x-frame-options"), frames, "{reply:?}");
    }
}}

fn is_html(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

api_test! { asvs_3_2_1_an_answer_of_the_api_is_no_document [https()] |house| {
    let admin = house.admin().await;
    for operation in house.operations() {
        let request = admin.request(operation.method.clone(), &operation.random_path());
        let request = request.header("sec-fetch-dest", "document").header("accept", "text/html");
        // From elsewhere, so that nothing is changed on the way.
        let reply = admin.send(request.header("origin", "https://evil.test")).await;
        let kind = reply.header("content-type").unwrap_or_default();
        // What is meant to be kept says so in the contract.
        let is_kept = operation.described["responses"].get("304").is_some();
        let kinds = ["application/json", "application/problem+json"];
        assert!(kinds.contains(&kind) || is_kept, "{}: {kind}", operation.id);
        let policy = reply.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'; sandbox"));
        assert_eq!(reply.header("cache-control") == Some("no-store"), !is_kept);
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}}

api_test! { every_refusal_names_its_request [https()] |house| {
    let mut seen = Vec::new();
    for reply in one_of_each(&house).await {
        let id = reply.header("x-request-id").expect("an id").to_owned();
        if reply.status >= 400 {
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
            let body = reply.json();
            assert_eq!((&body["instance"], &body["status"]), (&json!(id), &json!(reply.status)));
            let explained = house.nobody().get(body["type"].as_str().expect("a path")).await;
            assert!(explained.expect(200).text.contains(body["code"].as_str().expect("a code")));
        }
        seen.push(id);
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
    let nobody = house.nobody();
    let chosen = nobody.request(Method::GET, "/v1/me").header("x-request-id", "req_mine");
    assert_ne!(nobody.send(chosen).await.header("x-request-id"), Some("req_mine"));
}}

/// Every path of the service with the methods that it answers, as `Allow` names them.
fn routes(house: &House) -> BTreeMap<String, String> {
    let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in house.operations() {
        let path = operation.path(|prefix| format!("{prefix}{}", "0".repeat(26)));
        methods.entry(path).or_default().push(operation.method.to_string());
    }
    let api = methods.into_iter().map(|(path, mut methods)| {
        if methods.contains(&"GET".to_owned()) {
            methods.push("HEAD".to_owned());
        }
        methods.sort();
        (path, methods.join(", "))
    });
    let beside = BESIDE.iter().map(|(path, allow)| ((*path).to_owned(), (*allow).to_owned()));
    api.chain(beside).collect()
}

api_test! { asvs_4_1_4_asvs_13_4_4_every_other_method_is_refused_and_the_known_ones_are_named |house| {
    let admin = house.admin().await;
    let before = house.dump().await;
    for (path, allow) in routes(&house) {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "TRACK", "BREW"]
        {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            let request = admin.request(method.parse().expect("a method"), &path);
            let reply = admin.send(request).await;
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some(&*allow), "{method} {path}");
            if method != "HEAD" {
                reply.problem(Code::MethodNotAllowed);
            }
        }
    }
    assert!(house.dump().await == before);
}}

/// The one thing to read that is told in the audit log, so that each answer holds one event more.
const EXPORT: &str = "/v1/me/export";

api_test! { asvs_3_5_3_get_head_and_options_change_nothing |house| {
    let admin = house.admin().await;
    let before = house.dump().await;
    for path in routes(&house).into_keys().chain(["/nowhere".to_owned()]) {
        if path == EXPORT {
            continue;
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let reply = admin.send(admin.request(method.clone(), &path)).await;
            assert!(reply.status < 500, "{method} {path}");
            assert!(reply.cookie().is_none(), "{method} {path}");
        }
    }
    assert!(house.dump().await == before);
}}

api_test! { head_is_get_without_the_body |house| {
    let admin = house.admin().await;
    for (path, allow) in routes(&house) {
        if !allow.contains("GET") || path == EXPORT {
            continue;
        }
        let got = admin.get(&path).await;
        let head = admin.send(admin.request(Method::HEAD, &path)).await;
        assert_eq!((head.status, &*head.text), (got.status, ""), "{path}");
        let (_, got, _) = got.shape();
        let (_, head, _) = head.shape();
        assert_eq!(head, got, "{path}");
    }
}}

api_test! { asvs_3_5_6_no_parameter_makes_a_script_of_an_answer |house| {
    let admin = house.admin().await;
    for (path, allow) in routes(&house) {
        if !allow.contains("GET") {
            continue;
        }
        for name in ["callback", "jsonp"] {
            let reply = admin.get(&format!("{path}?{name}=alert")).await;
            assert!(!reply.text.starts_with("alert"), "{path}: {}", reply.text);
            if path.starts_with("/v1") {
                let kind = reply.header("content-type").unwrap_or_default();
                assert!(kind.ends_with("json"), "{path}: {kind}");
            }
        }
    }
}}

api_test! { asvs_3_5_7_scripts_are_the_same_for_everybody_and_set_no_cookie |house| {
    let admin = house.admin().await;
    for path in [
        "/docs/swagger-initializer.js", "/docs/swagger-ui-bundle.js", "/assets/passkeys.js",
        "/assets/challenge.js",
    ] {
        let (signed_in, nobody) = (admin.get(path).await, house.nobody().get(path).await);
        assert!(signed_in.cookie().is_none());
        assert_eq!(signed_in.shape(), nobody.shape());
    }
}}
