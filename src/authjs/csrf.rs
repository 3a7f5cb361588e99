//! The token against forgery that the client sends back: a random text, and a cookie that only we
//! can have made of it. The origin of a request is looked at beside it, as everywhere.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite},
    web::Data,
};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::said::Said;
use crate::{
    access::guard::Public,
    app::App,
    config::{AuthjsVersion, Config},
    http::{cookie, problem::Problem},
    kernel::secret::{MasterKey, same},
    pages::asked::{Answer, Asked},
};

/// The key that makes the cookies.
pub struct Csrf([u8; 32]);

impl Csrf {
    pub fn new(seed: &MasterKey) -> Self {
        Self(seed.derive("authjs csrf token"))
    }

    fn of(request: &HttpRequest) -> Result<&Data<Self>, Problem> {
        let found = request.app_data::<Data<Self>>();
        found.ok_or_else(|| Problem::internal("no key of tokens against forgery is mounted"))
    }

    fn mac(&self, token: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(token.as_bytes());
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    /// What the cookie of a token holds.
    fn seal(&self, token: &str) -> String {
        format!("{token}|{}", self.mac(token))
    }

    /// The token of a cookie that was made here.
    fn open<'a>(&self, cookie: &'a str) -> Option<&'a str> {
        let (token, mac) = cookie.split_once('|')?;
        same(mac.as_bytes(), self.mac(token).as_bytes()).then_some(token)
    }

    /// The tokens of the browser's cookies.
    fn tokens(&self, request: &HttpRequest, config: &Config) -> Vec<String> {
        let Ok(cookies) = request.cookies() else { return Vec::new() };
        let own = cookies.iter().filter(|cookie| names(config).contains(&cookie.name()));
        own.filter_map(|cookie| self.open(cookie.value())).map(ToOwned::to_owned).collect()
    }
}

/// The names under which the cookie is known, the one that it is given first. Browsers keep a
/// `__Host-` cookie only when it came over https, and from this very host.
fn names(config: &Config) -> [&'static str; 2] {
    let (four, five) = match config.is_https() {
        true => ("__Host-next-auth.csrf-token", "__Host-authjs.csrf-token"),
        false => ("next-auth.csrf-token", "authjs.csrf-token"),
    };
    match config.authjs.version {
        AuthjsVersion::Four => [four, five],
        AuthjsVersion::Five | AuthjsVersion::Auto => [five, four],
    }
}

/// `GET /csrf`: the token of this browser, which gets one if it has none.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let token = token(&asked)?;
    Ok(HttpResponse::Ok().json(json!({ "csrfToken": token })))
}

/// The token of this browser, which gets one if it has none.
pub fn token(asked: &Asked) -> Result<String, Problem> {
    let (app, request): (&App, _) = (&asked.app, &asked.request);
    let csrf = Csrf::of(request)?;
    if let Some(known) = csrf.tokens(request, &app.config).into_iter().next() {
        return Ok(known);
    }
    let token = HEXLOWER.encode(&app.chance.bytes::<32>());
    let cookie = Cookie::build(names(&app.config)[0], csrf.seal(&token))
        .path("/")
        .http_only(true)
        .secure(app.config.is_https())
        .same_site(SameSite::Lax)
        .finish();
    cookie::give(request, &cookie);
    Ok(token)
}

/// Whether the body repeats the token of the browser's cookie.
pub fn holds(asked: &Asked, said: &Said) -> Result<bool, Problem> {
    let Some(given) = said.get("csrfToken") else { return Ok(false) };
    let known = Csrf::of(&asked.request)?.tokens(&asked.request, &asked.app.config);
    Ok(known.iter().any(|token| same(token.as_bytes(), given.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::chance::Chance;

    #[test]
    fn a_cookie_is_good_for_the_token_and_the_service_that_it_was_made_of_alone() {
        let csrf = |seed| Csrf::new(&MasterKey::random(&Chance::seeded(seed)));
        let cookie = csrf(1).seal("abc");
        assert_eq!(csrf(1).open(&cookie), Some("abc"));
        assert_eq!(csrf(2).open(&cookie), None);
        for wrong in [cookie.replace("abc", "abd"), cookie.replace('|', ""), "|".into()] {
            assert_eq!(csrf(1).open(&wrong), None, "{wrong}");
        }
    }
}
