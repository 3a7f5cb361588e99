//! The caller: an account, what it came with, and what that lets it do.

use std::{collections::BTreeSet, sync::Arc};

use actix_identity::IdentityExt;
use actix_session::SessionExt;
use actix_web::{HttpRequest, web::Data};

use crate::{
    access::{
        api_keys::{ApiKey, KeyRow},
        callers::{Callers, Found},
        clients::ClientUse,
        dpop, handoff,
        sessions::SessionRow,
    },
    config::RequiredFor,
    http::{
        code::Code,
        offered::{self, Offered},
        peer::Peer,
        problem::Problem,
    },
    kernel::{
        account::AccountKind,
        assurance::Assurance,
        clock::Timestamp,
        id::{GrantId, RoleId, SessionId, TokenId, UserId},
        permission::PermissionName,
        scope::Scope,
    },
};

/// The scope in which a grant counts everywhere.
pub const SYSTEM: &str = "system";

/// With what a caller shows who they are.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The cookie of a session.
    Session(SessionRow),
    /// An access token that was made of a session.
    Token(SessionRow, TokenUse),
    /// A key that the account has given to a program.
    Key(KeyRow),
    /// A client, by itself or by a token that it got.
    Client(ClientUse),
}

/// What an access token says of its own use.
#[derive(Clone, Debug)]
pub struct TokenUse {
    pub id: TokenId,
    /// What it was narrowed to, if it was.
    pub scope: Option<Scope>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// The thumbprint of the key that its bearer has to prove (RFC 9449), and has proved.
    pub jkt: Option<String>,
}

impl Credential {
    /// The id of a token or a key, for the audit log; a session is named there by itself.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Session(_) => None,
            Self::Token(_, used) => Some(used.id.to_string()),
            Self::Key(key) => Some(key.id.to_string()),
            Self::Client(client) => Some(client.id.to_string()),
        }
    }

    /// The thumbprint of the key to which it is bound, and which has to be proved beside it.
    pub fn jkt(&self) -> Option<&str> {
        match self {
            Self::Session(_) | Self::Key(_) => None,
            Self::Token(_, used) => used.jkt.as_deref(),
            Self::Client(client) => client.token.as_ref()?.jkt.as_deref(),
        }
    }

    /// What it may be used for at most; `None` for all that its account may do.
    pub fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Session(_) => None,
            Self::Token(_, used) => used.scope.as_ref(),
            Self::Key(key) => Some(&key.permissions),
            Self::Client(client) => Some(&client.scope),
        }
    }
}

/// Whoever calls, with all that decides what they may do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user_id: UserId,
    pub kind: AccountKind,
    pub email: String,
    pub email_verified: bool,
    pub name: String,
    /// The language that was asked for (BCP 47), or nothing.
    pub locale: String,
    /// Whether the account has a second factor.
    pub second_factor: bool,
    pub credential: Credential,
    /// The roles that are held, with what the credential leaves of their permissions.
    pub held: Vec<Held>,
    /// What holds in the scope `system`.
    pub(super) permissions: BTreeSet<PermissionName>,
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

    /// The session, where the person has signed in themselves. A token that was narrowed to some
    /// permissions is good for these alone, and for nothing that asks for a person.
    pub fn session(&self) -> Option<&SessionRow> {
        match &self.credential {
            Credential::Session(session) => Some(session),
            Credential::Token(session, used) => used.scope.is_none().then_some(session),
            Credential::Key(_) | Credential::Client(_) => None,
        }
    }

    /// The session's id, for what tells of it.
    pub fn session_id(&self) -> Option<&SessionId> {
        self.session().map(|session| &session.id)
    }

    /// How sure it is who the caller is.
    pub fn assurance(&self) -> Assurance {
        self.session().map_or(Assurance::Aal1, |session| session.amr().assurance())
    }

    /// Whether a second factor is asked of the caller, and there is none yet. Nobody asks one of a
    /// program that has an account of its own.
    pub fn owes_second_factor(&self, asked: &RequiredFor) -> bool {
        self.kind == AccountKind::Person
            && !self.second_factor
            && asked.asks(self.held.iter().map(|held| held.role.as_str()))
    }

    /// Until when this is true if nothing is changed: the end of the credential or of a grant.
    pub fn valid_until(&self) -> Option<Timestamp> {
        let own = match &self.credential {
            Credential::Session(session) => Some(session.ends_at()),
            Credential::Token(session, used) => Some(session.ends_at().min(used.expires_at)),
            Credential::Key(key) => key.expires_at,
            Credential::Client(client) => client.token.as_ref().map(|token| token.expires_at),
        };
        self.held.iter().filter_map(|held| held.expires_at).chain(own).min()
    }
}

/// Under which name the session store tells that it could not look.
pub const FAULT_KEY: &str = "doorward.fault";

/// The caller of a request, or nobody.
///
/// A bearer token or an API key wins over the session cookie: with a good cookie and a bad token
/// the answer is no. Errors: `auth.token_invalid`, `auth.too_many_credentials`, those of
/// [`dpop::check`], and `server.unavailable` when the database can't be asked.
pub async fn of(request: &HttpRequest) -> Result<Option<Arc<Found>>, Problem> {
    let offered = offered::of(request)?;
    if offered == Offered::Nothing {
        return of_cookie(request);
    }
    let callers = request
        .app_data::<Data<Callers>>()
        .ok_or_else(|| Problem::internal("no callers are mounted"))?;
    let found = match offered {
        Offered::Nothing => None,
        Offered::Dpop(text) => callers.find_token(text, &Peer::of(request)).await?,
        Offered::ApiKey(text) => match ApiKey::parse(text) {
            Some(key) => callers.find_key(&key).await?,
            None => None,
        },
        Offered::Bearer(text) => match ApiKey::parse(text) {
            Some(key) => callers.find_key(&key).await?,
            None => callers.find_token(text, &Peer::of(request)).await?,
        },
    };
    let found = found.ok_or(Code::TokenInvalid)?;
    dpop::hold(request, offered, found.caller.credential.jkt()).await?;
    Ok(Some(found))
}

/// The caller of a request, as its session cookie says, or nobody.
///
/// Errors: `auth.token_invalid` for a request that comes with something else too, which would win,
/// and `server.unavailable` when the session can't be read.
pub fn of_cookie(request: &HttpRequest) -> Result<Option<Arc<Found>>, Problem> {
    if offered::is_any(request) {
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
