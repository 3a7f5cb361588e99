//! The session cookie on its way out: how long the browser keeps it, and that it is not renamed.

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    cookie::{Cookie, Key, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderValue},
    middleware::Next,
    web::Data,
};

use super::store::Store;
use crate::{app::App, config::Config, kernel::secret::MasterKey};

/// How long a browser keeps the cookie of a session that has just started.
#[derive(Clone, Copy, Debug)]
pub enum Lifetime {
    /// Until it is closed.
    Browser,
    /// So many seconds.
    Seconds(i64),
}

/// The key that signs cookies.
pub fn key(master: &MasterKey) -> Key {
    Key::from(&master.derive::<64>("session cookie"))
}

/// actix-session over our store: `__Host-` over https, `HttpOnly`, `SameSite=Lax`, `Path=/`.
pub fn middleware(store: Store, key: Key, config: &Config) -> SessionMiddleware<Store> {
    let longest = i64::from(config.session.remember_absolute_seconds);
    let lifecycle = PersistentSession::default().session_ttl(Duration::seconds(longest));
    SessionMiddleware::builder(store, key)
        .cookie_name(config.cookie_name().to_owned())
        .cookie_secure(config.is_https())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(lifecycle)
        .build()
}

/// Gives the cookie of a new session the life that was asked for; actix-session knows only one
/// for all. Wraps the session layer, for `actix_web::middleware::from_fn`.
pub async fn limit_life(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let name = request.app_data::<Data<App>>().map(|app| app.config.cookie_name());
    let mut response = next.call(request).await?;
    let lifetime = response.request().extensions().get::<Lifetime>().copied();
    let (Some(name), Some(lifetime)) = (name, lifetime) else { return Ok(response) };
    let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).cloned().collect();
    response.headers_mut().remove(header::SET_COOKIE);
    for value in cookies {
        let value = limited(&value, name, lifetime).unwrap_or(value);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

fn limited(value: &HeaderValue, name: &str, lifetime: Lifetime) -> Option<HeaderValue> {
    let mut cookie = Cookie::parse_encoded(value.to_str().ok()?).ok()?;
    if cookie.name() != name {
        return None;
    }
    match lifetime {
        Lifetime::Browser => cookie.set_max_age(None),
        Lifetime::Seconds(seconds) => cookie.set_max_age(Duration::seconds(seconds)),
    }
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
