//! Hashes that other systems made. They are compared as those systems did, with the password as it
//! was typed, and never made here: whoever signs in gets an argon2id hash in their place.

mod crypt;
mod pbkdf2;
mod scrypt;
#[cfg(test)]
mod tests;

use data_encoding::{BASE64_NOPAD, BitOrder, Encoding, Specification};

use crate::kernel::{refusal::Refusal, secret::Secret};

/// The longest text of a hash in bytes. Firebase's has about 270.
const MAX_TEXT: usize = 512;

/// The shortest key that is worth comparing, in bytes.
const MIN_KEY: usize = 16;

/// The longest key of any system that is known, in bytes.
const MAX_KEY: usize = 64;

pub(super) const UNKNOWN: Refusal = Refusal::new(
    "hash_unknown",
    "This is not a password hash of a known form; docs/IMPORT.md lists them.",
);
pub(super) const TOO_COSTLY: Refusal = Refusal::new(
    "hash_too_costly",
    "Comparing with this hash would take more time or memory than a sign-in may.",
);

/// A hash of another system, its cost within the limits.
pub(super) enum Foreign {
    Bcrypt(crypt::Bcrypt),
    ShaCrypt(crypt::ShaCrypt),
    Pbkdf2(pbkdf2::Pbkdf2),
    Scrypt(scrypt::Scrypt),
}

impl Foreign {
    /// Reads any form but Argon2's. Refusals: `hash_unknown`, `hash_too_costly`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_TEXT {
            return Err(UNKNOWN);
        }
        match text.split('$').nth(1).unwrap_or_default() {
            "2a" | "2b" | "2x" | "2y" => crypt::Bcrypt::parse(text).map(Self::Bcrypt),
            "5" | "6" => crypt::ShaCrypt::parse(text).map(Self::ShaCrypt),
            "7" | "scrypt" | "firescrypt" => scrypt::Scrypt::parse(text).map(Self::Scrypt),
            _ if pbkdf2::is_one(text) => pbkdf2::Pbkdf2::parse(text).map(Self::Pbkdf2),
            _ => scrypt::Scrypt::parse_better_auth(text).map(Self::Scrypt),
        }
    }

    /// Whether this is the hash of `password`. The time depends on the stated cost alone.
    pub fn matches(&self, password: &Secret) -> bool {
        match self {
            Self::Bcrypt(hash) => hash.matches(password),
            Self::ShaCrypt(hash) => hash.matches(password),
            Self::Pbkdf2(hash) => hash.matches(password),
            Self::Scrypt(hash) => hash.matches(password),
        }
    }
}

/// Base64 in any of the alphabets that hashes use, padded or not.
fn base64(text: &str) -> Option<Vec<u8>> {
    let plain = |c| match c {
        '.' | '-' => '+',
        '_' => '/',
        other => other,
    };
    let text: String = text.trim_end_matches('=').chars().map(plain).collect();
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

/// The alphabet of crypt(3), least significant bits first.
fn crypt_alphabet() -> Encoding {
    let mut spec = Specification::new();
    spec.symbols.push_str("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    spec.bit_order = BitOrder::LeastSignificantFirst;
    spec.encoding().expect("the alphabet has 64 different symbols")
}

/// A number in plain decimal digits.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The value of `name` in `a=1,b=2`.
fn parameter(text: &str, name: &str) -> Option<u32> {
    let value = |pair: &str| number(pair.strip_prefix(name)?.strip_prefix('=')?);
    text.split(',').find_map(value)
}

/// A key that is long enough to compare and not longer than any known one.
fn key(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if (MIN_KEY..=MAX_KEY).contains(&bytes.len()) { Ok(bytes) } else { Err(UNKNOWN) }
}
