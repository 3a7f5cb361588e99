//! Programs that speak OAuth: clients with their secrets, and keys whose possession they prove.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Actor, House, Reply};

pub const TOKEN: &str = "/oauth2/token";
pub const INTROSPECT: &str = "/oauth2/introspect";
pub const REVOKE: &str = "/oauth2/revoke";

/// Parameters of a form.
pub type Fields<'a> = &'a [(&'a str, &'a str)];

/// A client with a secret.
#[derive(Clone)]
pub struct Machine {
    pub id: String,
    pub secret: String,
    /// The service account that it acts for.
    pub account: String,
    pub who: Actor,
}

impl House {
    /// A service account that holds these permissions: its id.
    pub async fn service(&self, admin: &Actor, permissions: &[&str]) -> String {
        let made = admin.post("/v1/service-accounts", json!({ "name": "billing" })).await.created();
        let id = made["id"].as_str().expect("an id").to_owned();
        let role = admin.make_role(permissions).await;
        admin.grant(&id, &role).await;
        id
    }

    /// A client of a service account of its own, which is for all that the account holds.
    pub async fn machine(&self, admin: &Actor, permissions: &[&str]) -> Machine {
        let account = self.service(admin, permissions).await;
        self.machine_of(admin, &account, json!({ "scopes": permissions })).await
    }

    /// A client with a secret and what `more` says.
    pub async fn machine_of(&self, admin: &Actor, account: &str, more: Value) -> Machine {
        let mut new = json!({
            "service_account_id": account, "name": "billing", "auth_method": "client_secret",
        });
        for (name, value) in more.as_object().expect("an object") {
            new[name] = value.clone();
        }
        let made = admin.post("/v1/clients", new).await.created();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Machine {
            id: text(&made["client"]["id"]),
            secret: text(&made["client_secret"]),
            account: account.to_owned(),
            who: self.nobody(),
        }
    }
}

impl Machine {
    /// A form with this client's name and secret in `Authorization`.
    pub fn basic(&self, path: &str, fields: Fields) -> RequestBuilder {
        let request = self.who.request(Method::POST, path);
        request.basic_auth(&self.id, Some(&self.secret)).form(fields)
    }

    pub async fn send(&self, path: &str, fields: Fields<'_>) -> Reply {
        self.who.send(self.basic(path, fields)).await
    }

    /// Asks for a token of its own.
    pub async fn ask(&self, more: Fields<'_>) -> Reply {
        let fields = [&[("grant_type", "client_credentials")], more].concat();
        self.send(TOKEN, &fields).await
    }

    /// A token of its own.
    pub async fn token(&self) -> String {
        let body = self.ask(&[]).await.ok();
        body["access_token"].as_str().expect("a token").to_owned()
    }

    /// What it is told of a token.
    pub async fn introspect(&self, token: &str) -> Value {
        self.send(INTROSPECT, &[("token", token)]).await.ok()
    }
}

impl Actor {
    /// A form, without saying who sends it but by this actor's cookie.
    pub async fn form(&self, path: &str, fields: Fields<'_>) -> Reply {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    /// The tokens of this actor's session: an access token and a refresh token.
    pub async fn tokens(&self) -> (String, String) {
        pair(&self.post("/v1/auth/token", json!({})).await.ok())
    }

    /// Uses a refresh token as a program of the service's own.
    pub async fn refresh(&self, token: &str) -> Reply {
        self.form(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }
}

impl Actor {
    /// The same, and again where the service has too much to do, as its answer asks for.
    pub async fn insist(&self, token: &str) -> Reply {
        loop {
            let reply = self.refresh(token).await;
            if reply.status != 503 {
                return reply;
            }
        }
    }
}

/// The access and the refresh token of an answer.
pub fn pair(body: &Value) -> (String, String) {
    let text =
        |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{name}: {body}")).to_owned();
    (text("access_token"), text("refresh_token"))
}

impl Reply {
    /// A refusal as RFC 6749, section 5.2, has it, with this error.
    #[track_caller]
    pub fn refused(self, error: &str) -> Value {
        let body = self.json();
        assert_eq!(body["error"], error, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(2), "{body}");
        let described = body["error_description"].as_str().expect("a text");
        let plain = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
        assert!(described.chars().all(plain), "{described}");
        let expected = match error {
            "invalid_client" | "invalid_token" => 401,
            "insufficient_scope" => 403,
            "temporarily_unavailable" | "access_denied" => self.status,
            _ if [408, 413, 415].contains(&self.status) => self.status,
            _ => 400,
        };
        assert_eq!(self.status, expected, "{}", self.text);
        body
    }
}

/// A private key of a client.
pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    pub fn es256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self::Es256(pair.expect("a key"))
    }

    pub fn ed25519() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().expect("a key"))
    }

    pub fn rsa(size: aws_lc_rs::rsa::KeySize) -> Self {
        Self::Rsa(RsaKeyPair::generate(size).expect("a key"))
    }

    /// Its public part.
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
            }
            Self::EdDsa(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let n = text(key.modulus().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "n": n, "e": text(key.exponent().big_endian_without_leading_zero()) })
            }
        }
    }

    /// A compact JWS of whatever is given; the algorithm is the header's.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let input = format!("{}.{}", part(header), part(claims));
        let bytes = input.as_bytes();
        let signature = match self {
            Self::Es256(pair) => {
                pair.sign(&SystemRandom::new(), bytes).expect("signs").as_ref().to_vec()
            }
            Self::EdDsa(pair) => pair.sign(bytes).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &dyn aws_lc_rs::signature::RsaEncoding =
                    if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &SystemRandom::new(), bytes, &mut signature).expect("signs");
                signature
            }
        };
        format!("{input}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// Header and claims of a good proof for a request (RFC 9449, section 4.2).
    pub fn parts(&self, house: &House, method: &str, path: &str) -> (Value, Value) {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() });
        let claims = json!({
            "jti": uuid::Uuid::now_v7().to_string(),
            "htm": method,
            "htu": format!("{}{path}", house.app.config.origin()),
            "iat": house.now().micros() / 1_000_000,
        });
        (header, claims)
    }

    /// A good proof for a request.
    pub fn proof(&self, house: &House, method: &str, path: &str) -> String {
        let (header, claims) = self.parts(house, method, path);
        self.sign(&header, &claims)
    }

    /// A good proof for a request that shows an access token.
    pub fn proof_for(&self, house: &House, method: &str, path: &str, token: &str) -> String {
        let (header, mut claims) = self.parts(house, method, path);
        claims["ath"] = BASE64URL_NOPAD.encode(&Sha256::digest(token)).into();
        self.sign(&header, &claims)
    }
}
