//! The token endpoint: what RFC 6749 asks of it, row by row.

use data_encoding::BASE64;
use doorward::http::code::Code;
use reqwest::{Method, header};
use serde_json::json;

use crate::harness::{Actor, Fields, House, Machine, Reply, Settings, TOKEN};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn body(who: &Actor, path: &str, kind: &str, body: String) -> Reply {
    let request = who.request(Method::POST, path).header(header::CONTENT_TYPE, kind);
    who.send(request.body(body)).await
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn raw(machine: &Machine, text: &str) -> Reply {
    let request = machine.who.request(Method::POST, TOKEN);
    let request = request.basic_auth(&machine.id, Some(&machine.secret));
    machine.who.send(request.header(header::CONTENT_TYPE, FORM).body(text.to_owned())).await
}

api_test! { oauth_02_a_parameter_stands_once_empty_is_absent_and_unknown_is_ignored |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let right = "grant_type=client_credentials&scope=users:read";
    raw(&machine, right).await.ok();
    for name in ["grant_type", "scope", "resource", "client_id", "refresh_token", "foo"] {
        let twice = format!("{right}&{name}=x&{name}=x");
        raw(&machine, &twice).await.refused("invalid_request");
        let one_empty = format!("{right}&{name}=&{name}=x");
        raw(&machine, &one_empty).await.refused("invalid_request");
    }
    raw(&machine, &format!("{right}&grant_type=client_credentials")).await.refused("invalid_request");
    raw(&machine, &format!("{right}&foo=bar&password=x")).await.ok();
    let whole = raw(&machine, "grant_type=client_credentials&scope=&resource=&client_secret=").await.ok();
    assert_eq!(whole["scope"], "users:read");
    raw(&machine, "grant_type=&scope=").await.refused("invalid_request");
    for broken in ["grant_type=%", "grant_type=%zz", "grant_type=%ff", "grant_type=%00x"] {
        raw(&machine, broken).await.refused("invalid_request");
    }
}}

api_test! { oauth_09_the_token_endpoint_takes_posted_forms_alone |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = machine.who.request(method, &format!("{TOKEN}?grant_type=client_credentials"));
        let request = request.basic_auth(&machine.id, Some(&machine.secret));
        assert_eq!(machine.who.send(request).await.expect(405).header("allow"), Some("POST"));
    }
    let json = json!({ "grant_type": "client_credentials" }).to_string();
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let reply = body(&machine.who, TOKEN, kind, json.clone()).await;
        assert_eq!(reply.status, 415, "{kind}");
        reply.refused("invalid_request");
    }
    body(&machine.who, TOKEN, "application/x-www-form-urlencoded; charset=latin1", json).await.expect(415);
    // What stands in the address counts for nothing.
    let path = format!("{TOKEN}?grant_type=client_credentials&client_id={}&client_secret={}", machine.id, machine.secret);
    body(&machine.who, &path, FORM, String::new()).await.refused("invalid_request");
    let large = format!("grant_type={}", "x".repeat(70_000));
    assert_eq!(raw(&machine, &large).await.status, 413);
}}

api_test! { oauth_10_tokens_come_as_json_that_nobody_keeps |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let reply = machine.ask(&[]).await.expect(200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let body = reply.json();
    assert_eq!((&body["token_type"], &body["scope"]), (&json!("Bearer"), &json!("users:read")));
    assert!(body["expires_in"].as_i64().is_some_and(|seconds| (1..=900).contains(&seconds)));
    assert!(body.get("refresh_token").is_none(), "a client asks again");
    machine.ask(&[("scope", "roles:read")]).await.refused("invalid_scope");
    let program = machine.who.bearing(body["access_token"].as_str().expect("a token"));
    program.get("/v1/users").await.ok();
    program.get("/v1/roles").await.problem(Code::PermissionMissing);
    let event = admin.latest_event("client.signed_in").await;
    assert_eq!((&event["subject_id"], &event["actor_id"]), (&json!(machine.id), &json!(machine.account)));
}}

api_test! { oauth_11_every_cause_has_its_error_and_status |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let cases: [(Fields, &str); 8] = [
        (&[], "invalid_request"),
        (&[("grant_type", "authorization_code"), ("code", "x")], "unsupported_grant_type"),
        (&[("grant_type", "urn:ietf:params:oauth:grant-type:device_code")], "unsupported_grant_type"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
        (&[GRANT, ("scope", "users:write")], "invalid_scope"),
        (&[GRANT, ("scope", "No Scope")], "invalid_scope"),
        (&[GRANT, ("resource", "https://other.test")], "invalid_target"),
    ];
    for (fields, error) in cases {
        machine.send(TOKEN, fields).await.refused(error);
    }
    let nobody = house.nobody();
    for (id, secret) in [(&machine.id, "wrong"), (&"cli_x".to_owned(), "x"), (&machine.id, "")] {
        let request = nobody.request(Method::POST, TOKEN).basic_auth(id, Some(secret));
        let reply = nobody.send(request.form(&[GRANT])).await;
        let challenge = reply.header("www-authenticate").expect("a challenge").to_owned();
        assert!(challenge.starts_with("Basic realm="), "{challenge}");
        reply.refused("invalid_client");
        let fields = [GRANT, ("client_id", id), ("client_secret", secret)];
        nobody.form(TOKEN, &fields).await.refused("invalid_client");
    }
    nobody.form(TOKEN, &[GRANT]).await.refused("invalid_client");
    nobody.form(TOKEN, &[GRANT, ("client_id", &machine.id)]).await.refused("invalid_client");
    let event = admin.latest_event("client.refused").await;
    assert_eq!(event["subject_id"], machine.id);
}}

api_test! { oauth_12_a_client_shows_who_it_is_in_one_way |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let secret = ("client_secret", machine.secret.as_str());
    let id = ("client_id", machine.id.as_str());
    let jwt = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    for more in [&[secret][..], &[id, secret], &[jwt, ("client_assertion", "a.b.c")], &[("client_id", "cli_other")]] {
        machine.ask(more).await.refused("invalid_request");
    }
    let nobody = house.nobody();
    nobody.form(TOKEN, &[GRANT, id, secret, jwt, ("client_assertion", "a.b.c")]).await.refused("invalid_request");
    nobody.form(TOKEN, &[GRANT, secret]).await.refused("invalid_request");
    nobody.form(TOKEN, &[GRANT, id, ("client_assertion", "a.b.c")]).await.refused("invalid_request");
    let twice = machine.basic(TOKEN, &[GRANT]).basic_auth(&machine.id, Some(&machine.secret));
    machine.who.send(twice).await.refused("invalid_request");
    // Its own name beside `Authorization` is fine, and so is the form alone.
    machine.ask(&[id]).await.ok();
    nobody.form(TOKEN, &[GRANT, id, secret]).await.ok();
}}

async fn authorized(house: &House, value: &str) -> Reply {
    let nobody = house.nobody();
    let request = nobody.request(Method::POST, TOKEN).header(header::AUTHORIZATION, value);
    nobody.send(request.form(&[GRANT])).await
}

api_test! { oauth_13_basic_authentication_is_form_encoded |house| {
    let admin = house.admin().await;
    let Machine { id, secret, .. } = house.machine(&admin, &["users:read"]).await;
    let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let value = |id: &str, secret: &str| format!("Basic {}", BASE64.encode(format!("{id}:{secret}").as_bytes()));
    authorized(&house, &value(&id, &secret)).await.ok();
    authorized(&house, &value(&encoded(&id), &encoded(&secret))).await.ok();
    authorized(&house, &value(&id, &secret).replacen("Basic", "bASIC", 1)).await.ok();
    for wrong in [
        value(&id, &format!("{secret}%")), value(&id, &format!("{secret}+")), value(&id, &format!("{secret}:")),
        value(&id, "%C3%A9%3A%2B%25"), value(&id, "é:+%25"), value(&encoded(&encoded(&id)), &secret),
        format!("Basic {id}:{secret}"), format!("Basic {}", BASE64.encode(id.as_bytes())), "Basic".to_owned(),
        "Basic ====".to_owned(), value("", &secret), value(&secret, &id),
    ] {
        authorized(&house, &wrong).await.refused("invalid_client");
    }
}}

fn narrow() -> Settings {
    let variables = vec![
        ("DOORWARD_THROTTLE_ADDRESS_FAILURES", "20"),
        ("DOORWARD_THROTTLE_CLIENT_FAILURES", "5"),
    ];
    Settings { variables, ..Settings::default() }
}

api_test! { oauth_13_asvs_2_4_1_guesses_of_secrets_are_few [narrow()] |house| {
    let admin = house.admin().await;
    let (machine, other) = (house.machine(&admin, &["users:read"]).await, house.machine(&admin, &["users:read"]).await);
    let guess = Machine { secret: "dwc_guess".to_owned(), ..machine.clone() };
    for _ in 0..5 {
        guess.ask(&[]).await.refused("invalid_client");
    }
    let reply = guess.ask(&[]).await;
    assert!(reply.header("retry-after").is_some());
    assert_eq!(reply.status, 429);
    reply.refused("temporarily_unavailable");
    assert_eq!(machine.ask(&[]).await.status, 429, "the guesses are over, whatever comes");
    other.ask(&[]).await.ok();
    let mut last = 0;
    for _ in 0..20 {
        let unknown = Machine { id: crate::harness::sample::random_id("cli_"), ..guess.clone() };
        last = unknown.ask(&[]).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(other.ask(&[]).await.status, 429, "one address has so many guesses");
    house.pass(600);
    machine.ask(&[]).await.ok();
    other.ask(&[]).await.ok();
}}

api_test! { oauth_15_secrets_and_tokens_carry_more_than_160_bits |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let user = house.user().await;
    let (_, refresh) = user.tokens().await;
    for (text, prefix) in [(&machine.secret, "dwc_"), (&refresh, "dwr_")] {
        let random = text.strip_prefix(prefix).expect("its prefix");
        assert_eq!(data_encoding::BASE64URL_NOPAD.decode(random.as_bytes()).expect("base64url").len(), 32);
        let dump = house.dump().await.text();
        assert!(!dump.contains(random), "{prefix} is stored");
    }
}}

api_test! { oauth_17_whatever_comes_in_a_refusal_stays_plain |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    for odd in ["\"quoted\"", "é\u{fffd}", "a\r\nb: c", "\t", "\\", "x".repeat(5000).as_str(), "<script>"] {
        for name in ["grant_type", "scope", "resource", "refresh_token", odd] {
            let reply = machine.send(TOKEN, &[("grant_type", "refresh_token"), ("scope", "x:y")]).await;
            assert!(reply.status == 400);
            let reply = machine.send(TOKEN, &[(name, odd)]).await;
            let error = reply.json()["error"].as_str().expect("an error").to_owned();
            assert!(!reply.text.contains("quoted") && !reply.text.contains("<"), "{}", reply.text);
            reply.refused(&error);
        }
    }
}}

api_test! { ac_039_asvs_10_4_4_there_is_no_password_grant |house| {
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    for grant in ["password", "Password", "implicit", "urn:ietf:params:oauth:grant-type:token-exchange"] {
        let fields = [("grant_type", grant), ("username", admin.email.as_str()), ("password", crate::harness::PASSWORD)];
        machine.send(TOKEN, &fields).await.refused("unsupported_grant_type");
        house.nobody().form(TOKEN, &fields).await.refused("unsupported_grant_type");
    }
}}

api_test! { ac_034_a_token_is_for_no_other_audience_than_it_was_given_for |house| {
    let admin = house.admin().await;
    let account = house.service(&admin, &["users:read", "tokens:introspect"]).await;
    let machine = house.machine_of(&admin, &account, json!({
        "scopes": ["users:read", "tokens:introspect"], "audiences": ["https://orders.test", "https://bills.test"],
    })).await;
    for (asked, audience) in [
        (&[][..], "https://orders.test"),
        (&[("resource", "https://orders.test")], "https://orders.test"),
        (&[("resource", "https://bills.test")], "https://bills.test"),
    ] {
        let body = machine.ask(asked).await.ok();
        let told = machine.introspect(body["access_token"].as_str().expect("a token")).await;
        assert_eq!(told["aud"], audience);
    }
    for other in ["https://other.test", "https://orders.test/", "https://orders.test.evil.test", "orders"] {
        machine.ask(&[("resource", other)]).await.refused("invalid_target");
    }
    let user = house.user().await;
    let (_, refresh) = user.tokens().await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("resource", "https://other.test")];
    house.nobody().form(TOKEN, &fields).await.refused("invalid_target");
    user.refresh(&refresh).await.ok();
}}
