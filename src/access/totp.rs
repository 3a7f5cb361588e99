//! Codes of authenticator apps (TOTP, RFC 6238): made, sealed, checked. A code counts once, and
//! none that is older than the last one counts after it.

use diesel::prelude::*;
use serde::Serialize;
use totp_rs::{Builder, Totp};
use utoipa::ToSchema;

use crate::{
    app::App,
    db::{Conn, schema::totp_factors},
    http::problem::Problem,
    kernel::{
        clock::Timestamp,
        id::{FactorId, UserId},
        secret::same,
        vault::Place,
    },
};

/// Seconds of a time step. With SHA-1 and six digits, because some apps know nothing else.
const STEP: u64 = 30;

/// Steps before and after the current one whose codes are taken: clocks differ, people are slow.
const SKEW: u64 = 1;

/// Bytes of a secret (RFC 4226, section 4, R6).
const SECRET: usize = 20;

/// How many an account has at most.
pub const MOST: usize = 5;

/// One of an account's authenticator apps.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = totp_factors)]
pub struct TotpRow {
    pub id: FactorId,
    pub name: String,
    sealed: Vec<u8>,
    pub confirmed_at: Option<Timestamp>,
    last_step: i64,
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// An authenticator app as its owner sees it.
#[derive(Serialize, ToSchema)]
pub struct TotpFactor {
    pub id: FactorId,
    #[schema(max_length = 60, examples("Phone"))]
    pub name: String,
    /// Whether its first code has come back; until then it counts for nothing.
    pub confirmed: bool,
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl From<TotpRow> for TotpFactor {
    fn from(row: TotpRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            confirmed: row.confirmed_at.is_some(),
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        }
    }
}

/// A new one, before its first code has come back. The secret leaves once.
pub struct NewTotp {
    pub id: FactorId,
    pub secret: String,
    /// For the app: `otpauth://totp/…`.
    pub uri: String,
}

pub(super) fn place(id: &FactorId) -> Place<'_> {
    Place { table: "totp_factors", column: "sealed", row: id.as_str() }
}

fn generator(secret: &[u8]) -> Totp {
    Builder::new().with_secret(Box::<[u8]>::from(secret)).build_noncompliant()
}

/// Makes one that does not count yet.
///
/// `account` names the account in the app: an e-mail address.
pub fn make(
    db: &mut Conn,
    app: &App,
    user: &UserId,
    name: &str,
    account: &str,
) -> Result<NewTotp, Problem> {
    let (now, id) = (app.now(), FactorId::make(app.now(), &app.chance));
    let secret = app.chance.bytes::<SECRET>();
    // A colon would end the issuer's name.
    let plain = |text: &str| text.replace(':', " ");
    let totp = Builder::new()
        .with_secret(Box::<[u8]>::from(&secret[..]))
        .with_account_name(plain(account))
        .with_issuer(Some(plain(&app.config.service.name)))
        .build()
        .map_err(Problem::internal)?;
    diesel::insert_into(totp_factors::table)
        .values((
            totp_factors::id.eq(&id),
            totp_factors::user_id.eq(user),
            totp_factors::name.eq(name),
            totp_factors::sealed.eq(app.vault.seal(place(&id), &secret)),
            totp_factors::last_step.eq(0),
            totp_factors::created_at.eq(now),
        ))
        .execute(db)?;
    let uri = totp.to_url().map_err(Problem::internal)?;
    Ok(NewTotp { id, secret: totp.secret().to_base32(), uri })
}

/// The apps of an account, oldest first.
pub fn list(db: &mut Conn, user: &UserId) -> QueryResult<Vec<TotpRow>> {
    totp_factors::table
        .filter(totp_factors::user_id.eq(user))
        .order(totp_factors::id)
        .select(TotpRow::as_select())
        .load(db)
}

/// Whether one of them counts.
pub fn has_any(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    let own = totp_factors::table
        .filter(totp_factors::user_id.eq(user))
        .filter(totp_factors::confirmed_at.is_not_null());
    diesel::select(diesel::dsl::exists(own)).get_result(db)
}

/// Burns a code of one of the account's apps that count; whether there was one to burn. Lock the
/// account first.
pub fn burn(db: &mut Conn, app: &App, user: &UserId, code: &str) -> Result<bool, Problem> {
    for row in list(db, user)? {
        if row.confirmed_at.is_some() && burn_of(db, app, &row, code)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Burns a code of this app, whether it counts yet or not.
pub fn burn_of(db: &mut Conn, app: &App, row: &TotpRow, code: &str) -> Result<bool, Problem> {
    let secret = app.vault.open(place(&row.id), &row.sealed).map_err(Problem::internal)?;
    let now = app.now();
    let Some(step) = matching_step(&secret, code, row.last_step, now) else { return Ok(false) };
    let unused = totp_factors::table
        .filter(totp_factors::id.eq(&row.id))
        .filter(totp_factors::last_step.lt(step));
    let used = (totp_factors::last_step.eq(step), totp_factors::last_used_at.eq(now));
    Ok(diesel::update(unused).set(used).execute(db)? == 1)
}

/// The step behind `last` whose code this is. Every step is tried whatever the first ones say.
fn matching_step(secret: &[u8], code: &str, last: i64, now: Timestamp) -> Option<i64> {
    let totp = generator(secret);
    let current = u64::try_from(now.micros()).unwrap_or(0) / 1_000_000 / STEP;
    let mut found = None;
    for step in current.saturating_sub(SKEW)..=current + SKEW {
        let expected = totp.generate(step * STEP).to_string();
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        if same(expected.as_bytes(), code.as_bytes()) && step > last {
            found = found.or(Some(step));
        }
    }
    found
}

/// Lets an app count from now on; whether it did not yet.
pub fn confirm(db: &mut Conn, id: &FactorId, now: Timestamp) -> QueryResult<bool> {
    let open = totp_factors::table
        .filter(totp_factors::id.eq(id))
        .filter(totp_factors::confirmed_at.is_null());
    Ok(diesel::update(open).set(totp_factors::confirmed_at.eq(now)).execute(db)? == 1)
}

/// Renames one app of an account; answers it as it is now.
pub fn rename(
    db: &mut Conn,
    user: &UserId,
    id: &FactorId,
    name: &str,
) -> QueryResult<Option<TotpRow>> {
    let own =
        totp_factors::table.filter(totp_factors::id.eq(id)).filter(totp_factors::user_id.eq(user));
    diesel::update(own).set(totp_factors::name.eq(name)).execute(db)?;
    own.select(TotpRow::as_select()).first(db).optional()
}

/// Removes one app of an account; whether there was one.
pub fn remove(db: &mut Conn, user: &UserId, id: &FactorId) -> QueryResult<bool> {
    let own =
        totp_factors::table.filter(totp_factors::id.eq(id)).filter(totp_factors::user_id.eq(user));
    Ok(diesel::delete(own).execute(db)? == 1)
}

/// Which of an account's apps are removed.
pub enum Which {
    All,
    /// Those whose first code never came back.
    Unconfirmed,
}

/// Removes apps of an account.
pub fn remove_many(db: &mut Conn, user: &UserId, which: Which) -> QueryResult<()> {
    let own = totp_factors::table.filter(totp_factors::user_id.eq(user));
    let removed = match which {
        Which::All => diesel::delete(own).execute(db),
        Which::Unconfirmed => {
            diesel::delete(own.filter(totp_factors::confirmed_at.is_null())).execute(db)
        }
    };
    removed.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1: the last six of the eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn step_at(seconds: i64, code: &str, last: i64) -> Option<i64> {
        let now = Timestamp::from_micros(seconds * 1_000_000);
        matching_step(b"12345678901234567890", code, last, now)
    }

    #[test]
    fn totp_01_the_vectors_of_rfc_6238_are_accepted() {
        for (seconds, code) in VECTORS {
            assert_eq!(step_at(seconds, code, 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_no_more() {
        let (seconds, code) = VECTORS[3];
        for (away, counts) in [(-60, false), (-30, true), (30, true), (60, false)] {
            assert_eq!(step_at(seconds + away, code, 0).is_some(), counts, "{away}");
        }
    }

    #[test]
    fn ac_096_a_step_that_was_used_is_over_with_all_before_it() {
        let (seconds, code) = VECTORS[4];
        assert_eq!(step_at(seconds, code, seconds / 30), None);
        assert_eq!(step_at(seconds + 30, code, seconds / 30), None);
        assert!(step_at(seconds, code, seconds / 30 - 1).is_some());
    }

    #[test]
    fn what_is_no_code_is_no_code() {
        for wrong in ["", "28708", "2870820", " 287082", "２８７０８２", "-87082", "287082\0"]
        {
            assert_eq!(step_at(59, wrong, 0), None, "{wrong:?}");
        }
    }
}
