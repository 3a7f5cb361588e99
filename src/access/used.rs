//! What counts once and is made by others: assertions of clients and proofs of possession. Each is
//! a row until it could not be used any more, so no other process takes it again, nor this one
//! after a restart.

use diesel::prelude::*;

use crate::{
    db::{Conn, schema::used_proofs, taken},
    kernel::{clock::Timestamp, secret::TokenHash},
};

/// Notes the use of what `id` names, until `until`; whether this was the first.
pub fn burn(db: &mut Conn, id: &TokenHash, until: Timestamp) -> QueryResult<bool> {
    let row = (used_proofs::id.eq(id), used_proofs::expires_at.eq(until));
    let done = db.transaction(|db| diesel::insert_into(used_proofs::table).values(row).execute(db));
    match done {
        Err(error) if taken(&error, "used_proofs.id") => Ok(false),
        other => other.map(|_| true),
    }
}

/// Removes up to `limit` rows of what could not be used any more anyway.
pub fn sweep(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let over: Vec<TokenHash> = used_proofs::table
        .filter(used_proofs::expires_at.lt(now))
        .select(used_proofs::id)
        .limit(limit)
        .load(db)?;
    diesel::delete(used_proofs::table.filter(used_proofs::id.eq_any(over))).execute(db)
}
