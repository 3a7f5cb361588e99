//! The rows of accounts and of their passwords.

use diesel::prelude::*;

use crate::{
    access::{
        failures,
        state::{self, Standing, State, Terms},
    },
    app::App,
    db::{
        Conn,
        schema::{imported_users, passwords, role_grants, roles, users},
        taken,
    },
    kernel::{
        account::AccountKind,
        assurance::Method,
        clock::Timestamp,
        email::Email,
        id::{GrantId, RoleId, UserId},
        password::PasswordHash,
    },
    work::outbox::To,
};

/// An account as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct AccountRow {
    pub id: UserId,
    pub email: String,
    pub email_key: Vec<u8>,
    pub email_verified_at: Option<Timestamp>,
    pub name: String,
    pub status: String,
    pub disabled_reason: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub locale: String,
    pub disabled_until: Option<Timestamp>,
    pub locked_at: Option<Timestamp>,
    pub second_factor: bool,
    pub email_step: bool,
    pub kind: AccountKind,
}

impl AccountRow {
    /// What it may be used for.
    pub fn state(&self, terms: &Terms) -> State {
        let standing = Standing {
            status: &self.status,
            disabled_until: self.disabled_until,
            locked_at: self.locked_at,
            verified_at: self.email_verified_at,
        };
        State::of(&standing, terms)
    }

    /// A new, active account.
    pub fn new(app: &App, email: &Email, name: &str) -> Self {
        let now = app.now();
        Self {
            id: UserId::make(now, &app.chance),
            email: email.to_string(),
            email_key: email.key(),
            email_verified_at: None,
            name: name.to_owned(),
            status: state::ACTIVE.to_owned(),
            disabled_reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
            locale: String::new(),
            disabled_until: None,
            locked_at: None,
            second_factor: false,
            email_step: false,
            kind: AccountKind::Person,
        }
    }

    /// A new account of a program. Its address is nobody's, and verified: nothing waits for it.
    pub fn of_service(app: &App, name: &str) -> Self {
        let now = app.now();
        let id = UserId::make(now, &app.chance);
        let row = Self::new(app, &Email::unreachable(id.as_str()), name);
        let (email_verified_at, kind) = (Some(now), AccountKind::Service);
        Self { id, email_verified_at, kind, ..row }
    }

    /// The person as the reader of a mail.
    pub fn reader(&self) -> To<'_> {
        To { user: Some(&self.id), email: &self.email, locale: &self.locale }
    }
}

/// Whether a row was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Yes,
    EmailTaken,
}

/// Adds an account, and its password where it has one.
pub fn insert(
    db: &mut Conn,
    row: &AccountRow,
    password: Option<&PasswordHash>,
) -> QueryResult<Inserted> {
    // A statement that fails ends PostgreSQL's transaction, so it gets one of its own.
    let inserted = db.transaction(|db| diesel::insert_into(users::table).values(row).execute(db));
    match inserted {
        Err(error) if taken(&error, "users.email_key") => return Ok(Inserted::EmailTaken),
        other => drop(other?),
    }
    if let Some(hash) = password {
        put_password(db, &row.id, hash, row.created_at)?;
    }
    Ok(Inserted::Yes)
}

/// The account of an id.
pub fn find(db: &mut Conn, id: &UserId) -> QueryResult<Option<AccountRow>> {
    users::table.find(id).select(AccountRow::as_select()).first(db).optional()
}

/// The account of an address.
pub fn find_by_email(db: &mut Conn, email: &Email) -> QueryResult<Option<AccountRow>> {
    users::table
        .filter(users::email_key.eq(email.key()))
        .select(AccountRow::as_select())
        .first(db)
        .optional()
}

/// The account as it is, and stays until the end of the transaction: whoever else changes it, its
/// password or its sessions has done so before, or waits.
pub fn lock(db: &mut Conn, id: &UserId) -> QueryResult<Option<AccountRow>> {
    // Both databases understand an update that changes nothing; PostgreSQL locks the row for it.
    diesel::update(users::table.find(id)).set(users::version.eq(users::version)).execute(db)?;
    find(db, id)
}

/// What changes of an account.
#[derive(AsChangeset, Default)]
#[diesel(table_name = users)]
pub struct Change {
    pub email: Option<String>,
    pub email_key: Option<Vec<u8>>,
    /// `Some(None)`: not verified any more.
    pub email_verified_at: Option<Option<Timestamp>>,
    pub name: Option<String>,
    pub status: Option<&'static str>,
    /// `Some(None)`: no reason.
    pub disabled_reason: Option<Option<String>>,
    /// `Some(None)`: for good.
    pub disabled_until: Option<Option<Timestamp>>,
    pub locale: Option<String>,
}

impl Change {
    /// The same change as one of this row: another address is not verified yet.
    pub fn of(mut self, row: &AccountRow) -> Self {
        if self.email_key.as_ref().is_some_and(|key| *key != row.email_key) {
            self.email_verified_at = Some(None);
        }
        self
    }
}

/// What came of a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    Yes,
    /// The row is gone, or has another version by now.
    Stale,
    EmailTaken,
}

/// Changes the row of exactly this version and moves its version on.
pub fn update(
    db: &mut Conn,
    row: &AccountRow,
    change: &Change,
    now: Timestamp,
) -> QueryResult<Changed> {
    let same = users::table.filter(users::id.eq(&row.id)).filter(users::version.eq(row.version));
    let moved = (users::version.eq(row.version + 1), users::updated_at.eq(now));
    let changed = db.transaction(|db| diesel::update(same).set((change, moved)).execute(db));
    match changed {
        Ok(1) => Ok(Changed::Yes),
        Ok(_) => Ok(Changed::Stale),
        Err(error) if taken(&error, "users.email_key") => Ok(Changed::EmailTaken),
        Err(error) => Err(error),
    }
}

/// Whether sign-ins ask for a mailed code. Lock the account first.
pub fn set_email_step(db: &mut Conn, id: &UserId, enabled: bool) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::email_step.eq(enabled)).execute(db).map(drop)
}

/// Removes the account's own rows. Sessions and grants must be gone by then.
pub fn delete(db: &mut Conn, id: &UserId) -> QueryResult<bool> {
    diesel::delete(passwords::table.find(id)).execute(db)?;
    diesel::delete(imported_users::table.find(id)).execute(db)?;
    Ok(diesel::delete(users::table.find(id)).execute(db)? == 1)
}

/// The account of an address with its password, for signing in.
pub fn find_credential(
    db: &mut Conn,
    email: &Email,
) -> QueryResult<Option<(AccountRow, Option<PasswordHash>)>> {
    users::table
        .left_join(passwords::table)
        .filter(users::email_key.eq(email.key()))
        .select((AccountRow::as_select(), passwords::hash.nullable()))
        .first(db)
        .optional()
}

/// The hash of an account's password, if it has one.
pub fn find_password(db: &mut Conn, id: &UserId) -> QueryResult<Option<PasswordHash>> {
    passwords::table.find(id).select(passwords::hash).first(db).optional()
}

/// Removes an account's password, and what was counted for it; whether there was one. Lock the
/// account first.
pub fn remove_password(db: &mut Conn, id: &UserId) -> QueryResult<bool> {
    failures::clear(db, id, Method::Password)?;
    Ok(diesel::delete(passwords::table.find(id)).execute(db)? == 1)
}

/// Whether the account's password still is the one that was checked. Lock the account first.
pub fn has_password(db: &mut Conn, id: &UserId, hash: &PasswordHash) -> QueryResult<bool> {
    let same = passwords::table.find(id).filter(passwords::hash.eq(hash));
    diesel::select(diesel::dsl::exists(same)).get_result(db)
}

/// When the account got the password that it has.
pub fn password_changed_at(db: &mut Conn, id: &UserId) -> QueryResult<Option<Timestamp>> {
    passwords::table.find(id).select(passwords::changed_at).first(db).optional()
}

/// Where an account came from.
#[derive(Queryable)]
pub struct StoredOrigin {
    pub source: String,
    pub external_id: Option<String>,
    pub email_key: Vec<u8>,
    pub imported_at: Timestamp,
}

/// The system that had the account before, if one had.
pub fn origin(db: &mut Conn, id: &UserId) -> QueryResult<Option<StoredOrigin>> {
    imported_users::table
        .find(id)
        .select((
            imported_users::source,
            imported_users::external_id,
            imported_users::email_key,
            imported_users::imported_at,
        ))
        .first(db)
        .optional()
}

/// A role that the account holds or has held.
#[derive(Queryable)]
pub struct StoredGrant {
    pub id: GrantId,
    pub role_id: RoleId,
    pub role: String,
    pub scope: String,
    pub granted_by: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// The grants of an account, over or not, newest first.
pub fn grants(db: &mut Conn, id: &UserId, limit: i64) -> QueryResult<Vec<StoredGrant>> {
    role_grants::table
        .inner_join(roles::table)
        .filter(role_grants::user_id.eq(id))
        .order(role_grants::id.desc())
        .limit(limit)
        .select((
            role_grants::id,
            role_grants::role_id,
            roles::name,
            role_grants::scope,
            role_grants::granted_by,
            role_grants::created_at,
            role_grants::expires_at,
            role_grants::revoked_at,
        ))
        .load(db)
}

/// Sets the password, whether there was one or not; its failures are forgotten. Lock the account
/// first.
pub fn put_password(
    db: &mut Conn,
    id: &UserId,
    hash: &PasswordHash,
    now: Timestamp,
) -> QueryResult<()> {
    let new = (passwords::hash.eq(hash), passwords::changed_at.eq(now));
    if diesel::update(passwords::table.find(id)).set(new).execute(db)? == 0 {
        diesel::insert_into(passwords::table)
            .values((passwords::user_id.eq(id), new))
            .execute(db)?;
    }
    failures::clear(db, id, Method::Password)
}
