//! Delivers what waits in the outbox. A slow or dead mail server delays mail and nothing else.

use std::{pin::pin, time::Duration};

use data_encoding::HEXLOWER;
use futures_util::{StreamExt, stream};

use super::{
    outbox::{MailRow, Status},
    queue::{self, Outcome},
    smtp::{Carrier, Failure, SmtpError},
};
use crate::{
    app::App,
    config::Delivery,
    http::{metrics::Metrics, problem::Problem},
    kernel::chance::Chance,
};

/// How often the outbox is looked into.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the worker waits after the database has refused.
const TROUBLE: Duration = Duration::from_secs(5);

/// How many looks there are from one count for the metrics to the next.
const COUNT_EVERY: u32 = 15;

/// How many mails are taken at a time, and how many of them are delivered at once. Even if each
/// takes as long as it may, all are done before their lease is over.
const LOT: i64 = 8;
const AT_ONCE: usize = 4;

/// After so many attempts, most of a day, a mail is given up.
pub const ATTEMPTS: i64 = 24;

/// Seconds before the second attempt; each further pause is twice as long.
const FIRST_PAUSE: i64 = 30;

/// The longest pause in seconds.
const LONGEST_PAUSE: i64 = 3600;

/// Delivers mail.
pub struct Worker {
    app: App,
    /// None where no mail server is configured.
    carrier: Option<Carrier>,
}

impl Worker {
    /// Must be called on a runtime. Errors when the mail server's settings can't be used.
    pub fn new(app: &App) -> Result<Self, SmtpError> {
        let carrier = Carrier::new(&app.config)?;
        if app.config.delivery() == Delivery::Later {
            tracing::warn!("no mail server is configured: mail waits until there is one");
        }
        Ok(Self { app: app.clone(), carrier })
    }

    /// Works until the service does not serve any more, or `stopped` is ready. What is on its way
    /// then is still settled.
    pub async fn run(self, metrics: Metrics, stopped: impl Future) {
        let mut stopped = pin!(stopped);
        let mut looks = 0;
        while self.app.stage.is_serving() {
            let pause = match self.look(&metrics, looks).await {
                Ok(taken) if taken == usize::try_from(LOT).unwrap_or(usize::MAX) => None,
                Ok(_) => Some(PAUSE),
                Err(problem) => {
                    tracing::warn!(cause = problem.cause(), "the outbox can't be read");
                    Some(TROUBLE)
                }
            };
            looks = (looks + 1) % COUNT_EVERY;
            let Some(pause) = pause else { continue };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = &mut stopped => return,
            }
        }
    }

    async fn look(&self, metrics: &Metrics, looks: u32) -> Result<usize, Problem> {
        if looks == 0 {
            let counts = self.app.db.read(|db| {
                let waiting = queue::count(db, Status::Waiting)?;
                Ok::<_, Problem>((waiting, queue::count(db, Status::Dead)?))
            });
            let (waiting, dead) = counts.await?;
            metrics.mails(waiting, dead);
        }
        self.round().await
    }

    /// Delivers what is due, at most a lot of it; answers how many mails were taken.
    pub async fn round(&self) -> Result<usize, Problem> {
        let Some(carrier) = &self.carrier else { return Ok(0) };
        let (app, now) = (&self.app, self.app.now());
        let any = app.db.read(move |db| Ok::<_, Problem>(queue::any_due(db, now)?));
        if !any.await? {
            return Ok(0);
        }
        let lease = HEXLOWER.encode(&app.chance.bytes::<16>());
        let own = lease.clone();
        let taken =
            app.db.write_quiet(move |db| Ok::<_, Problem>(queue::take(db, &own, now, LOT)?));
        let taken = taken.await?;
        let count = taken.len();
        let deliveries = stream::iter(taken).map(|row| self.deliver(carrier, row, &lease));
        let ended: Vec<_> = deliveries.buffer_unordered(AT_ONCE).collect().await;
        ended.into_iter().collect::<Result<(), _>>().map(|()| count)
    }

    /// One attempt, and what is written of it.
    async fn deliver(&self, carrier: &Carrier, row: MailRow, lease: &str) -> Result<(), Problem> {
        let attempts = row.attempts;
        let outcome = match self.attempt(carrier, &row).await {
            Ok(()) => Outcome::Delivered,
            Err(Failure::Permanent(reason)) => Outcome::GivenUp(reason),
            Err(Failure::Temporary(reason)) if attempts >= ATTEMPTS => Outcome::GivenUp(reason),
            Err(Failure::Temporary(reason)) => {
                let pause = pause(attempts, &self.app.chance);
                Outcome::PutOff(self.app.now().plus_seconds(pause), reason)
            }
        };
        match outcome {
            Outcome::Delivered => {
                tracing::info!(mail = %row.id, kind = row.kind, "mail delivered");
            }
            Outcome::PutOff(_, reason) => {
                tracing::warn!(mail = %row.id, kind = row.kind, attempts, reason, "mail put off");
            }
            Outcome::GivenUp(reason) => {
                tracing::error!(mail = %row.id, kind = row.kind, attempts, reason, "mail given up");
            }
        }
        let lease = lease.to_owned();
        let settled = self
            .app
            .db
            .write_quiet(move |db| Ok::<_, Problem>(queue::settle(db, &row.id, &lease, outcome)?));
        settled.await.map(drop)
    }

    async fn attempt(&self, carrier: &Carrier, row: &MailRow) -> Result<(), Failure> {
        let mail = row.mail(&self.app.vault);
        let mail = mail.map_err(|_| Failure::Permanent("it was sealed under another key"))?;
        let rendered = self.app.templates.render(&mail, &row.locale);
        let rendered = rendered.map_err(|_| Failure::Permanent("its template fails"))?;
        carrier.deliver(row, rendered).await
    }
}

/// Seconds until the next attempt: twice as long each time, and never the same for all that failed
/// together, so that a server that comes back is not overrun.
fn pause(attempts: i64, chance: &Chance) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let whole = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let random = i64::from(u16::from_be_bytes(chance.bytes()));
    whole / 2 + whole * random / (2 * i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour_and_differ() {
        let chance = Chance::seeded(1);
        let mut most = 0;
        for attempts in 1..=ATTEMPTS {
            let pauses: Vec<_> = (0..50).map(|_| pause(attempts, &chance)).collect();
            let (low, high) = (pauses.iter().min(), pauses.iter().max());
            let whole = (30 << (attempts - 1).min(20)).min(3600);
            assert!(low >= Some(&(whole / 2)) && high <= Some(&whole), "{attempts}: {pauses:?}");
            assert!(low < high, "{attempts}");
            most += whole;
        }
        assert!((14 * 3600..24 * 3600).contains(&most), "{most} seconds in all");
    }
}
