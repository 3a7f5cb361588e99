//! Clients of the token endpoint as rows: what they are called, how they show who they are, what
//! their tokens may be for. A secret leaves the service once; its row keeps a hash.

use diesel::prelude::*;

use crate::{
    access::caller::TokenUse,
    db::{Backend, Conn, schema::oauth_clients},
    kernel::{
        chance::Chance,
        clock::Timestamp,
        id::{ClientId, UserId},
        jwk::PublicKey,
        scope::Scope,
        secret::{Token, TokenHash, same},
    },
};

/// What every client's secret begins with, so that programs that look for leaked secrets find it.
pub const PREFIX: &str = "dwc_";

/// Characters of the random part that are shown of a secret.
const SHOWN: usize = 6;

/// Seconds after which the use of a client is noted again.
const TOUCH: i64 = 60;

/// How many clients a service account has at most.
pub const MOST: i64 = 100;

/// How a client shows who it is, as the metadata of RFC 7591 call it.
pub const BY_SECRET: &str = "client_secret";
pub const BY_KEY: &str = "private_key_jwt";

/// The use of a client: by itself, or by a token that it got.
#[derive(Clone, Debug)]
pub struct ClientUse {
    pub id: ClientId,
    /// What it is used for at most.
    pub scope: Scope,
    /// The token with which it came; nothing where it has shown who it is by itself.
    pub token: Option<TokenUse>,
    /// Tokens that were issued until then don't count.
    tokens_after: Timestamp,
}

impl ClientUse {
    /// Whether what it came with counts at `now`.
    pub fn counts(&self, now: Timestamp) -> bool {
        let Some(token) = &self.token else { return true };
        token.expires_at > now && token.issued_at > self.tokens_after
    }
}

impl From<ClientRow> for ClientUse {
    fn from(row: ClientRow) -> Self {
        Self { id: row.id, scope: row.scope, token: None, tokens_after: row.tokens_after }
    }
}

/// A client as it is stored, but for its secret's hash.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub struct ClientRow {
    pub id: ClientId,
    pub user_id: UserId,
    pub name: String,
    pub auth_method: String,
    pub secret_prefix: Option<String>,
    pub jwks: Option<String>,
    /// What its tokens may be used for at most.
    pub scope: Scope,
    pub audiences: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub tokens_after: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl ClientRow {
    /// For whom its tokens may be, the usual one first.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.split(' ').filter(|audience| !audience.is_empty())
    }

    /// The public keys that it signs with; those that are none by now are left out.
    pub fn keys(&self) -> Vec<(Option<String>, PublicKey)> {
        let set = self.jwks.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let set: serde_json::Value = set.unwrap_or_default();
        let keys = set["keys"].as_array().into_iter().flatten();
        keys.filter_map(|jwk| {
            let kid = jwk["kid"].as_str().map(ToOwned::to_owned);
            Some((kid, PublicKey::parse(jwk).ok()?))
        })
        .collect()
    }

    /// Whether a token that is issued now counts.
    pub fn counts(&self, issued_at: Timestamp) -> bool {
        self.revoked_at.is_none() && issued_at > self.tokens_after
    }

    /// Whether its use is worth noting again.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.seconds_since(last) >= TOUCH)
    }
}

/// A new secret of a client.
pub struct ClientSecret(Token);

impl ClientSecret {
    pub fn random(chance: &Chance) -> Self {
        Self(Token::prefixed(PREFIX, chance))
    }

    /// The whole secret, for the one who made it.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// What may be shown of it later.
    pub fn prefix(&self) -> String {
        self.reveal()[..PREFIX.len() + SHOWN].to_owned()
    }

    fn hash(&self, id: &ClientId) -> TokenHash {
        hash(id, self.reveal())
    }
}

/// The same secret hashes to something else for every other client.
fn hash(id: &ClientId, secret: &str) -> TokenHash {
    TokenHash::of_kind("client secret", &[id.as_str(), secret])
}

/// Keeps a client, and its secret's hash where it has one.
pub fn insert(db: &mut Conn, row: &ClientRow, secret: Option<&ClientSecret>) -> QueryResult<()> {
    diesel::insert_into(oauth_clients::table)
        .values((
            oauth_clients::id.eq(&row.id),
            oauth_clients::user_id.eq(&row.user_id),
            oauth_clients::name.eq(&row.name),
            oauth_clients::auth_method.eq(&row.auth_method),
            oauth_clients::secret_hash.eq(secret.map(|secret| secret.hash(&row.id))),
            oauth_clients::secret_prefix.eq(&row.secret_prefix),
            oauth_clients::jwks.eq(&row.jwks),
            oauth_clients::scope.eq(row.scope.to_string()),
            oauth_clients::audiences.eq(&row.audiences),
            oauth_clients::created_at.eq(row.created_at),
            oauth_clients::tokens_after.eq(row.tokens_after),
        ))
        .execute(db)
        .map(drop)
}

/// The client of an id, disabled or not.
pub fn find(db: &mut Conn, id: &ClientId) -> QueryResult<Option<ClientRow>> {
    oauth_clients::table.find(id).select(ClientRow::as_select()).first(db).optional()
}

/// Whether this is the client's secret.
pub fn has_secret(db: &mut Conn, id: &ClientId, secret: &str) -> QueryResult<bool> {
    let known: Option<Option<TokenHash>> =
        oauth_clients::table.find(id).select(oauth_clients::secret_hash).first(db).optional()?;
    let given = hash(id, secret);
    Ok(known.flatten().is_some_and(|known| same(known.as_bytes(), given.as_bytes())))
}

/// Clients newest first, of one account or of all, at most `limit`, older than `after`.
pub fn list(
    db: &mut Conn,
    user: Option<&UserId>,
    after: Option<&ClientId>,
    limit: i64,
) -> QueryResult<Vec<ClientRow>> {
    let mut query = oauth_clients::table
        .order(oauth_clients::id.desc())
        .limit(limit)
        .select(ClientRow::as_select())
        .into_boxed::<Backend>();
    if let Some(user) = user {
        query = query.filter(oauth_clients::user_id.eq(user.clone()));
    }
    if let Some(after) = after {
        query = query.filter(oauth_clients::id.lt(after.clone()));
    }
    query.load(db)
}

/// Puts a secret in the place of the one before; the tokens that were issued end with that.
pub fn set_secret(
    db: &mut Conn,
    id: &ClientId,
    secret: &ClientSecret,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(oauth_clients::table.find(id))
        .set((
            oauth_clients::secret_hash.eq(secret.hash(id)),
            oauth_clients::secret_prefix.eq(secret.prefix()),
            oauth_clients::tokens_after.eq(now),
        ))
        .execute(db)
        .map(drop)
}

/// Ends or resumes the use of a client. Tokens that were issued before don't come back.
pub fn set_disabled(
    db: &mut Conn,
    id: &ClientId,
    disabled: bool,
    now: Timestamp,
) -> QueryResult<()> {
    let at = disabled.then_some(now);
    diesel::update(oauth_clients::table.find(id))
        .set((oauth_clients::revoked_at.eq(at), oauth_clients::tokens_after.eq(now)))
        .execute(db)
        .map(drop)
}

/// Removes a client; whether there was one.
pub fn delete(db: &mut Conn, id: &ClientId) -> QueryResult<bool> {
    Ok(diesel::delete(oauth_clients::table.find(id)).execute(db)? == 1)
}

/// Removes every client of an account, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    diesel::delete(oauth_clients::table.filter(oauth_clients::user_id.eq(user)))
        .execute(db)
        .map(drop)
}

/// Notes use at `now`.
pub fn touch(db: &mut Conn, id: &ClientId, now: Timestamp) -> QueryResult<()> {
    diesel::update(oauth_clients::table.find(id))
        .set(oauth_clients::last_used_at.eq(now))
        .execute(db)
        .map(drop)
}
