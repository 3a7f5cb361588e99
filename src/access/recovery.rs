//! Recovery codes: look-up secrets for who has lost the second factor (NIST SP 800-63B-4, section
//! 3.1.2). Shown once, kept as hashes, each good once.

use diesel::prelude::*;

use crate::{
    access::failures,
    app::App,
    db::{Conn, schema::recovery_codes},
    kernel::{
        assurance::Method,
        clock::Timestamp,
        id::{FactorId, UserId, base32},
        secret::TokenHash,
    },
};

/// How many are made at once.
pub const COUNT: usize = 10;

/// Random bytes of one: 80 bits, so that a fast hash is enough.
const BYTES: usize = 10;

fn hash(user: &UserId, code: &str) -> TokenHash {
    TokenHash::of_kind("recovery code", &[user.as_str(), code])
}

/// As people type it: groups, capitals and look-alikes don't matter.
fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(|c| !matches!(c, '-' | ' '));
    let letters = letters.map(|c| c.to_ascii_lowercase());
    letters
        .map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

/// Puts new codes in the place of all older ones; answers them, in groups of four. Failures at the
/// older ones don't count against them.
pub fn renew(db: &mut Conn, app: &App, user: &UserId) -> QueryResult<Vec<String>> {
    delete_all(db, user)?;
    failures::clear(db, user, Method::RecoveryCode)?;
    let now = app.now();
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let code = base32(&app.chance.bytes::<BYTES>());
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::id.eq(FactorId::make(now, &app.chance)),
                recovery_codes::user_id.eq(user),
                recovery_codes::code_hash.eq(hash(user, &code)),
                recovery_codes::created_at.eq(now),
            ))
            .execute(db)?;
        let groups: Vec<_> = (0..4).map(|at| &code[at * 4..at * 4 + 4]).collect();
        codes.push(groups.join("-"));
    }
    Ok(codes)
}

/// Burns a code; whether there was one to burn.
pub fn burn(db: &mut Conn, user: &UserId, typed: &str, now: Timestamp) -> QueryResult<bool> {
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::code_hash.eq(hash(user, &plain(typed))))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now)).execute(db)? == 1)
}

/// How many are left.
pub fn left(db: &mut Conn, user: &UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(db)
}

/// Removes all of an account.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let own = recovery_codes::table.filter(recovery_codes::user_id.eq(user));
    diesel::delete(own).execute(db).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(plain("AB0O-il12"), "ab001112");
        assert_eq!(base32(&[0; BYTES]).len(), 16);
    }
}
