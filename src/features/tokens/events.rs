//! The list of what has ended as a stream of server-sent events: the whole list first, then what
//! came to it. It stands beside the contract, because no answer of it ever ends by itself.

use std::time::Duration;

use actix_web::{
    Error, HttpResponse, ResponseError,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use tokio::time::{Instant, sleep};

use super::feed::{Built, Feed, Place};
use crate::http::{code::Code, outside::Outside, problem::Problem};

/// How often a listener's list is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// After how long of silence a comment is sent: who listens knows that the line is not dead, and we
/// that somebody listens.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// What is mounted beside the contract.
pub fn outside() -> Vec<Outside> {
    let path = "/.well-known/doorward/revocations/events";
    vec![Outside { path, read: |at| at.to(listen), post: None }]
}

/// One listener.
struct Listener {
    feed: Data<Feed>,
    /// The validator of the list that was sent last.
    sent: Option<String>,
    last: Instant,
    _place: Place,
}

async fn listen(feed: Data<Feed>) -> HttpResponse {
    let Some(place) = feed.place() else {
        return Problem::from(Code::Busy).retry_after(5).error_response();
    };
    let listener = Listener { feed, sent: None, last: Instant::now(), _place: place };
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // For proxies that would collect the answer before they pass it on.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(listener, next))
}

/// The next piece of the stream, or its end when the service stops.
async fn next(mut listener: Listener) -> Option<(Result<Bytes, Error>, Listener)> {
    loop {
        if !listener.feed.app().stage.is_serving() {
            return None;
        }
        match listener.feed.get().await {
            Ok(built) if listener.sent.as_ref() != Some(&built.etag) => {
                let piece = event(&built);
                (listener.sent, listener.last) = (Some(built.etag.clone()), Instant::now());
                return Some((Ok(piece), listener));
            }
            Ok(_) => {}
            // Who listens sees the line break, and knows no less than that something is wrong.
            Err(problem) => return Some((Err(problem.into()), listener)),
        }
        if listener.last.elapsed() >= HEARTBEAT {
            listener.last = Instant::now();
            return Some((Ok(Bytes::from_static(b":\n\n")), listener));
        }
        sleep(LOOK).await;
    }
}

fn event(built: &Built) -> Bytes {
    format!("event: revocations\nid: {}\ndata: {}\n\n", built.etag, built.text).into()
}
