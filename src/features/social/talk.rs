//! What is exchanged with a provider's token endpoint. Nothing that it says is repeated to anybody,
//! and a provider that is slow or gone costs the request that asked for it, and no more.

use std::fmt;

use data_encoding::BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::places::Places;
use crate::{
    app::App,
    config::{ClientAuth, ClientProof, Provider},
    http::{code::Code, problem::Problem},
    kernel::{
        clock::Timestamp,
        fetch::{self, Question},
        secret::Secret,
    },
};

/// Why nothing came of a provider's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There was none.
    Away(fetch::Fault),
    /// It was not accepted: in words for the audit log.
    Wrong(&'static str),
}

impl From<fetch::Fault> for Fault {
    fn from(fault: fetch::Fault) -> Self {
        Self::Away(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(fault) => fault.fmt(f),
            Self::Wrong(why) => f.write_str(why),
        }
    }
}

impl Fault {
    pub fn code(self) -> Code {
        match self {
            Self::Away(_) => Code::ProviderUnavailable,
            Self::Wrong(_) => Code::ProviderRefused,
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        fault.code().into()
    }
}

/// What a token endpoint gave.
pub struct Granted {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub token_type: String,
    pub scope: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub id_token: Option<String>,
}

/// The longest token that is taken, in bytes.
const LONGEST: usize = 16_384;

/// The seconds after which the longest access token counts as ended: a year.
const MOST_SECONDS: i64 = 31_536_000;

/// A code, and what has to come with it.
pub struct Exchange<'a> {
    pub code: &'a str,
    pub verifier: &'a str,
    /// To which it was sent.
    pub redirect_uri: &'a str,
}

/// Exchanges a code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
pub async fn exchange(
    app: &App,
    provider: &Provider,
    places: &Places,
    Exchange { code, verifier, redirect_uri }: Exchange<'_>,
) -> Result<Granted, Fault> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    ask(app, provider, places, &form).await
}

/// Gets new tokens for a refresh token (RFC 6749, section 6).
pub async fn refresh(
    app: &App,
    provider: &Provider,
    places: &Places,
    token: &Secret,
) -> Result<Granted, Fault> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.reveal())];
    ask(app, provider, places, &form).await
}

async fn ask(
    app: &App,
    provider: &Provider,
    places: &Places,
    form: &[(&str, &str)],
) -> Result<Granted, Fault> {
    let secret = client_secret(app, provider)?;
    let mut form = form.to_vec();
    let mut authorization = None;
    match (&secret, places.client_auth) {
        (None, _) => form.push(("client_id", &provider.client_id)),
        (Some(secret), ClientAuth::Basic) => {
            authorization = Some(basic(&provider.client_id, secret));
        }
        (Some(secret), _) => {
            form.push(("client_id", &provider.client_id));
            form.push(("client_secret", secret.reveal()));
        }
    }
    let question =
        Question { url: &places.token, authorization: authorization.as_ref(), form: Some(&form) };
    let answer = app.fetch.ask(&question).await?;
    match answer.status {
        200 => granted(&answer.body, app.now()),
        400..=499 => Err(Fault::Wrong("the code or token was not accepted")),
        status => Err(fetch::Fault::Status(status).into()),
    }
}

fn granted(body: &[u8], now: Timestamp) -> Result<Granted, Fault> {
    let unreadable = Fault::Wrong("the answer of the token endpoint can't be read");
    let answer: Value = serde_json::from_slice(body).map_err(|_| unreadable)?;
    // Some say so with the status 200.
    if !answer["error"].is_null() {
        return Err(Fault::Wrong("the code or token was not accepted"));
    }
    let text = |name: &str| {
        let text = answer[name].as_str().filter(|text| is_plain(text));
        text.map(ToOwned::to_owned)
    };
    let seconds = match &answer["expires_in"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    let seconds = seconds.filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
    Ok(Granted {
        access_token: Secret::new(text("access_token").ok_or(unreadable)?),
        refresh_token: text("refresh_token").map(Secret::new),
        token_type: text("token_type").filter(|it| it.len() <= 40).unwrap_or("Bearer".to_owned()),
        scope: text("scope").filter(|scope| scope.len() <= 2000),
        expires_at: seconds.map(|seconds| now.plus_seconds(seconds)),
        id_token: text("id_token"),
    })
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control)
}

/// How a client proves itself by `Authorization` (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &Secret) -> Secret {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret.reveal()));
    Secret::new(format!("Basic {}", BASE64.encode(pair.as_bytes())))
}

/// Seconds for which a signed secret is good.
const SIGNED: i64 = 300;

/// What Apple reads in a client secret.
#[derive(Serialize)]
struct SignedSecret<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'a str,
    sub: &'a str,
}

fn client_secret(app: &App, provider: &Provider) -> Result<Option<Secret>, Fault> {
    let (team, key_id, key) = match &provider.proof {
        ClientProof::Nothing => return Ok(None),
        ClientProof::Secret(secret) => return Ok(Some(secret.clone())),
        ClientProof::Signed { team, key_id, key } => (team, key_id, key),
    };
    let now = app.now().micros().div_euclid(1_000_000);
    let claims = SignedSecret {
        iss: team,
        iat: now,
        exp: now + SIGNED,
        aud: &provider.issuer,
        sub: &provider.client_id,
    };
    let header = Header { kid: Some(key_id.clone()), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_der(key.reveal());
    let signed = jsonwebtoken::encode(&header, &claims, &key);
    signed.map(|text| Some(Secret::new(text))).map_err(|_| Fault::Wrong("no secret can be signed"))
}

/// Asks with an access token who somebody is, or what else a provider tells of them.
pub async fn tell(app: &App, url: &Url, token: &Secret) -> Result<Value, Fault> {
    let bearer = Secret::new(format!("Bearer {}", token.reveal()));
    let question = Question { url, authorization: Some(&bearer), form: None };
    let body = app.fetch.ask_well(&question).await?;
    serde_json::from_slice(&body).map_err(|_| Fault::Wrong("what it tells can't be read"))
}
