//! ID tokens of the services on the loopback, right and wrong ones.

use aws_lc_rs::{hmac, rand::SystemRandom, rsa, signature::EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::provider::{Twist, rsa_jwk, rsa_sign};

/// What is signed, and with which keys.
pub struct Signed<'a> {
    pub rsa: &'a rsa::KeyPair,
    pub foreign: &'a rsa::KeyPair,
    pub ec: &'a EcdsaKeyPair,
    pub kid: String,
    pub claims: Value,
}

impl Signed<'_> {
    /// The token, wrong in the way that is asked for.
    pub fn token(mut self, provider: &str, twist: Twist) -> String {
        let alg = if provider == "apple" { "ES256" } else { "RS256" };
        let mut header = json!({ "alg": alg, "kid": self.kid, "typ": "JWT" });
        let now = self.claims["iat"].as_i64().expect("a time");
        let own = self.claims["aud"].clone();
        match twist {
            Twist::NoNonce => drop(self.claims.as_object_mut().expect("claims").remove("nonce")),
            Twist::WrongNonce => self.claims["nonce"] = "another".into(),
            Twist::WrongAudience => self.claims["aud"] = "client-evil".into(),
            Twist::SecondAudience => self.claims["aud"] = json!([own, "client-evil"]),
            Twist::OtherParty => self.claims["azp"] = "client-evil".into(),
            Twist::WrongIssuer => self.claims["iss"] = "https://evil.test".into(),
            Twist::Expired => self.claims["exp"] = (now - 1).into(),
            Twist::FromTheFuture => self.claims["iat"] = (now + 3600).into(),
            Twist::AlgNone => header["alg"] = "none".into(),
            Twist::AlgHmac => header["alg"] = "HS256".into(),
            Twist::KeyInHeader => header["jwk"] = rsa_jwk(self.foreign, &self.kid),
            Twist::UnknownKey => header["kid"] = "unknown".into(),
            Twist::AccessTokenType => header["typ"] = "at+jwt".into(),
            _ => {}
        }
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", encode(&header), encode(&self.claims));
        let signature = self.signature(provider, twist, message.as_bytes());
        format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    fn signature(&self, provider: &str, twist: Twist, message: &[u8]) -> Vec<u8> {
        match twist {
            Twist::AlgNone => Vec::new(),
            Twist::AlgHmac => {
                let secret = format!("secret-of-{provider}");
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, message).as_ref().to_vec()
            }
            Twist::ForeignKey | Twist::KeyInHeader => rsa_sign(self.foreign, message),
            _ if provider == "apple" => {
                let signed = self.ec.sign(&SystemRandom::new(), message);
                signed.expect("it signs").as_ref().to_vec()
            }
            _ => rsa_sign(self.rsa, message),
        }
    }
}
