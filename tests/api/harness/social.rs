//! Ways through the services on the loopback, as a browser takes them.

use serde_json::{Value, json};

use super::{Actor, House, Reply};

impl House {
    /// Seconds since 1970, as the services have them.
    pub fn seconds(&self) -> i64 {
        self.now().micros() / 1_000_000
    }
}

impl Actor {
    /// Begins to sign in with a provider; answers its address.
    pub async fn begin_at(&self, provider: &str) -> String {
        let body = json!({ "provider": provider, "return_to": "/account/name" });
        address(self.post("/v1/auth/providers/begin", body).await)
    }

    /// Begins to link a provider; answers its address.
    pub async fn begin_link_at(&self, provider: &str) -> String {
        let body = json!({ "provider": provider, "return_to": "/account/identities" });
        address(self.post("/v1/me/identities/begin", body).await)
    }

    /// Comes back from a provider with these values.
    pub async fn come_back(&self, provider: &str, values: &[(String, String)]) -> Reply {
        if provider == "apple" {
            return self.come_back_by_form(provider, values).await;
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(values);
        self.get(&format!("/sign-in/callback/{provider}?{}", query.finish())).await
    }

    /// Comes back by a form on the provider's page, which browsers send without cookies.
    pub async fn come_back_by_form(&self, provider: &str, values: &[(String, String)]) -> Reply {
        let page = self.elsewhere();
        let path = format!("/sign-in/callback/{provider}");
        let request = page.request(reqwest::Method::POST, &path);
        let request = request.header("origin", "https://appleid.apple.test");
        let reply = page.send(request.header("sec-fetch-site", "cross-site").form(values)).await;
        match reply.header("location") {
            Some(place) => self.get(place).await,
            None => reply,
        }
    }

    /// Goes the whole way as somebody of whom the provider tells this.
    pub async fn sign_in_at(&self, house: &House, provider: &str, told: Value) -> Reply {
        let url = self.begin_at(provider).await;
        let back = house.stub().agree(&url, told, house.seconds());
        self.come_back(provider, &back).await
    }

    /// Links the account of whom the provider tells this.
    pub async fn link_at(&self, house: &House, provider: &str, told: Value) -> Reply {
        let url = self.begin_link_at(provider).await;
        let back = house.stub().agree(&url, told, house.seconds());
        self.come_back(provider, &back).await
    }

    /// The session's account and methods.
    pub async fn who(&self) -> (String, Value) {
        let session = self.get("/v1/auth/session").await.ok()["session"].clone();
        (session["user"]["id"].as_str().unwrap_or_default().to_owned(), session["amr"].clone())
    }
}

fn address(reply: Reply) -> String {
    reply.created()["url"].as_str().expect("an address").to_owned()
}
