//! Signing in with a password, signing out, and looking at the session.

use actix_web::{HttpRequest, web::Data};
use diesel::QueryResult;
use serde_json::json;

use super::model::{CurrentSession, SessionAnswer, SignIn, SignInAnswer, SignInStatus};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller,
        guard::{Public, SignedIn},
        sessions::{self, NewSession, Remember},
        throttle::{self, Bucket, Passwords},
    },
    app::App,
    db::Conn,
    endpoints,
    features::accounts::{
        model::{Status, parse_email},
        store::{self, AccountRow},
    },
    http::{
        code::Code,
        endpoint::Endpoint,
        json::Json,
        peer::Peer,
        problem::Problem,
        reply::{NoContent, Ok200},
    },
    kernel::{
        email::Email,
        id::UserId,
        password::{PasswordHash, Verdict},
        secret::Secret,
    },
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        sign_in_with_password: [InvalidCredentials, AccountDisabled],
        sign_out: [],
        get_session: [],
    ]
}

/// A sign-in on its way.
struct Attempt {
    email: Email,
    remember: Remember,
    peer: Peer,
    address: Option<Bucket>,
    account: Bucket,
}

/// Sign in with e-mail and password.
///
/// Sets the session cookie. Unknown addresses and wrong passwords get the same answer, after the
/// same work; after too many failures further attempts are refused for a while.
#[utoipa::path(post, path = "/v1/auth/sign-in", tag = "auth")]
pub async fn sign_in_with_password(
    by: Public<Passwords>,
    app: Data<App>,
    request: HttpRequest,
    Json(body): Json<SignIn>,
) -> Result<Ok200<SignInAnswer>, Problem> {
    let email = parse_email(&body.email)?;
    let attempt = Attempt {
        account: Bucket::account(&app.config.throttle, &email),
        email,
        remember: body.remember.into(),
        peer: by.peer,
        address: by.tried,
    };
    let password = Secret::new(body.password);
    let known = begin(&app, &attempt).await?;
    let (account, hash) = known.map_or((None, None), |(row, hash)| (Some(row), hash));
    let verdict = app.hasher.verify(password.clone(), hash.clone()).await?;
    let (Some(account), Some(hash)) = (account.filter(|_| verdict != Verdict::Wrong), hash) else {
        return Err(refuse(&app, &attempt).await?);
    };
    if Status::of(&account.status) != Status::Active {
        return Err(refuse_disabled(&app, &attempt, &account).await?);
    }
    // A hash made at other costs is replaced while the password is at hand.
    let better = match verdict {
        Verdict::RightButOutdated => Some(app.hasher.hash(password).await?),
        _ => None,
    };
    let checked = Checked { account: account.id, hash, better };
    let session = complete(&app, attempt, checked, &request).await?;
    Ok(Ok200(SignInAnswer { status: SignInStatus::SignedIn, session }))
}

/// A password that was right when it was checked.
struct Checked {
    account: UserId,
    hash: PasswordHash,
    better: Option<PasswordHash>,
}

type Known = Option<(AccountRow, Option<PasswordHash>)>;

/// Counts the attempt before the password is looked at, so that parallel ones are all counted.
async fn begin(app: &App, attempt: &Attempt) -> Result<Known, Problem> {
    let (bucket, email, now) = (attempt.account.clone(), attempt.email.clone(), app.now());
    let event = Event::new(app, Kind::SignInRefused).peer(&attempt.peer);
    let event = event.detail(json!({ "why": "throttled" }));
    app.db
        .write_quiet(move |db| {
            let known = store::find_credential(db, &email)?;
            match throttle::take(db, &bucket, now)? {
                Ok(()) => Ok::<_, Problem>(Ok(known)),
                Err(problem) => {
                    audit::record(db, with_subject(event, known.as_ref().map(|(row, _)| row)))?;
                    Ok(Err(problem))
                }
            }
        })
        .await?
}

fn with_subject(event: Event, row: Option<&AccountRow>) -> Event {
    match row {
        Some(row) => event.subject(row.id.as_str()),
        None => event,
    }
}

/// Records a refused sign-in, the same way whether the account exists or not.
async fn refuse(app: &App, attempt: &Attempt) -> Result<Problem, Problem> {
    let event = Event::new(app, Kind::SignInRefused).peer(&attempt.peer);
    let event = event.detail(json!({ "why": "credentials" }));
    let email = attempt.email.clone();
    app.db
        .write_quiet(move |db| {
            let row = store::find_by_email(db, &email)?;
            Ok::<_, Problem>(audit::record(db, with_subject(event, row.as_ref()))?)
        })
        .await?;
    Ok(Code::InvalidCredentials.into())
}

/// The password was right, so its owner may know that the account is disabled.
async fn refuse_disabled(
    app: &App,
    attempt: &Attempt,
    account: &AccountRow,
) -> Result<Problem, Problem> {
    let event = Event::new(app, Kind::SignInRefused).peer(&attempt.peer);
    let event = event.subject(account.id.as_str()).detail(json!({ "why": "disabled" }));
    app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
    Ok(Code::AccountDisabled.into())
}

/// Starts the session: one transaction, then the cookie.
async fn complete(
    app: &App,
    attempt: Attempt,
    checked: Checked,
    request: &HttpRequest,
) -> Result<CurrentSession, Problem> {
    let (user, now) = (checked.account.clone(), app.now());
    let (session, opened) = NewSession::new(app, &user, &attempt.peer, attempt.remember, "pwd");
    let made = Event::new(app, Kind::SignedIn).actor(&user).subject(user.as_str());
    let made = made.session(session.id()).peer(&attempt.peer);
    let refused = Event::new(app, Kind::SignInRefused).subject(user.as_str()).peer(&attempt.peer);
    let refused = refused.detail(json!({ "why": "changed meanwhile" }));
    let key = session.key_hash().clone();
    let caller = app
        .db
        .write(move |db| {
            if let Some(code) = checked.is_outdated(db)? {
                audit::record(db, refused)?;
                return Ok(Err(code));
            }
            give_back(db, &attempt)?;
            if let Some(hash) = checked.better {
                store::put_password(db, &user, &hash, now)?;
            }
            sessions::insert(db, &session)?;
            let caller = caller::find(db, &key, now)?;
            audit::record(db, made)?;
            let caller = caller.ok_or_else(|| Problem::internal("a new session was not found"))?;
            Ok::<_, Problem>(Ok(caller))
        })
        .await??;
    sessions::hand_over(request, opened)?;
    Ok(CurrentSession::from(&caller))
}

impl Checked {
    /// Why the sign-in must not go on. While the password was being checked, the account may have
    /// been disabled or deleted, or may have got another password, which ended its sessions.
    fn is_outdated(&self, db: &mut Conn) -> QueryResult<Option<Code>> {
        let Some(row) = store::lock(db, &self.account)? else {
            return Ok(Some(Code::InvalidCredentials));
        };
        if !store::has_password(db, &self.account, &self.hash)? {
            return Ok(Some(Code::InvalidCredentials));
        }
        Ok((Status::of(&row.status) != Status::Active).then_some(Code::AccountDisabled))
    }
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
    by: SignedIn,
    app: Data<App>,
    request: HttpRequest,
) -> Result<NoContent, Problem> {
    let (user, session, now) = (by.user().clone(), by.caller.session.id.clone(), app.now());
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
    request: HttpRequest,
) -> Result<Ok200<SessionAnswer>, Problem> {
    let caller = match caller::of(&request) {
        Err(problem) if problem.code() == Code::TokenInvalid => None,
        other => other?,
    };
    Ok(Ok200(SessionAnswer { session: caller.as_ref().map(CurrentSession::from) }))
}
