//! Signing in with a password, signing out, and looking at the session.

use std::sync::Arc;

use actix_web::{HttpRequest, web::Data};
use diesel::QueryResult;
use serde_json::json;

use super::model::{SessionAnswer, SignIn};
use crate::{
    access::{
        answer::{CurrentSession, SignInAnswer},
        audit::{self, Event, Kind},
        caller::{self, Caller},
        challenge::{self, Solved},
        entry::{self, Arrival, Entered, Proof},
        failures,
        guard::{Enrolling, InPerson, Public},
        sessions::{self, Remember},
        throttle::{self, Bucket, Passwords},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        model::parse_email,
        store::{self, AccountRow},
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        problem::Problem,
        reply::{NoContent, Ok200, Prebuilt},
    },
    kernel::{
        assurance::{Amr, Method},
        clock::Timestamp,
        email::Email,
        id::UserId,
        password::{PasswordHash, Verdict},
        secret::Secret,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        sign_in_with_password: [
            InvalidCredentials, AccountDisabled, EmailUnverified, ChallengeRequired,
            ChallengeInvalid
        ],
        sign_out: [],
        get_session: [],
    ]
}

/// A sign-in on its way.
#[derive(Clone)]
struct Attempt {
    email: Email,
    remember: Remember,
    arrival: Arc<Arrival>,
    address: Option<Bucket>,
    /// Where the failures of the account are counted, or of its owner's browser.
    account: Bucket,
    /// The puzzle that was solved for it, where one is asked for.
    solved: Option<Solved>,
}

/// Sign in with e-mail and password.
///
/// Sets the session cookie, or answers which second factor is missing. Unknown addresses and wrong
/// passwords get the same answer, after the same work; after too many failures further attempts
/// are refused for a while, but not in a browser that the account was signed in to before.
#[utoipa::path(post, path = "/v1/auth/sign-in", tag = "auth")]
pub async fn sign_in_with_password(
    by: Public<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<SignIn>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    Ok(Ok200(with_password(&app, by, &request, body).await?))
}

/// What both the API and the sign-in page do with a filled-in form.
///
/// Errors: `auth.invalid_credentials`, `auth.account_disabled`, `auth.email_unverified`,
/// `rate_limit.exceeded`, `server.busy`.
pub async fn with_password(
    app: &App,
    by: Public<Passwords>,
    request: &HttpRequest,
    body: SignIn,
) -> Result<SignInAnswer, Problem> {
    let email = parse_email(&body.email)?;
    let mut attempt = Attempt {
        account: Bucket::account(&app.config.throttle, &email),
        email,
        solved: challenge::check(app, body.challenge.as_deref())?,
        remember: body.remember.into(),
        arrival: Arc::new(Arrival::of(app, request)),
        address: by.address,
    };
    let password = Secret::new(body.password);
    let known = begin(app, &mut attempt).await?;
    let verdict = match app.hasher.verify(password.clone(), known.hash.clone()).await {
        Ok(verdict) => verdict,
        Err(busy) => return Err(forgive(app, attempt, busy.into()).await),
    };
    let is_right = verdict != Verdict::Wrong && !known.is_shut;
    let (Some(account), Some(hash)) = (known.account.filter(|_| is_right), known.hash) else {
        return Err(refuse(app, &attempt).await?);
    };
    // A hash made at other costs is replaced while the password is at hand.
    let better = match verdict {
        Verdict::RightButOutdated => Some(app.hasher.hash(password).await?),
        _ => None,
    };
    let checked = Checked { user: account.id, hash, better };
    let entered = complete(app, attempt, checked).await?;
    SignInAnswer::of(entered, app, request)
}

/// A password that was right when it was checked.
struct Checked {
    user: UserId,
    hash: PasswordHash,
    better: Option<PasswordHash>,
}

/// What is known of an address before its password is looked at.
struct Known {
    account: Option<AccountRow>,
    hash: Option<PasswordHash>,
    /// Whether the password is switched off in this browser, right or not.
    is_shut: bool,
}

/// Counts the attempt before the password is looked at, so that parallel ones are all counted.
async fn begin(app: &App, attempt: &mut Attempt) -> Result<Known, Problem> {
    let (mut taken, now, limits) = (attempt.clone(), app.now(), app.config.throttle.clone());
    let event = Event::new(app, Kind::SignInRefused).peer(&attempt.arrival.peer);
    let event = event.detail(json!({ "why": "throttled" }));
    let (known, bucket) = app
        .db
        .write_quiet(move |db| {
            challenge::burn(db, taken.solved.as_ref())?;
            let known = store::find_credential(db, &taken.email)?;
            let (account, hash) = known.map_or((None, None), |(row, hash)| (Some(row), hash));
            let device = match &account {
                Some(account) => taken.arrival.device(db, &account.id)?,
                None => None,
            };
            if let Some(device) = &device {
                taken.account = Bucket::device(&limits, &device.id);
            }
            let is_locked = account.as_ref().is_some_and(|account| account.locked_at.is_some());
            let known = Known { account, hash, is_shut: is_locked && device.is_none() };
            match take(db, &taken, now)? {
                Ok(()) => Ok::<_, Problem>(Ok((known, taken.account))),
                Err(problem) => {
                    audit::record(db, with_subject(event, known.account.as_ref()))?;
                    Ok(Err(problem))
                }
            }
        })
        .await??;
    attempt.account = bucket;
    Ok(known)
}

/// One try of the address, then one of the account.
fn take(db: &mut Conn, attempt: &Attempt, now: Timestamp) -> QueryResult<Result<(), Problem>> {
    if let Some(address) = &attempt.address
        && let Err(problem) = throttle::take(db, address, now)?
    {
        return Ok(Err(problem));
    }
    throttle::take(db, &attempt.account, now)
}

/// Gives back the tries of an attempt whose password was not looked at.
async fn forgive(app: &App, attempt: Attempt, problem: Problem) -> Problem {
    let given = app.db.write_quiet(move |db| {
        if let Some(address) = &attempt.address {
            throttle::give_back(db, address)?;
        }
        Ok::<_, Problem>(throttle::give_back(db, &attempt.account)?)
    });
    given.await.err().unwrap_or(problem)
}

fn with_subject(event: Event, row: Option<&AccountRow>) -> Event {
    match row {
        Some(row) => event.subject(row.id.as_str()),
        None => event,
    }
}

/// Records a refused sign-in, the same way whether the account exists or not.
async fn refuse(app: &App, attempt: &Attempt) -> Result<Problem, Problem> {
    let event = Event::new(app, Kind::SignInRefused).peer(&attempt.arrival.peer);
    let event = event.detail(json!({ "why": "credentials" }));
    let (email, now) = (attempt.email.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let row = store::find_by_email(db, &email)?;
            match &row {
                Some(row) => failures::note(db, &row.id, Method::Password, now)?,
                None => failures::note_nobody(db, Method::Password)?,
            }
            Ok::<_, Problem>(audit::record(db, with_subject(event, row.as_ref()))?)
        })
        .await?;
    Ok(Code::InvalidCredentials.into())
}

/// Burns what the attempt has taken and enters, in one transaction.
async fn complete(app: &App, attempt: Attempt, checked: Checked) -> Result<Entered, Problem> {
    let refused = Event::new(app, Kind::SignInRefused).subject(checked.user.as_str());
    let refused = refused.peer(&attempt.arrival.peer).detail(json!({ "why": "changed meanwhile" }));
    let (own, now) = (app.clone(), app.now());
    let entered = app.db.write(move |db| {
        // While the password was being checked, the account may have been deleted, or may have got
        // another password, which ended its sessions.
        store::lock(db, &checked.user)?;
        if !store::has_password(db, &checked.user, &checked.hash)? {
            audit::record(db, refused)?;
            return Ok(Err(Code::InvalidCredentials));
        }
        give_back(db, &attempt)?;
        failures::clear(db, &checked.user, Method::Password)?;
        if let Some(hash) = checked.better {
            store::put_password(db, &checked.user, &hash, now)?;
        }
        let proof = Proof {
            user: checked.user,
            amr: Amr::of(Method::Password),
            remember: attempt.remember,
            trust: false,
            arrival: &attempt.arrival,
        };
        entry::enter(db, &own, &proof)
    });
    Ok(entered.await??)
}

/// A right password is no failure of its address, and forgives those of its account.
fn give_back(db: &mut Conn, attempt: &Attempt) -> Result<(), Problem> {
    if let Some(address) = &attempt.address {
        throttle::give_back(db, address)?;
    }
    Ok(throttle::clear(db, &attempt.account)?)
}

/// Sign out: end this session.
#[utoipa::path(post, path = "/v1/auth/sign-out", tag = "auth")]
pub async fn sign_out(
    by: Enrolling<InPerson>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<NoContent, Problem> {
    let (user, session, now) = (by.user().clone(), by.session()?.id.clone(), app.now());
    let event = Event::new(&app, Kind::SignedOut).actor(&user).subject(user.as_str());
    let event = event.session(&session).peer(&by.peer);
    app.db
        .write(move |db| {
            if sessions::revoke(db, &user, &session, now)? {
                audit::record(db, event)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    sessions::take_back(&request);
    Ok(NoContent)
}

/// Look at your session.
///
/// `session` is null for who is not signed in; that is an answer, not an error.
#[utoipa::path(get, path = "/v1/auth/session", tag = "auth")]
pub async fn get_session(
    _by: Public,
    app: Data<App>,
    request: HttpRequest,
) -> Result<Prebuilt<SessionAnswer>, Problem> {
    let found = match caller::of(&request).await {
        Err(problem) if problem.code() == Code::TokenInvalid => None,
        other => other?,
    };
    let answer = |caller: Option<&Caller>| {
        let session = caller.and_then(|caller| CurrentSession::of(caller, &app));
        Prebuilt::new(&SessionAnswer { session })
    };
    // The most frequent question of all: its answer is written once for each finding.
    Ok(match found {
        Some(found) => Prebuilt::of(found.answer(|caller| answer(Some(caller)).into_bytes())),
        None => answer(None),
    })
}
