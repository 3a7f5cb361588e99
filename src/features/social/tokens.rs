//! The provider's own tokens: kept sealed, where the provider's settings ask for it, and handed out
//! to the person whose they are. The refresh token never leaves.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    model::{IdentityPath, ProviderToken},
    places::Places,
    talk::{self, Granted},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        guard::{InPerson, Visit},
        identities::{self, IdentityRow, tokens_place},
    },
    app::App,
    config::Provider,
    db::{Conn, schema::identity_tokens},
    endpoints,
    http::{argument::Path, code::Code, endpoint::Endpoint, problem::Problem, reply::Ok200},
    kernel::{clock::Timestamp, id::IdentityId, secret::Secret},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        get_provider_token:
            [IdentityNotFound, ProviderTokensMissing, ProviderRefused, ProviderUnavailable],
    ]
}

/// Seconds before its end from which on an access token is refreshed.
const EARLY: i64 = 60;

/// Seconds for which one request alone may refresh.
const LEASE: i64 = 30;

/// The tokens as they are sealed.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    access_token: String,
    refresh_token: Option<String>,
    token_type: String,
    scope: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = identity_tokens)]
struct TokenRow {
    sealed: Vec<u8>,
    expires_at: Option<Timestamp>,
}

/// Keeps what a provider has granted, where its settings ask for that, and forgets it where they
/// don't any more.
pub fn keep(
    db: &mut Conn,
    app: &App,
    provider: &Provider,
    id: &IdentityId,
    granted: &Granted,
) -> Result<(), Problem> {
    let known = find(db, id)?;
    diesel::delete(identity_tokens::table.find(id)).execute(db)?;
    if !provider.keep_tokens {
        return Ok(());
    }
    let old = known.map(|row| open(app, id, &row)).transpose()?;
    let text = |secret: &Secret| secret.reveal().to_owned();
    // Many give a refresh token with the first consent alone.
    let refresh_token =
        granted.refresh_token.as_ref().map(text).or(old.and_then(|old| old.refresh_token));
    let kept = Kept {
        access_token: text(&granted.access_token),
        refresh_token,
        token_type: granted.token_type.clone(),
        scope: granted.scope.clone(),
    };
    let plain = serde_json::to_vec(&kept).map_err(Problem::internal)?;
    diesel::insert_into(identity_tokens::table)
        .values((
            identity_tokens::identity_id.eq(id),
            identity_tokens::sealed.eq(app.vault.seal(tokens_place(id), &plain)),
            identity_tokens::expires_at.eq(granted.expires_at),
            identity_tokens::lease_until.eq(Timestamp::from_micros(0)),
            identity_tokens::updated_at.eq(app.now()),
        ))
        .execute(db)?;
    Ok(())
}

fn find(db: &mut Conn, id: &IdentityId) -> QueryResult<Option<TokenRow>> {
    let row = identity_tokens::table.find(id).select(TokenRow::as_select());
    row.first(db).optional()
}

fn open(app: &App, id: &IdentityId, row: &TokenRow) -> Result<Kept, Problem> {
    let plain = app.vault.open(tokens_place(id), &row.sealed).map_err(Problem::internal)?;
    serde_json::from_slice(&plain).map_err(|_| Problem::internal("kept tokens can't be read"))
}

/// Get a token of the provider, for its own API.
///
/// Only where the service keeps them (`providers.<name>.keep_tokens`). A token that is about to end
/// is refreshed first; a refresh token never leaves the service.
#[utoipa::path(post, path = "/v1/me/identities/{id}/token", tag = "me")]
pub async fn get_provider_token(
    by: InPerson,
    app: Data<App>,
    Path(at): Path<IdentityPath>,
) -> Result<Ok200<ProviderToken>, Problem> {
    let (own, visit, now) = (App::clone(&app), Visit::clone(&by), app.now());
    let looked = app.db.write_quiet(move |db| look(db, &own, &visit, (&at.id, now)));
    let Looked { identity, kept, expires_at, may_refresh } = looked.await?;
    let is_over = expires_at.is_some_and(|end| now.plus_seconds(EARLY) >= end);
    if !is_over {
        return give(&app, &by, identity, (kept, expires_at)).await;
    }
    let Some(token) = kept.refresh_token.clone().map(Secret::new) else {
        return Err(Code::ProviderTokensMissing.into());
    };
    if !may_refresh {
        return Err(Problem::from(Code::ProviderUnavailable));
    }
    let granted = match refresh(&app, &identity, &token).await {
        Ok(granted) => granted,
        Err(problem) => return Err(release(&app, identity, problem).await),
    };
    let own = App::clone(&app);
    let again = identity.clone();
    let (kept, expires_at) = app
        .db
        .write_quiet(move |db| {
            let provider = known(&own, &again)?;
            if identities::find_own(db, &again.user_id, &again.id)?.is_none() {
                return Err(Code::IdentityNotFound.into());
            }
            keep(db, &own, &provider, &again.id, &granted)?;
            let row = find(db, &again.id)?.ok_or(Code::ProviderTokensMissing)?;
            Ok::<_, Problem>((open(&own, &again.id, &row)?, row.expires_at))
        })
        .await?;
    give(&app, &by, identity, (kept, expires_at)).await
}

struct Looked {
    identity: IdentityRow,
    kept: Kept,
    expires_at: Option<Timestamp>,
    /// Whether nobody else is refreshing: from now on this request is.
    may_refresh: bool,
}

fn look(
    db: &mut Conn,
    app: &App,
    by: &Visit,
    (id, now): (&IdentityId, Timestamp),
) -> Result<Looked, Problem> {
    by.recheck(db, now)?;
    let identity = identities::find_own(db, by.user(), id)?.ok_or(Code::IdentityNotFound)?;
    let row = find(db, id)?.ok_or(Code::ProviderTokensMissing)?;
    let is_over = row.expires_at.is_some_and(|end| now.plus_seconds(EARLY) >= end);
    let may_refresh = is_over && lease(db, id, now)?;
    let kept = open(app, id, &row)?;
    Ok(Looked { identity, kept, expires_at: row.expires_at, may_refresh })
}

/// A refresh token may count once: two who use it at the same time would lose it for both.
fn lease(db: &mut Conn, id: &IdentityId, now: Timestamp) -> QueryResult<bool> {
    let free = identity_tokens::table
        .filter(identity_tokens::identity_id.eq(id))
        .filter(identity_tokens::lease_until.le(now));
    let until = identity_tokens::lease_until.eq(now.plus_seconds(LEASE));
    Ok(diesel::update(free).set(until).execute(db)? == 1)
}

/// Lets others try again after a failure.
async fn release(app: &App, identity: IdentityRow, problem: Problem) -> Problem {
    let done = app.db.write_quiet(move |db| {
        let free = identity_tokens::lease_until.eq(Timestamp::from_micros(0));
        diesel::update(identity_tokens::table.find(&identity.id)).set(free).execute(db)?;
        Ok::<_, Problem>(())
    });
    done.await.err().unwrap_or(problem)
}

fn known(app: &App, identity: &IdentityRow) -> Result<Provider, Problem> {
    let provider = app.config.provider(&identity.provider);
    let provider = provider.filter(|provider| provider.trusts(&identity.issuer));
    Ok(provider.ok_or(Code::ProviderTokensMissing)?)
}

async fn refresh(app: &App, identity: &IdentityRow, token: &Secret) -> Result<Granted, Problem> {
    let provider = known(app, identity)?;
    let places = Places::of(app, &provider).await?;
    Ok(talk::refresh(app, &provider, &places, token).await?)
}

async fn give(
    app: &App,
    by: &Visit,
    identity: IdentityRow,
    (kept, expires): (Kept, Option<Timestamp>),
) -> Result<Ok200<ProviderToken>, Problem> {
    // Told before it is given: whoever took it, the owner can see that it was taken.
    let event = Event::new(app, Kind::ProviderTokenGiven).actor(by.user());
    let event = event.subject(by.user().as_str()).peer(&by.peer);
    let event = event.detail(json!({ "provider": identity.provider }));
    app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
    let Kept { access_token, token_type, scope, .. } = kept;
    Ok(Ok200(ProviderToken { access_token, token_type, scope, expires }))
}
