//! Ways through a provider that somebody has begun. Each is a row of ours: it leads back once,
//! within ten minutes, from the provider it was begun for, in the browser in which it was begun.

use actix_web::HttpRequest;
use data_encoding::BASE64URL_NOPAD;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    access::{identities::flow_place, sessions::Remember},
    app::App,
    db::{Conn, schema::provider_flows},
    http::{
        cookie::{self, Lifetime},
        problem::Problem,
    },
    kernel::{
        clock::Timestamp,
        id::{FlowId, SessionId, UserId},
        secret::{Secret, Token, TokenHash, same},
        vault::Place,
    },
};

/// Seconds within which the provider must have led back.
pub const LIFE: i64 = 600;

/// For what somebody is sent to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It shall tell who signs in.
    SignIn,
    /// Whoever comes back is one more identity of this account.
    Link { user: UserId, session: SessionId },
}

impl Purpose {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link { .. } => "link",
        }
    }
}

/// What is told to nobody but the provider.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// Ties the ID token to the flow (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: String,
    /// Ties the code to the flow (RFC 7636).
    pub verifier: String,
}

impl Secrets {
    fn random(app: &App) -> Self {
        let random = || Token::random(&app.chance).reveal().to_owned();
        Self { nonce: random(), verifier: random() }
    }

    /// What the provider is told of the verifier beforehand (RFC 7636, section 4.2).
    pub fn code_challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.verifier.as_bytes()))
    }
}

/// A flow that is about to begin.
pub struct NewFlow<'a> {
    pub provider: &'a str,
    pub purpose: Purpose,
    pub return_to: &'a str,
    pub remember: Remember,
}

/// One that was begun. Its state goes to the provider; the table gets the hash.
pub struct Begun {
    pub state: Token,
    pub secrets: Secrets,
    pub expires_at: Timestamp,
}

/// A flow as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = provider_flows)]
pub struct FlowRow {
    id: FlowId,
    browser_hash: TokenHash,
    pub provider: String,
    purpose: String,
    user_id: Option<UserId>,
    session_id: Option<SessionId>,
    sealed: Vec<u8>,
    pub return_to: String,
    remember: bool,
    returned: Option<Vec<u8>>,
}

impl FlowRow {
    /// Nothing where the row makes no sense.
    pub fn purpose(&self) -> Option<Purpose> {
        match (self.purpose.as_str(), &self.user_id, &self.session_id) {
            ("sign_in", None, None) => Some(Purpose::SignIn),
            ("link", Some(user), Some(session)) => {
                Some(Purpose::Link { user: user.clone(), session: session.clone() })
            }
            _ => None,
        }
    }

    pub fn remember(&self) -> Remember {
        self.remember.into()
    }

    /// Whether it was begun in this browser.
    pub fn is_of(&self, browser: Option<&Browser>) -> bool {
        browser.is_some_and(|browser| same(browser.hash().as_bytes(), self.browser_hash.as_bytes()))
    }

    pub fn secrets(&self, app: &App) -> Result<Secrets, Problem> {
        open(app, flow_place("sealed", &self.id), &self.sealed)
    }

    /// What came back as a form, if anything did.
    pub fn returned<T: for<'de> Deserialize<'de>>(&self, app: &App) -> Result<Option<T>, Problem> {
        let returned = self.returned.as_deref();
        returned.map(|sealed| open(app, flow_place("returned", &self.id), sealed)).transpose()
    }
}

fn open<T: for<'de> Deserialize<'de>>(
    app: &App,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<T, Problem> {
    let plain = app.vault.open(place, sealed).map_err(Problem::internal)?;
    serde_json::from_slice(&plain).map_err(|_| Problem::internal("a sealed flow can't be read"))
}

fn seal(app: &App, place: Place<'_>, value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let plain = serde_json::to_vec(value).map_err(Problem::internal)?;
    Ok(app.vault.seal(place, &plain))
}

fn hash(state: &str) -> TokenHash {
    TokenHash::of_kind("provider flow", &[state])
}

/// Begins one.
pub fn begin(
    db: &mut Conn,
    app: &App,
    flow: &NewFlow<'_>,
    browser: &Browser,
) -> Result<Begun, Problem> {
    let (now, state) = (app.now(), Token::random(&app.chance));
    let (id, secrets) = (FlowId::make(now, &app.chance), Secrets::random(app));
    let expires_at = now.plus_seconds(LIFE);
    let (user, session) = match &flow.purpose {
        Purpose::SignIn => (None, None),
        Purpose::Link { user, session } => (Some(user), Some(session)),
    };
    diesel::insert_into(provider_flows::table)
        .values((
            provider_flows::state_hash.eq(hash(state.reveal())),
            provider_flows::browser_hash.eq(browser.hash()),
            provider_flows::provider.eq(flow.provider),
            provider_flows::purpose.eq(flow.purpose.as_str()),
            provider_flows::user_id.eq(user),
            provider_flows::session_id.eq(session),
            provider_flows::sealed.eq(seal(app, flow_place("sealed", &id), &secrets)?),
            provider_flows::return_to.eq(flow.return_to),
            provider_flows::remember.eq(flow.remember == Remember::Yes),
            provider_flows::expires_at.eq(expires_at),
            provider_flows::id.eq(id),
        ))
        .execute(db)?;
    Ok(Begun { state, secrets, expires_at })
}

/// The one of a state, as long as it can be finished. It is burnt, whoever asks: a state that was
/// shown once is no secret any more.
pub fn burn(db: &mut Conn, state: &str, now: Timestamp) -> QueryResult<Option<FlowRow>> {
    let Some(row) = find(db, state, now)? else { return Ok(None) };
    let open = provider_flows::table
        .filter(provider_flows::id.eq(&row.id))
        .filter(provider_flows::used_at.is_null());
    let burnt = diesel::update(open).set(provider_flows::used_at.eq(now)).execute(db)?;
    Ok((burnt == 1).then_some(row))
}

fn find(db: &mut Conn, state: &str, now: Timestamp) -> QueryResult<Option<FlowRow>> {
    provider_flows::table
        .filter(provider_flows::state_hash.eq(hash(state)))
        .filter(provider_flows::used_at.is_null())
        .filter(provider_flows::expires_at.gt(now))
        .select(FlowRow::as_select())
        .first(db)
        .optional()
}

/// Keeps what came back as a form from the provider's page. Browsers send no cookies of ours with
/// it, so the flow is finished by the request that the browser makes next. Once for each flow.
pub fn keep(
    db: &mut Conn,
    app: &App,
    (provider, state): (&str, &str),
    returned: &impl Serialize,
) -> Result<bool, Problem> {
    let row = find(db, state, app.now())?.filter(|row| row.provider == provider);
    let Some(row) = row else { return Ok(false) };
    let sealed = seal(app, flow_place("returned", &row.id), returned)?;
    let open = provider_flows::table
        .filter(provider_flows::id.eq(&row.id))
        .filter(provider_flows::used_at.is_null())
        .filter(provider_flows::returned.is_null());
    Ok(diesel::update(open).set(provider_flows::returned.eq(sealed)).execute(db)? == 1)
}

/// Ids of those that can't be finished any more, at most `limit`.
pub fn over(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<FlowId>> {
    provider_flows::table
        .filter(provider_flows::expires_at.lt(now))
        .select(provider_flows::id)
        .limit(limit)
        .load(db)
}

/// Removes these.
pub fn sweep(db: &mut Conn, ids: &[FlowId]) -> QueryResult<usize> {
    let over = provider_flows::table.filter(provider_flows::id.eq_any(ids));
    diesel::delete(over).execute(db)
}

/// What a browser holds by which its flows are known.
pub struct Browser(Secret);

impl Browser {
    /// What the browser sent, if it could be one.
    pub fn of(app: &App, request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(cookie_name(app))?;
        (cookie.value().len() == 43).then(|| Self(Secret::new(cookie.value().to_owned())))
    }

    /// The one of this browser, so that flows in several windows don't end each other; or a new
    /// one.
    pub fn of_or_new(app: &App, request: &HttpRequest) -> Self {
        let random = || Self(Secret::new(Token::random(&app.chance).reveal().to_owned()));
        Self::of(app, request).unwrap_or_else(random)
    }

    fn hash(&self) -> TokenHash {
        TokenHash::of_kind("provider flow browser", &[self.0.reveal()])
    }

    /// Puts it on the answer. It comes along when the provider leads back: that is a way to the top
    /// of a window, by GET.
    pub fn give(&self, app: &App, request: &HttpRequest) {
        let life = Lifetime::Seconds(LIFE);
        cookie::give(request, &app.config, cookie_name(app), self.0.reveal(), life);
    }
}

fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-doorward-flow" } else { "doorward-flow" }
}
