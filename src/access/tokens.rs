//! Access tokens (RFC 9068): what they say, how they are made and read. A token never outlives the
//! session or a grant that it rests on, and counts for the one audience that it names.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{
    caller::{Caller, SYSTEM, TokenUse},
    keys,
    revocations::{self, Marks},
};
use crate::{
    app::App,
    db::{Conn, schema::sessions},
    http::{code::Code, problem::Problem},
    kernel::{
        clock::Timestamp,
        id::{ClientId, SessionId, TokenId, UserId},
        jose::{ALGORITHM, Fault, Jws},
        ring::Ring,
        scope::Scope,
        secret::Secret,
    },
};

/// The `typ` of access tokens (RFC 9068, section 2.1).
pub const KIND: &str = "at+jwt";

/// The members that the header of an access token has.
const HEADER: &[&str] = &["alg", "typ", "kid"];

/// The `client_id` of a token that somebody got from their own session.
pub const FIRST_PARTY: &str = "first_party";

/// Seconds by which the clocks of two of our own processes may differ.
pub const LEEWAY: i64 = 30;

/// The longest life of a token that can be configured, in seconds.
pub const LONGEST: i64 = 900;

/// How many permissions a token lists at most; with more it names where to ask for them.
pub const MOST_PERMISSIONS: usize = 100;

/// What a token shall say beside whom it is about.
pub struct Wanted<'a> {
    pub audience: &'a str,
    /// What it shall be good for at most; `None` for all that its owner may do.
    pub scope: Option<&'a Scope>,
    pub client: Option<&'a ClientId>,
    /// The thumbprint of the key that its bearer has to prove (RFC 9449).
    pub jkt: Option<&'a str>,
}

/// A token that was made.
pub struct Minted {
    pub id: TokenId,
    pub text: Secret,
    /// Seconds.
    pub expires_in: i64,
    /// What it is good for: that part of what was asked for which its owner has.
    pub scope: Scope,
}

/// What a token says. Its members stand in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: UserId,
    /// A client's id, or [`FIRST_PARTY`].
    pub client_id: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    pub jti: TokenId,
    /// Seconds since 1970, as all times here.
    pub iat: i64,
    pub exp: i64,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// What it was narrowed to, if it was.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    pub roles: Vec<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub permissions_ref: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// What the bearer has to prove beside having the token (RFC 7800).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    pub jkt: String,
}

/// A member that may be left out, but is never null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl Claims {
    /// The client that it was issued to, if it was one.
    pub fn client(&self) -> Option<ClientId> {
        self.client_id.parse().ok()
    }

    /// What it was narrowed to, if it was.
    pub fn scope(&self) -> Option<Scope> {
        self.scope.as_deref().and_then(|scope| scope.parse().ok())
    }

    /// The thumbprint of the key that its bearer has to prove.
    pub fn jkt(&self) -> Option<&str> {
        self.cnf.as_ref().map(|confirmation| confirmation.jkt.as_str())
    }

    /// What the caller of an operation is known to have come with.
    pub fn used(&self) -> TokenUse {
        TokenUse {
            id: self.jti.clone(),
            scope: self.scope(),
            issued_at: self.issued_at(),
            expires_at: self.expires_at(),
            jkt: self.jkt().map(ToOwned::to_owned),
        }
    }

    pub fn issued_at(&self) -> Timestamp {
        at(self.iat)
    }

    pub fn expires_at(&self) -> Timestamp {
        at(self.exp)
    }

    /// Whether the token has been ended, by itself or with what it rests on.
    pub fn is_ended(&self, db: &mut Conn) -> QueryResult<bool> {
        let client = self.client();
        let marks = Marks {
            token: &self.jti,
            session: self.sid.as_ref(),
            subject: &self.sub,
            client: client.as_ref(),
            roles: &self.roles,
            issued_at: self.issued_at(),
        };
        revocations::is_ended(db, &marks)
    }
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}

pub const fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

/// A token that is about to be made: all is decided but its signature.
pub struct Draft {
    claims: Claims,
    scope: Scope,
}

impl Draft {
    /// Decides what the token says. `caller` comes with a session or as a client.
    ///
    /// Errors: `auth.not_signed_in` when what it rests on is over within this second.
    pub fn new(app: &App, caller: &Caller, wanted: &Wanted<'_>) -> Result<Self, Problem> {
        let now = app.now();
        let (iat, life) = (seconds(now), i64::from(app.config.token.seconds));
        let end = caller.valid_until().map_or(i64::MAX, seconds);
        let exp = end.min(iat + life);
        if exp <= iat {
            return Err(Code::NotSignedIn.into());
        }
        let scope = granted(caller, wanted.scope);
        let (permissions, permissions_ref) = listed(app, &scope);
        let session = caller.session();
        let claims = Claims {
            iss: app.config.origin(),
            aud: wanted.audience.to_owned(),
            sub: caller.user_id.clone(),
            client_id: wanted.client.map_or_else(|| FIRST_PARTY.to_owned(), ToString::to_string),
            sid: session.map(|session| session.id.clone()),
            jti: TokenId::make(now, &app.chance),
            iat,
            exp,
            nbf: None,
            auth_time: session.map(|session| seconds(session.auth_time)),
            acr: session.map(|_| caller.assurance().as_str().to_owned()),
            amr: session.map(|session| session.amr().names()),
            scope: wanted.scope.map(|_| scope.to_string()),
            roles: roles(caller),
            permissions,
            permissions_ref,
            cnf: wanted.jkt.map(|jkt| Confirmation { jkt: jkt.to_owned() }),
        };
        Ok(Self { claims, scope })
    }

    /// The token's id.
    pub fn id(&self) -> &TokenId {
        &self.claims.jti
    }

    /// Notes that its session has tokens now; whether the session still runs. Call it in a write
    /// before the token is signed: a session that was ended gets no more tokens, and one that will
    /// be is listed when it ends.
    pub fn hold(&self, db: &mut Conn) -> QueryResult<bool> {
        let Some(session) = &self.claims.sid else { return Ok(true) };
        let running = sessions::table.find(session).filter(sessions::revoked_at.is_null());
        let until = self.claims.issued_at().plus_seconds(LONGEST);
        Ok(diesel::update(running).set(sessions::token_until.eq(until)).execute(db)? == 1)
    }

    /// The token, signed.
    pub async fn sign(self, app: &App) -> Result<Minted, Problem> {
        let ring = keys::ring(app).await?;
        let key = ring.signer(app.now()).ok_or_else(|| Problem::internal("no key signs"))?;
        let text = Secret::new(key.sign(KIND, &self.claims));
        let expires_in = self.claims.exp - self.claims.iat;
        Ok(Minted { id: self.claims.jti, text, expires_in, scope: self.scope })
    }
}

/// That part of what is asked for which the caller has in the scope `system`.
fn granted(caller: &Caller, asked: Option<&Scope>) -> Scope {
    let has = caller.permissions().iter();
    has.filter(|permission| asked.is_none_or(|asked| asked.contains(permission))).cloned().collect()
}

/// The permissions as claims: themselves, or where to ask for them when there are many.
fn listed(app: &App, scope: &Scope) -> (Option<Vec<String>>, Option<String>) {
    let names: Vec<_> = scope.iter().map(ToString::to_string).collect();
    match names.len() <= MOST_PERMISSIONS {
        true => (Some(names), None),
        false => (None, Some(app.config.page("/v1/check"))),
    }
}

/// The names of the roles that are held everywhere, each once.
pub fn roles(caller: &Caller) -> Vec<String> {
    let held = caller.held.iter().filter(|held| held.scope == SYSTEM);
    let names: BTreeSet<_> = held.map(|held| held.role.clone()).collect();
    names.into_iter().collect()
}

/// Why a text is no access token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Malformed,
    /// Another algorithm than ours.
    Algorithm,
    /// Another kind of token.
    Kind,
    /// No key of ours that counts now.
    Key,
    Signature,
    /// A member is missing, unknown or of the wrong type.
    Claims,
    Issuer,
    Expired,
    /// From a time that has not come.
    Early,
}

impl Unreadable {
    /// For the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::Kind => "kind",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Expired => "expired",
            Self::Early => "early",
        }
    }
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Form | Fault::Header => Self::Malformed,
            Fault::Signature => Self::Signature,
            Fault::Payload => Self::Claims,
        }
    }
}

/// What a token of ours says, if it is one and its time has come and is not over. Whose audience it
/// is for, and whether it was ended, is for the caller to see.
///
/// The outer error is a failure of ours: `server.unavailable`.
pub async fn read(app: &App, text: &str) -> Result<Result<Claims, Unreadable>, Problem> {
    let ring = keys::ring(app).await?;
    Ok(read_with(&ring, &app.config.origin(), text, app.now()))
}

fn read_with(ring: &Ring, issuer: &str, text: &str, now: Timestamp) -> Result<Claims, Unreadable> {
    let jws = Jws::parse(text, HEADER)?;
    if jws.text("alg") != Some(ALGORITHM) {
        return Err(Unreadable::Algorithm);
    }
    if jws.text("typ") != Some(KIND) {
        return Err(Unreadable::Kind);
    }
    let key = jws.text("kid").and_then(|kid| ring.find(kid)).ok_or(Unreadable::Key)?;
    let claims = jws.open(key)?;
    let claims: Claims =
        serde_json::from_value(Value::Object(claims)).map_err(|_| Unreadable::Claims)?;
    check(&claims, issuer, seconds(now))?;
    Ok(claims)
}

fn check(claims: &Claims, issuer: &str, now: i64) -> Result<(), Unreadable> {
    let is_client = claims.client_id == FIRST_PARTY || claims.client().is_some();
    let is_scope = claims.scope.as_ref().is_none_or(|_| claims.scope().is_some());
    let life = claims.exp.checked_sub(claims.iat);
    if !is_client || !is_scope || !life.is_some_and(|life| (1..=LONGEST).contains(&life)) {
        return Err(Unreadable::Claims);
    }
    if claims.iss != issuer {
        return Err(Unreadable::Issuer);
    }
    if claims.exp <= now {
        return Err(Unreadable::Expired);
    }
    if claims.iat.max(claims.nbf.unwrap_or(i64::MIN)) > now + LEEWAY {
        return Err(Unreadable::Early);
    }
    Ok(())
}
