//! Encryption at rest for what must be read back. A sealed value opens only in the table, column
//! and row that it was sealed for.

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{chance::Chance, secret::MasterKey};

/// The form of the sealed bytes and the key under which they are: the first byte of each value, so
/// that values under an older key can be told apart once the master key is rotated.
const VERSION: u8 = 1;

/// Bytes of an XChaCha20 nonce. So long that random ones don't repeat.
const NONCE: usize = 24;

/// Where a sealed value is kept.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    /// The row's id.
    pub row: &'a str,
}

impl Place<'_> {
    /// Each part with its length in front: no two places give the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for part in [self.table, self.column, self.row] {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// A value that does not open: sealed for another place or under another key, or changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unopened;

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sealed value can't be opened here")
    }
}

impl std::error::Error for Unopened {}

/// Seals and opens (XChaCha20-Poly1305), under keys derived from the master key. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    cipher: XChaCha20Poly1305,
    short: Zeroizing<[u8; 32]>,
    chance: Chance,
}

impl Vault {
    pub fn new(master: &MasterKey, chance: Chance) -> Self {
        let key = Zeroizing::new(master.derive::<32>("vault 1"));
        let cipher = XChaCha20Poly1305::new(&(*key).into());
        let short = Zeroizing::new(master.derive("vault 1: short secrets"));
        Self(Arc::new(Keys { cipher, short, chance }))
    }

    /// The value encrypted for its place: a version, a random nonce, the ciphertext with its tag.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let nonce = self.0.chance.bytes::<NONCE>();
        let payload = Payload { msg: plain, aad: &place.bytes() };
        let sealed = self.0.cipher.encrypt(&nonce.into(), payload);
        let sealed = sealed.expect("only a text of many gigabytes is too long");
        [&[VERSION], &nonce[..], &sealed].concat()
    }

    /// The value that was sealed for this place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (version, rest) = sealed.split_first().ok_or(Unopened)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(Unopened)?;
        if *version != VERSION {
            return Err(Unopened);
        }
        let payload = Payload { msg: body, aad: &place.bytes() };
        let plain = self.0.cipher.decrypt(&(*nonce).into(), payload);
        plain.map(Zeroizing::new).map_err(|_| Unopened)
    }

    /// What is stored of a secret too short to be hashed: who has the table alone can't try all
    /// values, and equal secrets look different in every place (HMAC-SHA256 under a key of ours).
    pub fn mark(&self, place: Place<'_>, short: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0.short[..]).expect("HMAC takes any key");
        mac.update(&place.bytes());
        mac.update(short.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'_> = Place { table: "totp_factors", column: "secret", row: "fac_1" };

    fn vault(seed: u64) -> Vault {
        Vault::new(&MasterKey::random(&Chance::seeded(seed)), Chance::System)
    }

    #[test]
    fn asvs_11_3_3_what_was_sealed_opens_in_its_place_alone() {
        let vault = vault(1);
        let sealed = vault.seal(HERE, b"canary7Kq");
        assert_eq!(vault.open(HERE, &sealed).unwrap().as_slice(), b"canary7Kq");
        for elsewhere in [
            Place { table: "outbox", ..HERE },
            Place { column: "name", ..HERE },
            Place { row: "fac_2", ..HERE },
            Place { table: "totp_factor", column: "ssecret", ..HERE },
        ] {
            assert_eq!(vault.open(elsewhere, &sealed).err(), Some(Unopened));
        }
    }

    #[test]
    fn asvs_11_3_3_a_changed_or_foreign_value_does_not_open() {
        let own = vault(1);
        let sealed = own.seal(HERE, b"canary7Kq");
        assert!(!sealed.windows(9).any(|part| part == b"canary7Kq"));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(own.open(HERE, &changed).is_err(), "byte {at}");
            assert!(own.open(HERE, &sealed[..at]).is_err(), "cut at {at}");
        }
        assert!(vault(2).open(HERE, &sealed).is_err());
    }

    #[test]
    fn asvs_11_3_4_the_same_value_is_sealed_differently_each_time() {
        let vault = vault(1);
        assert_ne!(vault.seal(HERE, b"1"), vault.seal(HERE, b"1"));
    }

    #[test]
    fn the_mark_of_a_short_secret_depends_on_key_and_place() {
        let mark = vault(1).mark(HERE, "123456");
        assert_eq!(mark, vault(1).mark(HERE, "123456"));
        assert_ne!(mark, vault(1).mark(HERE, "123457"));
        assert_ne!(mark, vault(2).mark(HERE, "123456"));
        assert_ne!(mark, vault(1).mark(Place { row: "fac_2", ..HERE }, "123456"));
    }
}
