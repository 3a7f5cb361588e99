//! One-time proofs that are sent by mail: a link with a token, and for some a code of six digits.
//! Each counts once, for one purpose, for one account, for a while.

use std::marker::PhantomData;

use diesel::prelude::*;

use crate::{
    app::App,
    config::Config,
    db::{Backend, Conn, schema::mailed_proofs},
    kernel::{
        chance::Chance,
        clock::Timestamp,
        id::{ProofId, UserId},
        mail::{CODE_SECONDS, Link},
        secret::{Secret, Token, TokenHash, same},
        vault::{Place, Vault},
    },
};

/// Guesses of one code; the next ones are not looked at, whatever they are.
pub const GUESSES: i64 = 5;

/// How many different codes there are.
const CODES: u32 = 1_000_000;

/// What happens to the proofs of the same purpose that an account was sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Older {
    Voided,
    Kept,
}

/// What a proof is for. It is part of what is hashed, so that no value counts for another purpose.
pub trait Purpose: Send + Sync + 'static {
    /// Its name in the table.
    const NAME: &'static str;
    /// How its tokens begin.
    const PREFIX: &'static str;
    /// The hosted page that its link leads to.
    const PAGE: &'static str;
    /// For how long it is good.
    const SECONDS: i64;
    const OLDER: Older;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident $text:literal $prefix:literal $page:literal
        $seconds:expr, $older:ident;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl Purpose for $name {
                const NAME: &'static str = $text;
                const PREFIX: &'static str = $prefix;
                const PAGE: &'static str = $page;
                const SECONDS: i64 = $seconds;
                const OLDER: Older = Older::$older;
            }
        )*
    };
}

purposes! {
    /// That an account's address is its owner's.
    VerifyEmail "verify_email" "dwv_" "/verify" 86_400, Voided;
    /// That who has forgotten a password reads the account's mail.
    ResetPassword "reset_password" "dwr_" "/reset" 900, Voided;
    /// That an account's next address is its owner's.
    ChangeEmail "change_email" "dwc_" "/confirm-email" 86_400, Voided;
    /// That a former address's owner did not want it changed. A later change takes no way back.
    UndoEmailChange "undo_email_change" "dwu_" "/undo-email" 604_800, Kept;
    /// Signing in by mail.
    MagicLink "magic_link" "dwm_" "/magic" 600, Voided;
    /// The second step of a sign-in, by code alone.
    MailedFactor "mailed_factor" "dwf_" "/sign-in" CODE_SECONDS, Voided;
}

/// A proof about to be sent. Its token and code leave in the mail; the table gets their hashes.
pub struct Proof<P> {
    id: ProofId,
    token: Token,
    code: Secret,
    code_hash: [u8; 32],
    binding: Option<String>,
    seconds: i64,
    created_at: Timestamp,
    purpose: PhantomData<P>,
}

impl<P: Purpose> Proof<P> {
    pub fn new(app: &App) -> Self {
        let created_at = app.now();
        let id = ProofId::make(created_at, &app.chance);
        let code = random_code(&app.chance);
        Self {
            code_hash: app.vault.mark(place(&id), code.reveal()),
            token: Token::prefixed(P::PREFIX, &app.chance),
            code,
            binding: None,
            seconds: P::SECONDS,
            created_at,
            purpose: PhantomData,
            id,
        }
    }

    /// The same, good for so many seconds.
    pub fn lasting(self, seconds: i64) -> Self {
        Self { seconds, ..self }
    }

    /// The same, whose code counts for one thing alone, such as a sign-in that is half done.
    pub fn bound_to(self, binding: &str) -> Self {
        Self { binding: Some(binding.to_owned()), ..self }
    }

    /// The link to the hosted page, made from the configured public URL alone.
    pub fn link(&self, config: &Config) -> Link {
        self.link_at(config, P::PAGE, "")
    }

    /// The same link to another page of ours, with `more` behind the token in its query.
    pub fn link_at(&self, config: &Config, page: &str, more: &str) -> Link {
        let url = format!("{}?token={}{more}", config.page(page), self.token.reveal());
        Link { url, seconds: self.seconds }
    }

    /// The code of six digits, good for [`CODE_SECONDS`] at most.
    pub fn code(&self) -> String {
        self.code.reveal().to_owned()
    }
}

/// Six random digits, each code as likely as any other.
fn random_code(chance: &Chance) -> Secret {
    // What is left over at the end of the range would make the first codes likelier.
    let end = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_be_bytes(chance.bytes());
        if number < end {
            return Secret::new(format!("{:06}", number % CODES));
        }
    }
}

fn place(id: &ProofId) -> Place<'_> {
    Place { table: "mailed_proofs", column: "code_hash", row: id.as_str() }
}

/// The hash of a token that was given for one purpose.
pub struct ProofHash<P>(TokenHash, PhantomData<P>);

impl<P> Clone for ProofHash<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<P: Purpose> ProofHash<P> {
    /// The hash of whatever was given; what is no token matches none.
    pub fn of(token: &str) -> Self {
        Self(TokenHash::of_kind(P::NAME, &[token]), PhantomData)
    }
}

/// Whose proof was found, and where it was sent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = mailed_proofs)]
pub struct Found {
    pub id: ProofId,
    pub user_id: UserId,
    /// The address that it was sent to; it proves that one alone.
    pub email: String,
    pub binding: Option<String>,
}

/// Writes a proof for an account and the address it is sent to, and voids the older ones where its
/// purpose says so. Those who write proofs take turns from here to the end of their transactions.
///
/// For an address without an account, give [`nobody`]: the work is the same, and nothing comes of
/// it.
pub fn issue<P: Purpose>(
    db: &mut Conn,
    proof: &Proof<P>,
    user: &UserId,
    email: &str,
) -> QueryResult<()> {
    if P::OLDER == Older::Voided {
        crate::db::lock(db, "mailed proofs")?;
        void_older::<P>(db, user)?;
    }
    diesel::insert_into(mailed_proofs::table)
        .values((
            mailed_proofs::id.eq(&proof.id),
            mailed_proofs::purpose.eq(P::NAME),
            mailed_proofs::user_id.eq(user),
            mailed_proofs::token_hash.eq(ProofHash::<P>::of(proof.token.reveal()).0),
            mailed_proofs::code_hash.eq(Some(proof.code_hash.to_vec())),
            mailed_proofs::email.eq(email),
            mailed_proofs::binding.eq(&proof.binding),
            mailed_proofs::tries.eq(0_i64),
            mailed_proofs::created_at.eq(proof.created_at),
            mailed_proofs::expires_at.eq(proof.created_at.plus_seconds(proof.seconds)),
        ))
        .execute(db)
        .map(drop)
}

/// Who stands for the account of an address that has none: the same for each request, so that a
/// second one finds what the first has left, as it does with an account.
pub fn nobody(vault: &Vault, email: &str) -> UserId {
    let place = Place { table: "mailed_proofs", column: "user_id", row: email };
    let mark = vault.mark(place, "nobody");
    let (bytes, _) = mark.split_first_chunk().expect("a mark has 32 bytes");
    UserId::of_bytes(*bytes)
}

/// The proof of a token, if it would burn. Looking does not burn it.
pub fn look<P: Purpose>(
    db: &mut Conn,
    token: &ProofHash<P>,
    now: Timestamp,
) -> QueryResult<Option<Found>> {
    mailed_proofs::table
        .filter(mailed_proofs::token_hash.eq(&token.0))
        .filter(mailed_proofs::purpose.eq(P::NAME))
        .filter(mailed_proofs::used_at.is_null())
        .filter(mailed_proofs::expires_at.gt(now))
        .select(Found::as_select())
        .first(db)
        .optional()
}

/// Burns the proof of a token. Of however many who try at once, one finds it. Lock the account
/// that [`look`] named first.
pub fn burn<P: Purpose>(
    db: &mut Conn,
    token: &ProofHash<P>,
    now: Timestamp,
) -> QueryResult<Option<Found>> {
    let Some(found) = look(db, token, now)? else { return Ok(None) };
    Ok(burn_row(db, &found.id, now)?.then_some(found))
}

/// A code that somebody typed, for an account and, where the proof is bound, for one thing.
pub struct Guess<'a> {
    pub user: &'a UserId,
    pub binding: Option<&'a str>,
    pub code: &'a str,
}

/// Tries a code. Each try of a live code is counted, also those that come at once; after
/// [`GUESSES`] the code is dead, while its link, which nobody can guess, stays good.
///
/// Keep the transaction also where nothing is found, or the try would not count.
pub fn try_code<P: Purpose>(
    db: &mut Conn,
    vault: &Vault,
    guess: &Guess<'_>,
    now: Timestamp,
) -> QueryResult<Option<Found>> {
    let mut live = mailed_proofs::table
        .filter(mailed_proofs::user_id.eq(guess.user))
        .filter(mailed_proofs::purpose.eq(P::NAME))
        .filter(mailed_proofs::used_at.is_null())
        .filter(mailed_proofs::expires_at.gt(now))
        .filter(mailed_proofs::created_at.gt(now.plus_seconds(-CODE_SECONDS)))
        .order(mailed_proofs::id.desc())
        .select((Found::as_select(), mailed_proofs::code_hash))
        .into_boxed::<Backend>();
    live = match guess.binding {
        Some(binding) => live.filter(mailed_proofs::binding.eq(binding.to_owned())),
        None => live.filter(mailed_proofs::binding.is_null()),
    };
    let found: Option<(Found, Option<Vec<u8>>)> = live.first(db).optional()?;
    let Some((found, Some(expected))) = found else { return Ok(None) };
    let left = mailed_proofs::table
        .find(&found.id)
        .filter(mailed_proofs::used_at.is_null())
        .filter(mailed_proofs::tries.lt(GUESSES));
    let counted = mailed_proofs::tries.eq(mailed_proofs::tries + 1_i64);
    if diesel::update(left).set(counted).execute(db)? != 1 {
        return Ok(None);
    }
    let given = vault.mark(place(&found.id), guess.code);
    let is_right = same(&given, &expected) && burn_row(db, &found.id, now)?;
    Ok(is_right.then_some(found))
}

fn burn_row(db: &mut Conn, id: &ProofId, now: Timestamp) -> QueryResult<bool> {
    let unused = mailed_proofs::table.find(id).filter(mailed_proofs::used_at.is_null());
    Ok(diesel::update(unused).set(mailed_proofs::used_at.eq(now)).execute(db)? == 1)
}

/// Voids the proofs of one purpose that an account was sent.
pub fn void_older<P: Purpose>(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let all = mailed_proofs::table.filter(mailed_proofs::user_id.eq(user));
    diesel::delete(all.filter(mailed_proofs::purpose.eq(P::NAME))).execute(db).map(drop)
}

/// Voids every proof that an account was sent, but for the ways back to a former address: whoever
/// takes an account over must not be able to take those away.
pub fn void_all_but_undo(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let all = mailed_proofs::table.filter(mailed_proofs::user_id.eq(user));
    let others = all.filter(mailed_proofs::purpose.ne(UndoEmailChange::NAME));
    diesel::delete(others).execute(db).map(drop)
}

/// Voids every proof that an account was sent.
pub fn void_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let all = mailed_proofs::table.filter(mailed_proofs::user_id.eq(user));
    diesel::delete(all).execute(db).map(drop)
}

/// Ids of proofs that are over since `before`, at most `limit`.
pub fn over(db: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<Vec<ProofId>> {
    let over = mailed_proofs::table.filter(mailed_proofs::expires_at.lt(before));
    over.select(mailed_proofs::id).limit(limit).load(db)
}

/// Removes the rows of proofs that are over.
pub fn sweep(db: &mut Conn, ids: &[ProofId]) -> QueryResult<usize> {
    diesel::delete(mailed_proofs::table.filter(mailed_proofs::id.eq_any(ids))).execute(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_6_5_4_codes_are_six_digits_and_all_as_likely() {
        let chance = Chance::seeded(1);
        let mut firsts = [0_u32; 10];
        for _ in 0..10_000 {
            let code = random_code(&chance);
            assert!(code.reveal().len() == 6 && code.reveal().bytes().all(|c| c.is_ascii_digit()));
            firsts[usize::from(code.reveal().as_bytes()[0] - b'0')] += 1;
        }
        // Each first digit comes a thousand times, give or take four standard deviations.
        assert!(firsts.iter().all(|count| (880..=1120).contains(count)), "{firsts:?}");
        // 10^6 values are more than 19.9 bits; five guesses find one in 200,000.
        assert!(f64::from(CODES).log2() > 19.9 && GUESSES == 5);
    }

    #[test]
    fn ac_024_a_token_has_another_hash_for_every_purpose() {
        let token = "dwr_canary7Kq";
        let hashes = [
            ProofHash::<VerifyEmail>::of(token).0,
            ProofHash::<ResetPassword>::of(token).0,
            ProofHash::<ChangeEmail>::of(token).0,
            ProofHash::<UndoEmailChange>::of(token).0,
            ProofHash::<MagicLink>::of(token).0,
            ProofHash::<MailedFactor>::of(token).0,
            TokenHash::of(token),
        ];
        for (at, hash) in hashes.iter().enumerate() {
            assert!(hashes[at + 1..].iter().all(|other| other != hash));
        }
    }
}
