//! How long the browser keeps a cookie that is being set; actix-session knows one life for all.

use actix_web::{
    HttpMessage, HttpRequest,
    cookie::{Cookie, time::Duration},
    http::header::{self, HeaderMap, HeaderValue},
};

/// How long a browser keeps the cookie that this request sets. Handlers leave it on the request.
#[derive(Clone, Copy, Debug)]
pub enum Lifetime {
    /// Until it is closed.
    Browser,
    /// So many seconds.
    Seconds(i64),
}

/// Gives the cookies of an answer the life that the handler asked for.
pub fn limit_life(request: &HttpRequest, headers: &mut HeaderMap) {
    let Some(lifetime) = request.extensions().get::<Lifetime>().copied() else { return };
    let cookies: Vec<_> = headers.remove(header::SET_COOKIE).collect();
    for value in cookies {
        let value = limited(&value, lifetime).unwrap_or(value);
        headers.append(header::SET_COOKIE, value);
    }
}

fn limited(value: &HeaderValue, lifetime: Lifetime) -> Option<HeaderValue> {
    let mut cookie = Cookie::parse_encoded(value.to_str().ok()?).ok()?;
    match lifetime {
        Lifetime::Browser => cookie.set_max_age(None),
        Lifetime::Seconds(seconds) => cookie.set_max_age(Duration::seconds(seconds)),
    }
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
