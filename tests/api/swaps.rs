//! Every kind of random value in the place of every other: none is accepted, and nothing is written
//! but what counts and records the attempt.

use doorward::features::setup;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{
    Actor, Authenticator, Dump, House, INTROSPECT, Machine, PASSWORD, Reply, SoftKey, until,
};

const UNA: &str = "una@example.test";
const NEXT: &str = "next@example.test";

/// What attempts are counted in; all of it is set back before each.
const COUNTED: &[&str] = &["throttles", "audit_events", "audit_head", "factor_failures"];

/// Values and the place that each belongs to.
struct Values {
    /// Signed in, with an app; her browser is trusted.
    una: Actor,
    app: Authenticator,
    machine: Machine,
    all: Vec<(&'static str, String)>,
    /// What the authenticator answered in each ceremony, by the place of its token.
    credentials: Vec<(&'static str, Value)>,
}

impl Values {
    /// The value of this kind.
    fn of(&self, wanted: &str) -> String {
        self.all.iter().find(|(kind, _)| *kind == wanted).expect("one").1.clone()
    }

    /// What belongs to the ceremony of this place.
    fn credential(&self, place: &str) -> Value {
        self.credentials.iter().find(|(of, _)| *of == place).expect("one").1.clone()
    }
}

/// The random values of one ceremony of each kind, begun and answered but not finished; and the
/// half-done sign-in to which one of them belongs.
async fn ceremonies(
    house: &House,
    una: &Actor,
    key: &mut SoftKey,
) -> (Vec<(&'static str, String)>, Vec<(&'static str, Value)>) {
    let half_done = una.elsewhere().begin().await;
    let step = json!({ "token": half_done });
    let nobody = house.nobody();
    let begun = [
        ("passkey sign-in", nobody.call("/v1/auth/passkey/begin").await),
        ("passkey step", nobody.post("/v1/auth/second-factor/passkey/begin", step).await),
        ("passkey step-up", una.call("/v1/auth/step-up/passkey/begin").await),
        ("passkey registration", una.call("/v1/me/passkeys/begin").await),
    ];
    let mut all = vec![("passkey step's token", half_done)];
    let mut credentials = Vec::new();
    for (place, reply) in begun {
        let begun = reply.created();
        let options = &begun["options"];
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        all.extend([(place, text(&begun["ceremony"])), ("challenge", text(&options["challenge"]))]);
        let credential = match place {
            "passkey registration" => SoftKey::new(house).make(options).await,
            _ => key.prove(options).await,
        };
        credentials.push((place, credential));
    }
    (all, credentials)
}

fn value_of(cookie: Option<String>) -> String {
    cookie.expect("a cookie").split_once('=').expect("a value").1.to_owned()
}

async fn ask(house: &House, path: &str, email: &str) {
    house.nobody().post(path, json!({ "email": email })).await.accepted();
}

/// One of each, all of them good at the same time.
async fn values(house: &House) -> Values {
    let una = house.user_called("uma@example.test").await.in_a_browser();
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    admin.grant_new_role(&una, &["users:read"]).await;
    // Where there is an administrator, no link sets the service up.
    house.execute(&format!("DELETE FROM role_grants WHERE user_id = '{}'", admin.id)).await;
    una.sign_in().await.ok();
    let (app, recovery) = una.enrol(house).await;
    let mut key = SoftKey::new(house);
    una.add_passkey(&mut key, "Laptop").await;
    let token = una.back_again().begin().await;
    una.finish_and_trust(&token, "totp", &app.next(house)).await.ok();
    let ned = house.user_called("ned@example.test").await.verified(house).await;
    ned.post("/v1/me/factors/email", json!({ "enabled": true })).await.no_content();
    let half_done = ned.elsewhere().begin().await;
    house
        .nobody()
        .post("/v1/auth/second-factor/mail", json!({ "token": half_done }))
        .await
        .accepted();
    let mailed = house.mail_of("mailed_factor", &ned.email).await.code().to_owned();

    una.post("/v1/me/email", json!({ "email": UNA })).await.accepted();
    let confirm = house.mail_of("confirm_email", UNA).await.token().to_owned();
    let body = json!({ "token": confirm });
    house.nobody().post("/v1/auth/email-change/confirm", body).await.no_content();
    let undo = house.mail_of("email_changed", "uma@example.test").await.token().to_owned();
    let una = una.called(UNA);
    una.post("/v1/me/email", json!({ "email": NEXT })).await.accepted();
    let change = house.mail_of("confirm_email", NEXT).await;
    ask(house, "/v1/auth/magic-link", UNA).await;
    ask(house, "/v1/auth/password-reset", UNA).await;
    house
        .execute("UPDATE users SET email_verified_at = NULL WHERE email = 'una@example.test'")
        .await;
    ask(house, "/v1/auth/verify-email/resend", UNA).await;
    house.execute("UPDATE users SET email_verified_at = 1 WHERE email = 'una@example.test'").await;
    let verify = house.mail_of("verify_email", UNA).await;
    let magic = house.mail_of("magic_link", UNA).await;
    let set_up = setup::store::offer(&house.app).await.expect("a link").expect("no administrator");
    let session = una.get("/v1/auth/session").await.ok()["session"]["id"].clone();
    let device = una.get("/v1/me/devices").await.items()[0]["id"].clone();
    let text = |value: Value| value.as_str().expect("a text").to_owned();
    let pending = una.elsewhere().begin().await;
    let (access, refresh) = una.tokens().await;
    let body = json!({ "name": "backup", "permissions": ["users:read"] });
    let api_key = una.post("/v1/me/api-keys", body).await.created()["secret"].clone();
    let (more, credentials) = ceremonies(house, &una, &mut key).await;
    let mut all = vec![
        ("session", value_of(una.cookie())),
        ("device", value_of(una.device_cookie())),
        ("pending", pending),
        ("half-done", half_done),
        ("verify", verify.token().to_owned()),
        ("verify code", verify.code().to_owned()),
        ("reset", house.mail_of("reset_password", UNA).await.token().to_owned()),
        ("change", change.token().to_owned()),
        ("change code", change.code().to_owned()),
        ("undo", undo),
        ("magic", magic.token().to_owned()),
        ("magic code", magic.code().to_owned()),
        ("mailed code", mailed),
        ("recovery code", recovery[0].clone()),
        ("app's secret", app.secret.clone()),
        ("set-up", set_up.reveal().to_owned()),
        ("bearer", access),
        ("refresh token", refresh),
        ("client's secret", machine.secret.clone()),
        ("api key", text(api_key)),
        ("ids", una.id.clone()),
        ("ids", text(session)),
        ("ids", text(device)),
        ("ids", app.id.clone()),
    ];
    all.extend(more);
    Values { una, app, machine, all, credentials }
}

/// Whether a session started, or whatever else the place is for happened.
fn opened(reply: &Reply) -> bool {
    let is_signed_in = reply.status == 200 && reply.json()["status"] != "second_factor_required";
    reply.cookie().is_some() || reply.status == 204 || reply.status == 201 || is_signed_in
}

const PLACES: &[&str] = &[
    "session", "device", "pending", "verify", "verify code", "reset", "change", "change code",
    "undo", "magic", "magic code", "mailed code", "recovery code", "recovery step-up",
    "app's code", "app's step-up", "password", "set-up", "bearer", "api key", "refresh token",
    "client's secret", "client's secret to ask", "passkey sign-in", "passkey step",
    "passkey step's token", "passkey step-up", "passkey registration",
];

/// Gives a value in one place.
async fn give(house: &House, values: &Values, place: &str, value: &str) -> Reply {
    let (nobody, una) = (house.nobody(), &values.una);
    let of = |wanted: &str| values.of(wanted);
    let pending = of("pending");
    let token = json!({ "token": value });
    match place {
        "session" => {
            nobody.set_cookie(Some(format!("doorward={value}")));
            nobody.get("/v1/me").await
        }
        "bearer" => {
            let request = nobody.request(Method::GET, "/v1/me");
            nobody.send(request.header(header::AUTHORIZATION, format!("Bearer {value}"))).await
        }
        "api key" => {
            let request = nobody.request(Method::GET, "/v1/me");
            nobody.send(request.header("x-api-key", value)).await
        }
        "refresh token" => nobody.refresh(value).await,
        "client's secret" | "client's secret to ask" => {
            let machine = Machine { secret: value.to_owned(), ..values.machine.clone() };
            match place {
                "client's secret" => machine.ask(&[]).await,
                _ => machine.send(INTROSPECT, &[("token", &of("bearer"))]).await,
            }
        }
        "device" => {
            let browser = una.in_a_browser();
            browser.set_device_cookie(&format!("doorward-device={value}"));
            browser.sign_in().await
        }
        "pending" => nobody.finish(value, "totp", &values.app.code(house)).await,
        "verify" => nobody.post("/v1/auth/verify-email", token).await,
        "reset" => {
            let body = json!({ "token": value, "password": "a lake of black coffee" });
            nobody.post("/v1/auth/password-reset/complete", body).await
        }
        "change" => nobody.post("/v1/auth/email-change/confirm", token).await,
        "undo" => nobody.post("/v1/auth/email-change/undo", token).await,
        "magic" => nobody.post("/v1/auth/magic-link/complete", token).await,
        "verify code" => {
            let body = json!({ "email": UNA, "code": value });
            nobody.post("/v1/auth/verify-email/code", body).await
        }
        "magic code" => {
            let body = json!({ "email": UNA, "code": value });
            nobody.post("/v1/auth/magic-link/code", body).await
        }
        "change code" => una.post("/v1/me/email/confirm", json!({ "code": value })).await,
        "mailed code" => nobody.finish(&of("half-done"), "email", value).await,
        "recovery code" => nobody.finish(&pending, "recovery_code", value).await,
        "app's code" => nobody.finish(&pending, "totp", value).await,
        "recovery step-up" => una.step_up("recovery_code", value).await,
        "app's step-up" => una.step_up("totp", value).await,
        "password" => una.elsewhere().sign_in_with(value).await,
        "passkey step's token" => {
            let body = json!({
                "token": value, "ceremony": of("passkey step"),
                "credential": values.credential("passkey step"),
            });
            nobody.post("/v1/auth/second-factor/passkey", body).await
        }
        place if place.starts_with("passkey ") => {
            let mut body = json!({ "ceremony": value, "credential": values.credential(place) });
            let (who, path) = match place {
                "passkey sign-in" => (&nobody, "/v1/auth/passkey"),
                "passkey step" => {
                    body["token"] = of("passkey step's token").into();
                    (&nobody, "/v1/auth/second-factor/passkey")
                }
                "passkey step-up" => (una, "/v1/auth/step-up/passkey"),
                _ => (una, "/v1/me/passkeys"),
            };
            who.post(path, body).await
        }
        "set-up" => {
            let body =
                json!({ "token": value, "email": "x@x.test", "password": PASSWORD, "name": "X" });
            nobody.post("/v1/setup", body).await
        }
        other => panic!("no place {other}"),
    }
}

/// Sets back what is counted, so that each attempt is looked at.
async fn fresh(house: &House) -> Dump {
    house.execute(
        "DELETE FROM throttles; DELETE FROM factor_failures; UPDATE mailed_proofs SET tries = 0; \
         UPDATE pending_sign_ins SET failures = 0",
    ).await;
    house.dump().await.without(COUNTED)
}

api_test! { ac_024_no_value_counts_in_the_place_of_another |house| {
    let values = values(&house).await;
    house.pass(60);
    // The use of a session is noted once a minute, beside the request.
    values.una.get("/v1/me").await.ok();
    let noted = format!("SELECT id AS line FROM sessions WHERE last_seen_at = {}", house.now().micros());
    until(async || house.ask(&noted).await.len() == 1).await;
    let before = fresh(&house).await;
    let mut count = 0;
    for place in PLACES {
        for (kind, value) in values.all.iter().filter(|(kind, _)| kind != place) {
            // A recovery code is good wherever one is asked for; a sign-in that is half done can be
            // finished by any factor.
            let half_done = ["pending", "passkey step's token"];
            let is_same = place.starts_with("recovery") && *kind == "recovery code"
                || place.starts_with("client's secret") && *kind == "client's secret"
                || *place == "bearer" && *kind == "api key"
                || half_done.contains(place) && half_done.contains(kind);
            if is_same {
                continue;
            }
            let reply = give(&house, &values, place, value).await;
            assert!(!opened(&reply), "{kind} as {place}: {reply:?}");
            if *place == "device" {
                // The first step was right, and asks for the second.
                assert_eq!(reply.json()["status"], "second_factor_required", "{kind}");
                let begun = "DELETE FROM pending_sign_ins WHERE created_at = (SELECT MAX(created_at) \
                    FROM pending_sign_ins)";
                house.execute(begun).await;
            }
            assert!(fresh(&house).await == before, "{kind} as {place} wrote something");
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
    // They were good all the while: each is accepted in its own place.
    for place in [
        "session", "bearer", "api key", "refresh token", "client's secret", "verify", "magic",
        "recovery code", "passkey sign-in", "passkey step", "passkey step-up", "change code",
    ] {
        let reply = give(&house, &values, place, &values.of(place)).await;
        assert!(reply.status < 300, "{place}: {reply:?}");
    }
}}
