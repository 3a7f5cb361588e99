//! The defence against cross-site requests: an unsafe request from a browser page must come from
//! our own or a listed origin. No token is needed, so Swagger UI and generated clients just work.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, http::header, web::Data};

use super::{code::Code, offered, problem::Problem};

/// The origins from which pages may send unsafe requests.
#[derive(Clone)]
pub struct Origins {
    own: BTreeSet<String>,
    listed: BTreeSet<String>,
}

impl Origins {
    pub fn new(own: Vec<String>, listed: Vec<String>) -> Self {
        Self { own: own.into_iter().collect(), listed: listed.into_iter().collect() }
    }

    pub fn is_listed(&self, origin: &str) -> bool {
        self.listed.contains(origin)
    }

    fn allows(&self, origin: &str) -> bool {
        self.own.contains(origin) || self.listed.contains(origin)
    }
}

/// Lets safe methods, programs without a browser and our own pages through.
///
/// A bearer token or an API key is proof that no other page can add, so such a request is not
/// checked. Sign-in is checked although it comes without a cookie: nobody shall be signed in by
/// another site's page as somebody else. Errors: `csrf.origin_refused`.
pub fn check(request: &HttpRequest) -> Result<(), Problem> {
    if request.method().is_safe() || offered::is_any(request) {
        return Ok(());
    }
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin = text(header::ORIGIN.as_str());
    let origins = request
        .app_data::<Data<Origins>>()
        .ok_or_else(|| Problem::internal("no origins are mounted"))?;
    let allowed = match (text("sec-fetch-site"), origin) {
        // Browsers set this header themselves; no page can forge it.
        (Some("same-origin"), _) => true,
        (Some("none"), None) => true,
        (_, Some(origin)) => origins.allows(origin),
        (Some(_), None) => false,
        (None, None) => true,
    };
    if allowed { Ok(()) } else { Err(Code::OriginRefused.into()) }
}
