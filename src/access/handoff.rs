//! How the caller that the session layer has found reaches the guard of the same request, although
//! actix-session's store sees no request and hands on nothing but texts.
//!
//! The store lays its finding down on the worker's thread. The session layer goes on to the guard
//! without giving up the thread, and every guard picks the finding up before its first await. What
//! lies there is only taken by a request whose session state names the same session.

use std::{cell::RefCell, sync::Arc};

use actix_session::SessionExt;
use actix_web::{HttpMessage, HttpRequest};

use super::{callers::Found, store::SESSION_KEY};

thread_local! {
    static FOUND: RefCell<Option<Arc<Found>>> = const { RefCell::new(None) };
}

/// Lays a finding down for the request that is being served.
pub fn lay_down(found: Arc<Found>) {
    FOUND.with_borrow_mut(|place| *place = Some(found));
}

/// Moves the finding to the request whose it is. Every guard calls this first.
pub fn pick_up(request: &HttpRequest) {
    let Some(found) = FOUND.take() else { return };
    let session = request.get_session();
    let named = session.get::<String>(SESSION_KEY).ok().flatten();
    let own = found.caller.session().map(|session| session.id.as_str());
    if own.is_some() && named.as_deref() == own {
        request.extensions_mut().insert(found);
    }
}

/// What was picked up for this request.
pub fn found(request: &HttpRequest) -> Option<Arc<Found>> {
    request.extensions().get::<Arc<Found>>().cloned()
}
