//! The caller, and the one query that finds it. Nothing else turns a session key into a person.

use std::{collections::BTreeSet, sync::Arc};

use actix_identity::IdentityExt;
use actix_session::SessionExt;
use actix_web::HttpRequest;
use diesel::prelude::*;

use crate::{
    access::{callers::Found, handoff, sessions::SessionRow, state::Standing},
    config::RequiredFor,
    db::{
        Conn,
        schema::{role_grants, role_permissions, roles, sessions, users},
    },
    http::{code::Code, origin, problem::Problem},
    kernel::{
        assurance::Assurance,
        clock::Timestamp,
        id::{GrantId, RoleId, SessionId, UserId},
        permission::PermissionName,
        secret::TokenHash,
    },
};

/// The scope in which a grant counts everywhere.
pub const SYSTEM: &str = "system";

/// Somebody who is signed in, with all that decides what they may do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user_id: UserId,
    pub email: String,
    pub email_verified: bool,
    pub name: String,
    /// The language that was asked for (BCP 47), or nothing.
    pub locale: String,
    /// Whether the account has a second factor.
    pub second_factor: bool,
    pub session: SessionRow,
    pub held: Vec<Held>,
    /// What holds in the scope `system`.
    permissions: BTreeSet<PermissionName>,
}

/// A role that somebody holds now.
#[derive(Clone, Debug)]
pub struct Held {
    pub grant_id: GrantId,
    pub role_id: RoleId,
    pub role: String,
    pub scope: String,
    pub expires_at: Option<Timestamp>,
    pub permissions: Vec<PermissionName>,
}

impl Held {
    /// Whether the role gives the permission in `scope`: what holds in `system` holds everywhere.
    pub fn gives(&self, permission: &PermissionName, scope: &str) -> bool {
        (self.scope == SYSTEM || self.scope == scope) && self.permissions.contains(permission)
    }
}

impl Caller {
    /// Whether the permission is held in the scope `system`.
    pub fn can(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held.as_str() == permission)
    }

    /// Whether the permission is held in `scope`.
    ///
    /// `until` asks for more: held at least until then, or for good where it is `None`.
    pub fn can_until(
        &self,
        permission: &PermissionName,
        scope: &str,
        until: Option<Timestamp>,
    ) -> bool {
        let lasts = |held: &Held| match (held.expires_at, until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(end), Some(until)) => end >= until,
        };
        self.held.iter().any(|held| held.gives(permission, scope) && lasts(held))
    }

    pub fn permissions(&self) -> &BTreeSet<PermissionName> {
        &self.permissions
    }

    /// What the session is worth.
    pub fn assurance(&self) -> Assurance {
        self.session.amr().assurance()
    }

    /// Whether a second factor is asked of the caller, and there is none yet.
    pub fn owes_second_factor(&self, asked: &RequiredFor) -> bool {
        !self.second_factor && asked.asks(self.held.iter().map(|held| held.role.as_str()))
    }

    /// Seconds since the caller last proved to be who they are.
    pub fn seconds_since_proof(&self, now: Timestamp) -> i64 {
        now.seconds_since(self.session.auth_time)
    }

    /// Until when this is true if nothing is changed: the session's end or a grant's.
    pub fn valid_until(&self) -> Timestamp {
        let grants = self.held.iter().filter_map(|held| held.expires_at);
        grants.chain([self.session.ends_at()]).min().unwrap_or(self.session.ends_at())
    }
}

type AccountColumns = (
    (UserId, String, Option<Timestamp>, String, String, bool),
    (String, Option<Timestamp>, Option<Timestamp>),
);
type GrantColumns = (
    Option<GrantId>,
    Option<RoleId>,
    Option<String>,
    Option<String>,
    Option<Timestamp>,
    Option<PermissionName>,
);

/// Everything that decides about a caller, in one statement: it is asked at every request.
macro_rules! find_where {
    ($db:expr, $now:expr, $filter:expr) => {{
        let rows: Vec<(SessionRow, AccountColumns, GrantColumns)> = sessions::table
            .inner_join(users::table)
            .left_join(
                role_grants::table
                    .on(role_grants::user_id.eq(users::id).and(role_grants::revoked_at.is_null())),
            )
            .left_join(roles::table.on(roles::id.eq(role_grants::role_id)))
            .left_join(role_permissions::table.on(role_permissions::role_id.eq(roles::id)))
            .filter($filter)
            .filter(sessions::revoked_at.is_null())
            .order((role_grants::id, role_permissions::permission))
            .select((
                SessionRow::as_select(),
                (
                    (
                        users::id,
                        users::email,
                        users::email_verified_at,
                        users::name,
                        users::locale,
                        users::second_factor,
                    ),
                    (users::status, users::disabled_until, users::locked_at),
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
pub fn find(db: &mut Conn, key: &TokenHash, now: Timestamp) -> QueryResult<Option<Caller>> {
    find_where!(db, now, sessions::key_hash.eq(key))
}

/// The caller of a session that was found before, as they are now.
pub fn find_again(
    db: &mut Conn,
    session: &SessionId,
    now: Timestamp,
) -> QueryResult<Option<Caller>> {
    find_where!(db, now, sessions::id.eq(session))
}

fn assemble(
    rows: Vec<(SessionRow, AccountColumns, GrantColumns)>,
    now: Timestamp,
) -> Option<Caller> {
    let mut rows = rows.into_iter();
    let (session, (account, state), first) = rows.next()?;
    let (user_id, email, verified_at, name, locale, second_factor) = account;
    let (status, disabled_until, locked_at) = state;
    let standing = Standing { status: &status, disabled_until, locked_at, verified_at };
    if session.ends_at() <= now || standing.is_disabled(now) {
        return None;
    }
    let grants = std::iter::once(first).chain(rows.map(|(_, _, grant)| grant));
    let held = fold(grants.filter_map(whole), now);
    let permissions = system(&held);
    let email_verified = verified_at.is_some();
    Some(Caller {
        user_id,
        email,
        email_verified,
        name,
        locale,
        second_factor,
        session,
        held,
        permissions,
    })
}

/// The grant of a row, which an account without any does not have.
fn whole((grant, role_id, role, scope, expires_at, permission): GrantColumns) -> Option<GrantRow> {
    Some((grant?, role_id?, role?, scope?, expires_at, permission))
}

fn system(held: &[Held]) -> BTreeSet<PermissionName> {
    let system = held.iter().filter(|held| held.scope == SYSTEM);
    system.flat_map(|held| held.permissions.iter().cloned()).collect()
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

/// Under which name the session store tells that it could not look.
pub const FAULT_KEY: &str = "doorward.fault";

/// The caller of a request, as its session cookie says, or nobody.
///
/// A bearer token is looked at first and wins: with a good cookie and a bad token the answer is
/// no. Errors: `auth.token_invalid`, and `server.unavailable` when the session can't be read.
pub fn of(request: &HttpRequest) -> Result<Option<Arc<Found>>, Problem> {
    if origin::is_bearer(request) {
        return Err(Code::TokenInvalid.into());
    }
    let Some(found) = handoff::found(request) else {
        let failed = request.get_session().contains_key(FAULT_KEY);
        return if failed { Err(Code::Unavailable.into()) } else { Ok(None) };
    };
    let id = request.get_identity().and_then(|identity| identity.id());
    let is_same = id.is_ok_and(|id| id == found.caller.user_id.as_str());
    Ok(is_same.then_some(found))
}
