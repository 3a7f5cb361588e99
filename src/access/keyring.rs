//! Whether the master key belongs to the database. A key that was lost and made anew would end
//! every session and open no secret, so the service says so instead of starting.

use diesel::prelude::*;

use crate::{
    db::{Conn, schema::settings, taken},
    kernel::secret::MasterKey,
};

const NAME: &str = "master_key_fingerprint";

/// Whether a key fits a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Fits,
    /// The database was used with another key.
    OtherKey,
}

/// Compares the key's fingerprint with the one that the database was first used with.
pub fn check(db: &mut Conn, master: &MasterKey) -> QueryResult<Fit> {
    let own = data_encoding::HEXLOWER.encode(&master.derive::<16>("fingerprint"));
    let row = (settings::key.eq(NAME), settings::value.eq(&own));
    let first = db.transaction(|db| diesel::insert_into(settings::table).values(row).execute(db));
    match first {
        Err(error) if taken(&error, "settings.key") => {}
        other => return other.map(|_| Fit::Fits),
    }
    let known: String = settings::table.find(NAME).select(settings::value).first(db)?;
    Ok(if known == own { Fit::Fits } else { Fit::OtherKey })
}
