//! A page of an app that has the client of Auth.js: a browser with a jar, on an origin of its own
//! that hands `/api/auth` on.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{Method, RequestBuilder, header};

use super::{House, PASSWORD, Reply};

/// A page of an app, and the generation of its client.
pub struct AppPage {
    base: String,
    client: reqwest::Client,
    pub origin: String,
    pub generation: u8,
    jar: Mutex<BTreeMap<String, String>>,
}

/// Where the app of a test is.
const ORIGIN: &str = "http://localhost:3000";

impl AppPage {
    pub fn new(house: &House, generation: u8) -> Self {
        Self::at(house, generation, ORIGIN)
    }

    pub fn at(house: &House, generation: u8, origin: &str) -> Self {
        let (base, client) = (house.url("/api/auth"), house.client.clone());
        let jar = Mutex::default();
        Self { base, client, origin: origin.to_owned(), generation, jar }
    }

    /// The value of a cookie that the browser keeps.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().expect("not poisoned").get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.lock().expect("not poisoned").insert(name.to_owned(), value.to_owned());
    }

    pub fn drop_cookie(&self, name: &str) {
        self.jar.lock().expect("not poisoned").remove(name);
    }

    /// A request as the page's script sends it: `path` is one below `/api/auth`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let is_safe = method.is_safe();
        let request = self.bare(method, path).header("sec-fetch-site", "same-origin");
        if is_safe { request } else { request.header(header::ORIGIN, &self.origin) }
    }

    /// A request that says nothing of where it comes from.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let jar = self.jar.lock().expect("not poisoned");
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header(header::COOKIE, cookies.join("; "))
    }

    /// Sends, and keeps cookies as a browser would.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        for value in response.headers().get_all(header::SET_COOKIE) {
            let value = value.to_str().expect("text");
            let pair = value.split(';').next().unwrap_or_default();
            let (name, content) = pair.split_once('=').expect("a pair");
            match content {
                "" => self.drop_cookie(name),
                content => self.set_cookie(name, content),
            }
        }
        Reply::read(response).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// The token against forgery.
    pub async fn csrf(&self) -> String {
        let body = self.get("/csrf").await.ok();
        body["csrfToken"].as_str().expect("a token").to_owned()
    }

    /// What the client sends, without a token but in its generation's form.
    pub async fn post_without_token(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        let mut request = self.request(Method::POST, path);
        match self.generation {
            4 => fields.push(("json", "true")),
            _ => request = request.header("x-auth-return-redirect", "1"),
        }
        self.send(request.form(&fields)).await
    }

    /// What the client sends.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.csrf().await;
        let fields = [&[("csrfToken", token.as_str())], fields].concat();
        self.post_without_token(path, &fields).await
    }

    /// `signIn("credentials", …)` with the usual password, and more.
    pub async fn sign_in(&self, email: &str, more: &[(&str, &str)]) -> Reply {
        let fields = [&[("email", email), ("password", PASSWORD)], more].concat();
        self.post("/callback/credentials", &fields).await
    }

    /// The session, or null.
    pub async fn session(&self) -> serde_json::Value {
        self.get("/session").await.ok()
    }
}
