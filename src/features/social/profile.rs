//! Who somebody is, as a provider says. The key is issuer and subject; an address counts as
//! verified only where the provider says so, or where its settings do.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use url::Url;

use super::{
    id_token,
    places::Places,
    talk::{self, Fault, Granted},
};
use crate::{
    app::App,
    config::{ClientProof, Preset, Protocol, Provider},
    kernel::{email::Email, secret::Secret},
};

/// The most bytes of a subject (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// Somebody, as a provider says.
pub struct Profile {
    pub issuer: String,
    pub subject: String,
    pub email: Option<Email>,
    /// Whether the provider has verified that the address is theirs.
    pub email_verified: bool,
    pub name: Option<String>,
}

/// Who it is that a provider has granted this for.
pub async fn of(
    app: &App,
    provider: &Provider,
    places: &Places,
    (granted, nonce): (&Granted, &str),
) -> Result<Profile, Fault> {
    match (&provider.protocol, &places.keys) {
        (Protocol::Oidc { .. }, Some(keys)) => {
            by_id_token(app, provider, (places, keys), (granted, nonce)).await
        }
        _ => by_asking(app, provider, places, granted).await,
    }
}

async fn by_id_token(
    app: &App,
    provider: &Provider,
    (places, keys): (&Places, &Url),
    (granted, nonce): (&Granted, &str),
) -> Result<Profile, Fault> {
    let token = granted.id_token.as_deref().ok_or(Fault::Wrong("there is no ID token"))?;
    let checked = id_token::check(app, provider, keys, (token, nonce)).await?;
    let mut claims = checked.claims;
    if claims[&provider.names.email].is_null()
        && let Some(url) = &places.userinfo
    {
        // What it tells must be of the same person (section 5.3.2). Whoever it tells nothing of is
        // known all the same.
        let told = talk::tell(app, url, &granted.access_token).await.unwrap_or_default();
        if told["sub"].as_str() == Some(&checked.subject) {
            claims = told;
        }
    }
    let subject = plain_subject(&checked.subject)?;
    Ok(Profile { issuer: checked.issuer, subject, ..personal(provider, &claims) })
}

async fn by_asking(
    app: &App,
    provider: &Provider,
    places: &Places,
    granted: &Granted,
) -> Result<Profile, Fault> {
    let url = places.userinfo.clone().ok_or(Fault::Wrong("it tells nobody's name"))?;
    let url = with_proof(provider, url, &granted.access_token);
    let mut told = talk::tell(app, &url, &granted.access_token).await?;
    let subject = subject(&told[&provider.names.subject], &provider.names.subject)?;
    if let Protocol::OAuth2(endpoints) = &provider.protocol
        && let Some(emails) = &endpoints.emails
    {
        let emails = talk::tell(app, emails, &granted.access_token).await?;
        let (email, is_verified) = primary(&emails);
        told[&provider.names.email] = email;
        told[VERIFIED] = is_verified.into();
        return Ok(Profile { subject, ..personal_of(provider, &told, VERIFIED) });
    }
    Ok(Profile { subject, ..personal(provider, &told) })
}

/// What a list of addresses makes of the one that counts.
const VERIFIED: &str = "email_verified";

/// The address that a person calls their first, of a list as GitHub gives it.
fn primary(emails: &Value) -> (Value, bool) {
    let mut all = emails.as_array().into_iter().flatten();
    match all.find(|entry| entry["primary"] == true) {
        Some(entry) => (entry["email"].clone(), entry["verified"] == true),
        None => (Value::Null, false),
    }
}

/// Facebook is told that the token came with the secret of its client.
fn with_proof(provider: &Provider, mut url: Url, token: &Secret) -> Url {
    let (Preset::Facebook, ClientProof::Secret(secret)) = (provider.preset, &provider.proof) else {
        return url;
    };
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes any key");
    mac.update(token.reveal().as_bytes());
    let proof = HEXLOWER.encode(&mac.finalize().into_bytes());
    url.query_pairs_mut().append_pair("appsecret_proof", &proof);
    url
}

/// The subject in an answer: a text, or a number where the provider counts its people.
fn subject(value: &Value, name: &str) -> Result<String, Fault> {
    match value {
        Value::String(text) => plain_subject(text),
        Value::Number(number) if name != "sub" && number.as_u64().is_some_and(|id| id > 0) => {
            Ok(number.to_string())
        }
        _ => Err(NOBODY),
    }
}

/// Everybody who is nobody would be the same person.
const NOBODY: Fault = Fault::Wrong("it does not say who it is");

fn plain_subject(text: &str) -> Result<String, Fault> {
    let is_one = !text.trim().is_empty()
        && text.len() <= LONGEST_SUBJECT
        && !text.contains(char::is_control)
        && !matches!(text, "0" | "null" | "undefined");
    if is_one { Ok(text.to_owned()) } else { Err(NOBODY) }
}

/// What is told of a person besides who it is; the rest is filled in.
fn personal(provider: &Provider, told: &Value) -> Profile {
    personal_of(provider, told, &provider.names.email_verified)
}

fn personal_of(provider: &Provider, told: &Value, verified: &str) -> Profile {
    let email = told[&provider.names.email].as_str().and_then(|text| text.parse().ok());
    let is_true = |value: &Value| matches!(value.as_str(), Some("true" | "1")) || *value == true;
    // Microsoft says in a claim of its own that whoever runs the tenant owns the domain.
    let is_owned = provider.preset == Preset::Microsoft
        && (is_true(&told["xms_edov"]) || told["xms_edov"] == 1);
    let is_said = !verified.is_empty() && is_true(&told[verified]);
    let names = provider.names.name.iter();
    Profile {
        issuer: provider.issuer.clone(),
        subject: String::new(),
        email,
        email_verified: provider.email_is_verified || is_said || is_owned,
        name: names.filter_map(|name| told[name].as_str()).find_map(name),
    }
}

/// A name of one line, cut where it is too long.
pub fn name(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ac_114_nobody_is_a_subject() {
        for wrong in [
            json!(""),
            json!(" "),
            json!("0"),
            json!(0),
            json!(null),
            json!(false),
            json!(true),
            json!([]),
            json!({}),
            json!([1]),
            json!("a\u{0}b"),
            json!("null"),
            json!(-1),
            json!(1.5),
            json!("x".repeat(256)),
        ] {
            assert_eq!(subject(&wrong, "id"), Err(NOBODY), "{wrong}");
        }
        assert_eq!(subject(&json!(7), "sub"), Err(NOBODY), "a sub is a text");
        assert_eq!(subject(&json!(7), "id"), Ok("7".to_owned()));
        assert_eq!(subject(&json!("a-1"), "sub"), Ok("a-1".to_owned()));
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name(" Ann\n "), Some("Ann".to_owned()));
        assert_eq!(name("\u{7}"), None);
        assert_eq!(name(&"x".repeat(200)).map(|name| name.len()), Some(100));
    }
}
