//! The session cookie: its attributes, and the key that signs it. `config` gives its name.

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time::Duration};

use super::store::Store;
use crate::{config::Config, kernel::secret::MasterKey};

/// The key that signs cookies.
pub fn key(seed: &MasterKey) -> Key {
    Key::from(&seed.derive::<64>("session cookie"))
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
