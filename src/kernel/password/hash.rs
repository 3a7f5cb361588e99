//! Argon2 (RFC 9106), one password at a time. Every hash states its own cost and salt. New ones are
//! argon2id; what other systems made is compared all the same, and is outdated.

#[cfg(test)]
mod tests;

use std::fmt;

use argon2::{
    ARGON2D_IDENT, ARGON2I_IDENT, ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{self, Output as Tag, Salt},
};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use super::{
    cost::{Cost, MAX_ITERATIONS, MAX_LANES, MAX_MEMORY_KIB},
    foreign::{Foreign, TOO_COSTLY, UNKNOWN},
};
use crate::kernel::{
    chance::Chance,
    refusal::Refusal,
    secret::{Secret, same},
};

const SALT_LEN: usize = 16;

/// A password as tables keep it: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, or what another system made
/// of it until its owner has signed in.
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

impl PasswordHash {
    /// A hash from another system, in any of the forms of docs/IMPORT.md and at a cost that a
    /// sign-in can bear. Refusals: `hash_unknown`, `hash_too_costly`.
    pub fn import(text: &str) -> Result<Self, Refusal> {
        // Django puts its own name of the algorithm in front of these two.
        let bare = text.strip_prefix("argon2$").or(text.strip_prefix("bcrypt$$"));
        let hash = match bare {
            Some(bare) => Self(format!("${bare}")),
            None => Self(text.to_owned()),
        };
        if is_argon2(&hash) {
            Stored::parse(&hash)?;
        } else {
            Foreign::parse(&hash.0)?;
        }
        Ok(hash)
    }
}

impl<DB: Backend> ToSql<Text, DB> for PasswordHash
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for PasswordHash
where
    String: FromSql<Text, DB>,
{
    // Read as it stands: a row that cannot be used must fail like a wrong password, not like a
    // broken database, or the answer would tell which accounts exist.
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(String::from_sql(bytes)?))
    }
}

/// What comparing a password with a stored hash says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// Right, and worth hashing again: the stored hash has another cost than is set now.
    RightButOutdated,
    Wrong,
}

/// Working memory of one thread, kept from one password to the next.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
    /// How many blocks have been written since they were last wiped.
    written: usize,
}

/// For how many blocks of 1 KiB room is made at least: 40 MiB, of which only what is written is
/// real memory. A piece of more than 32 MiB always comes from the system and goes straight back to
/// it (glibc's `M_MMAP_THRESHOLD`); smaller ones were kept by the allocator, one beside the other.
const ROOM: usize = 40 * 1024;

impl Memory {
    fn take(&mut self, count: usize) -> &mut [Block] {
        if self.blocks.capacity() < count.max(ROOM) {
            self.blocks = Vec::with_capacity(count.max(ROOM));
        }
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::new());
        }
        self.written = self.written.max(count);
        &mut self.blocks[..count]
    }

    /// Overwrites what hashing left, and gives back all but the blocks that `cost` needs.
    pub(super) fn wipe(&mut self, cost: Cost) {
        self.blocks[..self.written].iter_mut().for_each(Zeroize::zeroize);
        self.written = 0;
        let kept = cost.params().block_count();
        self.blocks.truncate(kept);
        self.blocks.shrink_to(kept.max(ROOM));
    }
}

/// The parts of a stored Argon2 hash, all within the limits.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    tag: Tag,
}

impl Stored {
    fn parse(PasswordHash(text): &PasswordHash) -> Result<Self, Refusal> {
        let parts = phc::PasswordHash::new(text).map_err(|_| UNKNOWN)?;
        let params = Params::try_from(&parts).map_err(|_| UNKNOWN)?;
        let algorithm = match parts.algorithm {
            ARGON2ID_IDENT => Algorithm::Argon2id,
            ARGON2I_IDENT => Algorithm::Argon2i,
            ARGON2D_IDENT => Algorithm::Argon2d,
            _ => return Err(UNKNOWN),
        };
        // The first version did not write itself down.
        let version = parts.version.unwrap_or(Version::V0x10.into());
        let version = Version::try_from(version).map_err(|_| UNKNOWN)?;
        let (Some(salt), Some(tag)) = (parts.salt, parts.hash) else { return Err(UNKNOWN) };
        if !params.keyid().is_empty() || !params.data().is_empty() {
            return Err(UNKNOWN);
        }
        let is_bearable = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_ITERATIONS
            && params.p_cost() <= MAX_LANES;
        let stored = Self { algorithm, version, params, salt, tag };
        if is_bearable { Ok(stored) } else { Err(TOO_COSTLY) }
    }

    /// Something to compare with where there is nothing: it costs the same and never matches.
    fn dummy(cost: Cost) -> Self {
        let params = cost.params();
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            salt: salt([0; SALT_LEN]),
            tag: Tag::new(&[0; Params::DEFAULT_OUTPUT_LEN]).expect("a tag may have 32 bytes"),
            params,
        }
    }

    /// Whether a new hash would be made in the same way.
    fn is_current(&self, cost: Cost) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.params == cost.params()
    }

    fn tag_of(&self, password: &Secret, memory: &mut Memory) -> Tag {
        let password = normal(password);
        let length = self.params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let mut out = [0; Tag::MAX_LENGTH];
        argon2
            .hash_password_into_with_memory(
                password.as_bytes(),
                &self.salt,
                &mut out[..length],
                memory.take(self.params.block_count()),
            )
            .expect("the salt, the tag and the memory have the sizes that Argon2 asks for");
        Tag::new(&out[..length]).expect("a tag has the length that its parameters state")
    }
}

fn is_argon2(PasswordHash(text): &PasswordHash) -> bool {
    text.starts_with("$argon2")
}

/// Hashes under a new salt.
pub(super) fn hash(
    password: &Secret,
    cost: Cost,
    chance: &Chance,
    memory: &mut Memory,
) -> PasswordHash {
    let new = Stored { salt: salt(chance.bytes()), ..Stored::dummy(cost) };
    let parts = phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: (&new.params).try_into().expect("three numbers fit into the parameters"),
        salt: Some(new.salt),
        hash: Some(new.tag_of(password, memory)),
    };
    PasswordHash(parts.to_string())
}

/// Compares with the stored hash, at the cost that the hash states; without one, or with one
/// that is unknown or asks too much, does the work all the same and finds the password wrong.
///
/// A wrong password for another system's hash costs that work besides, so that a cheap old hash
/// does not answer sooner than an unknown account.
pub(super) fn verify(
    password: &Secret,
    stored: Option<&PasswordHash>,
    cost: Cost,
    memory: &mut Memory,
) -> Verdict {
    let old = stored.filter(|hash| !is_argon2(hash)).and_then(|hash| Foreign::parse(&hash.0).ok());
    if old.as_ref().is_some_and(|hash| hash.matches(password)) {
        return Verdict::RightButOutdated;
    }
    let known = stored.and_then(|hash| Stored::parse(hash).ok());
    if stored.is_some() && known.is_none() && old.is_none() {
        tracing::error!("a stored password hash is unreadable or asks too much: treated as wrong");
    }
    let may_match = known.is_some();
    let stored = known.unwrap_or_else(|| Stored::dummy(cost));

    let tag = stored.tag_of(password, memory);

    if !same(tag.as_bytes(), stored.tag.as_bytes()) || !may_match {
        Verdict::Wrong
    } else if stored.is_current(cost) {
        Verdict::Right
    } else {
        Verdict::RightButOutdated
    }
}

fn salt(bytes: [u8; SALT_LEN]) -> Salt {
    Salt::new(&bytes).expect("a salt may have 16 bytes")
}

/// Unicode NFC and no other change: one password, however a keyboard composes its letters.
fn normal(password: &Secret) -> Zeroizing<String> {
    let text = password.reveal();
    // NFC makes UTF-8 at most three times as long (UAX #15): no second buffer is left behind.
    let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
    normal.extend(text.nfc());
    normal
}
