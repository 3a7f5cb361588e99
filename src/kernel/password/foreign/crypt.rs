//! bcrypt and SHA-crypt, the hashes of crypt(3). Both are compared as those libraries did, bcrypt
//! with the first 72 bytes of a password alone.

use sha_crypt::{Params, sha256_crypt, sha512_crypt};

use super::{TOO_COSTLY, UNKNOWN, crypt_alphabet, number};
use crate::kernel::{
    refusal::Refusal,
    secret::{Secret, same},
};

/// The highest cost of bcrypt, which doubles the time with each step: about a second.
const MAX_BCRYPT: u32 = 14;
const MIN_BCRYPT: u32 = 4;

/// The most rounds of SHA-crypt: about a second.
const MAX_ROUNDS: u32 = 500_000;
const MIN_ROUNDS: u32 = 1000;
const DEFAULT_ROUNDS: u32 = 5000;

/// The longest salt of SHA-crypt; implementations ignore what is behind.
const MAX_SALT: usize = 16;

/// `$2b$12$` and 53 characters; the versions `2a`, `2x` and `2y` alike.
///
/// `2x` was PHP's word for hashes that went wrong on letters beyond ASCII: those don't match.
pub struct Bcrypt(String);

impl Bcrypt {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let parts = text.parse::<bcrypt::HashParts>().map_err(|_| UNKNOWN)?;
        match parts.get_cost() {
            ..MIN_BCRYPT => Err(UNKNOWN),
            MIN_BCRYPT..=MAX_BCRYPT => Ok(Self(text.to_owned())),
            _ => Err(TOO_COSTLY),
        }
    }

    pub fn matches(&self, password: &Secret) -> bool {
        bcrypt::verify(password.reveal(), &self.0).unwrap_or(false)
    }
}

/// `$5$` or `$6$`, perhaps `rounds=N$`, then salt and digest.
pub struct ShaCrypt {
    rounds: Params,
    salt: String,
    digest: Vec<u8>,
}

impl ShaCrypt {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut parts = text.split('$').skip(1);
        let width = if parts.next() == Some("5") { 32 } else { 64 };
        let mut salt = parts.next().ok_or(UNKNOWN)?;
        let mut rounds = DEFAULT_ROUNDS;
        if let Some(stated) = salt.strip_prefix("rounds=") {
            rounds = number(stated).ok_or(UNKNOWN)?;
            salt = parts.next().ok_or(UNKNOWN)?;
        }
        let digest = parts.next().ok_or(UNKNOWN)?;
        let digest = crypt_alphabet().decode(digest.as_bytes()).map_err(|_| UNKNOWN)?;
        if digest.len() != width || salt.len() > MAX_SALT || parts.next().is_some() {
            return Err(UNKNOWN);
        }
        if rounds > MAX_ROUNDS {
            return Err(TOO_COSTLY);
        }
        let rounds = Params::new(rounds.max(MIN_ROUNDS)).map_err(|_| UNKNOWN)?;
        Ok(Self { rounds, salt: salt.to_owned(), digest })
    }

    pub fn matches(&self, password: &Secret) -> bool {
        let (password, salt) = (password.reveal().as_bytes(), self.salt.as_bytes());
        let made = if self.digest.len() == 32 {
            in_order(&sha256_crypt(password, salt, self.rounds))
        } else {
            in_order(&sha512_crypt(password, salt, self.rounds))
        };
        same(&made, &self.digest)
    }
}

/// The bytes of a digest in the order in which SHA-crypt writes them: one of each third, the first
/// of them another one each time, then what is left.
fn in_order(digest: &[u8]) -> Vec<u8> {
    let third = digest.len() / 3;
    let mut out = Vec::with_capacity(digest.len());
    for at in 0..third {
        let mut three = [digest[at + 2 * third], digest[at + third], digest[at]];
        if digest.len() == 32 {
            three.rotate_left(at % 3);
        } else {
            three.rotate_right(at % 3);
        }
        out.extend(three);
    }
    out.extend(&digest[3 * third..]);
    out
}
