//! How the client is led on: both generations ask for the address as JSON, each in its way, and a
//! form without a script gets a redirect.

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde_json::json;

use super::{refusal::Refusal, said::Said, site::Site};
use crate::{
    config::AuthjsVersion,
    pages::{accompany, asked::Asked, shell::lead_to},
};

/// Who has asked, and where they want to be led.
pub struct Client<'a> {
    pub site: Site<'a>,
    /// Which generation wants JSON; nothing for a form without a script.
    version: Option<AuthjsVersion>,
    configured: AuthjsVersion,
    callback: Option<String>,
}

impl<'a> Client<'a> {
    pub fn of(asked: &'a Asked, said: &Said) -> Self {
        let config = &asked.app.config;
        let is_five = asked.request.headers().contains_key("x-auth-return-redirect");
        let is_four = said.get("json") == Some("true");
        Self {
            site: Site::of(&asked.request, config),
            version: match (is_five, is_four) {
                (true, _) => Some(AuthjsVersion::Five),
                (false, true) => Some(AuthjsVersion::Four),
                (false, false) => None,
            },
            configured: config.authjs.version,
            callback: said.get("callbackUrl").map(ToOwned::to_owned).or(asked.query("callbackUrl")),
        }
    }

    /// Somebody who comes back, and is to be led to where they wanted before.
    pub fn back(asked: &'a Asked, callback: Option<String>) -> Self {
        let (site, configured) =
            (Site::of(&asked.request, &asked.app.config), asked.app.config.authjs.version);
        Self { site, version: None, configured, callback }
    }

    /// The address that the client asked to be led to, if that is allowed.
    pub fn callback(&self) -> Option<&str> {
        self.callback.as_deref()
    }

    /// Leads to where the client asked to be led.
    pub fn lead(&self) -> HttpResponse {
        match self.version {
            Some(_) => json_url(StatusCode::OK, &self.site.landing(self.callback())),
            None => lead_to(self.site.place(self.callback()).as_str()),
        }
    }

    /// Leads to an address that we have made.
    pub fn lead_to(&self, url: &str) -> HttpResponse {
        match self.version {
            Some(_) => json_url(StatusCode::OK, url),
            None => lead_to(self.site.path_of(url).unwrap_or(url)),
        }
    }

    /// Tells of a refusal in the query of the page at `path`.
    ///
    /// next-auth 4 reads it beside 401; next-auth 5 beside 200, and hands both to the page.
    pub fn refuse(&self, path: &str, refusal: &Refusal) -> HttpResponse {
        let back = self.callback().map(|callback| self.site.landing(Some(callback)));
        let back = back.as_deref().map(|url| ("callbackUrl", url));
        let query = refusal.query(self.version.unwrap_or(self.configured), back);
        let url = self.site.address(&format!("{path}?{query}"));
        let own = refusal.problem.as_ref().map(ResponseError::status_code);
        let status = match (own, self.version) {
            (Some(own), Some(_)) if own.is_server_error() => own,
            (Some(own), Some(_)) if own == StatusCode::BAD_REQUEST => own,
            (_, Some(AuthjsVersion::Four)) => StatusCode::UNAUTHORIZED,
            (_, Some(_)) => StatusCode::OK,
            (_, None) => StatusCode::SEE_OTHER,
        };
        let mut response = match self.version {
            Some(_) => json_url(status, &url),
            None => self.lead_to(&url),
        };
        if let Some(problem) = &refusal.problem {
            accompany(&mut response, problem);
        }
        response
    }
}

/// The policy says that the answer has a body of its own, whatever its status.
fn json_url(status: StatusCode, url: &str) -> HttpResponse {
    let policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .json(json!({ "url": url }))
}
