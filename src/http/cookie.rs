//! Cookies of answers: how long the browser keeps the session's, for actix-session knows one life
//! for all, and further cookies that a handler gives.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    http::header::{self, HeaderMap, HeaderValue},
};

use crate::config::Config;

/// How long a browser keeps the cookie that this request sets. Handlers leave it on the request.
#[derive(Clone, Copy, Debug)]
pub enum Lifetime {
    /// Until it is closed.
    Browser,
    /// So many seconds.
    Seconds(i64),
}

impl Lifetime {
    fn limit(self, cookie: &mut Cookie<'_>) {
        match self {
            Self::Browser => cookie.set_max_age(None),
            Self::Seconds(seconds) => cookie.set_max_age(Duration::seconds(seconds)),
        }
    }
}

/// Cookies that handlers leave on the request for its answer.
struct Given(Vec<HeaderValue>);

/// Has the answer set a further cookie, beside the session's: for every path of ours, and hidden
/// from scripts. It comes along where a link leads here, and with no other request of another site.
pub fn give(
    request: &HttpRequest,
    config: &Config,
    name: &'static str,
    value: &str,
    lifetime: Lifetime,
) {
    let mut cookie = Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .finish();
    lifetime.limit(&mut cookie);
    let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) else { return };
    let mut extensions = request.extensions_mut();
    match extensions.get_mut::<Given>() {
        Some(given) => given.0.push(value),
        None => drop(extensions.insert(Given(vec![value]))),
    }
}

/// Gives the session cookie of an answer the life that the handler asked for, and adds what else
/// the handler gives.
pub fn complete(request: &HttpRequest, headers: &mut HeaderMap) {
    if let Some(lifetime) = request.extensions().get::<Lifetime>().copied() {
        let cookies: Vec<_> = headers.remove(header::SET_COOKIE).collect();
        for value in cookies {
            let value = limited(&value, lifetime).unwrap_or(value);
            headers.append(header::SET_COOKIE, value);
        }
    }
    let Some(Given(given)) = request.extensions_mut().remove::<Given>() else { return };
    for value in given {
        headers.append(header::SET_COOKIE, value);
    }
}

fn limited(value: &HeaderValue, lifetime: Lifetime) -> Option<HeaderValue> {
    let mut cookie = Cookie::parse_encoded(value.to_str().ok()?).ok()?;
    lifetime.limit(&mut cookie);
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
