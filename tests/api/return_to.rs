//! Where a page leads after a sign-in: to our own paths and to listed places, whatever is tried.

use reqwest::Method;

use crate::harness::{Actor, House, PASSWORD, Reply, Settings};

fn listed() -> Settings {
    let variables =
        vec![("DOORWARD_PAGES_RETURN_TO", "https://foo.example.test/app,http://localhost:3000")];
    Settings { variables, ..Settings::default() }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Sends the form of a page, as a browser would.
async fn send(who: &Actor, page: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = who.request(Method::POST, page).body(body);
    who.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

/// Where every page that takes a `return_to` leads with this one, `raw` as it stands in the query.
async fn ends(house: &House, user: &Actor, raw: &str) -> Vec<String> {
    let decoded = url::form_urlencoded::parse(format!("x={raw}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let location = |reply: Reply| reply.expect(303).header("location").expect("a place").to_owned();
    let mut found = Vec::new();
    // Signed in already: led on at once.
    for page in ["/sign-in", "/sign-up"] {
        found.push(location(user.get(&format!("{page}?return_to={raw}")).await));
    }
    // The form, as sent by hand.
    let new = user.elsewhere();
    let fields = [("email", &*user.email), ("password", PASSWORD), ("return_to", &decoded)];
    let reply = send(&new, "/sign-in", &fields).await;
    // What is no text is no form either.
    let is_text = !decoded.contains(['\0', '\u{fffd}']);
    found.push(if is_text {
        location(reply)
    } else {
        reply.expect(400);
        "/account".to_owned()
    });
    // The form, as the page fills it in.
    let page = house.nobody().get(&format!("/sign-in?return_to={raw}")).await.expect(200);
    let hidden = page.text.split("name=\"return_to\" value=\"").nth(1);
    let hidden = hidden.and_then(|rest| rest.split('"').next()).unwrap_or("/account");
    found.push(hidden.replace("&#38;", "&"));
    found
}

/// That none of these is followed by any page.
async fn is_nowhere(house: &House, all: &[&str]) {
    let user = house.user().await;
    for raw in all {
        for place in ends(house, &user, raw).await {
            assert_eq!(place, "/account", "{raw}");
        }
    }
}

api_test! { own_paths_and_listed_places_are_followed [listed()] |house| {
    let user = house.user().await;
    for place in [
        "/account/sessions", "/", "/account/activity?x=1#top", "https://foo.example.test/app",
        "https://foo.example.test/app/deep?a=b&c=d#e", "http://localhost:3000",
        "http://localhost:3000/any", "/search?next=%2F%2Fevil.test",
    ] {
        for end in ends(&house, &user, &encoded(place)).await {
            assert_eq!(end, place);
        }
    }
}}

api_test! { ac_001_a_user_part_or_another_loopback_is_no_listed_place [listed()] |house| {
    is_nowhere(&house, &[
        "http://localhost:3000@evil.test/", "http://localhost:3000:80@evil.test/cb",
        "http://127.0.0.1:80@evil.test/cb", "http://user@localhost:3000/",
        "http://user:pass@localhost:3000/", "http://localhost:3000%40evil.test/",
        "http://127.0.0.1:3000/", "http://[::1]:3000/", "http://localhost/", "http://localhost:30000/",
        "http://localhost.evil.test:3000/", "http://localhost%00.evil.test:3000/",
        "http://localhost%23@evil.test/", "http://0x7f000001:3000/", "https://localhost:3000/",
        "https://foo.example.test@evil.test/app", "https://evil.test/%23@foo.example.test/app",
        "https://foo.example.test%5c@evil.test/app", "https://foo.example.test:443@evil.test/app",
    ]).await;
}}

api_test! { ac_004_nothing_is_decoded_twice [listed()] |house| {
    is_nowhere(&house, &[
        "%252F%252Fevil.test", "%2F%252Fevil.test", "/%252e%252e//evil.test", "/%252Fevil.test",
        "/account/%2e%2e/%2e%2e//evil.test", "/account/%252e%252e/", "/%2561ccount",
        "https://foo.example.test/app/%252e%252e/", "https://foo.example.test/app/%2e%2e/admin",
        "https://foo.example.test/app%252f..%252fadmin", "https://foo.example.test/%2561pp",
        "https%253A%252F%252Fevil.test", "https://foo.example.test/app/..%252fadmin",
        "/account/%25252e%25252e/x", "https%3A%2F%2Ffoo.example.test%2Fapp%2F%25%32%65%25%32%65",
    ]).await;
}}

api_test! { ac_006_only_web_addresses_are_followed [listed()] |house| {
    is_nowhere(&house, &[
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java%0ascript:alert(1)", "%20javascript:x",
        "javascript://foo.example.test/app%0aalert(1)", "data:text/html,%3Cscript%3E", "vbscript:x",
        "file:///etc/passwd", "blob:https://foo.example.test/app", "about:blank", "mailto:a@b.test",
        "ftp://foo.example.test/app", "ws://localhost:3000/", "intent://foo.example.test/app",
        "view-source:https://foo.example.test/app", "x:/account", "http:account",
        "https:foo.example.test/app", "https:/foo.example.test/app", "https:evil.test",
    ]).await;
}}

api_test! { ac_008_what_a_browser_reads_as_another_host_is_no_path [listed()] |house| {
    is_nowhere(&house, &[
        "//evil.test", "///evil.test", "////evil.test", "/%5cevil.test", "%5c%5cevil.test",
        "%5c/evil.test", "/%09/evil.test", "%09//evil.test", "/%0a/evil.test", "/%0d/evil.test",
        "/%00/evil.test", "%20//evil.test", "/%20/evil.test", "/%5c%5cevil.test", "/.//evil.test",
        "/..//evil.test", "/account/..//evil.test", "/./%5cevil.test", "/%2F/evil.test",
        "http:///evil.test", "https:///evil.test", "https:%5c%5cevil.test", "evil.test",
        "evil.test/account", ".evil.test", "@evil.test", ":evil.test", "?//evil.test", "%23",
        "/account%0d%0aLocation:%20//evil.test", "/account%E2%80%AE", "//foo.example.test/app",
        "/%E3%80%82%E3%80%82evil.test", "//evil%E3%80%82test", "/;@evil.test//x", "",
        "%EF%BC%8F%EF%BC%8Fevil.test",
    ]).await;
}}

api_test! { ac_008_a_very_long_place_is_not_followed [listed()] |house| {
    let long = format!("/{}", "a".repeat(2000));
    is_nowhere(&house, &[&long]).await;
}}

api_test! { ac_013_a_listed_place_is_compared_letter_by_letter [listed()] |house| {
    is_nowhere(&house, &[
        "https://fooaexample.test/app", "https://foo.exampleatest/app",
        "https://foo.example.test.evil.test/app", "https://evil.test/foo.example.test/app",
        "https://evilfoo.example.test/app", "https://sub.foo.example.test/app",
        "https://foo.example.test./app", "https://FOO.example.test/app",
        "HTTPS://foo.example.test/app", "https://foo.example.test:8443/app",
        "https://foo.example.test:443/app", "http://foo.example.test/app",
        "https://foo.example.test/apple", "https://foo.example.test/App",
        "https://foo.example.test/", "https://foo.example.test", "https://foo.example.test/x/app",
        "https://foo.example.test//app", "https://foo.example.test/app//x",
        "https://foo.example.test/app/../admin", "https://foo.example.test/./app",
        "https://evil.test/app?https://foo.example.test/app",
        "https://evil.test%23https://foo.example.test/app", "https://f%C3%B6o.example.test/app",
    ]).await;
}}

api_test! { ac_010_every_page_passes_its_place_through_the_same_door [listed()] |house| {
    let user = house.user().await;
    let nobody = house.nobody();
    // A page that needs a session names itself, and nothing that it was given.
    let reply = nobody.get("/account/sessions?return_to=//evil.test").await.expect(303);
    let place = reply.header("location").expect("a place");
    assert_eq!(place, "/sign-in?return_to=%2Faccount%2Fsessions");
    // A sign-up hands on what the sign-in will look at again.
    let fields = [
        ("name", "Eve"), ("email", "eve@example.test"), ("password", PASSWORD),
        ("return_to", "//evil.test"),
    ];
    let reply = send(&nobody, "/sign-up", &fields).await.expect(200);
    assert!(!reply.text.contains("evil.test"), "{}", reply.text);
    for path in ["/account", "/account/name", "/account/sessions", "/sign-out", "/"] {
        let reply = user.get(&format!("{path}?return_to=https://evil.test")).await;
        assert!(!reply.text.contains("evil.test"), "{path}");
        let place = reply.header("location").unwrap_or("/account").to_owned();
        assert!(place.starts_with("/account"), "{path}: {place}");
    }
}}

api_test! { ac_008_where_nothing_is_listed_only_our_own_paths_are_followed |house| {
    is_nowhere(&house, &["https://foo.example.test/app", "http://localhost:3000", "//x"]).await;
    let user = house.user().await;
    for end in ends(&house, &user, "/account/name").await {
        assert_eq!(end, "/account/name");
    }
}}

api_test! { a_page_names_the_listed_places_to_browsers_as_ends_of_forms [listed()] |house| {
    let reply = house.nobody().get("/sign-in").await.expect(200);
    let policy = reply.header("content-security-policy").expect("a policy");
    let wanted = "form-action 'self' http://localhost:3000 https://foo.example.test;";
    assert!(policy.contains(wanted), "{policy}");
}}
