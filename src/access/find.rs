//! The one query that finds a caller, whatever they come with. Nothing else turns a credential into
//! somebody who may do something.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    api_keys::KeyRow,
    caller::{Caller, Credential, Held, SYSTEM, TokenUse},
    clients::{ClientRow, ClientUse},
    revocations::{self, Marks},
    sessions::SessionRow,
    state::Standing,
    tokens::Claims,
};
use crate::{
    db::{
        Conn,
        schema::{api_keys, oauth_clients, role_grants, role_permissions, roles, sessions, users},
    },
    kernel::{
        account::AccountKind,
        clock::Timestamp,
        id::{ApiKeyId, ClientId, GrantId, RoleId, SessionId, UserId},
        permission::PermissionName,
        scope::Scope,
        secret::TokenHash,
    },
};

type AccountColumns = (
    (UserId, String, Option<Timestamp>, String, String, bool),
    (AccountKind, String, Option<Timestamp>, Option<Timestamp>),
);
type GrantColumns = (
    Option<GrantId>,
    Option<RoleId>,
    Option<String>,
    Option<String>,
    Option<Timestamp>,
    Option<PermissionName>,
);

/// What a credential's row says of its use.
trait Proving {
    /// Whether it counts at `now`.
    fn counts(&self, now: Timestamp) -> bool;

    fn into_credential(self) -> Credential;
}

impl Proving for SessionRow {
    fn counts(&self, now: Timestamp) -> bool {
        self.ends_at() > now
    }

    fn into_credential(self) -> Credential {
        Credential::Session(self)
    }
}

impl Proving for KeyRow {
    fn counts(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    fn into_credential(self) -> Credential {
        Credential::Key(self)
    }
}

impl Proving for ClientRow {
    fn counts(&self, _: Timestamp) -> bool {
        true
    }

    fn into_credential(self) -> Credential {
        Credential::Client(self.into())
    }
}

/// Everything that decides about a caller, in one statement: it is asked at every request.
macro_rules! find_where {
    ($db:expr, $now:expr, $table:ident, $row:ty, $filter:expr) => {{
        let rows: Vec<($row, AccountColumns, GrantColumns)> = $table::table
            .inner_join(users::table)
            .left_join(
                role_grants::table
                    .on(role_grants::user_id.eq(users::id).and(role_grants::revoked_at.is_null())),
            )
            .left_join(roles::table.on(roles::id.eq(role_grants::role_id)))
            .left_join(role_permissions::table.on(role_permissions::role_id.eq(roles::id)))
            .filter($filter)
            .filter($table::revoked_at.is_null())
            .order((role_grants::id, role_permissions::permission))
            .select((
                <$row>::as_select(),
                (
                    (
                        users::id,
                        users::email,
                        users::email_verified_at,
                        users::name,
                        users::locale,
                        users::second_factor,
                    ),
                    (users::kind, users::status, users::disabled_until, users::locked_at),
                ),
                (
                    role_grants::id.nullable(),
                    roles::id.nullable(),
                    roles::name.nullable(),
                    role_grants::scope.nullable(),
                    role_grants::expires_at.nullable(),
                    role_permissions::permission.nullable(),
                ),
            ))
            .load($db)?;
        Ok(assemble(rows, $now))
    }};
}

/// The caller behind a session key: a session that runs, of an account that is not disabled.
pub fn by_session_key(
    db: &mut Conn,
    key: &TokenHash,
    now: Timestamp,
) -> QueryResult<Option<Caller>> {
    find_where!(db, now, sessions, SessionRow, sessions::key_hash.eq(key))
}

/// The caller of a session, as they are now.
pub fn by_session(db: &mut Conn, id: &SessionId, now: Timestamp) -> QueryResult<Option<Caller>> {
    find_where!(db, now, sessions, SessionRow, sessions::id.eq(id))
}

/// The caller behind an API key that counts, of an account that is not disabled.
pub fn by_api_key(db: &mut Conn, key: &TokenHash, now: Timestamp) -> QueryResult<Option<Caller>> {
    find_where!(db, now, api_keys, KeyRow, api_keys::key_hash.eq(key))
}

/// The caller with the credential that they came with, as both are now.
pub fn again(
    db: &mut Conn,
    credential: &Credential,
    now: Timestamp,
) -> QueryResult<Option<Caller>> {
    match credential {
        Credential::Session(session) => by_session(db, &session.id, now),
        Credential::Token(session, used) => token_again(db, session, used, now),
        Credential::Key(key) => by_key_id(db, &key.id, now),
        Credential::Client(client) => client_again(db, client, now),
    }
}

/// The caller behind a token's claims: its session runs or its client works, and nothing that it
/// rests on has been ended. Whose audience it names is seen to before.
pub fn by_token(db: &mut Conn, claims: &Claims, now: Timestamp) -> QueryResult<Option<Caller>> {
    if claims.expires_at() <= now || claims.is_ended(db)? {
        return Ok(None);
    }
    let used = claims.used();
    let caller = match (&claims.sid, claims.client()) {
        (Some(session), _) => by_session(db, session, now)?.map(|caller| with_token(caller, used)),
        (None, Some(id)) => by_client(db, &id, used.scope.as_ref(), Some(&used), now)?,
        (None, None) => None,
    };
    Ok(caller.filter(|caller| caller.user_id == claims.sub))
}

fn token_again(
    db: &mut Conn,
    session: &SessionRow,
    used: &TokenUse,
    now: Timestamp,
) -> QueryResult<Option<Caller>> {
    let marks = Marks {
        token: &used.id,
        session: Some(&session.id),
        subject: &session.user_id,
        client: None,
        roles: &[],
        issued_at: used.issued_at,
    };
    if used.expires_at <= now || revocations::is_ended(db, &marks)? {
        return Ok(None);
    }
    let caller = by_session(db, &session.id, now)?;
    Ok(caller.map(|caller| with_token(caller, used.clone())))
}

fn client_again(db: &mut Conn, by: &ClientUse, now: Timestamp) -> QueryResult<Option<Caller>> {
    let caller = by_client(db, &by.id, Some(&by.scope), by.token.as_ref(), now)?;
    let (Some(caller), Some(used)) = (&caller, &by.token) else { return Ok(caller) };
    let marks = Marks {
        token: &used.id,
        session: None,
        subject: &caller.user_id,
        client: Some(&by.id),
        roles: &[],
        issued_at: used.issued_at,
    };
    let is_ended = revocations::is_ended(db, &marks)?;
    Ok((!is_ended).then(|| caller.clone()))
}

/// The same caller, who comes with a token of the session in its place.
fn with_token(mut caller: Caller, used: TokenUse) -> Caller {
    if let Credential::Session(session) = caller.credential {
        caller.credential = Credential::Token(session, used);
    }
    narrow(&mut caller.held, &caller.credential);
    caller.permissions = system(&caller.held);
    caller
}

/// Leaves of each role's permissions what the credential may be used for.
fn narrow(held: &mut [Held], credential: &Credential) {
    let Some(scope) = credential.scope() else { return };
    for held in held {
        held.permissions.retain(|permission| scope.contains(permission));
    }
}

/// The caller that a client is: one that is not disabled, of an account that is not. `scope` and
/// `token` are what it was narrowed to, and with what it came, where it was a token.
pub fn by_client(
    db: &mut Conn,
    id: &ClientId,
    scope: Option<&Scope>,
    token: Option<&TokenUse>,
    now: Timestamp,
) -> QueryResult<Option<Caller>> {
    let found: QueryResult<Option<Caller>> =
        find_where!(db, now, oauth_clients, ClientRow, oauth_clients::id.eq(id));
    let Some(mut caller) = found? else { return Ok(None) };
    let Credential::Client(by) = &mut caller.credential else { return Ok(None) };
    by.token = token.cloned();
    if !by.counts(now) {
        return Ok(None);
    }
    if let Some(scope) = scope {
        by.scope = by.scope.iter().filter(|it| scope.contains(it)).cloned().collect();
        narrow(&mut caller.held, &caller.credential);
        caller.permissions = system(&caller.held);
    }
    Ok(Some(caller))
}

fn by_key_id(db: &mut Conn, id: &ApiKeyId, now: Timestamp) -> QueryResult<Option<Caller>> {
    find_where!(db, now, api_keys, KeyRow, api_keys::id.eq(id))
}

fn assemble<Row: Proving>(
    rows: Vec<(Row, AccountColumns, GrantColumns)>,
    now: Timestamp,
) -> Option<Caller> {
    let mut rows = rows.into_iter();
    let (row, (account, state), first) = rows.next()?;
    let (user_id, email, verified_at, name, locale, second_factor) = account;
    let (kind, status, disabled_until, locked_at) = state;
    let standing = Standing { status: &status, disabled_until, locked_at, verified_at };
    if !row.counts(now) || standing.is_disabled(now) {
        return None;
    }
    let grants = std::iter::once(first).chain(rows.map(|(_, _, grant)| grant));
    let mut held = fold(grants.filter_map(whole), now);
    let credential = row.into_credential();
    narrow(&mut held, &credential);
    let permissions = system(&held);
    let email_verified = verified_at.is_some();
    Some(Caller {
        user_id,
        kind,
        email,
        email_verified,
        name,
        locale,
        second_factor,
        credential,
        held,
        permissions,
    })
}

fn system(held: &[Held]) -> BTreeSet<PermissionName> {
    let system = held.iter().filter(|held| held.scope == SYSTEM);
    system.flat_map(|held| held.permissions.iter().cloned()).collect()
}

/// The grant of a row, which an account without any does not have.
fn whole((grant, role_id, role, scope, expires_at, permission): GrantColumns) -> Option<GrantRow> {
    Some((grant?, role_id?, role?, scope?, expires_at, permission))
}

type GrantRow = (GrantId, RoleId, String, String, Option<Timestamp>, Option<PermissionName>);

/// The roles that an account holds at `now`, each with its permissions.
pub fn held(db: &mut Conn, user: &UserId, now: Timestamp) -> QueryResult<Vec<Held>> {
    let rows: Vec<GrantRow> = role_grants::table
        .inner_join(roles::table)
        .left_join(role_permissions::table.on(role_permissions::role_id.eq(roles::id)))
        .filter(role_grants::user_id.eq(user))
        .filter(role_grants::revoked_at.is_null())
        .order((role_grants::id, role_permissions::permission))
        .select((
            role_grants::id,
            roles::id,
            roles::name,
            role_grants::scope,
            role_grants::expires_at,
            role_permissions::permission.nullable(),
        ))
        .load(db)?;
    Ok(fold(rows, now))
}

/// Rows of one grant each permission, as grants with their permissions.
fn fold(rows: impl IntoIterator<Item = GrantRow>, now: Timestamp) -> Vec<Held> {
    let mut list: Vec<Held> = Vec::new();
    for (grant_id, role_id, role, scope, expires_at, permission) in rows {
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            continue;
        }
        if list.last().is_none_or(|last| last.grant_id != grant_id) {
            let permissions = Vec::new();
            list.push(Held { grant_id, role_id, role, scope, expires_at, permissions });
        }
        if let Some(last) = list.last_mut() {
            last.permissions.extend(permission);
        }
    }
    list
}
