//! The token against forgery that the client sends back: a random text, and a cookie that only we
//! can have made of it. The origin of a request is looked at beside it, as everywhere.

use actix_web::HttpResponse;
use data_encoding::HEXLOWER;
use serde_json::json;

use super::said::Said;
use crate::{
    access::guard::Public,
    config::{AuthjsVersion, Config},
    http::cookie::{self, Lifetime},
    kernel::secret::same,
    pages::asked::{Answer, Asked},
};

/// What its cookies are sealed for.
const LABEL: &str = "token against forgery";

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

/// The tokens of the browser's cookies, as far as these were made here.
fn known(asked: &Asked) -> Vec<Vec<u8>> {
    let Ok(cookies) = asked.request.cookies() else { return Vec::new() };
    let names = names(&asked.app.config);
    let own = cookies.iter().filter(|cookie| names.contains(&cookie.name()));
    own.filter_map(|cookie| asked.app.cursors.open(LABEL, cookie.value())).collect()
}

/// `GET /csrf`: the token of this browser.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(HttpResponse::Ok().json(json!({ "csrfToken": token(&asked) })))
}

/// The token of this browser, which gets one if it has none.
pub fn token(asked: &Asked) -> String {
    let known = known(asked).into_iter().find_map(|token| String::from_utf8(token).ok());
    if let Some(known) = known {
        return known;
    }
    let app = &asked.app;
    let token = HEXLOWER.encode(&app.chance.bytes::<32>());
    let sealed = app.cursors.seal(LABEL, token.as_bytes());
    let name = names(&app.config)[0];
    cookie::give(&asked.request, &app.config, name, &sealed, Lifetime::Browser);
    token
}

/// Whether the body repeats the token of the browser's cookie.
pub fn holds(asked: &Asked, said: &Said) -> bool {
    let given = said.get("csrfToken").unwrap_or_default();
    known(asked).iter().any(|token| same(token, given.as_bytes()))
}
