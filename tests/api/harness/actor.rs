//! Somebody who calls the service: a browser-like jar for the cookie, and nothing else remembered.

use std::sync::{Arc, Mutex};

use doorward::{app::App, cli, features::accounts::model::SignUp};
use reqwest::{Method, header};
use serde_json::{Value, json};

use super::{Contract, House, Reply};

/// What every actor signs in with.
pub const PASSWORD: &str = "a river of green tea";

/// A caller. Clones share the cookie.
#[derive(Clone)]
pub struct Actor {
    base: String,
    client: reqwest::Client,
    contract: Arc<Contract>,
    cookie: Arc<Mutex<Option<String>>>,
    cookie_name: &'static str,
    /// The device's cookie, where this browser keeps one.
    device: Option<Arc<Mutex<Option<String>>>>,
    /// By which a way through a provider is known.
    flow: Arc<Mutex<Option<String>>>,
    /// What it sends as `Authorization`, where it is a program.
    bearer: Option<String>,
    pub id: String,
    pub email: String,
}

impl Actor {
    pub fn new(house: &House) -> Self {
        let cookie_name = house.app.config.cookie_name();
        let (client, contract) = (house.client.clone(), Arc::clone(&house.contract));
        Self::who_calls(house.url(""), client, contract, cookie_name)
    }

    /// Somebody who calls a service at `base`, which publishes `contract`.
    pub(super) fn who_calls(
        base: String,
        client: reqwest::Client,
        contract: Arc<Contract>,
        cookie_name: &'static str,
    ) -> Self {
        let (id, email) = (String::new(), String::new());
        let (cookie, flow) = (Arc::default(), Arc::default());
        Self {
            base,
            client,
            contract,
            cookie,
            cookie_name,
            device: None,
            flow,
            bearer: None,
            id,
            email,
        }
    }

    /// The same person on another device: same account, no cookie yet.
    pub fn elsewhere(&self) -> Self {
        Self { cookie: Arc::default(), device: None, flow: Arc::default(), ..self.clone() }
    }

    /// The same person in a browser of its own, which is known again when it comes back.
    pub fn in_a_browser(&self) -> Self {
        Self { device: Some(Arc::default()), ..self.elsewhere() }
    }

    /// The same browser after its session is gone.
    pub fn back_again(&self) -> Self {
        Self { cookie: Arc::default(), ..self.clone() }
    }

    /// The device's cookie as it would be sent, in a browser that keeps one.
    pub fn device_cookie(&self) -> Option<String> {
        self.device.as_ref()?.lock().expect("not poisoned").clone()
    }

    /// Puts a device's cookie into a browser.
    pub fn set_device_cookie(&self, cookie: &str) {
        let device = self.device.as_ref().expect("a browser");
        *device.lock().expect("not poisoned") = Some(cookie.to_owned());
    }

    /// A program that calls in the name of the same account with a key or a token.
    pub fn bearing(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.elsewhere() }
    }

    /// A fresh access token of the actor's session, for the service itself.
    pub async fn token(&self) -> String {
        text(&self.call("/v1/auth/token").await.ok()["access_token"])
    }

    /// The same caller with a cookie alone.
    pub fn without_bearer(&self) -> Self {
        Self { bearer: None, ..self.clone() }
    }

    /// The same person, who gives this address at a sign-in.
    pub fn called(self, email: &str) -> Self {
        Self { email: email.to_owned(), ..self }
    }

    /// The same cookie, sent to another process of the service.
    pub fn at(&self, house: &House) -> Self {
        Self { base: house.url(""), cookie: Arc::new(Mutex::new(self.cookie())), ..self.clone() }
    }

    /// The contract that its replies are held against.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The session cookie as it would be sent: `name=value`.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("not poisoned").clone()
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().expect("not poisoned") = cookie;
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// A POST without a body.
    pub async fn call(&self, path: &str) -> Reply {
        self.send(self.request(Method::POST, path)).await
    }

    /// A change of exactly the version that `etag` names.
    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Reply {
        let request = self.request(Method::PATCH, path).header(header::IF_MATCH, etag);
        self.send(request.json(&body)).await
    }

    /// A PATCH without `If-Match`.
    pub async fn patch_blindly(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn delete_version(&self, path: &str, etag: &str) -> Reply {
        self.send(self.request(Method::DELETE, path).header(header::IF_MATCH, etag)).await
    }

    /// A request with this actor's cookie, to be sent by `send`.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        let flow = self.flow.lock().expect("not poisoned").clone();
        let own = self.cookie().into_iter().chain(self.device_cookie());
        let cookies: Vec<_> = own.chain(flow).collect();
        if cookies.is_empty() {
            request
        } else {
            request.header(header::COOKIE, cookies.join("; "))
        }
    }

    /// Sends, keeps the cookie as a browser would, and holds the reply against the contract.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = self.client.execute(request).await.expect("an answer");
        self.keep_cookie(&response);
        let reply = Reply::read(response).await;
        self.contract.check(&method, &path, &reply);
        reply
    }

    fn keep_cookie(&self, response: &reqwest::Response) {
        let name = self.cookie_name;
        for value in response.headers().get_all(header::SET_COOKIE) {
            let value = value.to_str().expect("text");
            let pair = value.split(';').next().unwrap_or_default();
            if let Some(content) = pair.strip_prefix(&format!("{name}=")) {
                self.set_cookie((!content.is_empty()).then(|| pair.to_owned()));
            } else if self.device.is_some() && pair.starts_with(&format!("{name}-device=")) {
                self.set_device_cookie(pair);
            } else if pair.starts_with(&format!("{name}-flow=")) {
                *self.flow.lock().expect("not poisoned") = Some(pair.to_owned());
            }
        }
    }

    /// Signs in with the usual password; the reply tells how it went.
    pub async fn sign_in(&self) -> Reply {
        self.sign_in_with(PASSWORD).await
    }

    pub async fn sign_in_with(&self, password: &str) -> Reply {
        let body = json!({ "email": self.email, "password": password });
        self.post("/v1/auth/sign-in", body).await
    }

    pub async fn signed_up(mut self, email: &str) -> Self {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Uma User" });
        self.post("/v1/auth/sign-up", body).await.accepted();
        self.email = email.to_owned();
        self.signed_in().await
    }

    pub async fn first_admin(mut self, token: &str) -> Self {
        self.email = "admin@example.test".to_owned();
        let body = json!({
            "token": token, "email": self.email, "password": PASSWORD, "name": "Ada Admin",
        });
        self.post("/v1/setup", body).await.created();
        self.signed_in().await
    }

    pub(super) async fn further_admin(mut self, app: &App) -> Self {
        self.email = format!("admin{}@example.test", uuid::Uuid::now_v7().simple());
        let wanted = SignUp {
            email: self.email.clone(),
            password: PASSWORD.to_owned(),
            name: "Ada Admin".to_owned(),
            locale: None,
            challenge: None,
        };
        cli::make_admin(app, wanted).await.expect("an administrator");
        self.signed_in().await
    }

    async fn signed_in(mut self) -> Self {
        let reply = self.sign_in().await.ok();
        self.id = text(&reply["session"]["user"]["id"]);
        self
    }

    /// Gives `user` a new role of exactly these permissions; answers role and grant ids.
    pub async fn grant_new_role(&self, user: &Actor, permissions: &[&str]) -> (String, String) {
        let role = self.make_role(permissions).await;
        let grant = self.grant(&user.id, &role).await;
        (role, grant)
    }

    /// Makes a role of exactly these permissions; answers its id.
    pub async fn make_role(&self, permissions: &[&str]) -> String {
        let name = format!("role{}", uuid::Uuid::now_v7().simple());
        let body = json!({ "name": name, "permissions": permissions });
        text(&self.post("/v1/roles", body).await.created()["id"])
    }

    /// Grants a role everywhere and for good; answers the grant's id.
    pub async fn grant(&self, user: &str, role: &str) -> String {
        let body = json!({ "role_id": role });
        text(&self.post(&format!("/v1/users/{user}/grants"), body).await.created()["id"])
    }

    /// Makes an account without a password; answers its id.
    pub async fn make_user(&self, email: &str) -> String {
        let body = json!({ "email": email, "name": "Ned New" });
        text(&self.post("/v1/users", body).await.created()["id"])
    }

    /// The id of the role of this name.
    pub async fn role_called(&self, name: &str) -> String {
        let roles = self.get("/v1/roles?limit=200").await.items();
        text(&roles.iter().find(|role| role["name"] == name).expect("the role")["id"])
    }

    /// The `ETag` of what stands at `path` now.
    pub async fn etag(&self, path: &str) -> String {
        self.get(path).await.expect(200).etag()
    }

    /// The latest audit event of a kind; the actor must be allowed to read them.
    pub async fn latest_event(&self, kind: &str) -> Value {
        let page = self.get(&format!("/v1/audit-events?kind={kind}&limit=1")).await.ok();
        page["items"][0].clone()
    }
}

/// A text in a reply.
fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
