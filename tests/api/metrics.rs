//! Counts for Prometheus: by route, on a listener of their own, without anything that was sent.

use std::net::TcpListener;

use doorward::{http::code::Code, server};

use crate::harness::House;

/// The text of a metrics listener of this house.
async fn text(house: &House) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("an address"));
    let server = server::build_metrics(&house.metrics, listener).expect("it starts");
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let response = house.client.get(url).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().expect("text");
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().await.expect("a text");
    handle.stop(false).await;
    text
}

/// The count of one series.
fn count(text: &str, method: &str, route: &str, status: u16) -> u64 {
    let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} ");
    let start = format!("doorward_http_requests_total{labels}");
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.map_or(0, |number| number.parse().expect("a number"))
}

api_test! { requests_are_counted_by_route_and_outcome |house| {
    let admin = house.admin().await;
    for _ in 0..3 {
        admin.get(&format!("/v1/users/{}?secret=canary7Kq", admin.id)).await.ok();
    }
    admin.get("/v1/users/usr_00000000000000000000000000").await.problem(Code::AccountNotFound);
    house.nobody().get("/v1/me").await.problem(Code::NotSignedIn);
    house.nobody().get("/nowhere/canary7Kq").await.problem(Code::NotFound);

    let text = text(&house).await;

    assert_eq!(count(&text, "GET", "/v1/users/{id}", 200), 3);
    assert_eq!(count(&text, "GET", "/v1/users/{id}", 404), 1);
    assert_eq!(count(&text, "GET", "/v1/me", 401), 1);
    assert_eq!(count(&text, "GET", "none", 404), 1);
    assert_eq!(count(&text, "POST", "/v1/setup", 201), 1);
    let buckets = "doorward_http_request_seconds_count{route=\"/v1/users/{id}\"} 4";
    assert!(text.contains(buckets), "{text}");
}}

api_test! { asvs_14_2_1_nothing_that_was_sent_becomes_a_label |house| {
    let admin = house.admin().await;
    for operation in house.operations() {
        let path = operation.path(|prefix| format!("{prefix}canary7Kq"));
        admin.send(admin.right_call(&operation, &path)).await;
    }
    for method in ["CANARY7KQ", "BREW"] {
        let method = method.parse().expect("a method");
        let reply = admin.send(admin.request(method, "/v1/canary7Kq")).await;
        reply.problem(Code::NotFound);
    }

    let text = text(&house).await;

    let lower = text.to_lowercase();
    assert!(!lower.contains("canary7kq") && !lower.contains("brew"), "{text}");
    assert!(!text.contains(&admin.id) && !text.contains("example.test"), "{text}");
    assert_eq!(count(&text, "other", "none", 404), 2);
}}

api_test! { asvs_13_4_5_the_service_s_own_listener_has_no_metrics |house| {
    for who in [house.nobody(), house.admin().await] {
        who.get("/metrics").await.problem(Code::NotFound);
    }
    // And the metrics listener has nothing else.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    actix_web::rt::spawn(server::build_metrics(&house.metrics, listener).expect("it starts"));
    for path in ["/", "/v1/users", "/livez", "/docs/", "/openapi.json"] {
        let response = house.client.get(format!("{base}{path}")).send().await.expect("an answer");
        assert_eq!(response.status(), 404, "{path}");
    }
    let posted = house.client.post(format!("{base}/metrics")).send().await.expect("an answer");
    assert_eq!(posted.status(), 405);
}}
