//! Other services on the loopback, as their documents describe them: Google, GitHub, Facebook, Apple,
//! Microsoft and one more. Each exchanges a code once, for who was sent with it, and can be told to
//! misbehave.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, LazyLock, Mutex, MutexGuard},
    thread,
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Settings, signed::Signed};

/// The keys take a while to make, and are no secret.
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"));
static FOREIGN: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"));
static EC_DER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let alg = &ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::generate_pkcs8(alg, &SystemRandom::new()).expect("a key").as_ref().to_vec()
});
static EC: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &EC_DER).expect("a key")
});

/// How a service misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Twist {
    #[default]
    Nothing,
    NoNonce,
    WrongNonce,
    WrongAudience,
    SecondAudience,
    OtherParty,
    WrongIssuer,
    Expired,
    FromTheFuture,
    AlgNone,
    /// Signed with the client's secret.
    AlgHmac,
    ForeignKey,
    /// Signed with a key that its own header brings along.
    KeyInHeader,
    UnknownKey,
    AccessTokenType,
    NoIdToken,
    Garbage,
    /// The discovery document is another issuer's.
    WrongDocument,
    /// What the document names lies in a private network.
    InnerAddresses,
    /// It leads on to another address.
    Redirects,
    Huge,
    /// It takes the connection and says nothing.
    Silent,
    Fails,
    /// It says who it is when it leads back.
    NamesItself,
}

/// Whoever has agreed there, and what came with them.
struct Agreed {
    provider: String,
    query: BTreeMap<String, String>,
    told: Value,
}

#[derive(Default)]
struct State {
    twist: Twist,
    agreed: BTreeMap<String, Agreed>,
    /// By access token: what is told of whom.
    told: BTreeMap<String, Value>,
    asked: Vec<String>,
    count: u32,
    /// Whether there is a new key since the last look.
    rotated: bool,
    now: i64,
}

/// The services. Clones are the same.
#[derive(Clone)]
pub struct Stub {
    pub base: String,
    state: Arc<Mutex<State>>,
}

/// A request as it came.
struct Request {
    path: String,
    authorization: String,
    form: BTreeMap<String, String>,
}

impl Stub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let stub = Self { base, state: Arc::default() };
        let own = stub.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let own = own.clone();
                thread::spawn(move || own.serve(connection.expect("a connection")));
            }
        });
        stub
    }

    /// A house whose people can sign in with all of them.
    pub fn settings(more: &[(&'static str, &'static str)]) -> Settings {
        let stub = Self::start();
        let base = &stub.base;
        let mut variables = vec![("HTTP_PRIVATE_HOSTS".to_owned(), "127.0.0.1".to_owned())];
        let mut set = |name: &str, values: &[(&str, String)]| {
            let own = [("CLIENT_ID", format!("client-{name}")), secret(name)];
            for (key, value) in own.iter().chain(values) {
                let name = name.to_uppercase();
                variables.push((format!("PROVIDERS_{name}_{key}"), value.clone()));
            }
        };
        set("google", &[("ISSUER", format!("{base}/google"))]);
        set("other", &[("ISSUER", format!("{base}/other")), ("TITLE", "Other".to_owned())]);
        set("microsoft", &[("ISSUER", format!("{base}/microsoft/common/v2.0"))]);
        for name in ["github", "facebook"] {
            let query = if name == "facebook" { "?fields=id,name,email" } else { "" };
            let mut urls = vec![
                ("AUTHORIZATION_URL", format!("{base}/{name}/authorize")),
                ("TOKEN_URL", format!("{base}/{name}/token")),
                ("USERINFO_URL", format!("{base}/{name}/user{query}")),
            ];
            if name == "github" {
                urls.push(("EMAILS_URL", format!("{base}/{name}/emails")));
            }
            set(name, &urls);
        }
        let key = BASE64.encode(&EC_DER);
        let pem = format!("-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----");
        set(
            "apple",
            &[
                ("ISSUER", format!("{base}/apple")),
                ("TEAM_ID", "TEAM123456".to_owned()),
                ("KEY_ID", "KEY1234567".to_owned()),
                ("PRIVATE_KEY", pem),
            ],
        );
        let leak = |text: String| &*Box::leak(text.into_boxed_str());
        let mut variables: Vec<(&'static str, &'static str)> = variables
            .into_iter()
            .map(|(name, value)| (leak(format!("DOORWARD_{name}")), leak(value)))
            .collect();
        variables.extend(more);
        Settings { variables, stub: Some(stub), ..Settings::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    /// How they all behave from now on.
    pub fn twist(&self, twist: Twist) {
        self.state().twist = twist;
    }

    /// Signs with a new key from now on.
    pub fn rotate(&self) {
        self.state().rotated = true;
    }

    /// What was asked of them so far.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// Somebody who was sent to `url` agrees there. Answers what the browser is led back with.
    pub fn agree(&self, url: &str, told: Value, now: i64) -> Vec<(String, String)> {
        let url: Url = url.parse().expect("an address");
        let provider = url.path()[1..].split('/').next().expect("a provider").to_owned();
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], format!("client-{provider}"));
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query.contains_key("response_mode"), provider == "apple");
        let mut state = self.state();
        state.count += 1;
        state.now = now;
        let code = format!("code-{}", state.count);
        let mut back = vec![("code".to_owned(), code.clone())];
        back.push(("state".to_owned(), query["state"].clone()));
        if state.twist == Twist::NamesItself {
            back.push(("iss".to_owned(), format!("{}/{provider}", self.base)));
        }
        state.agreed.insert(code, Agreed { provider, query, told });
        back
    }

    fn serve(&self, mut connection: TcpStream) {
        let request = read(&connection);
        let twist = {
            let mut state = self.state();
            state.asked.push(request.path.clone());
            state.twist
        };
        let (status, body) = match twist {
            Twist::Silent => {
                // Waits until the other side has had enough.
                let _ = connection.read(&mut [0; 1]);
                return;
            }
            Twist::Fails => (500, json!({ "error": "server_error" }).to_string()),
            Twist::Redirects => (302, String::new()),
            Twist::Huge => (200, format!("{{\"x\":\"{}\"}}", "x".repeat(2_000_000))),
            Twist::Garbage => (200, "<html>".to_owned()),
            _ => self.answer(&request),
        };
        let length = body.len();
        let place = format!("location: {}/elsewhere\r\n", self.base);
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{place}content-length: \
             {length}\r\nconnection: close\r\n\r\n{body}"
        );
        // Whoever has hung up has had enough.
        let _ = connection.write_all(head.as_bytes());
    }

    fn answer(&self, request: &Request) -> (u16, String) {
        let path = request.path.split('?').next().expect("a path");
        let (provider, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let answer = match rest {
            _ if rest.ends_with(".well-known/openid-configuration") => self.document(provider),
            "jwks" => self.keys(provider),
            "token" => return self.token(provider, request),
            "user" | "userinfo" | "emails" => return self.tell(rest, request),
            _ => return (404, "{}".to_owned()),
        };
        (200, answer.to_string())
    }

    fn issuer(&self, provider: &str) -> String {
        match provider {
            "microsoft" => format!("{}/microsoft/{{tenantid}}/v2.0", self.base),
            _ => format!("{}/{provider}", self.base),
        }
    }

    fn document(&self, provider: &str) -> Value {
        let twist = self.state().twist;
        let base = match twist {
            Twist::InnerAddresses => "http://10.0.0.1",
            _ => &self.base,
        };
        let issuer = match twist {
            Twist::WrongDocument => format!("{}/evil", self.base),
            _ => self.issuer(provider),
        };
        let methods = match provider {
            "apple" => json!(["client_secret_post"]),
            _ => json!(["client_secret_post", "client_secret_basic"]),
        };
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{}/{provider}/authorize", self.base),
            "token_endpoint": format!("{base}/{provider}/token"),
            "userinfo_endpoint": format!("{base}/{provider}/userinfo"),
            "jwks_uri": format!("{base}/{provider}/jwks"),
            "token_endpoint_auth_methods_supported": methods,
            "authorization_response_iss_parameter_supported": twist == Twist::NamesItself,
        })
    }

    fn keys(&self, provider: &str) -> Value {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let kid = self.kid(provider);
        if provider == "apple" {
            let point = EC.public_key().as_ref();
            let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
            return json!({ "keys": [{
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y,
            }] });
        }
        json!({ "keys": [rsa_jwk(&RSA, &kid)] })
    }

    fn kid(&self, provider: &str) -> String {
        format!("{provider}-{}", if self.state().rotated { "2" } else { "1" })
    }

    /// The token endpoint: it takes nothing that RFC 6749 and RFC 7636 would not.
    fn token(&self, provider: &str, request: &Request) -> (u16, String) {
        let refuse = |error: &str| (400, json!({ "error": error }).to_string());
        if !is_client(provider, request, self) {
            return (401, json!({ "error": "invalid_client" }).to_string());
        }
        let field = |name: &str| request.form.get(name).cloned().unwrap_or_default();
        if field("grant_type") == "refresh_token" {
            return match field("refresh_token").strip_prefix("refresh-") {
                Some(rest) if !rest.contains("over") => {
                    let answer = json!({
                        "access_token": format!("refreshed-{}", self.next()), "token_type": "Bearer",
                        "expires_in": 3600,
                    });
                    (200, answer.to_string())
                }
                _ => refuse("invalid_grant"),
            };
        }
        let agreed = self.state().agreed.remove(&field("code"));
        let Some(agreed) = agreed.filter(|agreed| agreed.provider == provider) else {
            return refuse("invalid_grant");
        };
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(field("code_verifier").as_bytes()));
        if agreed.query["code_challenge"] != challenge
            || agreed.query["redirect_uri"] != field("redirect_uri")
        {
            return refuse("invalid_grant");
        }
        let access = format!("access-{}", self.next());
        let twist = self.state().twist;
        let now = self.state().now;
        self.state().told.insert(access.clone(), agreed.told.clone());
        let mut answer = json!({
            "access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": "email",
            "refresh_token": "refresh-1",
        });
        let is_oidc = !matches!(provider, "github" | "facebook");
        if is_oidc && twist != Twist::NoIdToken {
            let claims = self.claims(provider, &agreed, now);
            let kid = self.kid(provider);
            let signed = Signed { rsa: &RSA, foreign: &FOREIGN, ec: &EC, kid, claims };
            answer["id_token"] = signed.token(provider, twist).into();
        }
        (200, answer.to_string())
    }

    fn next(&self) -> u32 {
        let mut state = self.state();
        state.count += 1;
        state.count
    }

    fn claims(&self, provider: &str, agreed: &Agreed, now: i64) -> Value {
        let tenant = agreed.told["tid"].as_str().unwrap_or_default();
        let mut claims = json!({
            "iss": self.issuer(provider).replace("{tenantid}", tenant),
            "aud": format!("client-{provider}"),
            "iat": now, "exp": now + 600,
            "nonce": agreed.query.get("nonce"),
        });
        for (name, value) in agreed.told.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        claims
    }

    fn tell(&self, what: &str, request: &Request) -> (u16, String) {
        let token = request.authorization.strip_prefix("Bearer ").unwrap_or_default();
        let told = self.state().told.get(token).cloned();
        match (told, what) {
            (None, _) => (401, "{}".to_owned()),
            (Some(told), "emails") => (200, told["emails"].to_string()),
            (Some(told), _) => (200, told.to_string()),
        }
    }
}

/// How a client proves itself at each: by a header, by fields, or by a signed secret.
fn is_client(provider: &str, request: &Request, stub: &Stub) -> bool {
    let (id, wanted) = (format!("client-{provider}"), secret(provider).1);
    let field = |name: &str| request.form.get(name).cloned().unwrap_or_default();
    match provider {
        "google" | "other" | "microsoft" => {
            let pair = BASE64.encode(format!("{id}:{wanted}").as_bytes());
            request.authorization == format!("Basic {pair}")
        }
        "apple" => {
            field("client_id") == id && is_signed_by_client(&field("client_secret"), &id, stub)
        }
        _ => field("client_id") == id && field("client_secret") == wanted,
    }
}

/// Whether a client secret is what Apple's documents ask for.
fn is_signed_by_client(secret: &str, id: &str, stub: &Stub) -> bool {
    let parts: Vec<_> = secret.split('.').collect();
    let [head, claims, signature] = parts[..] else { return false };
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
    let json = |text: &str| serde_json::from_slice::<Value>(&decode(text)).expect("JSON");
    let (header, told) = (json(head), json(claims));
    let now = stub.state().now;
    let life = told["exp"].as_i64().expect("a time") - now;
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED,
        EC.public_key().as_ref(),
    );
    header["alg"] == "ES256"
        && header["kid"] == "KEY1234567"
        && told["iss"] == "TEAM123456"
        && told["sub"] == id
        && told["aud"] == format!("{}/apple", stub.base)
        && (0..15_777_000).contains(&life)
        && key.verify(format!("{head}.{claims}").as_bytes(), &decode(signature)).is_ok()
}

fn secret(name: &str) -> (&'static str, String) {
    ("CLIENT_SECRET", format!("secret-of-{name}"))
}

/// The public half of a key.
pub fn rsa_jwk(key: &RsaKeyPair, kid: &str) -> Value {
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let public = key.public_key();
    let n = encode(public.modulus().big_endian_without_leading_zero());
    let e = encode(public.exponent().big_endian_without_leading_zero());
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e })
}

/// A signature with RS256.
pub fn rsa_sign(key: &RsaKeyPair, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("it signs");
    signature
}

fn read(connection: &TcpStream) -> Request {
    let mut reader = BufReader::new(connection);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    };
    let path = line().split(' ').nth(1).unwrap_or("/").to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |text| text.parse().expect("a number"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let authorization = headers.remove("authorization").unwrap_or_default();
    Request { path, authorization, form }
}
