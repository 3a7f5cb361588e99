//! Who comes with a token that is none of ours is told of in the audit log, within limits: nobody
//! fills it by sending nonsense.

use serde_json::json;

use super::{
    audit::{self, Event, Kind},
    throttle::{self, Bucket, Policy},
};
use crate::{
    app::App,
    http::{code::Code, peer::Peer, problem::Problem},
};

/// How many events one address causes, at most.
const POLICY: Policy = Policy { name: "refused-tokens", tries: 30, window_seconds: 600 };

/// Records that a token was refused, unless its address has caused enough events already.
///
/// `why` is one of our own words, and nothing that was sent.
pub async fn note(app: &App, peer: &Peer, why: &'static str) -> Result<(), Problem> {
    let (bucket, now) = (Bucket::address(POLICY, peer), app.now());
    let asked = bucket.clone();
    match app.db.look(move |db| throttle::look(db, &asked, now)).await {
        Err(problem) if problem.code() == Code::RateLimited => return Ok(()),
        other => other?,
    }
    let event = Event::new(app, Kind::TokenRefused).peer(peer).detail(json!({ "why": why }));
    app.db
        .write_quiet(move |db| {
            if throttle::take(db, &bucket, now)?.is_ok() {
                audit::record(db, event)?;
            }
            Ok::<_, Problem>(())
        })
        .await
}
