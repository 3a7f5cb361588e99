//! The master key and the database: whether they belong together, and the seed, which is sealed
//! under the master key and from which comes what must stay the same when that is replaced: the
//! key of cookies, of cursors and of the marks of short secrets.
//!
//! A master key that was lost and made anew would end every session and open no secret, so the
//! service says so instead of starting.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::{
    db::{Conn, has_table, schema::settings, taken},
    http::problem::Problem,
    kernel::{
        secret::{MasterKey, same},
        vault::{MasterKeys, Place, Vault},
    },
};

const FINGERPRINT: &str = "master_key_fingerprint";
const SEED: &str = "seed";

/// Whether a key fits a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Fits,
    /// The database was used with another key.
    OtherKey,
}

fn fingerprint(master: &MasterKey) -> String {
    HEXLOWER.encode(&master.derive::<16>("fingerprint"))
}

fn place() -> Place<'static> {
    Place { table: "settings", column: "value", row: SEED }
}

fn read(db: &mut Conn, name: &str) -> QueryResult<Option<String>> {
    settings::table.find(name).select(settings::value).first(db).optional()
}

/// Keeps a value unless there is one; answers the one that stands.
fn keep(db: &mut Conn, name: &str, value: &str) -> QueryResult<String> {
    let row = (settings::key.eq(name), settings::value.eq(value));
    let first = db.transaction(|db| diesel::insert_into(settings::table).values(row).execute(db));
    match first {
        Err(error) if taken(&error, "settings.key") => {}
        other => return other.map(|_| value.to_owned()),
    }
    settings::table.find(name).select(settings::value).first(db)
}

fn put(db: &mut Conn, name: &str, value: &str) -> QueryResult<()> {
    let row = settings::table.find(name);
    diesel::update(row).set(settings::value.eq(value)).execute(db).map(drop)
}

/// Compares the fingerprints with the one of the key that the database was first used with, or
/// that took that one's place last. While one key is replaced by another, either fits.
pub fn check(db: &mut Conn, keys: &MasterKeys) -> QueryResult<Fit> {
    let known = keep(db, FINGERPRINT, &fingerprint(&keys.current))?;
    let other = keys.other.as_ref().is_some_and(|other| fingerprint(other) == known);
    let fits = known == fingerprint(&keys.current) || other;
    Ok(if fits { Fit::Fits } else { Fit::OtherKey })
}

fn is_in_force(db: &mut Conn, master: &MasterKey) -> QueryResult<bool> {
    Ok(read(db, FINGERPRINT)?.is_some_and(|known| known == fingerprint(master)))
}

/// The seed of a database, before its tables are brought up to date. Where there is none yet, it is
/// the master key that the database goes by, from which all was derived before there were seeds.
///
/// Errors: `server.internal` where it can't be opened.
pub fn find_seed(db: &mut Conn, vault: &Vault, keys: &MasterKeys) -> Result<MasterKey, Problem> {
    if !has_table(db, "settings")? {
        return Ok(keys.current.clone());
    }
    if let Some(seed) = seed(db, vault)? {
        return Ok(seed);
    }
    match &keys.other {
        Some(other) if is_in_force(db, other)? => Ok(other.clone()),
        _ => Ok(keys.current.clone()),
    }
}

fn seed(db: &mut Conn, vault: &Vault) -> Result<Option<MasterKey>, Problem> {
    let Some(text) = read(db, SEED)? else { return Ok(None) };
    Ok(Some(opened(&text, vault)?))
}

fn opened(text: &str, vault: &Vault) -> Result<MasterKey, Problem> {
    let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(Problem::internal)?;
    let plain = vault.open(place(), &sealed).map_err(Problem::internal)?;
    let plain = Zeroizing::new(String::from_utf8_lossy(&plain).into_owned());
    MasterKey::parse(&plain).ok_or_else(|| Problem::internal("the seed is no key"))
}

/// Keeps the seed that this process uses, unless the database has one; whether the two are the
/// same.
pub fn keep_seed(db: &mut Conn, vault: &Vault, seed: &MasterKey) -> Result<bool, Problem> {
    let sealed = BASE64URL_NOPAD.encode(&vault.seal(place(), seed.encode().reveal().as_bytes()));
    let known = keep(db, SEED, &sealed)?;
    let kept = opened(&known, vault)?.encode();
    Ok(same(kept.reveal().as_bytes(), seed.encode().reveal().as_bytes()))
}

/// Lets the database go by another master key: the seed is sealed under it, and it is the one that
/// fits from now on. Call it last, when nothing is sealed under the key before.
pub fn take_over(db: &mut Conn, vault: &Vault, master: &MasterKey) -> Result<(), Problem> {
    let seed = seed(db, vault)?.ok_or_else(|| Problem::internal("there is no seed"))?;
    let sealed = vault.seal(place(), seed.encode().reveal().as_bytes());
    put(db, SEED, &BASE64URL_NOPAD.encode(&sealed))?;
    Ok(put(db, FINGERPRINT, &fingerprint(master))?)
}
