//! scrypt (RFC 7914): as a PHC string, as crypt(3) writes it, as Better Auth does, and Firebase's,
//! which encrypts the key of a project with what scrypt gives.

use aes::Aes256;
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit, StreamCipher},
};
use data_encoding::HEXLOWER_PERMISSIVE;
use scrypt::Params;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{TOO_COSTLY, UNKNOWN, base64, crypt_alphabet, key, parameter};
use crate::kernel::{
    refusal::Refusal,
    secret::{Secret, same},
};

/// Most memory in bytes, as for Argon2.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;

/// Most work in bytes that are written: about a second.
const MAX_WORK: u64 = 512 * 1024 * 1024;

/// The cost that Better Auth does not write down.
const BETTER_AUTH: (u32, u32, u32) = (14, 16, 1);

/// Lengths of its salt and key in hexadecimal digits.
const BETTER_AUTH_LENGTHS: (usize, usize) = (32, 128);

pub struct Scrypt {
    params: Params,
    salt: Vec<u8>,
    key: Vec<u8>,
    kind: Kind,
}

enum Kind {
    Plain,
    /// The password is normalised (NFKC) first.
    Nfkc,
    /// The key of the project, which is encrypted.
    Firebase(Vec<u8>),
}

impl Scrypt {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let parts: Vec<_> = text.split('$').skip(1).collect();
        match parts[..] {
            ["scrypt", cost, salt, sum] => {
                let salt = base64(salt).ok_or(UNKNOWN)?;
                let sum = base64(sum).ok_or(UNKNOWN)?;
                Self::new(stated(cost)?, salt, sum, Kind::Plain)
            }
            ["firescrypt", cost, salt, sum, separator, signer] => {
                let bytes = |text| base64(text).ok_or(UNKNOWN);
                let salt = [bytes(salt)?, bytes(separator)?].concat();
                let (sum, signer) = (bytes(sum)?, bytes(signer)?);
                if signer.len() != sum.len() {
                    return Err(UNKNOWN);
                }
                Self::new(stated(cost)?, salt, sum, Kind::Firebase(signer))
            }
            ["7", head, sum] => Self::parse_crypt(head, sum),
            _ => Err(UNKNOWN),
        }
    }

    /// `$7$`, a digit for log₂ N, five each for r and p, then the salt as it stands.
    fn parse_crypt(head: &str, sum: &str) -> Result<Self, Refusal> {
        const ALPHABET: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let digits = |range| {
            let text: &str = head.get(range)?;
            let digit = |c| ALPHABET.find(c).and_then(|at| u32::try_from(at).ok());
            text.chars().rev().try_fold(0_u32, |sum, c| Some((sum << 6) | digit(c)?))
        };
        let cost = (|| Some((digits(0..1)?, digits(1..6)?, digits(6..11)?)))();
        let sum = crypt_alphabet().decode(sum.as_bytes()).map_err(|_| UNKNOWN)?;
        let salt = head.get(11..).ok_or(UNKNOWN)?.as_bytes().to_vec();
        Self::new(cost.ok_or(UNKNOWN)?, salt, sum, Kind::Plain)
    }

    /// `salt:key` in hexadecimal digits. The salt is that text, not what it stands for.
    pub fn parse_better_auth(text: &str) -> Result<Self, Refusal> {
        let (salt, sum) = text.split_once(':').ok_or(UNKNOWN)?;
        let is_hex = salt.bytes().all(|byte| byte.is_ascii_hexdigit());
        if (salt.len(), sum.len()) != BETTER_AUTH_LENGTHS || !is_hex {
            return Err(UNKNOWN);
        }
        let sum = HEXLOWER_PERMISSIVE.decode(sum.as_bytes()).map_err(|_| UNKNOWN)?;
        Self::new(BETTER_AUTH, salt.as_bytes().to_vec(), sum, Kind::Nfkc)
    }

    fn new(
        (log_n, r, p): (u32, u32, u32),
        salt: Vec<u8>,
        sum: Vec<u8>,
        kind: Kind,
    ) -> Result<Self, Refusal> {
        let sum = key(sum)?;
        if !(1..64).contains(&log_n) || r == 0 || p == 0 {
            return Err(UNKNOWN);
        }
        // Saturates: what is too much stays too much.
        let block = u64::from(r).saturating_mul(128);
        let memory = (1_u64 << log_n).saturating_mul(block);
        let work = memory.saturating_mul(u64::from(p));
        if memory > MAX_MEMORY || work > MAX_WORK || block.saturating_mul(p.into()) > MAX_MEMORY {
            return Err(TOO_COSTLY);
        }
        let log_n = u8::try_from(log_n).map_err(|_| UNKNOWN)?;
        let params = Params::new(log_n, r, p).map_err(|_| UNKNOWN)?;
        Ok(Self { params, salt, key: sum, kind })
    }

    pub fn matches(&self, password: &Secret) -> bool {
        match &self.kind {
            Kind::Plain => self.is_key_of(password.reveal()),
            Kind::Nfkc => {
                let text = password.reveal();
                // NFKC makes UTF-8 at most eleven times as long (UAX #15).
                let mut normal = Zeroizing::new(String::with_capacity(text.len() * 11));
                normal.extend(text.nfkc());
                self.is_key_of(&normal)
            }
            Kind::Firebase(signer) => {
                let mut made = [0; 32];
                self.derive(password.reveal(), &mut made);
                let mut text = signer.clone();
                Ctr128BE::<Aes256>::new(&made.into(), &[0; 16].into()).apply_keystream(&mut text);
                same(&text, &self.key)
            }
        }
    }

    fn is_key_of(&self, password: &str) -> bool {
        let mut made = vec![0; self.key.len()];
        self.derive(password, &mut made);
        same(&made, &self.key)
    }

    fn derive(&self, password: &str, out: &mut [u8]) {
        scrypt::scrypt(password.as_bytes(), &self.salt, &self.params, out)
            .expect("the length of the key was checked");
    }
}

/// `ln=14,r=8,p=1`
fn stated(cost: &str) -> Result<(u32, u32, u32), Refusal> {
    let all = (|| Some((parameter(cost, "ln")?, parameter(cost, "r")?, parameter(cost, "p")?)))();
    all.ok_or(UNKNOWN)
}
