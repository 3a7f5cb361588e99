//! A signed-in person's own password, asked for again. Guessing here is no cheaper than at sign-in.

use crate::{
    access::{
        audit::{self, Event, Kind},
        failures,
        guard::Visit,
        throttle::{self, Bucket},
    },
    app::App,
    db::Conn,
    features::accounts::{model::parse_email, store},
    http::{code::Code, problem::Problem},
    kernel::{
        assurance::Method,
        clock::Timestamp,
        id::UserId,
        password::{PasswordHash, Verdict},
        secret::Secret,
    },
};

/// A password that was right when it was checked.
pub struct Confirmed {
    user: UserId,
    hash: PasswordHash,
    account: Bucket,
    address: Option<Bucket>,
    refused: Event,
}

/// Takes a try and compares. `refusal` is how the audit log calls a wrong one.
///
/// Errors: `passwords.current_wrong`, also where there is no password; `rate_limit.exceeded`;
/// `server.busy`.
pub async fn password(
    app: &App,
    by: &Visit,
    password: Secret,
    refusal: Kind,
) -> Result<Confirmed, Problem> {
    let account = Bucket::account(&app.config.throttle, &parse_email(&by.caller.email)?);
    let refused = Event::new(app, refusal).actor(by.user()).subject(by.user().as_str());
    let refused = refused.session(by.caller.session_id()).peer(&by.peer);
    let stored = begin(app, by, &account).await?;
    let verdict = app.hasher.verify(password, stored.clone()).await?;
    let (user, address, now) = (by.user().clone(), by.address.clone(), app.now());
    if let Some(hash) = stored.filter(|_| verdict != Verdict::Wrong) {
        return Ok(Confirmed { user, hash, account, address, refused });
    }
    app.db
        .write_quiet(move |db| {
            failures::note(db, &user, Method::Password, now)?;
            Ok::<_, Problem>(audit::record(db, refused)?)
        })
        .await?;
    Err(Code::CurrentPasswordWrong.into())
}

/// Counts the attempt, then reads the hash. A password that is switched off is read as none.
async fn begin(app: &App, by: &Visit, account: &Bucket) -> Result<Option<PasswordHash>, Problem> {
    throttle::take_try(app, by.address.clone()).await?;
    let (id, bucket, now) = (by.user().clone(), account.clone(), app.now());
    app.db
        .write_quiet(move |db| {
            let hash = store::find_password(db, &id)?;
            let is_off = failures::is_off(db, &id, Method::Password)?;
            let taken = throttle::take(db, &bucket, now)?;
            Ok::<_, Problem>(taken.map(|()| hash.filter(|_| !is_off)))
        })
        .await?
}

impl Confirmed {
    /// Whether it still is the account's password, in the write that rests on it: then its tries
    /// are given back. Lock the account first. The refusal is the inner result, because it is
    /// recorded.
    ///
    /// Errors: `passwords.current_wrong`.
    pub fn still(self, db: &mut Conn) -> Result<Result<(), Code>, Problem> {
        if !store::has_password(db, &self.user, &self.hash)? {
            audit::record(db, self.refused)?;
            return Ok(Err(Code::CurrentPasswordWrong));
        }
        if let Some(address) = &self.address {
            throttle::give_back(db, address)?;
        }
        throttle::clear(db, &self.account)?;
        failures::clear(db, &self.user, Method::Password)?;
        Ok(Ok(()))
    }
}

/// The account's row, locked, and its caller as they are now.
///
/// Errors: what the guard refuses with.
pub fn lock(db: &mut Conn, by: &Visit, now: Timestamp) -> Result<store::AccountRow, Problem> {
    let row = store::lock(db, by.user())?.ok_or(Code::NotSignedIn)?;
    by.recheck(db, now)?;
    Ok(row)
}
