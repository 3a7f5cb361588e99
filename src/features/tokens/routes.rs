//! Making tokens, and what checks them: the key set and the list of what has ended.

use actix_web::{
    HttpRequest,
    web::{Bytes, Data},
};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    feed::Feed,
    model::{Jwk, JwkSet, RevocationList, TokenInput, TokenView},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::Credential,
        dpop,
        guard::{InPerson, Public},
        keys,
        refresh::{self, Grant},
        tokens::{Draft, Wanted},
    },
    app::App,
    endpoints,
    http::{
        code::Code,
        endpoint::Endpoint,
        json::OptionalJson,
        kept::{IfNoneMatch, Keeping},
        problem::Problem,
        reply::Ok200,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        create_token: [TokenTargetInvalid],
        get_jwks: [],
        get_revocations: [],
    ]
}

/// Get an access token for an API.
///
/// It counts for five minutes (`token.seconds`), for one API, and never longer than your session or
/// a role that it names. Only the session itself gets tokens: a token is no way to another. The
/// refresh token, good once at `/oauth2/token`, gets the next two for as long as the session lasts;
/// a `DPoP` proof beside the request (RFC 9449) binds both to its key.
#[utoipa::path(post, path = "/v1/auth/token", tag = "tokens")]
pub async fn create_token(
    by: InPerson,
    app: Data<App>,
    request: HttpRequest,
    OptionalJson(body): OptionalJson<TokenInput>,
) -> Result<Ok200<TokenView>, Problem> {
    // Else who has got hold of a token would have one for as long as the session lasts.
    if !matches!(by.caller.credential, Credential::Session(_)) {
        return Err(Code::SessionRequired.into());
    }
    let scope = body.scope();
    let own = app.config.origin();
    let audience = body.audience.as_deref().unwrap_or(&own);
    if audience != own && !app.config.token.audiences.iter().any(|it| it.as_str() == audience) {
        return Err(Code::TokenTargetInvalid.into());
    }
    let (session, jkt) = (by.session()?.clone(), dpop::check(&request, None).await?);
    let wanted = Wanted { audience, scope: scope.as_ref(), client: None, jkt: jkt.as_deref() };
    let draft = Draft::new(&app, &by.caller, &wanted)?;
    let grant = Grant { client: None, audience: audience.to_owned(), scope: scope.clone(), jkt };
    let event = Event::new(&app, Kind::TokensIssued).actor(by.user()).subject(by.user().as_str());
    let event = event.session(&session.id).peer(&by.peer);
    let event = event.detail(json!({ "token": draft.id(), "audience": audience }));
    let own = App::clone(&app);
    let issued = app.db.write_quiet(move |db| {
        if !draft.hold(db)? {
            return Err(Code::NotSignedIn.into());
        }
        let refresh = refresh::issue(db, &own, &session, &grant, draft.id())?;
        audit::record(db, event)?;
        Ok::<_, Problem>((draft, grant, refresh))
    });
    let (draft, grant, refresh) = issued.await?;
    let minted = draft.sign(&app).await?;
    Ok(Ok200(TokenView::new(&minted, &grant, &refresh)))
}

/// Read the keys by which access tokens are checked.
///
/// A new key stands here ten minutes before it signs. Keep the set for five minutes; look again
/// when a token names a key that it does not hold.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "tokens")]
pub async fn get_jwks(
    _by: Public,
    app: Data<App>,
    known: IfNoneMatch,
) -> Result<Keeping<JwkSet>, Problem> {
    let ring = keys::ring(&app).await?;
    let set = JwkSet { keys: ring.public().map(Jwk::from).collect() };
    let body = serde_json::to_vec(&set).map_err(Problem::internal)?;
    let etag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&body)[..16]));
    Ok(Keeping::new(Bytes::from(body), etag, &known))
}

/// Read what has ended before its time: sessions, tokens, and everything of an account.
///
/// For who checks tokens by themselves: whatever is listed counts no more. Ask each second with
/// `If-None-Match`, or listen at `/.well-known/doorward/revocations/events`.
#[utoipa::path(get, path = "/.well-known/doorward/revocations", tag = "tokens")]
pub async fn get_revocations(
    _by: Public,
    feed: Data<Feed>,
    known: IfNoneMatch,
) -> Result<Keeping<RevocationList>, Problem> {
    let built = feed.get().await?;
    Ok(Keeping::new(Bytes::from(built.text.clone()), built.etag.clone(), &known))
}
