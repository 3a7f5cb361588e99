//! Throttles that guard passwords (GCRA). Their state is in the database, so that neither a
//! restart nor a second node gives an attacker more tries.

use diesel::prelude::*;

use crate::{
    app::App,
    config::Throttle,
    db::{Conn, schema::throttles, taken},
    http::{code::Code, peer::Peer, problem::Problem, rule::Rate},
    kernel::{
        clock::Timestamp,
        email::Email,
        id::{ClientId, DeviceId, UserId},
        secret::TokenHash,
    },
};

/// So many tries within so many seconds; they come back one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub tries: u32,
    pub window_seconds: u32,
}

/// One thing that is counted, under a policy.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub policy: Policy,
    key: String,
}

/// A class of operations whose callers are counted by address; a type, so that a guard names it.
pub trait RateClass: 'static {
    const RATE: Rate;
}

/// Not counted.
pub struct Open;

impl RateClass for Open {
    const RATE: Rate = Rate::OPEN;
}

macro_rules! rate_classes {
    ($($(#[$doc:meta])* $name:ident $class:literal: $tries:ident in $window:ident;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl RateClass for $name {
                const RATE: Rate = Rate { class: $class, throttled: true };
            }
        )*

        /// The policy of a class for one address, if there is one.
        pub fn policy(rate: Rate, limits: &Throttle) -> Option<Policy> {
            let (name, tries, window_seconds) = match rate.class {
                $($class => ($class, limits.$tries, limits.$window),)*
                _ => return None,
            };
            Some(Policy { name, tries, window_seconds })
        }
    };
}

rate_classes! {
    /// Proving a password: failures count.
    Passwords "passwords": address_failures in address_window_seconds;
    /// Making accounts: every one counts.
    SignUps "sign-ups": sign_ups in sign_up_window_seconds;
    /// Asking for a mail: every request counts.
    Mails "mails": mails in mail_window_seconds;
    /// Using a link or a code that came by mail or from a provider: failures count.
    Proofs "proofs": address_failures in address_window_seconds;
    /// Beginning with a passkey or at a provider: every one counts.
    Ceremonies "ceremonies": ceremonies in ceremony_window_seconds;
    /// Showing to be a client, or using a refresh token: failures count.
    Clients "clients": address_failures in address_window_seconds;
    /// Using a set-up link: failures count.
    SetUps "set-ups": address_failures in address_window_seconds;
}

impl Policy {
    fn window(&self) -> i64 {
        i64::from(self.window_seconds) * 1_000_000
    }

    /// Microseconds after which one try comes back.
    fn step(&self) -> i64 {
        self.window() / i64::from(self.tries.max(1))
    }
}

impl Bucket {
    /// When the bucket would be full again if one more try were taken now, or the refusal.
    fn after_one_more(&self, full_at: Timestamp, now: Timestamp) -> Result<Timestamp, Problem> {
        let next = full_at.max(now).micros() + self.policy.step();
        let excess = next - now.micros() - self.policy.window();
        if excess > 0 {
            Err(refusal(&self.policy, excess))
        } else {
            Ok(Timestamp::from_micros(next))
        }
    }

    /// The address of a caller under a policy.
    pub fn address(policy: Policy, peer: &Peer) -> Self {
        Self { key: format!("{}:address:{}", policy.name, peer.throttle_key()), policy }
    }

    /// The failures of clients and refresh tokens from one address.
    pub fn clients(limits: &Throttle, peer: &Peer) -> Self {
        let (name, tries) = (Clients::RATE.class, limits.address_failures);
        let policy = Policy { name, tries, window_seconds: limits.address_window_seconds };
        Self::address(policy, peer)
    }

    /// The failures of one client at one address: what others fail elsewhere does not stop it.
    pub fn client(limits: &Throttle, client: &ClientId, peer: &Peer) -> Self {
        let (tries, window_seconds) = (limits.client_failures, limits.client_window_seconds);
        let policy = Policy { name: "client", tries, window_seconds };
        Self { key: format!("client:{client}:{}", peer.throttle_key()), policy }
    }

    /// The failures of one account's second factors together: each more way to prove oneself gives
    /// no more tries.
    pub fn factors(limits: &Throttle, user: &UserId) -> Self {
        Self::of_account("account-factors", limits, user.as_str())
    }

    /// The codes that one account has mailed for its second step.
    pub fn mailed_factors(limits: &Throttle, user: &UserId) -> Self {
        Self::of_account("account-mailed-codes", limits, user.as_str())
    }

    /// The failures of one account's password in a browser that is known: what others fail
    /// elsewhere does not keep its owner out there.
    pub fn device(limits: &Throttle, device: &DeviceId) -> Self {
        Self::of_account("device-passwords", limits, device.as_str())
    }

    /// The failures of one account. Addresses without an account are counted alike, so that a
    /// throttle does not tell which exist.
    pub fn account(limits: &Throttle, email: &Email) -> Self {
        Self::of_account("account-passwords", limits, &Self::mailbox(email))
    }

    /// The mails that strangers can cause to be sent to one address, with or without an account.
    pub fn account_mails(limits: &Throttle, email: &Email) -> Self {
        let policy = Policy {
            name: "account-mails",
            tries: limits.account_mails,
            window_seconds: limits.account_mail_window_seconds,
        };
        Self { key: format!("{}:{}", policy.name, Self::mailbox(email)), policy }
    }

    /// An address in a key, by its hash.
    fn mailbox(email: &Email) -> String {
        data_encoding::HEXLOWER.encode(&TokenHash::of(email.as_str()).as_bytes()[..16])
    }

    fn of_account(name: &'static str, limits: &Throttle, whose: &str) -> Self {
        let (tries, window_seconds) = (limits.account_failures, limits.account_window_seconds);
        let policy = Policy { name, tries, window_seconds };
        Self { key: format!("{name}:{whose}"), policy }
    }
}

/// Refuses when a bucket has no try left, without taking one.
///
/// Errors: `rate_limit.exceeded`.
pub fn look(db: &mut Conn, bucket: &Bucket, now: Timestamp) -> Result<(), Problem> {
    let full_at = throttles::table.find(&bucket.key).select(throttles::full_at).first(db);
    let full_at = full_at.optional()?.unwrap_or(now);
    bucket.after_one_more(full_at, now).map(drop)
}

/// Takes one try from a bucket, before the work that it guards: parallel tries are all counted.
///
/// Errors: `rate_limit.exceeded`, with `Retry-After`, `RateLimit` and `RateLimit-Policy`. The
/// refusal is the inner result, because what was taken before must be kept all the same.
pub fn take(db: &mut Conn, bucket: &Bucket, now: Timestamp) -> QueryResult<Result<(), Problem>> {
    let full_at = lock(db, bucket, now)?;
    let next = match bucket.after_one_more(full_at, now) {
        Ok(next) => next,
        Err(problem) => return Ok(Err(problem)),
    };
    diesel::update(throttles::table.find(&bucket.key))
        .set(throttles::full_at.eq(next))
        .execute(db)?;
    Ok(Ok(()))
}

/// Takes one try of an address, in a write of its own. Errors: `rate_limit.exceeded`.
pub async fn take_try(app: &App, bucket: Option<Bucket>) -> Result<(), Problem> {
    let Some(bucket) = bucket else { return Ok(()) };
    let now = app.now();
    app.db.write_quiet(move |db| Ok::<_, Problem>(take(db, &bucket, now)?)).await?
}

/// Gives one try back, after it turned out to be rightful.
pub fn give_back(db: &mut Conn, bucket: &Bucket) -> QueryResult<()> {
    diesel::update(throttles::table.find(&bucket.key))
        .set(throttles::full_at.eq(throttles::full_at - bucket.policy.step()))
        .execute(db)
        .map(drop)
}

/// Forgets what was counted, as a right password does for its account.
pub fn clear(db: &mut Conn, bucket: &Bucket) -> QueryResult<()> {
    diesel::delete(throttles::table.find(&bucket.key)).execute(db).map(drop)
}

/// Keys of buckets that are full again, at most `limit`.
pub fn over(db: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<String>> {
    let over = throttles::table.filter(throttles::full_at.lt(now));
    over.select(throttles::key).limit(limit).load(db)
}

/// Removes those of these buckets that still are full.
pub fn sweep(db: &mut Conn, keys: &[String], now: Timestamp) -> QueryResult<usize> {
    let over = throttles::table.filter(throttles::key.eq_any(keys));
    diesel::delete(over.filter(throttles::full_at.lt(now))).execute(db)
}

/// When the bucket is full again, its row made where it is missing and locked until the end of the
/// transaction: parallel tries wait for each other, so that each is counted.
fn lock(db: &mut Conn, bucket: &Bucket, now: Timestamp) -> QueryResult<Timestamp> {
    loop {
        let row = throttles::table.find(&bucket.key);
        let locked =
            diesel::update(row).set(throttles::full_at.eq(throttles::full_at)).execute(db)?;
        if locked == 1 {
            return row.select(throttles::full_at).first(db);
        }
        let new = (throttles::key.eq(&bucket.key), throttles::full_at.eq(now));
        let made =
            db.transaction(|db| diesel::insert_into(throttles::table).values(new).execute(db));
        match made {
            // Another node made the row first, which serves as well.
            Err(error) if taken(&error, "throttles.key") => {}
            other => drop(other?),
        }
    }
}

fn refusal(policy: &Policy, excess_micros: i64) -> Problem {
    // Rounded up: whoever comes back after that many seconds is let through.
    let seconds = excess_micros.saturating_add(999_999).div_euclid(1_000_000);
    let (name, tries, window) = (policy.name, policy.tries, policy.window_seconds);
    Problem::from(Code::RateLimited)
        .retry_after(seconds)
        .with_header("ratelimit-policy", format!("\"{name}\";q={tries};w={window}"))
        .with_header("ratelimit", format!("\"{name}\";r=0;t={seconds}"))
}
