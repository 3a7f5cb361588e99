//! Browsers that somebody has signed in from. A known one may go on trying a password that others
//! have tried too often; a trusted one stands in for the second factor for a while. The cookie's
//! token counts only together with the account that it was given to.

use actix_web::HttpRequest;
use diesel::prelude::*;

use crate::{
    app::App,
    db::{Backend, Conn, schema::devices},
    http::{
        cookie::{self, Lifetime},
        peer::Peer,
    },
    kernel::{
        clock::Timestamp,
        id::{DeviceId, UserId},
        secret::{Secret, Token, TokenHash},
    },
};

/// Seconds for which a trusted device stands in for the second factor: 30 days.
pub const TRUST: i64 = 30 * 86_400;

/// Seconds for which a browser keeps the cookie: 400 days, the most that browsers allow.
const KEPT: i64 = 400 * 86_400;

/// How many devices of an account are remembered; a new one drops the one not seen for longest.
const MOST: i64 = 50;

/// A device as it is stored, but for its secret.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = devices)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub ip: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub trusted_until: Option<Timestamp>,
}

impl DeviceRow {
    /// Whether it stands in for the second factor.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.trusted_until.is_some_and(|until| until > now)
    }
}

/// The token of a browser, as its cookie holds it or as it will.
#[derive(Clone)]
pub struct DeviceToken(Secret);

impl DeviceToken {
    /// What the browser sent, if it could be a token.
    pub fn of(request: &HttpRequest, app: &App) -> Option<Self> {
        let cookie = request.cookie(name(app))?;
        (cookie.value().len() == 43).then(|| Self(Secret::new(cookie.value().to_owned())))
    }

    fn random(app: &App) -> Self {
        Self(Secret::new(Token::random(&app.chance).reveal().to_owned()))
    }

    fn hash(&self, user: &UserId) -> TokenHash {
        TokenHash::of_kind("device", &[user.as_str(), self.0.reveal()])
    }

    /// Puts it on the answer.
    pub fn give(&self, request: &HttpRequest, app: &App) {
        let life = Lifetime::Seconds(KEPT);
        cookie::give(request, &app.config, name(app), self.0.reveal(), life);
    }
}

/// The cookie's name; it is a browser's and no session's, so a sign-out leaves it.
fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-doorward-device" } else { "doorward-device" }
}

/// The device of this account behind a browser's token.
pub fn find(
    db: &mut Conn,
    user: &UserId,
    token: Option<&DeviceToken>,
) -> QueryResult<Option<DeviceRow>> {
    let Some(token) = token else { return Ok(None) };
    devices::table
        .filter(devices::key_hash.eq(token.hash(user)))
        .select(DeviceRow::as_select())
        .first(db)
        .optional()
}

/// Whether the account is known on any device: the first one is no news to its owner.
pub fn has_any(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    let any = devices::table.filter(devices::user_id.eq(user));
    diesel::select(diesel::dsl::exists(any)).get_result(db)
}

/// What is known of the browser in which a session starts.
pub struct Seen {
    pub id: DeviceId,
    /// What the browser must be given, where it has no token yet.
    pub token: Option<DeviceToken>,
    pub is_new: bool,
}

/// Notes that the account was signed in to on a device. Lock the account first.
pub fn see(
    db: &mut Conn,
    app: &App,
    user: &UserId,
    peer: &Peer,
    token: Option<&DeviceToken>,
) -> QueryResult<Seen> {
    let now = app.now();
    if let Some(known) = find(db, user, token)? {
        diesel::update(devices::table.find(&known.id))
            .set((
                devices::last_seen_at.eq(now),
                devices::ip.eq(peer.ip.to_string()),
                devices::user_agent.eq(&peer.user_agent),
            ))
            .execute(db)?;
        return Ok(Seen { id: known.id, token: None, is_new: false });
    }
    // Another account's token serves as well: hashed with this account, it is another one's.
    let (held, made) = match token {
        Some(token) => (token.clone(), None),
        None => {
            let made = DeviceToken::random(app);
            (made.clone(), Some(made))
        }
    };
    let id = DeviceId::make(now, &app.chance);
    diesel::insert_into(devices::table)
        .values((
            devices::id.eq(&id),
            devices::user_id.eq(user),
            devices::key_hash.eq(held.hash(user)),
            devices::ip.eq(peer.ip.to_string()),
            devices::user_agent.eq(&peer.user_agent),
            devices::created_at.eq(now),
            devices::last_seen_at.eq(now),
        ))
        .execute(db)?;
    forget_oldest(db, user)?;
    Ok(Seen { id, token: made, is_new: true })
}

fn forget_oldest(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let kept: Vec<DeviceId> = devices::table
        .filter(devices::user_id.eq(user))
        .order((devices::last_seen_at.desc(), devices::id.desc()))
        .limit(MOST)
        .select(devices::id)
        .load(db)?;
    if i64::try_from(kept.len()).unwrap_or(i64::MAX) < MOST {
        return Ok(());
    }
    let rest = devices::table.filter(devices::user_id.eq(user)).filter(devices::id.ne_all(kept));
    diesel::delete(rest).execute(db).map(drop)
}

/// Lets a device stand in for the second factor for a while.
pub fn trust(db: &mut Conn, id: &DeviceId, now: Timestamp) -> QueryResult<()> {
    let until = now.plus_seconds(TRUST);
    diesel::update(devices::table.find(id)).set(devices::trusted_until.eq(until)).execute(db)?;
    Ok(())
}

/// Ends all trust: the account's ways in have changed.
pub fn distrust(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    let trusted = devices::table
        .filter(devices::user_id.eq(user))
        .filter(devices::trusted_until.is_not_null());
    diesel::update(trusted).set(devices::trusted_until.eq(None::<Timestamp>)).execute(db).map(drop)
}

/// The devices of an account, newest first, older than `after`.
pub fn list(
    db: &mut Conn,
    user: &UserId,
    after: Option<&DeviceId>,
    limit: i64,
) -> QueryResult<Vec<DeviceRow>> {
    let mut query = devices::table
        .filter(devices::user_id.eq(user))
        .order(devices::id.desc())
        .limit(limit)
        .select(DeviceRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(devices::id.lt(after.clone()));
    }
    query.load(db)
}

/// Forgets one device of an account; whether there was one.
pub fn forget(db: &mut Conn, user: &UserId, id: &DeviceId) -> QueryResult<bool> {
    let own = devices::table.filter(devices::id.eq(id)).filter(devices::user_id.eq(user));
    Ok(diesel::delete(own).execute(db)? == 1)
}

/// Removes every device of an account, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    diesel::delete(devices::table.filter(devices::user_id.eq(user))).execute(db).map(drop)
}
