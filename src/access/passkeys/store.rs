//! The rows of passkeys, and by which number authenticators know an account.

use diesel::prelude::*;

use crate::{
    app::App,
    db::{
        Backend, Conn,
        schema::{passkey_ceremonies, passkey_users, passkeys},
        taken,
    },
    kernel::{
        clock::Timestamp,
        id::{PasskeyId, UserId},
        vault::{Place, Unopened, Vault},
    },
};

/// How many an account has at most.
pub const MOST: usize = 20;

/// A passkey as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub credential_id: Vec<u8>,
    /// The public key with its counter and flags.
    pub sealed: Vec<u8>,
    pub name: String,
    pub transports: String,
    pub synced: bool,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// Seals a credential for one passkey of one account.
pub fn seal(app: &App, id: &PasskeyId, user: &UserId, credential: &[u8]) -> Vec<u8> {
    app.vault.seal(place(&format!("{id} {user}")), credential)
}

/// The credential of a row, unless somebody else has written it.
pub fn open(app: &App, row: &PasskeyRow) -> Option<Vec<u8>> {
    app.vault
        .open(place(&format!("{} {}", row.id, row.user_id)), &row.sealed)
        .ok()
        .map(|it| it.to_vec())
}

/// The sealed credential of a row under the key that seals now; `None` where it is already.
pub fn reseal(
    vault: &Vault,
    id: &PasskeyId,
    user: &UserId,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, Unopened> {
    vault.reseal(place(&format!("{id} {user}")), sealed)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "passkeys", column: "sealed", row }
}

/// The number by which authenticators know an account, made at its first passkey. Lock the account
/// first.
pub fn handle(db: &mut Conn, app: &App, user: &UserId) -> QueryResult<uuid::Uuid> {
    if let Some(handle) = handle_of(db, user)?.and_then(|it| uuid::Uuid::from_slice(&it).ok()) {
        return Ok(handle);
    }
    let handle = uuid::Builder::from_random_bytes(app.chance.bytes()).into_uuid();
    let new = (passkey_users::user_id.eq(user), passkey_users::handle.eq(&handle.as_bytes()[..]));
    diesel::insert_into(passkey_users::table).values(new).execute(db)?;
    Ok(handle)
}

/// The same, if the account has one.
pub fn handle_of(db: &mut Conn, user: &UserId) -> QueryResult<Option<Vec<u8>>> {
    passkey_users::table.find(user).select(passkey_users::handle).first(db).optional()
}

/// The passkeys of an account, oldest first.
pub fn all(db: &mut Conn, user: &UserId) -> QueryResult<Vec<PasskeyRow>> {
    page(db, user, None, i64::MAX)
}

/// At most `limit` of them, made after `after`.
pub fn page(
    db: &mut Conn,
    user: &UserId,
    after: Option<&PasskeyId>,
    limit: i64,
) -> QueryResult<Vec<PasskeyRow>> {
    let mut query = passkeys::table
        .filter(passkeys::user_id.eq(user))
        .order(passkeys::id)
        .limit(limit)
        .select(PasskeyRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(passkeys::id.gt(after.clone()));
    }
    query.load(db)
}

/// Whether the account has any.
pub fn has_any(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    let own = passkeys::table.filter(passkeys::user_id.eq(user));
    diesel::select(diesel::dsl::exists(own)).get_result(db)
}

/// The passkey that an authenticator calls so.
pub fn find(db: &mut Conn, credential_id: &[u8]) -> QueryResult<Option<PasskeyRow>> {
    passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select(PasskeyRow::as_select())
        .first(db)
        .optional()
}

/// Adds one; false where it belongs to an account already.
pub fn insert(db: &mut Conn, row: &PasskeyRow) -> QueryResult<bool> {
    // A statement that fails ends PostgreSQL's transaction, so it gets one of its own.
    let made = db.transaction(|db| diesel::insert_into(passkeys::table).values(row).execute(db));
    match made {
        Err(error) if taken(&error, "passkeys.credential_id") => Ok(false),
        other => other.map(|_| true),
    }
}

/// Notes that it was used, and what the authenticator said of itself. False where it is not as it
/// was when it was checked: gone, or used at the same time with another counter.
pub fn note_use(
    db: &mut Conn,
    was: &PasskeyRow,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    let same =
        passkeys::table.filter(passkeys::id.eq(&was.id)).filter(passkeys::sealed.eq(&was.sealed));
    let used = (passkeys::sealed.eq(sealed), passkeys::last_used_at.eq(now));
    Ok(diesel::update(same).set(used).execute(db)? == 1)
}

/// Renames one of an account; answers it as it is now.
pub fn rename(
    db: &mut Conn,
    user: &UserId,
    id: &PasskeyId,
    name: &str,
) -> QueryResult<Option<PasskeyRow>> {
    let own = passkeys::table.filter(passkeys::id.eq(id)).filter(passkeys::user_id.eq(user));
    diesel::update(own).set(passkeys::name.eq(name)).execute(db)?;
    own.select(PasskeyRow::as_select()).first(db).optional()
}

/// Removes one of an account; whether there was one.
pub fn remove(db: &mut Conn, user: &UserId, id: &PasskeyId) -> QueryResult<bool> {
    let own = passkeys::table.filter(passkeys::id.eq(id)).filter(passkeys::user_id.eq(user));
    Ok(diesel::delete(own).execute(db)? == 1)
}

/// Removes all of an account, with the ceremonies on their way.
pub fn remove_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let open = passkey_ceremonies::table.filter(passkey_ceremonies::user_id.eq(user));
    diesel::delete(open).execute(db)?;
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user))).execute(db)?;
    diesel::delete(passkey_users::table.find(user)).execute(db).map(drop)
}
