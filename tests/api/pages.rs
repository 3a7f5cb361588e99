//! The hosted pages, as a browser without scripts sees them. What they look like, `tests/browser`
//! tells.

use doorward::http::code::Code;
use reqwest::{Method, header};
use serde_json::json;

use crate::harness::{Actor, PASSWORD, Reply, Settings};

const OTHER: &str = "another river of green tea";

async fn send(who: &Actor, page: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = who.request(Method::POST, page).body(body);
    who.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

#[track_caller]
fn leads_to(reply: Reply, place: &str) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(place)), "{}", reply.text);
}

/// A page with this status that holds each of these texts.
#[track_caller]
fn holds(reply: Reply, status: u16, texts: &[&str]) {
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    let reply = reply.expect(status);
    for text in texts {
        assert!(reply.text.contains(text), "{text}\n{}", reply.text);
    }
    assert!(!reply.text.contains('⟦'), "a text is missing:\n{}", reply.text);
}

async fn filled(who: &Actor, email: &str, password: &str) -> Reply {
    send(who, "/sign-in", &[("email", email), ("password", password)]).await
}

api_test! { somebody_signs_up_signs_in_and_signs_out_again |house| {
    let ann = house.nobody();
    leads_to(ann.get("/").await, "/sign-in");
    let fields = [("name", "Ann"), ("email", "ann@example.test"), ("password", PASSWORD)];
    holds(send(&ann, "/sign-up", &fields).await, 200, &["role=\"status\"", "Thank you."]);

    leads_to(filled(&ann, "ann@example.test", PASSWORD).await, "/account");

    leads_to(ann.get("/").await, "/account");
    leads_to(ann.get("/sign-in").await, "/account");
    holds(ann.get("/account").await, 200, &["<h1>Ann</h1>", "ann@example.test", "You created"]);
    assert_eq!(ann.get("/v1/me").await.ok()["email"], "ann@example.test");
    leads_to(send(&ann, "/sign-out", &[]).await, "/sign-in?done=signed-out");
    ann.get("/v1/me").await.problem(Code::NotSignedIn);
    leads_to(ann.get("/account").await, "/sign-in");
    leads_to(send(&ann, "/sign-out", &[]).await, "/sign-in?done=signed-out");
}}

api_test! { a_session_lasts_as_long_as_the_box_says |house| {
    let user = house.user().await.elsewhere();
    let session = |reply: Reply| {
        let all = reply.headers.get_all("set-cookie").iter();
        let mut all = all.map(|value| value.to_str().expect("text").to_owned());
        all.find(|cookie| cookie.starts_with("doorward=")).expect("a session cookie")
    };
    let fields = [("email", &*user.email), ("password", PASSWORD), ("remember", "yes")];
    assert!(session(send(&user, "/sign-in", &fields).await).contains("Max-Age="));
    let fields = [("email", &*user.email), ("password", PASSWORD)];
    assert!(!session(send(&user.elsewhere(), "/sign-in", &fields).await).contains("Max-Age="));
}}

api_test! { asvs_6_3_8_a_page_says_the_same_to_a_wrong_password_and_an_unknown_address |house| {
    let user = house.user().await;
    let mut seen = Vec::new();
    for email in [&*user.email, "nobody@example.test"] {
        let reply = filled(&house.nobody(), email, "wrong words and more").await;
        assert!(reply.cookie().is_none());
        let text = reply.text.replace(email, "ADDRESS");
        holds(reply, 401, &["role=\"alert\"", "is not right", "type=\"password\""]);
        assert!(!text.contains("wrong words"));
        seen.push(text);
    }
    assert_eq!(seen[0], seen[1]);
    let fields = |email| [("name", "Eve"), ("email", email), ("password", PASSWORD)];
    let taken = send(&house.nobody(), "/sign-up", &fields(&user.email)).await.shape();
    let other = user.email.replacen("user", "free", 1);
    let free = send(&house.nobody(), "/sign-up", &fields(&other)).await.shape();
    let of = |(status, headers, text): (u16, Vec<_>, String), email: &str| {
        (status, headers, text.replace(email, "ADDRESS"))
    };
    assert_eq!(of(taken, &user.email), of(free, &other));
}}

api_test! { what_is_wrong_stands_beside_its_field_and_secrets_do_not_come_back |house| {
    let nobody = house.nobody();
    let fields = [("name", "Ann"), ("email", "nobody"), ("password", "too few")];
    holds(send(&nobody, "/sign-up", &fields).await, 422, &[
        "<title>Error: ", "<a href=\"#email\">Enter an e-mail address",
        "id=\"email-error\">Enter an e-mail address",
        "aria-invalid=\"true\" aria-describedby=\"email-error\"", "value=\"Ann\"",
        "value=\"nobody\"",
    ]);
    let fields = [("name", "Ann"), ("email", "ann@example.test"), ("password", "too few")];
    let reply = send(&nobody, "/sign-up", &fields).await;
    assert!(!reply.text.contains("too few"));
    holds(reply, 422, &[
        "id=\"password-error\">Use at least 15 characters.",
        "aria-describedby=\"password-error password-hint\"",
    ]);
    let fields = [("name", "\u{1}"), ("email", "ann@example.test"), ("password", PASSWORD)];
    holds(send(&nobody, "/sign-up", &fields).await, 422, &["id=\"name-error\""]);
    nobody.get("/v1/users").await.problem(Code::NotSignedIn);
}}

api_test! { a_password_is_changed_on_its_page |house| {
    let user = house.user().await;
    let other = user.elsewhere();
    other.sign_in().await.ok();
    let change = async |old: &str, new: &str| {
        let fields = [("username", "x"), ("current_password", old), ("new_password", new)];
        send(&user, "/account/password", &fields).await
    };
    holds(change("wrong words and more", OTHER).await, 403, &[
        "id=\"current_password-error\">This is not your current password",
    ]);
    holds(change(PASSWORD, "short").await, 422, &["id=\"new_password-error\""]);

    leads_to(change(PASSWORD, OTHER).await, "/account?done=password");

    holds(user.get("/account?done=password").await, 200, &["Your password is changed."]);
    leads_to(other.get("/account").await, "/sign-in");
    user.elsewhere().sign_in_with(OTHER).await.ok();
    leads_to(house.nobody().get("/.well-known/change-password").await, "/account/password");
}}

api_test! { other_devices_are_seen_by_name_and_signed_out |house| {
    let user = house.user().await;
    let (phone, tablet) = (user.elsewhere(), user.elsewhere());
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
    let body = json!({ "email": user.email, "password": PASSWORD });
    let request = phone.request(Method::POST, "/v1/auth/sign-in").json(&body);
    phone.send(request.header(header::USER_AGENT, agent)).await.ok();
    house.pass(1);
    tablet.sign_in().await.ok();
    house.pass(7200);
    let page = user.get("/account/sessions").await.expect(200);
    assert!(page.text.contains("Safari on iPhone"), "{}", page.text);
    assert!(page.text.contains("Used 2 hours ago"), "{}", page.text);
    let id = |text: &str| text.split('"').next().expect("an id").to_owned();
    let ends: Vec<_> = page.text.split("name=\"end\" value=\"").skip(1).map(id).collect();
    assert_eq!(ends.len(), 3, "two sessions and all others: {ends:?}");
    let second = ends[1].clone();

    let end = async |what: &str| send(&user, "/account/sessions", &[("end", what)]).await;
    leads_to(end(&second).await, "/account/sessions?done=session-ended");
    leads_to(end(&second).await, "/account/sessions?done=session-gone");

    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    tablet.get("/v1/me").await.ok();
    leads_to(end("others").await, "/account/sessions?done=sessions-ended");
    tablet.get("/v1/me").await.problem(Code::NotSignedIn);
    user.get("/v1/me").await.ok();
    holds(end("anything").await, 400, &["could not be read"]);
    let stranger = house.user().await;
    let theirs = stranger.get("/v1/auth/session").await.ok()["session"]["id"].clone();
    leads_to(end(theirs.as_str().expect("an id")).await, "/account/sessions?done=session-gone");
    stranger.get("/v1/me").await.ok();
}}

api_test! { a_name_is_changed_and_shown_as_text |house| {
    let user = house.user().await;
    let hostile = "<svg onload=1>\"'&{{7*7}}";
    leads_to(send(&user, "/account/name", &[("name", hostile)]).await, "/account?done=name");
    for path in ["/account", "/account/name"] {
        let page = user.get(path).await.expect(200);
        assert!(!page.text.contains("<svg onload"), "{}", page.text);
        assert!(page.text.contains("svg onload=1"), "{}", page.text);
    }
    holds(send(&user, "/account/name", &[("name", "")]).await, 422, &["Enter your name."]);
}}

api_test! { an_account_is_exported_and_deleted_by_who_has_just_signed_in |house| {
    let user = house.user().await;
    let file = send(&user, "/account/export", &[]).await.expect(200);
    let disposition = Some("attachment; filename=\"account.json\"");
    assert_eq!(file.header("content-disposition"), disposition);
    assert_eq!(file.json()["user"]["email"], user.email);
    house.pass(301);
    leads_to(user.get("/account/delete").await, "/step-up?return_to=%2Faccount%2Fdelete");
    let sent = send(&user, "/account/delete", &[("consent", "yes")]).await;
    leads_to(sent, "/step-up?return_to=%2Faccount%2Fdelete");
    let page = user.get("/step-up?return_to=%2Faccount%2Fdelete").await;
    holds(page, 200, &["Confirm that it’s you", "Enter your password again.", "name=\"password\""]);
    let prove = async |password: &str| {
        let place = ("return_to", "/account/delete");
        let fields = [("method", "password"), ("password", password), place];
        send(&user, "/step-up", &fields).await
    };
    holds(prove("wrong words and more").await, 403, &["id=\"password-error\"", "return_to"]);
    leads_to(prove(PASSWORD).await, "/account/delete");
    holds(user.get("/account/delete").await, 200, &["type=\"checkbox\"", "class=\"danger\""]);
    let refused = send(&user, "/account/delete", &[]).await;
    holds(refused, 422, &["Confirm that you understand this."]);

    let sent = send(&user, "/account/delete", &[("consent", "yes")]).await;

    leads_to(sent, "/sign-in?done=deleted");
    user.elsewhere().sign_in().await.problem(Code::InvalidCredentials);
}}

api_test! { the_last_administrator_stays_and_is_told_why |house| {
    let admin = house.admin().await;
    let sent = send(&admin, "/account/delete", &[("consent", "yes")]).await;
    holds(sent, 409, &["You are the only administrator."]);
    admin.get("/v1/me").await.ok();
}}

api_test! { who_tries_too_often_is_told_for_how_long [Settings {
    variables: vec![("DOORWARD_THROTTLE_ACCOUNT_FAILURES", "2")],
    ..Settings::default()
}] |house| {
    let user = house.user().await.elsewhere();
    for _ in 0..2 {
        filled(&user, &user.email, "wrong words and more").await.expect(401);
    }
    let reply = filled(&user, &user.email, PASSWORD).await;
    assert!(reply.header("retry-after").is_some());
    holds(reply, 429, &["Try again in ", " minutes", "type=\"password\""]);
}}

api_test! { where_sign_up_is_closed_the_page_says_so [Settings {
    variables: vec![("DOORWARD_SIGN_UP_ENABLED", "false")],
    ..Settings::default()
}] |house| {
    holds(house.nobody().get("/sign-up").await, 403, &["Sign-up is closed"]);
    let page = house.nobody().get("/sign-in").await.expect(200);
    assert!(!page.text.contains("/sign-up"), "{}", page.text);
    let fields = [("name", "Ann"), ("email", "ann@example.test"), ("password", PASSWORD)];
    holds(send(&house.nobody(), "/sign-up", &fields).await, 403, &["Sign-up is closed"]);
    assert_eq!(house.dump().await.count("users"), 0);
}}

/// Every page that takes a form, with a form that would change something.
const FORMS: [(&str, &str); 8] = [
    ("/setup", "token=x&name=Eve&email=eve%40evil.test&password=eves+own+long+words"),
    ("/sign-in", "email=eve%40evil.test&password=eves+own+long+words"),
    ("/sign-up", "name=Eve&email=eve%40evil.test&password=eves+own+long+words"),
    ("/sign-out", ""),
    ("/account/name", "name=Eve"),
    ("/account/sessions", "end=others"),
    ("/account/export", ""),
    ("/account/delete", "consent=yes"),
];

async fn raw(who: &Actor, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Reply {
    let mut request = who.request(Method::POST, path).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    who.send(request).await
}

api_test! { asvs_3_5_1_no_page_takes_a_form_of_another_site |house| {
    let user = house.user().await;
    let before = house.dump().await;
    for (path, body) in FORMS {
        for foreign in [
            ("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let kind = ("content-type", "application/x-www-form-urlencoded");
            let reply = raw(&user, path, body.as_bytes(), &[kind, foreign]).await;
            assert!(reply.cookie().is_none(), "{path}");
            holds(reply, 403, &["from a page of another site"]);
        }
    }
    assert!(house.dump().await == before);
}}

api_test! { what_is_no_form_of_ours_is_refused_with_a_page |house| {
    let user = house.user().await;
    let before = house.dump().await;
    let form = "application/x-www-form-urlencoded";
    let wrong: [(&str, &[u8]); 9] = [
        ("text/plain", b"name=Eve"), ("application/json", b"{\"name\":\"Eve\"}"),
        ("multipart/form-data; boundary=x", b"--x--"), (form, b""), (form, b"name=Eve&name=Eva"),
        (form, b"name=Eve&is_admin=1"), (form, b"name=a%00b"), (form, b"name=%ff"), (form, b"\xff"),
    ];
    for (kind, body) in wrong {
        let reply = raw(&user, "/account/name", body, &[("content-type", kind)]).await;
        holds(reply, 400, &["could not be read"]);
    }
    let large = format!("name={}", "x".repeat(70_000)).into_bytes();
    let reply = raw(&user, "/account/name", &large, &[("content-type", form)]).await;
    holds(reply, 413, &["too much text"]);
    assert!(house.dump().await == before);
}}

api_test! { people_get_a_page_where_nothing_is_and_programs_a_problem |house| {
    let nobody = house.nobody();
    let asked = |path: &str| nobody.request(Method::GET, path).header("accept", "text/html,*/*");
    let page = nobody.send(asked("/nowhere")).await;
    holds(page, 404, &["There is no such page", "href=\"/account\""]);
    nobody.get("/nowhere").await.problem(Code::NotFound);
    nobody.send(asked("/v1/nowhere")).await.problem(Code::NotFound);
}}

api_test! { every_page_speaks_the_language_of_the_browser |house| {
    let user = house.user().await;
    for (language, word) in [("de-AT,de;q=0.9", "Abmelden"), ("fr", "Se déconnecter"), ("ja,en;q=0.3", "Sign out")]
    {
        for path in [
            "/account", "/account/name", "/account/password", "/account/sessions", "/sign-out",
            "/account/activity", "/account/export", "/account/delete", "/account/factors",
            "/account/devices", "/account/email", "/account/language",
        ] {
            let request = user.request(Method::GET, path).header("accept-language", language);
            let reply = user.send(request.header("accept", "text/html")).await;
            let tag = if language.starts_with("ja") { "en" } else { &language[..2] };
            assert_eq!(reply.header("content-language"), Some(tag));
            holds(reply, 200, &[&format!("<html lang=\"{tag}\">"), word]);
        }
    }
}}

/// What belongs to a page and must not be kept, framed or sent on.
#[track_caller]
fn is_guarded(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
    assert_eq!(reply.header("x-frame-options"), Some("DENY"));
    assert_eq!(reply.header("referrer-policy"), Some("same-origin"));
    let policy = reply.header("content-security-policy").expect("a policy");
    let own = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'";
    // Passkeys need the one script there is, which is a file of ours.
    let script = "<script src=\"/assets/passkeys.js";
    let has_script = reply.text.contains(script);
    let scripts = if has_script { "; script-src 'self'; connect-src 'self'" } else { "" };
    assert_eq!(policy, format!("{own}{scripts}"));
    assert_eq!(reply.text.matches("<script").count(), usize::from(has_script));
    for odd in ["style=", " on", "javascript:", "http://", "https://"] {
        assert!(!odd.starts_with(' ') || !reply.text.contains(&format!("{odd}click=")));
        assert!(odd.starts_with(' ') || !reply.text.contains(odd), "{odd}: {}", reply.text);
    }
}

api_test! { asvs_3_4_3_no_page_has_a_script_or_a_style_of_its_own |house| {
    let user = house.user().await;
    for path in [
        "/sign-in", "/sign-up", "/setup", "/verify", "/verify?token=x", "/forgot", "/reset?token=x",
        "/confirm-email?token=x", "/undo-email?token=x",
    ] {
        is_guarded(&house.nobody().get(path).await.expect(200));
    }
    for path in [
        "/account", "/account/name", "/account/password", "/account/sessions", "/account/activity",
        "/account/export", "/account/delete", "/sign-out", "/account/factors", "/account/devices",
        "/account/factors/app", "/account/email", "/account/email/code", "/account/language",
    ] {
        is_guarded(&user.get(path).await.expect(200));
    }
    is_guarded(&filled(&house.nobody(), "x@example.test", "wrong words and more").await);
}}
