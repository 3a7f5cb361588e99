//! The first administrator: made once, by whoever holds the one-time link.

use doorward::{features::setup::store, http::code::Code};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{House, PASSWORD, Reply, Settings};

/// A new link's token.
async fn token(house: &House) -> String {
    let token = store::offer(&house.app).await.expect("it is stored").expect("no administrator");
    token.reveal().to_owned()
}

fn body(token: &str, email: &str) -> Value {
    json!({ "token": token, "email": email, "password": PASSWORD, "name": "Ada Admin" })
}

async fn set_up(house: &House, token: &str) -> Reply {
    house.nobody().post("/v1/setup", body(token, "ada@example.test")).await
}

/// Sends the form of the page `/setup`.
async fn submit(house: &House, fields: &[(&str, &str)]) -> Reply {
    let nobody = house.nobody();
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = nobody.request(Method::POST, "/setup").body(text);
    nobody.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

api_test! { asvs_6_3_2_a_fresh_service_has_no_account |house| {
    let dump = house.dump().await;
    assert_eq!((dump.count("users"), dump.count("passwords")), (0, 0));
    for (email, password) in [
        ("admin@example.com", "admin"), ("admin@localhost.test", "password"),
        ("root@example.com", "root"), ("admin@example.com", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let reply = house.nobody().post("/v1/auth/sign-in", body).await;
        reply.problem(Code::InvalidCredentials);
    }
}}

api_test! { asvs_6_4_1_a_link_makes_one_administrator_once |house| {
    let token = token(&house).await;
    assert_eq!(token.len(), 43, "32 random bytes in base64url");

    let made = set_up(&house, &token).await;

    assert!(made.cookie().is_none());
    let made = made.created();
    assert_eq!(made["email"], "ada@example.test");
    let body = json!({ "email": "ada@example.test", "password": PASSWORD });
    let session = house.nobody().post("/v1/auth/sign-in", body).await.ok();
    assert_eq!(session["session"]["roles"], json!(["admin"]));
    let before = house.dump().await.without(&["throttles"]);
    set_up(&house, &token).await.problem(Code::SetupDone);
    set_up(&house, "wrong").await.problem(Code::SetupDone);
    assert!(house.dump().await.without(&["throttles"]) == before);
    assert!(store::offer(&house.app).await.expect("it can be read").is_none());
}}

api_test! { asvs_6_4_1_a_wrong_or_expired_token_makes_nobody |house| {
    let token = token(&house).await;
    let before = house.dump().await.without(&["throttles"]);
    for wrong in ["x", &token[1..], &format!("{token}x"), &token.to_uppercase(), " ", "' OR 1=1"] {
        set_up(&house, wrong).await.problem(Code::SetupTokenInvalid);
    }
    let empty = house.nobody().post("/v1/setup", body("", "ada@example.test")).await;
    assert_eq!(empty.fields(), [("/token".to_owned(), "too_short".to_owned())]);
    house.pass(86_400);

    set_up(&house, &token).await.problem(Code::SetupTokenInvalid);

    assert!(house.dump().await.without(&["throttles"]) == before);
}}

api_test! { a_link_works_until_its_last_second |house| {
    let token = token(&house).await;
    house.pass(86_399);
    set_up(&house, &token).await.created();
}}

api_test! { a_refused_form_does_not_burn_the_link |house| {
    let token = token(&house).await;
    for (field, value) in [
        ("password", json!("short")), ("email", json!("nobody")), ("name", json!("")),
        ("role", json!("admin")),
    ] {
        let mut body = body(&token, "ada@example.test");
        body[field] = value;
        let reply = house.nobody().post("/v1/setup", body).await;
        let pointers: Vec<_> = reply.fields().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, [format!("/{field}")]);
    }
    set_up(&house, &token).await.created();
}}

api_test! { asvs_2_3_4_fifty_uses_of_one_link_at_once_make_one_administrator |house| {
    let token = token(&house).await;

    let uses: Vec<_> = (0..50)
        .map(|nth| {
            let (nobody, body) = (house.nobody(), body(&token, &format!("ada{nth}@example.test")));
            actix_web::rt::spawn(async move { nobody.post("/v1/setup", body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for each in uses {
        statuses.push(each.await.expect("an answer"));
    }

    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(201), count(409)), (1, 49), "{statuses:?}");
    let dump = house.dump().await;
    assert_eq!((dump.count("users"), dump.count("role_grants")), (1, 1));
}}

api_test! { ac_107_whoever_took_the_address_before_is_no_administrator |house| {
    let stranger = house.user_called("ada@example.test").await;
    let token = token(&house).await;

    let body = json!({
        "token": token, "email": "Ada@example.test", "password": "the owner's own words",
        "name": "Ada Admin",
    });
    let made = house.nobody().post("/v1/setup", body).await.created();

    assert_eq!(made["id"], stranger.id);
    stranger.get("/v1/me").await.problem(Code::NotSignedIn);
    stranger.sign_in().await.problem(Code::InvalidCredentials);
    let session = stranger.sign_in_with("the owner's own words").await.ok();
    assert_eq!(session["session"]["roles"], json!(["admin"]));
}}

api_test! { guesses_at_the_token_are_counted [Settings {
    variables: vec![("DOORWARD_THROTTLE_ADDRESS_FAILURES", "3")],
    ..Settings::default()
}] |house| {
    let token = token(&house).await;
    for _ in 0..2 {
        set_up(&house, "wrong").await.problem(Code::SetupTokenInvalid);
    }
    let page = submit(&house, &[("token", "x"), ("email", "a@x.test"), ("name", "A"),
        ("password", PASSWORD)]).await;
    assert_eq!(page.status, 403);
    let refused = set_up(&house, &token).await;
    assert_eq!(refused.header("ratelimit-policy"), Some("\"set-ups\";q=3;w=600"));
    refused.problem(Code::RateLimited);
    house.pass(200);
    set_up(&house, &token).await.created();
}}

api_test! { the_page_shows_a_form_that_makes_the_administrator |house| {
    let token = token(&house).await;
    let page = house.nobody().get(&format!("/setup?token={token}")).await.expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    // So that the form says where it comes from, also to browsers without `Sec-Fetch-Site`.
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    for part in [
        "<form method=\"post\" action=\"/setup\">",
        &format!("<input type=\"hidden\" name=\"token\" value=\"{token}\">"),
        "type=\"password\" autocomplete=\"new-password\"",
        "At least 15 characters",
    ] {
        assert!(page.text.contains(part), "{part}\n{}", page.text);
    }

    let done = submit(&house, &[("token", &token), ("email", "ada@example.test"),
        ("name", "Ada Admin"), ("password", PASSWORD)]).await;

    let place = done.expect(303).header("location").expect("a place").to_owned();
    assert!(house.nobody().get(&place).await.expect(200).text.contains("Doorward is set up"));
    let body = json!({ "email": "ada@example.test", "password": PASSWORD });
    let session = house.nobody().post("/v1/auth/sign-in", body).await.ok();
    assert_eq!(session["session"]["roles"], json!(["admin"]));
}}

api_test! { the_page_shows_what_is_wrong_and_keeps_all_but_the_password |house| {
    let token = token(&house).await;
    let fill = async |token: &str, email: &str, password: &str| {
        let fields =
            [("token", token), ("email", email), ("name", "Ada Admin"), ("password", password)];
        submit(&house, &fields).await
    };

    let page = fill(&token, "ada@example.test", "too few words").await.expect(422);

    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text.contains("role=\"alert\""), "{}", page.text);
    let fault = "id=\"password-error\">Use at least 15 characters.";
    assert!(page.text.contains(fault), "{}", page.text);
    for kept in [token.as_str(), "value=\"ada@example.test\"", "value=\"Ada Admin\""] {
        assert!(page.text.contains(kept), "{kept}");
    }
    assert!(!page.text.contains("too few words"));
    let page = fill("wrong", "ada@example.test", PASSWORD).await.expect(403);
    assert!(page.text.contains("This link is not good any more"));
    let page = fill(&token, "nobody", PASSWORD).await.expect(422);
    assert!(page.text.contains("id=\"email-error\">Enter an e-mail address"));
    fill(&token, "ada@example.test", PASSWORD).await.expect(303);
    let page = fill(&token, "ada@example.test", PASSWORD).await.expect(409);
    assert!(page.text.contains("has an administrator already"));
}}

api_test! { asvs_1_2_1_the_page_shows_values_as_text |house| {
    let hostile = "\"><svg onload=1>'&{{7*7}}</form>";
    let query = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect::<String>();
    let shown = house.nobody().get(&format!("/setup?token={query}")).await.expect(200);
    let fields = [("token", hostile), ("email", hostile), ("name", hostile), ("password", hostile)];
    let refused = submit(&house, &fields).await.expect(422);
    for page in [shown, refused] {
        assert!(!page.text.contains("<svg"), "{}", page.text);
        assert!(page.text.contains("svg onload=1"), "{}", page.text);
        assert!(page.text.contains("{{7*7}}"), "{}", page.text);
        assert_eq!(page.text.matches("</form>").count(), 1);
        assert_eq!(page.text.matches("<input").count(), 4);
    }
}}

api_test! { the_page_takes_no_form_of_another_site |house| {
    let token = token(&house).await;
    let fields = format!("token={token}&email=eve%40evil.test&name=Eve&password=eves+own+words");
    let before = house.dump().await;
    for (name, value) in [
        ("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site"),
    ] {
        let nobody = house.nobody();
        let request = nobody.request(Method::POST, "/setup").body(fields.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let page = nobody.send(request.header(name, value)).await.expect(403);
        assert!(page.text.contains("from a page of another site"));
    }
    assert!(house.dump().await == before);
}}

api_test! { asvs_3_5_3_looking_at_the_link_does_not_use_it |house| {
    let token = token(&house).await;
    let before = house.dump().await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let nobody = house.nobody();
        let path = format!("/setup?token={token}&email=a%40x.test&name=A&password=a+b+c+d+e+f+g+h");
        nobody.send(nobody.request(method, &path)).await;
    }
    assert!(house.dump().await == before);
    set_up(&house, &token).await.created();
}}
