//! Secrets that neither print nor serialise, and the hashes under which tables keep them.

use std::{collections::BTreeSet, fmt};

use data_encoding::BASE64URL_NOPAD;
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::Binary,
};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::chance::Chance;

/// A text that must not be seen: a password, a cookie key, a connection's password.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Every call is a place to look at in a review.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A random token of 256 bits, in base64url. It leaves the service once; tables keep its hash.
pub struct Token(Secret);

impl Token {
    pub fn random(chance: &Chance) -> Self {
        let mut bytes = chance.bytes::<32>();
        let text = BASE64URL_NOPAD.encode(&bytes);
        bytes.zeroize();
        Self(Secret::new(text))
    }

    /// The same with words in front that tell people, and programs that look for leaked secrets,
    /// what it is.
    pub fn prefixed(prefix: &str, chance: &Chance) -> Self {
        Self(Secret::new(format!("{prefix}{}", Self::random(chance).reveal())))
    }

    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.reveal())
    }
}

/// SHA-256 of a token. A token carries 256 random bits, so a fast hash is enough.
#[derive(Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// The hash of a value that counts for one purpose alone: the same text hashes to something
    /// else for every other `kind`, and for other parts.
    pub fn of_kind(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind].iter().chain(parts) {
            // Each part with its length, so that none can run into the next.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token hash]")
    }
}

impl<DB: Backend> ToSql<Binary, DB> for TokenHash
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <[u8] as ToSql<Binary, DB>>::to_sql(&self.0, out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for TokenHash
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = Vec::<u8>::from_sql(bytes)?;
        Ok(Self(bytes.try_into().map_err(|_| "a token hash has 32 bytes")?))
    }
}

/// The key from which every other key of the service is derived, one per purpose.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for MasterKey {}

impl MasterKey {
    pub fn random(chance: &Chance) -> Self {
        Self(chance.bytes())
    }

    /// A key from its 43 base64url characters, as the key file holds them. What was made up by
    /// hand is none: random keys have about 31 different characters.
    pub fn parse(text: &str) -> Option<Self> {
        let seen: BTreeSet<u8> = text.trim().bytes().collect();
        let bytes = BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok()?;
        let bytes = bytes.try_into().ok()?;
        (seen.len() >= 12).then_some(Self(bytes))
    }

    pub fn encode(&self) -> Secret {
        Secret::new(BASE64URL_NOPAD.encode(&self.0))
    }

    /// `N` bytes that belong to `purpose` alone (HKDF-SHA256, RFC 5869).
    pub fn derive<const N: usize>(&self, purpose: &str) -> [u8; N] {
        let mut out = [0; N];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(purpose.as_bytes(), &mut out)
            .expect("far below the limit of 8160 bytes");
        out
    }
}

/// Compares in a time that does not depend on where two texts differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn asvs_7_2_3_a_million_tokens_are_all_different_and_carry_256_bits() {
        let mut seen = HashSet::new();
        for _ in 0..1_000_000 {
            let token = Token::random(&Chance::System);
            let bytes = BASE64URL_NOPAD.decode(token.reveal().as_bytes()).expect("base64url");
            assert_eq!(bytes.len(), 32);
            assert!(seen.insert(bytes));
        }
        // Each of the bits is set in about half of them.
        for bit in 0..256 {
            let set = seen.iter().filter(|bytes| bytes[bit / 8] >> (bit % 8) & 1 == 1).count();
            assert!((495_000..=505_000).contains(&set), "bit {bit} in {set}");
        }
    }

    #[test]
    fn asvs_7_2_3_what_is_stored_does_not_tell_the_token() {
        let token = Token::random(&Chance::System);
        assert_ne!(&token.hash().as_bytes()[..], token.reveal().as_bytes());
        assert_eq!(format!("{:?}", token.hash()), "[token hash]");
    }
}
