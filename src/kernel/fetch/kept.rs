//! Documents of other services that change rarely: kept for an hour, then asked for again while the
//! old one still serves. One that is slow or gone is asked for by one request at a time.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use url::Url;

use super::{Fault, Fetch, Question};
use crate::kernel::clock::Timestamp;

/// Seconds for which a document is used without a look at the original.
const FRESH: i64 = 3600;

/// Seconds after which it is of no use any more.
const STALE: i64 = 86_400;

/// Seconds after a failure before the next try, and between two tries to find something newer.
const PAUSE: i64 = 10;

/// How many documents are kept. There are two for each provider.
const MOST: usize = 256;

/// The documents by their addresses.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<String, Arc<Page>>>);

#[derive(Default)]
struct Page {
    state: Mutex<State>,
    /// Held by whoever asks for it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone, Default)]
struct State {
    body: Option<Arc<[u8]>>,
    asked_at: Option<Timestamp>,
    got_at: Option<Timestamp>,
}

impl State {
    /// The document, if it is younger than so many seconds.
    fn within(&self, seconds: i64, now: Timestamp) -> Option<Arc<[u8]>> {
        let got_at = self.got_at?;
        self.body.clone().filter(|_| now.seconds_since(got_at) < seconds)
    }

    fn asked_within(&self, seconds: i64, now: Timestamp) -> bool {
        self.asked_at.is_some_and(|at| now.seconds_since(at) < seconds)
    }
}

impl Shelf {
    fn page(&self, url: &Url) -> Arc<Page> {
        let mut pages = self.0.lock();
        if pages.len() >= MOST && !pages.contains_key(url.as_str()) {
            // Addresses come from settings and from documents of those: only one that keeps
            // changing gets here.
            pages.clear();
        }
        Arc::clone(pages.entry(url.as_str().to_owned()).or_default())
    }
}

impl Fetch {
    /// The document at an address.
    pub async fn document(&self, url: &Url, now: Timestamp) -> Result<Arc<[u8]>, Fault> {
        let page = self.0.shelf.page(url);
        let state = page.state.lock().clone();
        if let Some(body) = state.within(FRESH, now) {
            return Ok(body);
        }
        if let Some(body) = state.within(STALE, now) {
            if !state.asked_within(PAUSE, now)
                && let Ok(turn) = Arc::clone(&page.turn).try_lock_owned()
            {
                let (own, url) = (self.clone(), url.clone());
                tokio::spawn(async move {
                    let _turn = turn;
                    own.renew(&page, &url, now).await
                });
            }
            return Ok(body);
        }
        self.wait_for(&page, url, FRESH, now).await
    }

    /// The document at an address, asked for again because the kept one lacks something. Not more
    /// often than every ten seconds.
    pub async fn newer_document(&self, url: &Url, now: Timestamp) -> Result<Arc<[u8]>, Fault> {
        let page = self.0.shelf.page(url);
        self.wait_for(&page, url, PAUSE, now).await
    }

    /// Waits for one's turn: whoever had it before has asked for all.
    async fn wait_for(
        &self,
        page: &Page,
        url: &Url,
        seconds: i64,
        now: Timestamp,
    ) -> Result<Arc<[u8]>, Fault> {
        let _turn = page.turn.lock().await;
        let state = page.state.lock().clone();
        if let Some(body) = state.within(seconds, now) {
            return Ok(body);
        }
        if state.asked_within(PAUSE, now) {
            return Err(Fault::FailedJustNow);
        }
        self.renew(page, url, now).await
    }

    async fn renew(&self, page: &Page, url: &Url, now: Timestamp) -> Result<Arc<[u8]>, Fault> {
        let question = Question { url, authorization: None, form: None };
        let got = self.ask_well(&question).await;
        let mut state = page.state.lock();
        state.asked_at = Some(now);
        match got {
            Ok(body) => {
                let body: Arc<[u8]> = body.into();
                state.body = Some(Arc::clone(&body));
                state.got_at = Some(now);
                Ok(body)
            }
            Err(fault) => {
                tracing::warn!(host = url.host_str(), %fault, "a provider's document is missing");
                Err(fault)
            }
        }
    }
}
