//! Encryption at rest for what must be read back. A sealed value opens only in the table, column
//! and row that it was sealed for. While the master key is being replaced, two keys open, and one
//! of them seals.

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use parking_lot::RwLock;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{chance::Chance, secret::MasterKey};

/// The form of sealed bytes that does not name its key: it is read, and written no more.
const UNNAMED: u8 = 1;

/// The form that names its key: this byte, the key's name, the nonce, the ciphertext with its tag.
const NAMED: u8 = 2;

/// Bytes of a key's name.
const NAME: usize = 4;

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
    fn bytes(&self, form: u8) -> Vec<u8> {
        let mut bytes = vec![form];
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

/// The keys of a vault.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    /// It seals.
    pub current: MasterKey,
    /// It opens too: the key before or the key after, while one is replaced by the other.
    pub other: Option<MasterKey>,
}

/// Seals and opens (XChaCha20-Poly1305), under keys derived from the master key. Clones share the
/// keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    /// The one that seals first.
    keys: RwLock<Arc<Vec<Key>>>,
    short: Zeroizing<[u8; 32]>,
    chance: Chance,
}

struct Key {
    name: [u8; NAME],
    cipher: XChaCha20Poly1305,
}

impl Key {
    fn of(master: &MasterKey) -> Self {
        let key = Zeroizing::new(master.derive::<32>("vault 1"));
        let cipher = XChaCha20Poly1305::new(&(*key).into());
        Self { name: master.derive("vault name"), cipher }
    }

    fn open(&self, nonce: &[u8; NONCE], body: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: body, aad };
        self.cipher.decrypt(&(*nonce).into(), payload).ok().map(Zeroizing::new)
    }
}

fn derived(keys: &MasterKeys) -> Arc<Vec<Key>> {
    let all = [Some(&keys.current), keys.other.as_ref()];
    Arc::new(all.into_iter().flatten().map(Key::of).collect())
}

impl Vault {
    /// A vault of one key.
    pub fn new(master: &MasterKey, chance: Chance) -> Self {
        let keys = MasterKeys { current: master.clone(), other: None };
        Self::with(&keys, master, chance)
    }

    /// A vault of these keys. The marks of short secrets are made under a key of `seed`, which
    /// stays the same when the master key is replaced.
    pub fn with(keys: &MasterKeys, seed: &MasterKey, chance: Chance) -> Self {
        let short = Zeroizing::new(seed.derive("vault 1: short secrets"));
        Self(Arc::new(Inner { keys: RwLock::new(derived(keys)), short, chance }))
    }

    /// From now on, these keys open, and the first of them seals.
    pub fn replace(&self, keys: &MasterKeys) {
        *self.0.keys.write() = derived(keys);
    }

    fn keys(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.0.keys.read())
    }

    /// The value encrypted for its place, under the key that seals now.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let keys = self.keys();
        let key = keys.first().expect("a vault has a key that seals");
        let nonce = self.0.chance.bytes::<NONCE>();
        let payload = Payload { msg: plain, aad: &place.bytes(NAMED) };
        let sealed = key.cipher.encrypt(&nonce.into(), payload);
        let sealed = sealed.expect("only a text of many gigabytes is too long");
        [&[NAMED], &key.name[..], &nonce, &sealed].concat()
    }

    /// The value that was sealed for this place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (form, rest) = sealed.split_first().ok_or(Unopened)?;
        let (name, rest) = match *form {
            UNNAMED => (None, rest),
            NAMED => {
                let (name, rest) = rest.split_first_chunk::<NAME>().ok_or(Unopened)?;
                (Some(*name), rest)
            }
            _ => return Err(Unopened),
        };
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(Unopened)?;
        let (keys, aad) = (self.keys(), place.bytes(*form));
        let mut fitting = keys.iter().filter(|key| name.is_none_or(|name| name == key.name));
        fitting.find_map(|key| key.open(nonce, body, &aad)).ok_or(Unopened)
    }

    /// Whether a value is sealed under the key that seals now.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        let keys = self.keys();
        let name = sealed.strip_prefix(&[NAMED]).and_then(|rest| rest.first_chunk::<NAME>());
        name.is_some_and(|name| keys.first().is_some_and(|key| key.name == *name))
    }

    /// The same value under the key that seals now; `None` where it is already.
    pub fn reseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, Unopened> {
        if self.is_current(sealed) {
            return Ok(None);
        }
        Ok(Some(self.seal(place, &self.open(place, sealed)?)))
    }

    /// As [`Vault::reseal`], for a column that may be empty.
    pub fn reseal_some(
        &self,
        place: Place<'_>,
        sealed: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, Unopened> {
        sealed.map_or(Ok(None), |sealed| self.reseal(place, sealed))
    }

    /// What is stored of a secret too short to be hashed: who has the table alone can't try all
    /// values, and equal secrets look different in every place (HMAC-SHA256 under a key of ours).
    pub fn mark(&self, place: Place<'_>, short: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0.short[..]).expect("HMAC takes any key");
        mac.update(&place.bytes(UNNAMED));
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

    #[test]
    fn asvs_11_1_1_while_a_key_is_replaced_both_open_and_the_new_one_seals() {
        let key = |seed| MasterKey::random(&Chance::seeded(seed));
        let vault = vault(1);
        let (old, mark) = (vault.seal(HERE, b"canary7Kq"), vault.mark(HERE, "123456"));
        vault.replace(&MasterKeys { current: key(2), other: Some(key(1)) });
        assert_eq!(vault.open(HERE, &old).unwrap().as_slice(), b"canary7Kq");
        assert!(!vault.is_current(&old));
        let new = vault.reseal(HERE, &old).unwrap().unwrap();
        assert!(vault.is_current(&new) && vault.reseal(HERE, &new) == Ok(None));
        assert!(vault.reseal(Place { row: "fac_2", ..HERE }, &old).is_err());
        vault.replace(&MasterKeys { current: key(2), other: None });
        assert_eq!(vault.open(HERE, &new).unwrap().as_slice(), b"canary7Kq");
        assert_eq!(vault.open(HERE, &old).err(), Some(Unopened));
        assert_eq!(vault.mark(HERE, "123456"), mark, "short secrets stay what they are");
    }

    #[test]
    fn a_value_of_the_form_before_still_opens() {
        let own = vault(1);
        let keys = own.keys();
        let nonce = [7; NONCE];
        let payload = Payload { msg: b"canary7Kq", aad: &HERE.bytes(UNNAMED) };
        let body = keys[0].cipher.encrypt(&nonce.into(), payload).unwrap();
        let sealed = [&[UNNAMED], &nonce[..], &body].concat();
        assert_eq!(own.open(HERE, &sealed).unwrap().as_slice(), b"canary7Kq");
        assert!(!own.is_current(&sealed) && vault(2).open(HERE, &sealed).is_err());
    }
}
