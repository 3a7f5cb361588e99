//! Compact JWS (RFC 7515) with ES256 (RFC 7518, section 3.4), written and read by our own hand over
//! aws-lc-rs. A text counts in the one spelling in which it would be written: exact base64url, each
//! member once, no header member that is not asked for. No header ever says where a key is to be
//! had, and nothing of the payload is looked at before its signature is right.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        ParsedPublicKey,
    },
};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::strict;

/// The one algorithm that is signed with, and the only one that is taken.
pub const ALGORITHM: &str = "ES256";

/// The longest text in bytes that can be a token.
pub const LONGEST: usize = 16_384;

/// Bytes of a coordinate of P-256, of which a signature has two as well.
const COORDINATE: usize = 32;

/// Bytes that are no key on P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no key on P-256")
    }
}

impl std::error::Error for NotAKey {}

/// Why a text does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no compact JWS, or not in its exact spelling.
    Form,
    /// Its header says something that is not asked for, or is not a text.
    Header,
    /// The key has not signed it.
    Signature,
    /// What was signed is no JSON object with each member once.
    Payload,
}

/// A private key, parsed once. Cloning is not offered: share it.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// A new key, drawn from the library's own generator, which the system's randomness feeds.
    pub fn random() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self::of(pair.expect("P-256 is built in")).expect("its own public key is on the curve")
    }

    /// The key of these PKCS #8 bytes (RFC 5208). Errors: no private key on P-256.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, NotAKey> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes);
        Self::of(pair.map_err(|_| NotAKey)?)
    }

    fn of(pair: EcdsaKeyPair) -> Result<Self, NotAKey> {
        let public = PublicKey::of_point(pair.public_key().as_ref())?;
        Ok(Self { pair, public })
    }

    /// Its PKCS #8 bytes, to be sealed.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = self.pair.to_pkcs8v1().expect("a parsed key can be written");
        Zeroizing::new(document.as_ref().to_vec())
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A compact JWS of these claims: `kind` is its `typ`, which keeps one kind of token from being
    /// taken for another (RFC 8725, section 3.11).
    pub fn sign(&self, kind: &'static str, claims: &impl Serialize) -> String {
        let header = json!({ "alg": ALGORITHM, "typ": kind, "kid": self.public.kid });
        let claims = serde_json::to_vec(claims).expect("texts and numbers make JSON");
        self.sign_bytes(header.to_string().as_bytes(), &claims)
    }

    /// A compact JWS of exactly these bytes, whatever they say.
    pub fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> String {
        let mut text = BASE64URL_NOPAD.encode(header);
        text.push('.');
        BASE64URL_NOPAD.encode_append(payload, &mut text);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.expect("a parsed key signs");
        text.push('.');
        BASE64URL_NOPAD.encode_append(signature.as_ref(), &mut text);
        text
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[signing key {}]", self.public.kid)
    }
}

/// A public key on P-256, parsed once.
#[derive(Debug)]
pub struct PublicKey {
    parsed: ParsedPublicKey,
    kid: String,
    x: String,
    y: String,
}

impl PublicKey {
    /// The key of a point as SEC 1 writes it without compression. Errors: no point on the curve.
    fn of_point(point: &[u8]) -> Result<Self, NotAKey> {
        let Some((&[4], coordinates)) = point.split_first_chunk::<1>() else {
            return Err(NotAKey);
        };
        let (x, y) = coordinates.split_at_checked(COORDINATE).ok_or(NotAKey)?;
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        let parsed = parsed.map_err(|_| NotAKey)?;
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        Ok(Self { parsed, kid: thumbprint(&x, &y), x, y })
    }

    /// The key of a JWK (RFC 7517). Errors: another kind of key, a private one, no point.
    pub fn of_jwk(jwk: &Map<String, Value>) -> Result<Self, NotAKey> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("kty") != Some("EC") || text("crv") != Some("P-256") || jwk.contains_key("d") {
            return Err(NotAKey);
        }
        let mut point = vec![4];
        for name in ["x", "y"] {
            let bytes = BASE64URL_NOPAD.decode(text(name).ok_or(NotAKey)?.as_bytes());
            let bytes = bytes.ok().filter(|bytes| bytes.len() == COORDINATE).ok_or(NotAKey)?;
            point.extend(bytes);
        }
        Self::of_point(&point)
    }

    /// Its name: the SHA-256 thumbprint of RFC 7638.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its coordinates in base64url.
    pub fn coordinates(&self) -> (&str, &str) {
        (&self.x, &self.y)
    }
}

/// RFC 7638, section 3: the required members in the order of their names, without white space.
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64URL_NOPAD.encode(&Sha256::digest(members.as_bytes()))
}

/// A text that has the form of a compact JWS. What it claims is not known before [`Jws::open`].
#[derive(Debug)]
pub struct Jws<'a> {
    header: Map<String, Value>,
    signed: &'a str,
    payload: &'a str,
    signature: [u8; 2 * COORDINATE],
}

impl<'a> Jws<'a> {
    /// Reads the form of a text, and its header, which may hold `members` alone: what is not listed
    /// is refused, `crit` and everything that names a key's address among it.
    pub fn parse(text: &'a str, members: &[&str]) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(Fault::Form);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Fault::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(Fault::Form)?;
        if payload.contains('.') {
            return Err(Fault::Form);
        }
        let signature = decode(signature)?.try_into().map_err(|_| Fault::Form)?;
        let header = object(&decode(header)?).ok_or(Fault::Header)?;
        if header.keys().any(|name| !members.contains(&name.as_str())) {
            return Err(Fault::Header);
        }
        Ok(Self { header, signed, payload, signature })
    }

    /// A text of the header.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// An object of the header.
    pub fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.header.get(name).and_then(Value::as_object)
    }

    /// What `key` has signed. Errors: it has not, or what it signed is no JSON object.
    pub fn open(&self, key: &PublicKey) -> Result<Map<String, Value>, Fault> {
        let verified = key.parsed.verify_sig(self.signed.as_bytes(), &self.signature);
        verified.map_err(|_| Fault::Signature)?;
        object(&decode(self.payload)?).ok_or(Fault::Payload)
    }
}

/// Exact base64url (RFC 7515, section 2): no padding, no white space, no bits left over.
fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Fault::Form)
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match strict::parse(bytes) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: &[&str] = &["alg", "typ", "kid"];

    fn opened(text: &str, key: &PublicKey) -> Result<Map<String, Value>, Fault> {
        Jws::parse(text, MEMBERS)?.open(key)
    }

    #[test]
    fn what_was_signed_is_read_again() {
        let key = SigningKey::random();
        let text = key.sign("at+jwt", &json!({ "sub": "usr_1" }));
        let jws = Jws::parse(&text, MEMBERS).unwrap();
        assert_eq!((jws.text("alg"), jws.text("typ")), (Some("ES256"), Some("at+jwt")));
        assert_eq!(jws.text("kid"), Some(key.public().kid()));
        assert_eq!(jws.open(key.public()).unwrap()["sub"], "usr_1");
        assert_eq!(opened(&text, SigningKey::random().public()), Err(Fault::Signature));
    }

    #[test]
    fn asvs_9_1_1_each_flipped_bit_is_found() {
        let key = SigningKey::random();
        let text = key.sign("at+jwt", &json!({ "sub": "usr_1", "exp": 1 })).into_bytes();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut changed = text.clone();
                changed[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(changed) else { continue };
                assert!(opened(&changed, key.public()).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_token_has_one_spelling() {
        let key = SigningKey::random();
        let text = key.sign("at+jwt", &json!({ "sub": "usr_1" }));
        let (signed, signature) = text.rsplit_once('.').unwrap();
        for other in [
            format!("{text}="),
            format!("{text} "),
            format!(" {text}"),
            format!("{text}."),
            format!("{text}\n"),
            format!(".{text}"),
            signed.to_owned(),
            format!("{signed}."),
            text.replace('.', ".."),
            format!("{signed}.{}", &signature[1..]),
            String::new(),
            text.replace('.', ","),
            format!("{text}.{signature}"),
            "..".to_owned(),
            format!("{signed}.{}", "A".repeat(LONGEST)),
        ] {
            assert!(opened(&other, key.public()).is_err(), "{other}");
        }
    }

    fn with_header(key: &SigningKey, header: &str) -> String {
        key.sign_bytes(header.as_bytes(), b"{}")
    }

    #[test]
    fn asvs_9_1_3_a_header_says_nothing_that_is_not_asked_for() {
        let key = SigningKey::random();
        assert!(opened(&with_header(&key, r#"{"alg":"ES256"}"#), key.public()).is_ok());
        for header in [
            r#"{"alg":"ES256","jku":"https://evil.test/jwks"}"#,
            r#"{"alg":"ES256","crit":[]}"#,
            r#"{"alg":"ES256","x5u":"https://evil.test"}"#,
            r#"{"alg":"ES256","jwk":{}}"#,
            r#"{"alg":"ES256","x5c":[]}"#,
            r#"{"alg":"ES256","b64":false}"#,
            "[]",
            "1",
            "",
            r#"{"alg":"none","alg":"ES256"}"#,
            r#"{"alg":"ES256"} {}"#,
            r#"{"alg":"ES256",}"#,
            r#"{"alg":"ES256","zip":"DEF"}"#,
            r#"{"alg":"ES256","enc":"A256GCM"}"#,
        ] {
            let refused = opened(&with_header(&key, header), key.public());
            assert_eq!(refused, Err(Fault::Header), "{header}");
        }
    }

    #[test]
    fn a_key_is_kept_and_read_again() {
        let key = SigningKey::random();
        let again = SigningKey::from_pkcs8(&key.to_pkcs8()).unwrap();
        assert_eq!(again.public().kid(), key.public().kid());
        assert!(opened(&again.sign("x", &json!({})), key.public()).is_ok());
        assert!(SigningKey::from_pkcs8(b"no key").is_err());
        let (x, y) = key.public().coordinates();
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let jwk = jwk.as_object().unwrap();
        assert_eq!(PublicKey::of_jwk(jwk).unwrap().kid(), key.public().kid());
        for (name, value) in [("d", x), ("crv", "P-384"), ("kty", "oct"), ("x", y), ("y", "AA")] {
            let mut other = jwk.clone();
            other.insert(name.to_owned(), value.into());
            assert_eq!(PublicKey::of_jwk(&other).err(), Some(NotAKey), "{name}");
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // The key of RFC 7515, appendix A.3, and what another implementation makes of it.
        let (x, y) = (
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        );
        assert_eq!(thumbprint(x, y), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    }
}
