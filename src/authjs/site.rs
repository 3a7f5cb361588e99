//! The origin under which a browser has the app, and where it may be led there.
//!
//! The client reads `url` of an answer by `new URL(url)`, so that it must be absolute, while behind
//! a rewrite neither `Host` nor `X-Forwarded-Host` can be believed: whoever sends them would choose
//! where people are led. What counts is the origin of the page as the browser tells it, and only
//! where it is one of ours, is listed in `allowed_origins` or `pages.return_to`, or, while nobody
//! but this machine can reach the service, is a page of this machine that has asked its own origin.

use actix_web::{HttpRequest, http::header};
use url::Url;

use crate::{
    config::{Config, is_loopback},
    pages::return_to::Target,
};

/// The app's origin.
pub struct Site<'a> {
    config: &'a Config,
    origin: String,
}

impl<'a> Site<'a> {
    pub fn of(request: &HttpRequest, config: &'a Config) -> Self {
        let told = told(request).filter(|page| is_known(request, config, page));
        let origin =
            told.map_or_else(|| config.origin(), |page| page.origin().ascii_serialization());
        Self { config, origin }
    }

    /// The address of a path of ours on this origin.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Where `callbackUrl` leads: a path on this origin, an address on it or in a listed place.
    /// Anything else is the origin itself.
    pub fn landing(&self, callback: Option<&str>) -> String {
        match Target::allowed(self.config, &self.origin, callback) {
            Some(place) if place.as_str().starts_with('/') => self.address(place.as_str()),
            Some(place) => place.as_str().to_owned(),
            None => self.origin.clone(),
        }
    }

    /// The same for a `Location`. Without an origin where that is this one: whatever stands between
    /// the browser and us then has no part in it.
    pub fn place(&self, callback: Option<&str>) -> Target {
        let landing = self.landing(callback);
        let path = self.path_of(&landing);
        let of = |wanted: &str| Target::allowed(self.config, &self.origin, Some(wanted));
        path.and_then(of).or_else(|| of(&landing)).unwrap_or_else(|| Target::own(Some("/")))
    }

    /// The same for later, when the browser comes back to `public_url`: a path where that is this
    /// origin, an address where this is another that is listed.
    pub fn kept(&self, callback: Option<&str>) -> Target {
        let landing = self.landing(callback);
        let own = self.config.origin();
        let of = |wanted: &str| Target::allowed(self.config, &own, Some(wanted));
        let path = || self.path_of(&landing).and_then(of);
        let kept = match self.origin == own {
            true => path().or_else(|| of(&landing)),
            false => of(&landing).or_else(path),
        };
        kept.unwrap_or_else(|| Target::own(Some("/")))
    }

    /// The path of an address on this origin.
    pub fn path_of<'b>(&self, address: &'b str) -> Option<&'b str> {
        match address.strip_prefix(&self.origin)? {
            "" => Some("/"),
            path => path.starts_with('/').then_some(path),
        }
    }
}

/// The page that has sent the request, as the browser tells it.
fn told(request: &HttpRequest) -> Option<Url> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let page = header(header::ORIGIN).or_else(|| header(header::REFERER))?;
    Url::parse(page).ok().filter(|page| matches!(page.scheme(), "http" | "https"))
}

fn is_known(request: &HttpRequest, config: &Config, page: &Url) -> bool {
    let origin = page.origin().ascii_serialization();
    let is_allowed = config.allowed_origins.iter().any(|it| it.as_str() == origin);
    let is_listed = config.pages.return_to.iter().any(|place| place.origin() == origin);
    // No page can forge this header: the browser has asked for an address on the page's own
    // origin, so whatever answers there hands the request on to us.
    let site = request.headers().get("sec-fetch-site");
    let is_same = site.is_some_and(|site| site == "same-origin");
    let is_at_home = config.is_at_home() && is_loopback(page) && is_same;
    config.own_origins().contains(&origin) || is_allowed || is_listed || is_at_home
}
