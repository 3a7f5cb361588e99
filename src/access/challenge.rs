//! Puzzles of work that a sign-up or sign-in may cost the caller's machine (Hashcash, Back 2002).
//! A puzzle is sealed and not stored; it serves once, which a row says that only one can insert.

use data_encoding::BASE64URL_NOPAD;
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    access::throttle::{self, Bucket},
    app::App,
    db::{Conn, schema::used_challenges, taken},
    http::{code::Code, problem::Problem},
    kernel::clock::Timestamp,
};

/// What seals a puzzle, so that nothing else that is sealed is one.
const LABEL: &str = "challenge of work, version 1";

/// Bytes of a puzzle's number, its end and its difficulty.
const ID: usize = 16;
const LENGTH: usize = ID + 8 + 1;

/// The longest answer in characters: the puzzle, a dot and the nonce.
pub const MAX_ANSWER: usize = 120;

/// The longest nonce in characters.
const MAX_NONCE: usize = 32;

/// A puzzle. Find a nonce of up to 32 characters from `A-Z`, `a-z`, `0-9`, `-` and `_`, so that the
/// SHA-256 of the text `<puzzle>.<nonce>` begins with as many zero bits as `difficulty` says. That
/// text is the answer.
#[derive(Serialize, ToSchema)]
pub struct Puzzle {
    #[schema(max_length = 80)]
    pub puzzle: String,
    /// Zero bits. Each more doubles the work: 2^difficulty hashes on average.
    #[schema(minimum = 1, maximum = 30)]
    pub difficulty: u32,
    /// Until when an answer is taken.
    pub expires_at: Timestamp,
}

/// An answer that was right, to be burnt in the write that it is for.
#[derive(Clone, Debug)]
pub struct Solved {
    id: String,
    expires_at: Timestamp,
}

/// A new puzzle, where the service asks for one.
pub fn issue(app: &App) -> Option<Puzzle> {
    let settings = &app.config.challenge;
    settings.enabled.then(|| {
        let expires_at = app.now().plus_seconds(settings.seconds.into());
        let mut bytes = app.chance.bytes::<ID>().to_vec();
        bytes.extend(expires_at.micros().to_be_bytes());
        bytes.extend(settings.difficulty.to_be_bytes().last());
        let puzzle = app.cursors.seal(LABEL, &bytes);
        Puzzle { puzzle, difficulty: settings.difficulty, expires_at }
    })
}

/// What an answer proves; nothing where none is asked for.
///
/// Errors: `challenge.required` without one, `challenge.invalid` for one that is wrong or too late.
pub fn check(app: &App, answer: Option<&str>) -> Result<Option<Solved>, Problem> {
    if !app.config.challenge.enabled {
        return Ok(None);
    }
    let answer = answer.ok_or(Code::ChallengeRequired)?;
    let solved = solved(app, answer).filter(|solved| app.now() < solved.expires_at);
    Ok(Some(solved.ok_or(Code::ChallengeInvalid)?))
}

fn solved(app: &App, answer: &str) -> Option<Solved> {
    let (puzzle, nonce) = answer.split_once('.')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if nonce.len() > MAX_NONCE || !nonce.bytes().all(is_plain) {
        return None;
    }
    let bytes = app.cursors.open(LABEL, puzzle).filter(|bytes| bytes.len() == LENGTH)?;
    let (id, rest) = bytes.split_at(ID);
    let (end, difficulty) = rest.split_first_chunk()?;
    let work = u32::from(*difficulty.first()?);
    let solved = Solved {
        id: BASE64URL_NOPAD.encode(id),
        expires_at: Timestamp::from_micros(i64::from_be_bytes(*end)),
    };
    (zero_bits(&Sha256::digest(answer)) >= work).then_some(solved)
}

/// How many zero bits a hash begins with.
fn zero_bits(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    let next = hash.get(zeros).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zeros).unwrap_or(0) * 8 + next
}

/// Burns an answer: only one write can. Errors: `challenge.invalid` when it was used before.
pub fn burn(db: &mut Conn, solved: Option<&Solved>) -> Result<(), Problem> {
    let Some(Solved { id, expires_at }) = solved else { return Ok(()) };
    let row = (used_challenges::id.eq(id), used_challenges::expires_at.eq(expires_at));
    let done =
        db.transaction(|db| diesel::insert_into(used_challenges::table).values(row).execute(db));
    match done {
        Err(error) if taken(&error, "used_challenges.id") => Err(Code::ChallengeInvalid.into()),
        other => Ok(other.map(drop)?),
    }
}

/// Burns an answer and takes a try of the address, in one write.
///
/// Errors: `challenge.invalid`, `rate_limit.exceeded`.
pub async fn take_try(
    app: &App,
    solved: Option<Solved>,
    address: Option<Bucket>,
) -> Result<(), Problem> {
    let now = app.now();
    app.db
        .write_quiet(move |db| {
            burn(db, solved.as_ref())?;
            match address {
                Some(address) => Ok::<_, Problem>(throttle::take(db, &address, now)?),
                None => Ok(Ok(())),
            }
        })
        .await?
}

/// Removes up to `limit` rows that no answer can need any more; answers how many.
pub fn sweep(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let over: Vec<String> = used_challenges::table
        .filter(used_challenges::expires_at.le(now))
        .select(used_challenges::id)
        .limit(limit)
        .load(db)?;
    diesel::delete(used_challenges::table.filter(used_challenges::id.eq_any(over))).execute(db)
}

#[cfg(test)]
mod tests {
    use super::zero_bits;

    #[test]
    fn zero_bits_are_counted_from_the_front() {
        for (hash, bits) in [
            (&[0x80, 0][..], 0),
            (&[0x40], 1),
            (&[1, 0], 7),
            (&[0, 0xff], 8),
            (&[0, 0x1f], 11),
            (&[0, 0], 16),
            (&[], 0),
        ] {
            assert_eq!(zero_bits(hash), bits, "{hash:?}");
        }
    }
}
