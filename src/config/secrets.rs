//! Secrets of another form than one line of text. None of them prints.

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{key::Form, values::Setting};

/// A private key on the curve P-256 (PKCS #8).
#[derive(Clone)]
pub struct EcKey(Arc<Zeroizing<Vec<u8>>>);

impl EcKey {
    /// The key as PKCS #8 in DER.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// A key from its PEM text. The ends of lines may be written as `\n`, as variables hold them.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace("\\n", "\n");
        let body = text.strip_prefix("-----BEGIN PRIVATE KEY-----")?;
        let body = body.strip_suffix("-----END PRIVATE KEY-----")?;
        let body: Zeroizing<String> = body.split_whitespace().collect::<String>().into();
        let der = Zeroizing::new(BASE64.decode(body.as_bytes()).ok()?);
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok()?;
        Some(Self(Arc::new(der)))
    }
}

impl fmt::Debug for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Setting for Option<EcKey> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "a private key on the curve P-256 in PEM, or empty for none";
    const SECRET: bool = true;

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        EcKey::parse(text).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn shown(text: &str) -> String {
        if text.is_empty() { String::new() } else { "[secret]".to_owned() }
    }
}
