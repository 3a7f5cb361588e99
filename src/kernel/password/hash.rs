//! Argon2id (RFC 9106), one password at a time. Every hash states its own cost and salt.

use std::fmt;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
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

use super::cost::{Cost, MAX_ITERATIONS, MAX_LANES, MAX_MEMORY_KIB};
use crate::kernel::{
    chance::Chance,
    secret::{Secret, same},
};

const SALT_LEN: usize = 16;

/// A password as tables keep it: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`.
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
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

impl Memory {
    fn take(&mut self, count: usize) -> &mut [Block] {
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
        self.blocks.shrink_to(kept);
    }
}

/// The parts of a stored hash, all within the limits.
struct Stored {
    params: Params,
    salt: Salt,
    tag: Tag,
}

impl Stored {
    fn parse(PasswordHash(text): &PasswordHash) -> Option<Self> {
        let parts = phc::PasswordHash::new(text).ok()?;
        let params = Params::try_from(&parts).ok()?;
        let is_ours = parts.algorithm == ARGON2ID_IDENT
            && parts.version == Some(Version::V0x13.into())
            && params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_ITERATIONS
            && params.p_cost() <= MAX_LANES;
        let (salt, tag) = (parts.salt?, parts.hash?);
        is_ours.then_some(Self { params, salt, tag })
    }

    /// Something to compare with where there is nothing: it costs the same and never matches.
    fn dummy(cost: Cost) -> Self {
        let params = cost.params();
        Self {
            salt: salt([0; SALT_LEN]),
            tag: Tag::new(&[0; Params::DEFAULT_OUTPUT_LEN]).expect("a tag may have 32 bytes"),
            params,
        }
    }
}

/// Hashes under a new salt.
pub(super) fn hash(
    password: &Secret,
    cost: Cost,
    chance: &Chance,
    memory: &mut Memory,
) -> PasswordHash {
    let salt = salt(chance.bytes());
    let params = cost.params();
    let tag = tag(password, &salt, &params, memory);
    let parts = phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: (&params).try_into().expect("three numbers fit into the parameters"),
        salt: Some(salt),
        hash: Some(tag),
    };
    PasswordHash(parts.to_string())
}

/// Compares with the stored hash, at the cost that the hash states; without one, or with one
/// that is not ours or asks too much, does the work all the same and finds the password wrong.
pub(super) fn verify(
    password: &Secret,
    stored: Option<&PasswordHash>,
    cost: Cost,
    memory: &mut Memory,
) -> Verdict {
    let known = stored.and_then(Stored::parse);
    if stored.is_some() && known.is_none() {
        tracing::error!("a stored password hash is unreadable or asks too much: treated as wrong");
    }
    let may_match = known.is_some();
    let stored = known.unwrap_or_else(|| Stored::dummy(cost));

    let tag = tag(password, &stored.salt, &stored.params, memory);

    if !same(tag.as_bytes(), stored.tag.as_bytes()) || !may_match {
        Verdict::Wrong
    } else if stored.params == cost.params() {
        Verdict::Right
    } else {
        Verdict::RightButOutdated
    }
}

fn salt(bytes: [u8; SALT_LEN]) -> Salt {
    Salt::new(&bytes).expect("a salt may have 16 bytes")
}

fn tag(password: &Secret, salt: &Salt, params: &Params, memory: &mut Memory) -> Tag {
    let password = normal(password);
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut out = [0; Tag::MAX_LENGTH];
    argon2
        .hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            &mut out[..length],
            memory.take(params.block_count()),
        )
        .expect("the salt, the tag and the memory have the sizes that Argon2 asks for");
    Tag::new(&out[..length]).expect("a tag has the length that its parameters state")
}

/// Unicode NFC and no other change: one password, however a keyboard composes its letters.
fn normal(password: &Secret) -> Zeroizing<String> {
    let text = password.reveal();
    // NFC makes UTF-8 at most three times as long (UAX #15): no second buffer is left behind.
    let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
    normal.extend(text.nfc());
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1 };

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn hash_of(password: &str) -> PasswordHash {
        hash(&secret(password), CHEAP, &Chance::seeded(1), &mut Memory::default())
    }

    fn compare(password: &str, stored: &PasswordHash, cost: Cost) -> Verdict {
        verify(&secret(password), Some(stored), cost, &mut Memory::default())
    }

    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        for (memory_kib, tag) in [
            (256, "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
            (65536, "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        ] {
            let text = format!("$argon2id$v=19$m={memory_kib},t=2,p=1$c29tZXNhbHQ${tag}");
            let (stored, cost) = (PasswordHash(text), Cost { memory_kib, iterations: 2 });

            assert_eq!(compare("password", &stored, cost), Verdict::Right);
            assert_eq!(compare("password", &stored, CHEAP), Verdict::RightButOutdated);
            assert_eq!(compare("Password", &stored, cost), Verdict::Wrong);
        }
        let two_lanes =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
        let cost = Cost { memory_kib: 256, iterations: 2 };
        let verdict = compare("password", &PasswordHash(two_lanes.to_owned()), cost);
        assert_eq!(verdict, Verdict::RightButOutdated);
    }

    #[test]
    fn a_hash_states_its_cost_and_has_a_salt_of_its_own() {
        let (chance, mut memory) = (Chance::System, Memory::default());
        let mut hash_once = || hash(&secret("the same one"), Cost::FLOOR, &chance, &mut memory).0;
        let (first, second) = (hash_once(), hash_once());

        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(first.len(), "$argon2id$v=19$m=19456,t=2,p=1$".len() + 22 + 1 + 43);
        assert_ne!(first, second);
    }

    #[test]
    fn another_cost_than_is_set_is_outdated_either_way() {
        let stored = hash_of("a horse with no name");
        for (memory_kib, iterations) in [(128, 1), (64, 2), (32, 1)] {
            let now = Cost { memory_kib, iterations };
            let verdict = compare("a horse with no name", &stored, now);
            assert_eq!(verdict, Verdict::RightButOutdated);
            assert_eq!(compare("another horse", &stored, now), Verdict::Wrong);
        }
    }

    #[test]
    fn asvs_6_2_8_composed_and_decomposed_letters_are_one_password() {
        let (composed, decomposed) =
            ("cr\u{e8}me br\u{fb}l\u{e9}e, hot", "cre\u{300}me bru\u{302}le\u{301}e, hot");

        assert_eq!(compare(decomposed, &hash_of(composed), CHEAP), Verdict::Right);
        assert_eq!(compare(composed, &hash_of(decomposed), CHEAP), Verdict::Right);
        assert_eq!(compare("creme brulee, hot", &hash_of(composed), CHEAP), Verdict::Wrong);
        // NFKC would make these equal, NFC does not.
        assert_eq!(compare("ofice", &hash_of("o\u{fb01}ce"), CHEAP), Verdict::Wrong);
        assert_eq!(compare("office", &hash_of("o\u{fb03}ce"), CHEAP), Verdict::Wrong);
    }

    #[test]
    fn asvs_6_2_8_every_character_matters() {
        let long = "x".repeat(127);
        for (password, near) in [
            ("Seventeen letters", "seventeen letters"),
            (" leading", "leading"),
            ("trailing ", "trailing"),
            ("a\0b", "a\0c"),
            ("a\0", "a"),
            ("two  spaces", "two spaces"),
            (&format!("{long}y"), &format!("{long}z")),
        ] {
            let stored = hash_of(password);
            assert_eq!(compare(password, &stored, CHEAP), Verdict::Right);
            assert_eq!(compare(near, &stored, CHEAP), Verdict::Wrong);
        }
    }

    #[test]
    fn what_is_not_ours_or_asks_too_much_is_wrong_and_costs_what_is_set() {
        let ours = hash_of("password").0;
        let hash_with = |from: &str, to: &str| ours.replace(from, to);
        for text in [
            hash_with("m=64", "m=262145"),
            hash_with("m=64", "m=4294967295"),
            hash_with("t=1", "t=17"),
            hash_with("t=1", "t=4294967295"),
            hash_with("p=1", "p=5"),
            hash_with("m=64", "m=7"),
            hash_with("t=1", "t=0"),
            hash_with("$argon2id$", "$argon2i$"),
            hash_with("$argon2id$", "$argon2d$"),
            hash_with("v=19", "v=16"),
            hash_with("v=19$", ""),
            ours.rsplit_once('$').unwrap().0.to_owned(),
            format!("{ours}$"),
            "$2b$12$abcdefghijklmnopqrstuuN6rA3Mfz2vTn1ZlqFqUzv8cF5zPZl0W".to_owned(),
            "password".to_owned(),
            String::new(),
        ] {
            let mut memory = Memory::default();
            let stored = PasswordHash(text);
            assert!(Stored::parse(&stored).is_none(), "{}", stored.0);
            let verdict = verify(&secret("password"), Some(&stored), CHEAP, &mut memory);
            assert_eq!((verdict, memory.written), (Verdict::Wrong, 64), "{}", stored.0);
        }
        for (from, to) in [("m=64", "m=262144"), ("t=1", "t=16"), ("p=1", "p=4")] {
            assert!(Stored::parse(&PasswordHash(hash_with(from, to))).is_some(), "{to}");
        }
    }

    #[test]
    fn an_unknown_account_takes_the_same_work_and_is_always_wrong() {
        let mut memory = Memory::default();
        let cost = Cost { memory_kib: 96, iterations: 1 };

        let verdict = verify(&secret("whatever"), None, cost, &mut memory);

        assert_eq!((verdict, memory.written), (Verdict::Wrong, 96));
        assert!(memory.blocks.iter().any(|block| block.as_ref() != [0; 128]), "it did hash");
    }

    #[test]
    fn memory_is_wiped_and_given_back_to_what_the_cost_needs() {
        let mut memory = Memory::default();
        verify(&secret("whatever"), None, Cost { memory_kib: 128, iterations: 1 }, &mut memory);

        memory.wipe(CHEAP);

        assert!(memory.blocks.iter().all(|block| block.as_ref() == [0; 128]));
        assert_eq!((memory.blocks.len(), memory.blocks.capacity(), memory.written), (64, 64, 0));
    }

    #[test]
    fn a_hash_does_not_print() {
        assert_eq!(format!("{:?}", hash_of("password")), "[password hash]");
    }
}
