//! What others have signed and sent (compact JWS, RFC 7515): taken apart without trusting any of
//! it. Header hints (`jku`, `x5u`, …) are never followed (RFC 8725, section 3.10).

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use crate::kernel::{
    jwk::{Alg, PublicKey},
    strict,
};

/// The longest that is looked at, in bytes.
const LONGEST: usize = 8192;

/// A token, taken apart and not yet believed.
pub struct Signed<'a> {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub alg: Alg,
    input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    /// The parts of a token of this `typ`; nothing where it has another form, an algorithm that is
    /// not taken, or asks for an extension that is not known (`crit`).
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let (header, claims) = (object(header)?, object(claims)?);
        if header.contains_key("crit") || header.contains_key("b64") {
            return None;
        }
        let alg = Alg::parse(header.get("alg")?.as_str()?)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        Some(Self { header, claims, alg, input, signature })
    }

    /// Whether this key has signed it.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        key.verify(self.alg, self.input.as_bytes(), &self.signature)
    }

    /// A member of the header that is a text.
    pub fn head(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a number of seconds since 1970, in whole seconds (RFC 7519, section 2).
    pub fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        let whole = value.as_i64();
        // Fractions are allowed, and cut off.
        whole.or_else(|| value.as_f64().filter(|number| number.abs() < 1e12).map(|it| it as i64))
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).ok()?;
    match strict::parse(&bytes).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn joined(header: &Value, claims: &str) -> String {
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        format!(
            "{}.{}.{}",
            part(header.to_string().as_bytes()),
            part(claims.as_bytes()),
            part(b"x")
        )
    }

    #[test]
    fn dpop_01_what_is_no_well_formed_token_is_not_looked_at() {
        let right = json!({ "alg": "ES256" });
        let token = joined(&right, r#"{"iat":1.9,"jti":"x"}"#);
        let signed = Signed::parse(&token).unwrap();
        assert_eq!((signed.seconds("iat"), signed.text("jti")), (Some(1), Some("x")));
        for alg in ["none", "None", "HS256", "RS384", "ES256K", "", "es256"] {
            assert!(Signed::parse(&joined(&json!({ "alg": alg }), "{}")).is_none(), "{alg}");
        }
        for header in [
            json!({}),
            json!([]),
            json!({ "alg": 1 }),
            json!({ "alg": "ES256", "crit": ["exp"] }),
            json!({ "alg": "ES256", "b64": false }),
        ] {
            assert!(Signed::parse(&joined(&header, "{}")).is_none(), "{header}");
        }
        for claims in ["", "[]", "null", "{", r#"{"a":1,"a":2}"#] {
            assert!(Signed::parse(&joined(&right, claims)).is_none(), "{claims}");
        }
        for broken in ["", "a.b", "a.b.c", "....", &format!("{token}="), &format!("{token}.")] {
            assert!(Signed::parse(broken).is_none(), "{broken}");
        }
        assert!(
            Signed::parse(&joined(&right, &format!("{{\"a\":\"{}\"}}", "x".repeat(9000))))
                .is_none()
        );
    }
}
