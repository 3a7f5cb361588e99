//! Second factors as people use them: an app that shows codes, and what is typed from it.

use data_encoding::BASE32_NOPAD;
use doorward::http::code::Code;
use serde_json::{Value, json};
use totp_rs::Builder;

use super::{Actor, House, Reply};

/// Seconds for which an app shows one code.
pub const STEP: i64 = 30;

/// An authenticator app with one secret.
#[derive(Clone)]
pub struct Authenticator {
    pub id: String,
    /// In base32, as a person would type it.
    pub secret: String,
}

impl Authenticator {
    /// The app that was set up with this answer.
    pub fn of(set_up: &Value) -> Self {
        let text = |key: &str| set_up[key].as_str().expect("a text").to_owned();
        Self { id: text("id"), secret: text("secret") }
    }

    /// The code that it shows now.
    pub fn code(&self, house: &House) -> String {
        self.code_in(house, 0)
    }

    /// The code that it shows so many seconds from now.
    pub fn code_in(&self, house: &House, seconds: i64) -> String {
        let secret = BASE32_NOPAD.decode(self.secret.as_bytes()).expect("base32");
        let at = u64::try_from(house.now().micros() / 1_000_000 + seconds).expect("after 1970");
        Builder::new()
            .with_secret(secret.into_boxed_slice())
            .build_noncompliant()
            .generate(at)
            .to_string()
    }

    /// Waits for the next code.
    pub fn next(&self, house: &House) -> String {
        house.pass(STEP);
        self.code(house)
    }

    /// A code that it does not show at about this time.
    pub fn wrong(&self, house: &House) -> String {
        let near: Vec<_> = (-3..=3).map(|step| self.code_in(house, step * STEP)).collect();
        let mut codes = (0..).map(|number| format!("{number:06}"));
        codes.find(|code| !near.contains(code)).expect("a million codes")
    }
}

/// The texts of a list in an answer.
pub fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned()).collect()
}

impl Actor {
    /// Sets up an app that does not count yet.
    pub async fn begin_totp(&self) -> Authenticator {
        Authenticator::of(&self.post("/v1/me/factors/totp", json!({})).await.created())
    }

    pub async fn confirm_totp(&self, id: &str, code: &str) -> Reply {
        let path = format!("/v1/me/factors/totp/{id}/confirm");
        self.post(&path, json!({ "code": code })).await
    }

    /// Sets up an app; answers it with the recovery codes.
    pub async fn enrol(&self, house: &House) -> (Authenticator, Vec<String>) {
        let app = self.begin_totp().await;
        let confirmed = self.confirm_totp(&app.id, &app.code(house)).await.ok();
        (app, texts(&confirmed["recovery_codes"]))
    }

    /// The first step of a sign-in that asks for a second one; answers its token.
    pub async fn begin(&self) -> String {
        let answer = self.sign_in().await.ok();
        assert_eq!(answer["status"], "second_factor_required", "{answer}");
        answer["second_factor"]["token"].as_str().expect("a token").to_owned()
    }

    pub async fn finish(&self, token: &str, method: &str, code: &str) -> Reply {
        let body = json!({ "token": token, "method": method, "code": code });
        self.post("/v1/auth/second-factor", body).await
    }

    /// The second step in a browser that shall stand in for it from then on.
    pub async fn finish_and_trust(&self, token: &str, method: &str, code: &str) -> Reply {
        let body = json!({ "token": token, "method": method, "code": code, "trust_device": true });
        self.post("/v1/auth/second-factor", body).await
    }

    pub async fn step_up(&self, method: &str, proof: &str) -> Reply {
        let field = if method == "password" { "password" } else { "code" };
        self.post("/v1/auth/step-up", json!({ "method": method, field: proof })).await
    }

    /// Shows that the address is theirs, with the mail that came at the sign-up.
    pub async fn verified(self, house: &House) -> Self {
        let token = house.mail_of("verify_email", &self.email).await.token().to_owned();
        self.post("/v1/auth/verify-email", json!({ "token": token })).await.no_content();
        self
    }

    /// Asserts that nobody is signed in here.
    #[track_caller]
    pub fn is_out(&self) -> impl Future<Output = ()> {
        let who = self.clone();
        async move {
            who.get("/v1/me").await.problem(Code::NotSignedIn);
            assert!(who.get("/v1/auth/session").await.ok()["session"].is_null());
        }
    }
}
