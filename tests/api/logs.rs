//! The log of a whole walk at its most talkative: one JSON object per line, each secret that the
//! walk used in none of them, and nothing that was sent breaks out of its string.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use doorward::{
    http::code::Code,
    kernel::{chance::Chance, secret::MasterKey},
};
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{
    Actor, Database, Kind, PASSWORD, Reply, SoftKey, exchange,
    process::{Ended, Process, Variables, run},
};

/// Passwords and tokens that the walk sends, each in one place at least.
const SENT: [&str; 7] = [
    PASSWORD, "wrong horse battery canary", "brand new canary of the river",
    "bearer-canary-0123456789", "query-canary-0123456789", "fragment of a cookie canary",
    "setup-token-canary-0123456789",
];

/// All that must not be seen, and the service that was to keep it.
struct Walk {
    service: Process,
    secrets: Vec<String>,
}

impl Walk {
    /// Remembers the cookie that somebody has, whole and its key alone.
    fn remember(&mut self, who: &Actor) {
        let cookie = who.cookie().expect("a cookie");
        let (_, value) = cookie.split_once('=').expect("a value");
        let key = &value[value.len() - 43..];
        self.secrets.extend([value.to_owned(), key.to_owned()]);
    }

    /// Signing up, in, wrong, and with a new password.
    async fn of_a_user(&mut self) -> Actor {
        let user = self.service.nobody().signed_up("uma@example.test").await;
        self.remember(&user);
        user.sign_in_with(SENT[1]).await.problem(Code::InvalidCredentials);
        let wrong = json!({ "current_password": SENT[1], "new_password": SENT[2] });
        user.post("/v1/me/password", wrong).await.problem(Code::CurrentPasswordWrong);
        let right = json!({ "current_password": PASSWORD, "new_password": SENT[2] });
        user.post("/v1/me/password", right).await.no_content();
        self.remember(&user);
        user.get("/v1/me/export").await.ok();
        self.of_a_program(&user).await;
        user
    }

    /// Tokens and keys of programs, second factors, and what comes by mail.
    async fn of_a_program(&mut self, user: &Actor) {
        let token = user.token().await;
        user.bearing(&token).get("/v1/me").await.ok();
        user.bearing(&format!("{token}A")).get("/v1/me").await.problem(Code::TokenInvalid);
        let (_, signature) = token.rsplit_once('.').expect("a signature");
        self.secrets.extend([token.clone(), signature.to_owned()]);
        let app = user.begin_totp().await;
        self.secrets.push(app.secret);
        let nobody = self.service.nobody();
        let mails = nobody.get("/dev/mail.json").await.expect(200).json();
        let mails = mails["items"].as_array().expect("mails").clone();
        let links = mails.iter().filter_map(|mail| mail["link"].as_str());
        let tokens: Vec<_> = links.filter_map(|link| Some(link.split_once("token=")?.1)).collect();
        assert!(!tokens.is_empty(), "a link was mailed");
        self.secrets.extend(tokens.into_iter().map(ToOwned::to_owned));
    }

    /// Everything that an administrator does with secrets near by.
    async fn of_an_admin(&mut self, token: &str, user: &Actor) {
        let mut body = json!({
            "token": SENT[6], "email": "a@example.test", "password": PASSWORD, "name": "A",
        });
        let nobody = self.service.nobody();
        nobody.post("/v1/setup", body.clone()).await.problem(Code::SetupTokenInvalid);
        nobody.get(&format!("/setup?token={token}")).await.expect(200);
        let admin = self.service.nobody().first_admin(token).await;
        self.remember(&admin);
        body["token"] = token.into();
        nobody.post("/v1/setup", body).await.problem(Code::SetupDone);
        admin.grant_new_role(user, &["users:read"]).await;
        user.get("/v1/users").await.ok();
        let made = json!({ "email": "new@example.test", "name": "New", "password": SENT[2] });
        admin.post("/v1/users", made).await.created();
        admin.get("/v1/audit-events").await.ok();
        admin.call("/v1/auth/sign-out").await.no_content();
    }

    /// Requests that are refused with secrets where they should not be.
    async fn of_errors(&mut self) {
        let nobody = self.service.nobody();
        let get = |path: &str| nobody.request(Method::GET, path);
        nobody.send(get("/v1/me").bearer_auth(SENT[3])).await.problem(Code::TokenInvalid);
        for path in ["/v1/me", "/v1/users", "/nowhere", "/v1/auth/session", "/docs/"] {
            nobody.get(&format!("{path}?token={}", SENT[4])).await;
            nobody.get(&format!("{path}/{}", SENT[4])).await;
        }
        let forged = format!("doorward={}", SENT[5].replace(' ', "+"));
        self.secrets.push(SENT[5].replace(' ', "+"));
        nobody.send(get("/v1/me").header(header::COOKIE, &forged)).await;
        for body in [format!("{{\"password\": \"{}\"", SENT[1]), json!([SENT[1]]).to_string()] {
            let request = nobody.request(Method::POST, "/v1/auth/sign-in").body(body);
            nobody.send(request.header(header::CONTENT_TYPE, "application/json")).await;
        }
        let wrong = json!({ "email": SENT[1], "password": [SENT[1]], "name": SENT[1] });
        nobody.post("/v1/auth/sign-up", wrong).await.problem(Code::FieldsInvalid);
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

fn database_password(database: &Database) -> Vec<String> {
    database.url.password().map(ToOwned::to_owned).into_iter().collect()
}

/// The whole log of a walk and its secrets.
fn walk(kind: Kind, format: &str) -> (Ended, Vec<String>) {
    let database = Database::new(kind);
    let url = database.url.to_string();
    let key = MasterKey::random(&Chance::System).encode().reveal().to_owned();
    let metrics = free_address();
    let variables = [
        ("DOORWARD_DATABASE_URL", &*url),
        ("DOORWARD_MASTER_KEY", &*key),
        (METRICS, &*metrics),
        ("DOORWARD_LOG_LEVEL", "trace"),
        ("DOORWARD_LOG_FORMAT", format),
    ];
    let mut service = Process::start(database.folder.path(), &variables);
    let token = service.setup_token();
    let mut secrets = SENT.map(ToOwned::to_owned).to_vec();
    secrets.extend(database_password(&database));
    secrets.extend([key.clone(), token.clone()]);
    let mut walk = Walk { service, secrets };
    block_on(async {
        let user = walk.of_a_user().await;
        walk.of_an_admin(&token, &user).await;
        walk.of_errors().await;
    });
    database.execute("ALTER TABLE passwords RENAME TO gone");
    block_on(async {
        let mut user = walk.service.nobody();
        user.email = "uma@example.test".to_owned();
        assert_tells_nothing(&user.sign_in_with(SENT[2]).await);
    });
    let Walk { service, secrets } = walk;
    assert_shows_nothing(&database, &variables, &secrets);
    (service.stop(), secrets)
}

/// A secret in each form in which a table may hold it by mistake.
fn forms(secret: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let bytes = [
        BASE64URL_NOPAD.decode(secret.as_bytes()).ok(),
        BASE32_NOPAD.decode(secret.as_bytes()).ok(),
        Some(secret.as_bytes().to_vec()),
    ];
    let inside = bytes.into_iter().flatten().filter(|bytes| bytes.len() >= 16);
    let inside = inside.map(|bytes| hex(&bytes));
    inside.chain([secret.to_lowercase()]).collect()
}

/// Neither the database, nor what an operator looks at, holds a secret in clear.
fn assert_shows_nothing(database: &Database, variables: Variables, secrets: &[String]) {
    let dump = database.dump().text().to_lowercase();
    assert!(dump.contains("uma@example.test"), "it is the database of the walk");
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        assert!(!dump.contains(&form), "{form} is in the database");
    }
    let folder = database.folder.path();
    let show = run(folder, variables, &["config", "show"], "").stdout;
    let keys = run(folder, variables, &["keys", "list"], "").stdout;
    assert!(show.contains("master_key = \"[secret]\"") && keys.contains("ES256"), "{show}{keys}");
    let metrics = variables.iter().find(|(name, _)| *name == METRICS).expect("a listener").1;
    let metrics = block_on(async {
        let answer = reqwest::get(format!("http://{metrics}/metrics")).await.expect("an answer");
        answer.text().await.expect("a text")
    });
    assert!(metrics.contains("/v1/auth/sign-in"));
    for secret in secrets {
        for (text, what) in [(&show, "the settings"), (&keys, "the keys"), (&metrics, "metrics")] {
            assert!(!text.contains(secret.as_str()), "{secret} is in {what}");
        }
    }
}

const METRICS: &str = "DOORWARD_METRICS_LISTEN";

/// An address that nobody listens on now.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// A failure of ours as its caller sees it.
fn assert_tells_nothing(reply: &Reply) {
    assert_eq!(reply.status, 500);
    let body = reply.json();
    assert_eq!(body["code"], Code::Internal.as_str());
    for word in ["passwords", "table", "SELECT", "src/", "sqlite", "relation", "no such"] {
        assert!(!reply.text.contains(word), "{word} in {}", reply.text);
    }
}

fn assert_keeps_secrets(ended: &Ended, secrets: &[String], token: &str) {
    assert!(secrets.len() >= SENT.len() + 8, "the walk used them");
    for secret in secrets {
        assert!(!ended.stderr.contains(secret.as_str()), "{secret} is in the log");
        let encoded = secret.replace(' ', "%20");
        assert!(!ended.stderr.contains(&encoded), "{encoded} is in the log");
        // The set-up link on standard output is what the operator starts with.
        let is_link = secret == token;
        assert!(is_link || !ended.stdout.contains(secret.as_str()), "{secret} was printed");
    }
}

fn no_secret_is_logged(kind: Kind, format: &str) {
    let (ended, secrets) = walk(kind, format);
    assert_eq!(ended.status.code(), Some(0));
    let (_, link) = ended.stdout.split_once("token=").expect("a link");
    let token = link.lines().next().expect("a line").to_owned();
    assert_keeps_secrets(&ended, &secrets, &token);
    assert!(ended.stderr.len() > 100_000, "the log is as talkative as it can be");
    if format == "json" {
        assert_is_json(&ended.stderr);
    }
}

/// Every line is one object with time, level and origin; a failure has its request's id.
fn assert_is_json(log: &str) {
    let mut failures = 0;
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(entry["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        assert!(entry["level"].is_string() && entry["target"].is_string(), "{line}");
        if entry["level"] == "ERROR" && entry["target"] == "doorward::access" {
            let id = entry["fields"]["request_id"].as_str();
            assert!(id.is_some_and(|id| id.starts_with("req_")), "{line}");
            failures += 1;
        }
    }
    assert_eq!(failures, 1, "the one failure is logged");
}

#[test]
fn asvs_16_2_5_asvs_16_5_1_asvs_13_3_1_no_secret_is_logged_with_sqlite() {
    no_secret_is_logged(Kind::Sqlite, "json");
}

#[test]
fn asvs_16_2_5_asvs_16_5_1_no_secret_is_logged_with_postgresql() {
    no_secret_is_logged(Kind::Postgres, "json");
}

#[test]
fn asvs_16_2_5_no_secret_is_logged_for_people() {
    no_secret_is_logged(Kind::Sqlite, "pretty");
}

/// A service that logs all it has to say, as JSON.
fn telling_all(database: &Database) -> Process {
    let url = database.url.to_string();
    let variables = [
        ("DOORWARD_DATABASE_URL", &*url),
        ("DOORWARD_LOG_LEVEL", "trace"),
        ("DOORWARD_LOG_FORMAT", "json"),
    ];
    Process::start(database.folder.path(), &variables)
}

/// Texts that would begin a line of their own, or colour it.
const BREAKING: [&str; 5] =
    ["\u{1b}[31mforged", "forged\u{b}\u{c}", "\"},{\"forged\":\"", "\\nforged", "\u{85}forged"];

#[test]
fn asvs_16_4_1_ac_103_what_is_sent_stays_inside_its_line() {
    let database = Database::new(Kind::Sqlite);
    let service = telling_all(&database);
    block_on(async {
        for text in BREAKING.iter().chain(&["forged\r\n{\"level\":\"forged\"}"]) {
            let request = format!(
                "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {text}\r\n\
                 X-Request-Id: {text}\r\nCookie: doorward={text}\r\nConnection: close\r\n\r\n"
            );
            exchange(service.address, request).await;
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            for path in [format!("/v1/users/{encoded}"), format!("/{encoded}?a={encoded}")] {
                service.nobody().get(&path).await;
            }
            let body = json!({ "email": text, "password": text, "name": text });
            service.nobody().post("/v1/auth/sign-up", body).await.problem(Code::FieldsInvalid);
        }
    });
    assert_stays_inside(&service.stop().stderr);
}

/// Every line is one of ours: one JSON object, at one of our levels, with nothing that colours.
fn assert_stays_inside(log: &str) {
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let level = entry["level"].as_str().expect("a level");
        assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line}");
        assert!(!line.contains('\u{1b}') && entry.get("forged").is_none(), "{line}");
    }
}

/// What a page, a browser or an authenticator may say, and what would begin a line or colour it.
const DIRTY: [&str; 4] = [
    "forged\r\n{\"level\":\"forged\"}", "\u{1b}[31mforged\u{1b}[0m",
    "forged\u{85}\u{2028}\u{2029}", "\u{202e}forged\u{0}",
];

/// Somebody's passkey, proved again and again with a lie in what the browser says of the page.
async fn lie(user: &Actor, key: &mut SoftKey) {
    for text in DIRTY {
        for member in ["type", "challenge", "origin", "topOrigin", "forged\r\n"] {
            let begun = user.call("/v1/auth/passkey/begin").await.created();
            let lie = |data: &mut Value| data[member] = text.into();
            let credential = key.prove_oddly(&begun["options"], "localhost", lie).await;
            let mut bodies = vec![credential.clone(); 3];
            bodies[1]["response"]["error"] = text.into();
            bodies[2]["id"] = text.into();
            for credential in bodies {
                let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
                let reply = user.post("/v1/auth/passkey", body).await;
                assert!(matches!(reply.status, 200 | 403 | 422), "{reply:?}");
            }
        }
    }
}

#[test]
fn ac_103_asvs_16_4_1_what_browsers_say_stays_inside_one_json_text() {
    let database = Database::new(Kind::Sqlite);
    let service = telling_all(&database);
    let port = service.address.port();
    block_on(async {
        let user = service.nobody().signed_up("uma@example.test").await;
        let mut key = SoftKey::at_port(port);
        user.add_passkey(&mut key, "forged \u{2028} name").await;
        lie(&user.elsewhere(), &mut key).await;
        for text in DIRTY {
            // Names that hold what begins a line are refused, and the refusal tells nothing of it.
            for (method, path) in [(Method::PATCH, "/v1/me"), (Method::POST, "/v1/auth/sign-up")] {
                let body = json!({ "name": text, "email": "x@example.test", "password": PASSWORD });
                user.send(user.request(method, path).json(&body)).await;
            }
            // A browser's name can hold no line break; what a header can hold, it may.
            let plain: Vec<u8> = text.bytes().filter(|byte| *byte > 31 && *byte != 127).collect();
            let name = header::HeaderValue::from_bytes(&plain).expect("a value");
            let request = user.request(Method::POST, "/v1/auth/sign-in");
            let body = json!({ "email": "uma@example.test", "password": PASSWORD });
            user.send(request.header(header::USER_AGENT, name).json(&body)).await.expect(200);
        }
    });
    let log = service.stop().stderr;
    assert!(log.len() > 50_000, "the log is talkative");
    assert_stays_inside(&log);
}
