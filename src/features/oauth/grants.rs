//! The two grants: a client's own tokens, and the next ones of a session.

use std::sync::Arc;

use crate::{
    access::{
        audit::{self, Event, Kind},
        client_auth::Client,
        client_guard::ClientAuth,
        refresh::{self, Presented, Turn},
        throttle::{self, Bucket},
        tokens::{Draft, Wanted},
    },
    app::App,
    http::{code::Code, problem::Problem},
    kernel::{scope::Scope, secret::Secret},
};

use super::model::{OAuthTokens, TokenForm, TokenType};

/// A token of the client's own (RFC 6749, section 4.4).
///
/// Errors: `oauth.invalid_scope`, `oauth.invalid_target`.
pub async fn of_client(
    app: &App,
    by: &ClientAuth,
    form: &TokenForm,
    jkt: Option<&str>,
) -> Result<OAuthTokens, Problem> {
    let Client { row, caller } = by.client()?.clone();
    let wanted = wanted(form)?;
    let scope = wanted.unwrap_or_else(|| row.scope.clone());
    if !scope.is_within(&row.scope) {
        return Err(Code::OauthInvalidScope.into());
    }
    let audience = match &form.resource {
        Some(wanted) => row.audiences().find(|audience| audience == wanted),
        None => row.audiences().next(),
    };
    let audience = audience.ok_or(Code::OauthInvalidTarget)?;
    let (now, second) = (app.now(), app.now().micros().div_euclid(1_000_000));
    if second <= row.tokens_after.micros().div_euclid(1_000_000) {
        // It would be taken for one of those that were ended in this second.
        return Err(Code::Busy.into());
    }
    let wanted = Wanted { audience, scope: Some(&scope), client: Some(&row.id), jkt };
    let draft = Draft::new(app, &caller, &wanted)?;
    let event = Event::new(app, Kind::ClientSignedIn).actor(&row.user_id).subject(row.id.as_str());
    let event = event.peer(&by.peer).detail(serde_json::json!({
        "token": draft.id(), "audience": audience, "scope": scope.to_string(),
    }));
    let (id, at) = (row.id.clone(), now);
    app.db
        .write_quiet(move |db| {
            // Whoever was stopped meanwhile gets nothing.
            let row = crate::access::clients::find(db, &id)?;
            if !row.is_some_and(|row| row.counts(at)) {
                return Err(Code::OauthInvalidClient.into());
            }
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await?;
    let minted = draft.sign(app).await?;
    Ok(OAuthTokens {
        access_token: minted.text.reveal().to_owned(),
        token_type: TokenType::of(jkt),
        expires_in: minted.expires_in,
        refresh_token: None,
        scope: minted.scope.to_string(),
    })
}

/// The next tokens of a session (RFC 6749, section 6).
///
/// Errors: `oauth.invalid_grant`, `oauth.invalid_scope`, `oauth.invalid_target`.
pub async fn of_refresh_token(
    app: &App,
    by: &ClientAuth,
    form: TokenForm,
    jkt: Option<String>,
) -> Result<OAuthTokens, Problem> {
    let scope = wanted(&form)?;
    let token = form.refresh_token.ok_or(Code::OauthInvalidRequest)?;
    let client = by.perhaps().map(|client| client.row.id.clone());
    let resource = form.resource;
    let presented = Presented { token: Secret::new(token), client, jkt, scope, resource };
    let (own, peer, bound) = (app.clone(), Arc::clone(&by.peer), presented.jkt.clone());
    let bucket = Bucket::clients(&app.config.throttle, &by.peer);
    let turned = app.db.write_quiet(move |db| {
        let turn = match refresh::rotate(db, &own, &presented, &peer)? {
            Ok(turn) => turn,
            Err(code) => {
                return Ok(Err(match throttle::take(db, &bucket, own.now())? {
                    Ok(()) => Problem::from(code),
                    Err(problem) => problem,
                }));
            }
        };
        let draft = draft(&own, &turn, bound.as_deref())?;
        if !draft.hold(db)? {
            return Err(Code::OauthInvalidGrant.into());
        }
        refresh::note_access(db, &turn, draft.id())?;
        Ok::<_, Problem>(Ok((turn, draft, bound)))
    });
    let turned = turned.await?;
    if turned.is_err() {
        // What was ended, counts at once on this process too.
        app.db.write(|_| Ok::<_, Problem>(())).await?;
    }
    let (turn, draft, bound) = turned?;
    let minted = draft.sign(app).await?;
    Ok(OAuthTokens {
        access_token: minted.text.reveal().to_owned(),
        token_type: TokenType::of(bound.as_deref()),
        expires_in: minted.expires_in,
        refresh_token: Some(turn.successor.reveal().to_owned()),
        scope: minted.scope.to_string(),
    })
}

fn draft(app: &App, turn: &Turn, jkt: Option<&str>) -> Result<Draft, Problem> {
    let family = &turn.family;
    let (audience, client) = (family.audience.as_str(), family.client_id.as_ref());
    let wanted = Wanted { audience, scope: turn.scope.as_ref(), client, jkt };
    Draft::new(app, &turn.caller, &wanted).map_err(|problem| match problem.code() {
        // The session ends within this second.
        Code::NotSignedIn => Code::OauthInvalidGrant.into(),
        _ => problem,
    })
}

/// What is asked for. Errors: `oauth.invalid_scope` for what can be no scope.
fn wanted(form: &TokenForm) -> Result<Option<Scope>, Problem> {
    let parsed = form.scope.as_deref().map(str::parse::<Scope>).transpose();
    let scope = parsed.map_err(|_| Problem::from(Code::OauthInvalidScope))?;
    Ok(scope.filter(|scope| !scope.is_empty()))
}
