//! Public keys of others (RFC 7517) and what was signed with them. A key with private parts, or a
//! weaker one than 128 bits (NIST SP 800-57, part 1), is no key here.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// The bits of the shortest RSA modulus that is taken, and of the longest.
const RSA_BITS: std::ops::RangeInclusive<usize> = 3072..=8192;

/// Members that only private or secret keys have (RFC 7518, section 6; RFC 8037, section 2).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const WRONG: Refusal = Refusal::new(
    "key_invalid",
    "A key is the public JWK of a P-256, Ed25519 or RSA key, without private parts.",
);
const WEAK: Refusal = Refusal::new("key_too_weak", "An RSA key has 3072 to 8192 bits.");

/// The signature algorithms that are taken from others (RFC 7518, section 3.1; RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    Es256,
    EdDsa,
    Rs256,
    Ps256,
}

impl Alg {
    /// All of them, as the metadata name them.
    pub const NAMES: &[&str] = &["ES256", "Ed25519", "EdDSA", "PS256", "RS256"];

    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            // The newer name (RFC 9864) says which curve it is.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    thumbprint: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// An uncompressed point of P-256.
    Ec(Vec<u8>),
    Ed(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// The key of a JWK. Members that say nothing about the key itself are not looked at.
    pub fn parse(jwk: &Value) -> Result<Self, Refusal> {
        let fields = jwk.as_object().ok_or(WRONG)?;
        if PRIVATE.iter().any(|name| fields.contains_key(*name)) {
            return Err(WRONG);
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).ok_or(WRONG);
        let bytes = |name: &str| -> Result<Vec<u8>, Refusal> {
            BASE64URL_NOPAD.decode(text(name)?.as_bytes()).map_err(|_| WRONG)
        };
        let (kind, members) = match text("kty")? {
            "EC" if text("crv")? == "P-256" => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(WRONG);
                }
                let members =
                    json!({ "crv": "P-256", "kty": "EC", "x": text("x")?, "y": text("y")? });
                (Kind::Ec([&[4], &x[..], &y[..]].concat()), members)
            }
            "OKP" if text("crv")? == "Ed25519" => {
                let x = bytes("x")?;
                if x.len() != 32 {
                    return Err(WRONG);
                }
                (Kind::Ed(x), json!({ "crv": "Ed25519", "kty": "OKP", "x": text("x")? }))
            }
            "RSA" => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                let is_plain = |number: &[u8]| number.first().is_some_and(|byte| *byte != 0);
                let is_odd = e.last().is_some_and(|byte| byte & 1 == 1);
                if !is_plain(&n) || !is_plain(&e) || !is_odd || e.len() > 4 || e == [1] {
                    return Err(WRONG);
                }
                let leading = n.first().map_or(0, |byte| byte.leading_zeros()) as usize;
                if !RSA_BITS.contains(&(n.len() * 8 - leading)) {
                    return Err(WEAK);
                }
                (Kind::Rsa { n, e }, json!({ "e": text("e")?, "kty": "RSA", "n": text("n")? }))
            }
            _ => return Err(WRONG),
        };
        Ok(Self { kind, thumbprint: thumbprint(&members) })
    }

    /// SHA-256 over its members (RFC 7638), in base64url.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Whether it goes with this algorithm and has signed the message so.
    pub fn verify(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.kind, alg) {
            (Kind::Ec(point), Alg::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Kind::Ed(key), Alg::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            (Kind::Rsa { n, e }, Alg::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            (Kind::Rsa { n, e }, Alg::Ps256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PSS_2048_8192_SHA256, message, signature),
            _ => return false,
        };
        verified.is_ok()
    }
}

/// The members stand in the order of the alphabet already, as RFC 7638 wants them.
fn thumbprint(members: &Value) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(members.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 7638, section 3.1, which has 2048 bits.
    const RFC_7638: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1\
        RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6C\
        f0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD\
        08qNLyrdkt-\
        bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    #[test]
    fn dpop_07_a_thumbprint_is_that_of_rfc_7638_and_of_rfc_9449() {
        let members = json!({ "e": "AQAB", "kty": "RSA", "n": RFC_7638 });
        assert_eq!(thumbprint(&members), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 9449, section 4.1 and 6.1.
        let key = PublicKey::parse(&json!({
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256",
        }));
        let key = key.unwrap();
        assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn asvs_11_2_3_weak_private_and_unknown_keys_are_none() {
        let rsa = json!({ "e": "AQAB", "kty": "RSA", "n": RFC_7638 });
        assert_eq!(PublicKey::parse(&rsa), Err(WEAK));
        let long = BASE64URL_NOPAD.encode(&[0xff; 384]);
        let good = json!({ "e": "AQAB", "kty": "RSA", "n": long });
        assert!(PublicKey::parse(&good).is_ok());
        for (name, value) in
            [("d", "AQAB"), ("p", ""), ("k", "x"), ("e", "AQ"), ("e", "Ag"), ("n", "+/")]
        {
            let mut key = good.clone();
            key[name] = value.into();
            assert!(PublicKey::parse(&key).is_err(), "{name}");
        }
        for other in [json!(null), json!([]), json!({}), json!({ "kty": "oct", "k": "x" })] {
            assert!(PublicKey::parse(&other).is_err());
        }
        let zeros = BASE64URL_NOPAD.encode(&[[0].as_slice(), &[0xff; 384]].concat());
        assert!(PublicKey::parse(&json!({ "e": "AQAB", "kty": "RSA", "n": zeros })).is_err());
    }
}
