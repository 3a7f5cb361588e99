//! A person's own second factors. Who has one must have proved it recently to change any.

use actix_web::{HttpRequest, web::Data};
use qrcode::{EcLevel, QrCode, render::svg};

use super::model::{
    EmailStep, FactorPath, FactorRename, Factors, RecoveryCodeList, TotpConfirmation,
    TotpFactorInput, TotpSetUp,
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        devices,
        entry::{self, Started},
        failures,
        guard::{Enrolling, Fresh, InPerson, Visit},
        notify, passkeys, recovery,
        sessions::{self, Which},
        steps,
        throttle::{self, Bucket},
        totp::{self, NewTotp, TotpFactor},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{confirm, store},
    http::{
        argument::Path,
        code::Code,
        endpoint::Endpoint,
        json::{Json, OptionalJson},
        problem::Problem,
        reply::{Created, NoContent, Ok200},
    },
    kernel::{assurance::Method, id::FactorId, mail::FactorChange},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        get_my_factors: [],
        enrol_totp: [FactorExists],
        confirm_totp: [FactorNotFound, FactorRefused, FactorExists, RateLimited],
        rename_my_factor: [FactorNotFound],
        remove_my_factor: [FactorNotFound],
        set_email_step: [EmailUnverified],
        renew_recovery_codes: [FactorMissing],
    ]
}

/// Read your second factors.
#[utoipa::path(get, path = "/v1/me/factors", tag = "factors")]
pub async fn get_my_factors(
    by: Enrolling<InPerson>,
    app: Data<App>,
) -> Result<Ok200<Factors>, Problem> {
    Ok(Ok200(list(&app, &by).await?))
}

/// The caller's second factors, for the API and the page.
pub async fn list(app: &App, by: &Visit) -> Result<Factors, Problem> {
    let user = by.user().clone();
    app.db
        .read(move |db| {
            let left = recovery::left(db, &user)?;
            Ok(Factors {
                totp: totp::list(db, &user)?.into_iter().map(Into::into).collect(),
                passkeys: passkeys::store::all(db, &user)?.into_iter().map(Into::into).collect(),
                recovery_codes_left: u32::try_from(left).unwrap_or(0),
                email_step: store::find(db, &user)?.is_some_and(|row| row.email_step),
                methods: steps::usable(db, &user)?,
            })
        })
        .await
}

/// Set up an authenticator app.
///
/// It counts once [`confirm_totp`] got a code of it. One that was begun before and never confirmed
/// is dropped.
#[utoipa::path(post, path = "/v1/me/factors/totp", tag = "factors")]
pub async fn enrol_totp(
    by: Enrolling<Fresh>,
    app: Data<App>,
    OptionalJson(body): OptionalJson<TotpFactorInput>,
) -> Result<Created<TotpSetUp>, Problem> {
    Ok(Created(enrol(&app, &by, body).await?))
}

/// What both the API and the page do. Errors: `factors.exists` beyond the most that one may have.
pub async fn enrol(app: &App, by: &Visit, body: TotpFactorInput) -> Result<TotpSetUp, Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let made: NewTotp = app
        .db
        .write(move |db| {
            let row = confirm::lock(db, &visit, now)?;
            totp::remove_many(db, &row.id, totp::Which::Unconfirmed)?;
            if totp::list(db, &row.id)?.len() >= totp::MOST {
                return Err(Code::FactorExists.into());
            }
            totp::make(db, &own, &row.id, &body.name, &row.email)
        })
        .await?;
    let qr_svg = picture(&made.uri)?;
    Ok(TotpSetUp { id: made.id, secret: made.secret, otpauth_uri: made.uri, qr_svg })
}

fn picture(uri: &str) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(uri, EcLevel::M).map_err(Problem::internal)?;
    let mut picture = code.render::<svg::Color<'_>>();
    Ok(picture.min_dimensions(240, 240).quiet_zone(true).build())
}

/// Confirm an authenticator app by its first code.
///
/// From then on every sign-in asks for a second factor. All other sessions of the account end, this
/// one gets a new cookie. The answer holds recovery codes when it is the first factor: show them,
/// they do not come again.
#[utoipa::path(post, path = "/v1/me/factors/totp/{id}/confirm", tag = "factors")]
pub async fn confirm_totp(
    by: Enrolling<Fresh>,
    app: Data<App>,
    request: HttpRequest,
    Path(at): Path<FactorPath>,
    Json(body): Json<TotpConfirmation>,
) -> Result<Ok200<RecoveryCodeList>, Problem> {
    let recovery_codes = complete(&app, &by, &request, at.id, body).await?;
    Ok(Ok200(RecoveryCodeList { recovery_codes }))
}

/// What both the API and the page do. Errors: `factors.not_found`, `factors.refused`,
/// `factors.exists`, `rate_limit.exceeded`.
pub async fn complete(
    app: &App,
    by: &Visit,
    request: &HttpRequest,
    id: FactorId,
    body: TotpConfirmation,
) -> Result<Vec<String>, Problem> {
    let (own, visit) = (app.clone(), by.clone());
    let done = app.db.write(move |db| confirm_first_code(db, &own, &visit, &id, &body.code));
    let (codes, started) = done.await??;
    started.hand_over(app, request)?;
    Ok(codes)
}

type Confirmed = (Vec<String>, Started);

fn confirm_first_code(
    db: &mut Conn,
    app: &App,
    by: &Visit,
    id: &FactorId,
    code: &str,
) -> Result<Result<Confirmed, Problem>, Problem> {
    let (now, user) = (app.now(), by.user());
    let account = confirm::lock(db, by, now)?;
    // Asked before the factor counts: from then on the guard would want it of the caller.
    let caller = by.recheck(db, now)?;
    let row = totp::list(db, user)?.into_iter().find(|row| row.id == *id);
    let row = row.ok_or(Code::FactorNotFound)?;
    if row.confirmed_at.is_some() {
        return Err(Code::FactorExists.into());
    }
    let bucket = Bucket::factors(&app.config.throttle, user);
    if let Err(problem) = throttle::take(db, &bucket, now)? {
        return Ok(Err(problem));
    }
    if !totp::burn_of(db, app, &row, code)? || !totp::confirm(db, id, now)? {
        audit::record(db, about(app, by, Kind::FactorRefused))?;
        return Ok(Err(Code::FactorRefused.into()));
    }
    throttle::clear(db, &bucket)?;
    failures::clear(db, user, Method::Totp)?;
    steps::note_second_factor(db, user)?;
    let codes = if account.second_factor { Vec::new() } else { recovery::renew(db, app, user)? };
    sessions::revoke_many(db, user, &Which::AllBut(&by.session()?.id), now)?;
    devices::distrust(db, user)?;
    let started = entry::raise(db, app, &caller, &by.peer, Method::Totp)?;
    notify::factor_changed(db, app, user, FactorChange::TotpAdded)?;
    audit::record(db, about(app, by, Kind::FactorAdded).detail(of_kind("totp")))?;
    Ok(Ok((codes, started)))
}

/// Rename one of your authenticator apps.
#[utoipa::path(patch, path = "/v1/me/factors/{id}", tag = "factors")]
pub async fn rename_my_factor(
    by: InPerson,
    app: Data<App>,
    Path(at): Path<FactorPath>,
    Json(body): Json<FactorRename>,
) -> Result<Ok200<TotpFactor>, Problem> {
    Ok(Ok200(rename(&app, &by, at.id, body).await?))
}

/// What both the API and the page do. Errors: `factors.not_found`.
pub async fn rename(
    app: &App,
    by: &Visit,
    id: FactorId,
    body: FactorRename,
) -> Result<TotpFactor, Problem> {
    let (visit, now) = (by.clone(), app.now());
    let event = about(app, by, Kind::FactorRenamed).detail(of_kind("totp"));
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            let row = totp::rename(db, visit.user(), &id, &body.name)?;
            let row = row.ok_or(Code::FactorNotFound)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(row.into())
        })
        .await
}

/// Remove one of your second factors.
///
/// With the last one recovery codes go too, and sign-ins ask for one factor again.
#[utoipa::path(delete, path = "/v1/me/factors/{id}", tag = "factors")]
pub async fn remove_my_factor(
    by: Fresh,
    app: Data<App>,
    Path(at): Path<FactorPath>,
) -> Result<NoContent, Problem> {
    remove(&app, &by, at.id).await?;
    Ok(NoContent)
}

/// What both the API and the page do. Errors: `factors.not_found`.
pub async fn remove(app: &App, by: &Visit, id: FactorId) -> Result<(), Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let event = about(app, by, Kind::FactorRemoved).detail(of_kind("totp"));
    app.db
        .write(move |db| {
            confirm::lock(db, &visit, now)?;
            if !totp::remove(db, visit.user(), &id)? {
                return Err(Code::FactorNotFound.into());
            }
            steps::note_second_factor(db, visit.user())?;
            devices::distrust(db, visit.user())?;
            notify::factor_changed(db, &own, visit.user(), FactorChange::TotpRemoved)?;
            Ok::<_, Problem>(audit::record(db, event)?)
        })
        .await
}

/// Say whether sign-ins ask for a mailed code, where there is no second factor.
///
/// A step and no factor: it makes guessed passwords useless, but a session's assurance stays at
/// `aal1`.
#[utoipa::path(post, path = "/v1/me/factors/email", tag = "factors")]
pub async fn set_email_step(
    by: Fresh,
    app: Data<App>,
    Json(body): Json<EmailStep>,
) -> Result<NoContent, Problem> {
    switch_email_step(&app, &by, body).await?;
    Ok(NoContent)
}

/// What both the API and the page do. Errors: `auth.email_unverified`.
pub async fn switch_email_step(app: &App, by: &Visit, body: EmailStep) -> Result<(), Problem> {
    let (visit, now) = (by.clone(), app.now());
    let kind = if body.enabled { Kind::FactorAdded } else { Kind::FactorRemoved };
    let event = about(app, by, kind).detail(of_kind("email"));
    app.db
        .write(move |db| {
            let account = confirm::lock(db, &visit, now)?;
            if body.enabled && account.email_verified_at.is_none() {
                return Err(Code::EmailUnverified.into());
            }
            if account.email_step != body.enabled {
                store::set_email_step(db, &account.id, body.enabled)?;
                failures::clear(db, &account.id, Method::Email)?;
                audit::record(db, event)?;
            }
            Ok::<_, Problem>(())
        })
        .await
}

/// Get new recovery codes. The old ones are no good from then on.
#[utoipa::path(post, path = "/v1/me/recovery-codes", tag = "factors")]
pub async fn renew_recovery_codes(
    by: Fresh,
    app: Data<App>,
) -> Result<Created<RecoveryCodeList>, Problem> {
    let recovery_codes = renew(&app, &by).await?;
    Ok(Created(RecoveryCodeList { recovery_codes }))
}

/// What both the API and the page do. Errors: `factors.missing`.
pub async fn renew(app: &App, by: &Visit) -> Result<Vec<String>, Problem> {
    let (own, visit, now) = (app.clone(), by.clone(), app.now());
    let event = about(app, by, Kind::RecoveryCodesMade);
    app.db
        .write(move |db| {
            let account = confirm::lock(db, &visit, now)?;
            if !account.second_factor {
                return Err(Code::FactorMissing.into());
            }
            let codes = recovery::renew(db, &own, visit.user())?;
            notify::factor_changed(db, &own, visit.user(), FactorChange::RecoveryCodesMade)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(codes)
        })
        .await
}

fn about(app: &App, by: &Visit, kind: Kind) -> Event {
    let event = Event::new(app, kind).actor(by.user()).subject(by.user().as_str());
    event.session(by.caller.session_id()).peer(&by.peer)
}

fn of_kind(kind: &str) -> serde_json::Value {
    serde_json::json!({ "kind": kind })
}
