//! How clients show who they are (RFC 6749, section 2.3; RFC 7523): a secret in `Authorization` or
//! in the form, or an assertion that they have signed. A client shows one of them, and once.

use std::{rc::Rc, sync::Arc};

use actix_web::{HttpRequest, http::header};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::Caller,
        clients::{self, BY_KEY, BY_SECRET, ClientRow},
        find,
        signed::Signed,
        throttle::{self, Bucket},
        tokens::FIRST_PARTY,
        used,
    },
    app::App,
    db::Conn,
    http::{
        code::Code,
        form::{self, Fields},
        peer::Peer,
        problem::Problem,
    },
    kernel::{
        clock::Timestamp,
        id::ClientId,
        secret::{Secret, TokenHash},
    },
};

/// What `client_assertion_type` has to be (RFC 7523, section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Seconds that an assertion may be valid at most (some libraries ask for an hour unless told
/// otherwise), and by which its maker's clock may be ahead.
const LONGEST: i64 = 3600;
const AHEAD: i64 = 10;

/// A client that has shown who it is, and the service account that it acts for.
#[derive(Clone)]
pub struct Client {
    pub row: Arc<ClientRow>,
    pub caller: Arc<Caller>,
}

/// How a client wants to show who it is.
enum Shown {
    Secret(Secret),
    /// An assertion, and the client that the form names beside it.
    Assertion(String),
    /// Nothing but a name.
    Nothing,
}

struct Offered {
    /// None where the assertion alone names it.
    id: Option<String>,
    shown: Shown,
}

/// The client that a request shows to be, or nobody where it shows nothing.
///
/// Errors: `oauth.invalid_client`, `oauth.invalid_request` for more than one way,
/// `rate_limit.exceeded`.
pub async fn of(
    app: &App,
    request: &HttpRequest,
    fields: Option<&Rc<Fields>>,
) -> Result<Option<Client>, Problem> {
    let Some(offered) = offered(request, fields.map(Rc::as_ref))? else { return Ok(None) };
    let peer = Peer::of(request);
    let id = match (&offered.id, &offered.shown) {
        (Some(id), _) => id.clone(),
        (None, Shown::Assertion(text)) => {
            let signed = Signed::parse(text);
            signed.and_then(|signed| signed.text("sub").map(ToOwned::to_owned)).unwrap_or_default()
        }
        _ => String::new(),
    };
    let Ok(id) = id.parse::<ClientId>() else {
        return Err(refused(app, &peer, None, "unknown").await);
    };
    let (asked, now) = (Bucket::client(&app.config.throttle, &id, &peer), app.now());
    let (bucket, wanted, secret) = (
        asked.clone(),
        id.clone(),
        match &offered.shown {
            Shown::Secret(secret) => Some(secret.clone()),
            _ => None,
        },
    );
    let found = app
        .db
        .look(move |db| {
            throttle::look(db, &bucket, now)?;
            find_client(db, &wanted, secret.as_ref(), now)
        })
        .await?;
    let Some((row, caller, has_secret)) = found else {
        return Err(refused(app, &peer, Some(&id), "unknown or disabled").await);
    };
    let burnt = match (&offered.shown, row.auth_method.as_str()) {
        (Shown::Secret(_), BY_SECRET) if has_secret => None,
        (Shown::Assertion(text), BY_KEY) => {
            let Some(assertion) = Assertion::read(app, &row, text) else {
                return Err(refused(app, &peer, Some(&id), "wrong assertion").await);
            };
            Some(assertion)
        }
        _ => return Err(refused(app, &peer, Some(&id), "wrong secret").await),
    };
    if !note(app, &row, burnt).await? {
        return Err(refused(app, &peer, Some(&id), "assertion used twice").await);
    }
    Ok(Some(Client { row: Arc::new(row), caller: Arc::new(caller) }))
}

type Found = Option<(ClientRow, Caller, bool)>;

fn find_client(
    db: &mut Conn,
    id: &ClientId,
    secret: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    let Some(row) = clients::find(db, id)?.filter(|row| row.revoked_at.is_none()) else {
        return Ok(None);
    };
    let has_secret = match secret {
        Some(secret) => clients::has_secret(db, id, secret.reveal())?,
        None => false,
    };
    Ok(find::by_client(db, id, None, None, now)?.map(|caller| (row, caller, has_secret)))
}

/// Burns the assertion and notes the use; whether the assertion was not used before.
async fn note(app: &App, row: &ClientRow, burnt: Option<Assertion>) -> Result<bool, Problem> {
    let (id, now) = (row.id.clone(), app.now());
    let wants_touch = row.wants_touch(now);
    if burnt.is_none() && !wants_touch {
        return Ok(true);
    }
    let noted = app.db.write_quiet(move |db| {
        if let Some(Assertion { id, until }) = burnt
            && !used::burn(db, &id, until)?
        {
            return Ok(false);
        }
        if wants_touch {
            clients::touch(db, &id, now)?;
        }
        Ok::<_, Problem>(true)
    });
    noted.await
}

/// Counts and records the attempt; answers the refusal, which is the same whatever was wrong.
async fn refused(app: &App, peer: &Arc<Peer>, id: Option<&ClientId>, why: &'static str) -> Problem {
    let event = Event::new(app, Kind::ClientRefused).peer(peer).detail(json!({ "why": why }));
    let event = match id {
        Some(id) => event.subject(id.as_str()),
        None => event,
    };
    let limits = &app.config.throttle;
    let mut buckets = vec![Bucket::clients(limits, peer)];
    buckets.extend(id.map(|id| Bucket::client(limits, id, peer)));
    let now = app.now();
    let counted = app.db.write_quiet(move |db| {
        for bucket in &buckets {
            if let Err(problem) = throttle::take(db, bucket, now)? {
                return Ok(Err(problem));
            }
        }
        Ok::<_, Problem>(Ok(audit::record(db, event)?))
    });
    match counted.await {
        Ok(Ok(())) => invalid_client(),
        Ok(Err(problem)) | Err(problem) => problem,
    }
}

/// 401 with the way to do better (RFC 6749, section 5.2).
pub fn invalid_client() -> Problem {
    Code::OauthInvalidClient.into()
}

/// What the headers and the form say of a client.
fn offered(request: &HttpRequest, fields: Option<&Fields>) -> Result<Option<Offered>, Problem> {
    let field = |name: &str| fields.and_then(|fields| fields.get(name));
    let id = field("client_id").map(ToOwned::to_owned);
    let assertion = field("client_assertion").map(ToOwned::to_owned);
    let typed = field("client_assertion_type");
    let basic = basic(request)?;
    let ways = [basic.is_some(), field("client_secret").is_some(), assertion.is_some()];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(Code::OauthInvalidRequest.into());
    }
    if let Some((name, secret)) = basic {
        if id.is_some_and(|id| id != name) {
            return Err(Code::OauthInvalidRequest.into());
        }
        return Ok(Some(Offered { id: Some(name), shown: Shown::Secret(secret) }));
    }
    if let Some(assertion) = assertion {
        if typed != Some(ASSERTION_TYPE) {
            return Err(Code::OauthInvalidRequest.into());
        }
        return Ok(Some(Offered { id, shown: Shown::Assertion(assertion) }));
    }
    // A program of the service's own has no secret, and is nobody in particular.
    let Some(id) = id.filter(|id| id != FIRST_PARTY || field("client_secret").is_some()) else {
        let alone = field("client_secret").is_some() || typed.is_some();
        return if alone { Err(Code::OauthInvalidRequest.into()) } else { Ok(None) };
    };
    let shown = match field("client_secret") {
        Some(secret) => Shown::Secret(Secret::new(secret.to_owned())),
        None => Shown::Nothing,
    };
    Ok(Some(Offered { id: Some(id), shown }))
}

/// Name and secret of `Authorization: Basic`, each encoded as in a form (RFC 6749, section 2.3.1).
///
/// Errors: `oauth.invalid_client` when they can't be read, `oauth.invalid_request` for two.
fn basic(request: &HttpRequest) -> Result<Option<(String, Secret)>, Problem> {
    let mut found = None;
    for value in request.headers().get_all(header::AUTHORIZATION) {
        let value = value.to_str().map_err(|_| invalid_client())?;
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            continue;
        }
        if found.is_some() {
            return Err(Code::OauthInvalidRequest.into());
        }
        found = Some(decode(rest.trim()).ok_or_else(invalid_client)?);
    }
    Ok(found)
}

fn decode(text: &str) -> Option<(String, Secret)> {
    let text = String::from_utf8(BASE64.decode(text.as_bytes()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form::decode(id)?, Secret::new(form::decode(secret)?)))
}

/// An assertion that its client has signed for us, just now.
struct Assertion {
    id: TokenHash,
    until: Timestamp,
}

impl Assertion {
    /// The checks of RFC 7523, section 3.
    fn read(app: &App, row: &ClientRow, text: &str) -> Option<Self> {
        let signed = Signed::parse(text)?;
        let (own, now) = (row.id.as_str(), app.now());
        let is_own = signed.text("iss")? == own && signed.text("sub")? == own;
        let jti = signed.text("jti").filter(|jti| !jti.is_empty() && jti.len() <= 256)?;
        let origin = app.config.origin();
        let ours = [origin.clone(), format!("{origin}/"), format!("{origin}/oauth2/token")];
        let is_ours = match signed.claims.get("aud")? {
            Value::String(one) => ours.contains(one),
            // More than one place could use it (RFC 7523bis).
            Value::Array(list) => match list.as_slice() {
                [Value::String(one)] => ours.contains(one),
                _ => false,
            },
            _ => false,
        };
        let seconds = now.micros().div_euclid(1_000_000);
        let exp = signed.seconds("exp")?;
        let is_now = exp > seconds && exp <= seconds + LONGEST + AHEAD;
        let not_early = |name: &str| match signed.claims.contains_key(name) {
            true => signed.seconds(name).is_some_and(|at| at <= seconds + AHEAD),
            false => true,
        };
        let kid = signed.head("kid");
        let typed = signed.head("typ").is_none_or(|typ| {
            ["jwt", "client-authentication+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
        });
        let by_key = row.keys().iter().any(|(known, key)| {
            let may_be = kid.is_none() || known.is_none() || known.as_deref() == kid;
            may_be && signed.is_by(key)
        });
        let is_good = is_own && is_ours && is_now && typed && not_early("nbf") && not_early("iat");
        (is_good && by_key).then(|| Self {
            id: TokenHash::of_kind("client assertion", &[own, jti]),
            until: Timestamp::from_micros(exp.saturating_mul(1_000_000)),
        })
    }
}
