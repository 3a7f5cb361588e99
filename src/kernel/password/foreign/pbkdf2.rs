//! PBKDF2 (RFC 8018): as a PHC string, as Passlib writes it, as Django does.

use pbkdf2::pbkdf2_hmac;

use super::{TOO_COSTLY, UNKNOWN, base64, key, number, parameter};
use crate::kernel::{
    refusal::Refusal,
    secret::{Secret, same},
};

/// The most iterations: about a second.
const MAX_ITERATIONS: u32 = 2_000_000;

#[derive(Clone, Copy)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "pbkdf2" | "pbkdf2-sha1" | "pbkdf2_sha1" => Self::Sha1,
            "pbkdf2-sha256" | "pbkdf2_sha256" => Self::Sha256,
            "pbkdf2-sha512" | "pbkdf2_sha512" => Self::Sha512,
            _ => return None,
        })
    }

    const fn width(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

pub struct Pbkdf2 {
    digest: Digest,
    iterations: u32,
    salt: Vec<u8>,
    /// The first block of the key at most. Each further one would cost as much again, and only us.
    key: Vec<u8>,
}

/// Whether a text begins like one of these.
pub fn is_one(text: &str) -> bool {
    text.trim_start_matches('$').starts_with("pbkdf2")
}

impl Pbkdf2 {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_django = !text.starts_with('$');
        let mut parts = text.trim_start_matches('$').split('$');
        let mut next = || parts.next().ok_or(UNKNOWN);
        let digest = Digest::named(next()?).ok_or(UNKNOWN)?;
        let cost = next()?;
        let iterations = number(cost).or_else(|| parameter(cost, "i")).ok_or(UNKNOWN)?;
        let salt = next()?;
        let salt = if is_django { Some(salt.into()) } else { base64(salt) }.ok_or(UNKNOWN)?;
        let mut key = key(base64(next()?).ok_or(UNKNOWN)?)?;
        key.truncate(digest.width());
        if parts.next().is_some() || iterations == 0 {
            return Err(UNKNOWN);
        }
        if iterations > MAX_ITERATIONS {
            return Err(TOO_COSTLY);
        }
        Ok(Self { digest, iterations, salt, key })
    }

    pub fn matches(&self, password: &Secret) -> bool {
        let (password, salt) = (password.reveal().as_bytes(), &self.salt[..]);
        let mut made = vec![0; self.key.len()];
        match self.digest {
            Digest::Sha1 => {
                pbkdf2_hmac::<sha1::Sha1>(password, salt, self.iterations, &mut made);
            }
            Digest::Sha256 => {
                pbkdf2_hmac::<sha2::Sha256>(password, salt, self.iterations, &mut made);
            }
            Digest::Sha512 => {
                pbkdf2_hmac::<sha2::Sha512>(password, salt, self.iterations, &mut made);
            }
        }
        same(&made, &self.key)
    }
}
