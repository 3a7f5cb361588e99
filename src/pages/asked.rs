//! A request for a page, and the one order in which it is looked at: where it comes from, the
//! guard, and only then the form. Whatever is refused on the way is answered with a page.

use std::future::{Future, Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    web::{BytesMut, Data},
};
use serde::de::DeserializeOwned;
use validator::Validate;

use super::{look::Look, refusal, return_to::Target, shell::Shell};
use crate::{
    app::App,
    http::{
        code::Code,
        endpoint::Guard,
        json::{self, Json},
        language, origin,
        problem::Problem,
    },
    kernel::texts::Lang,
};

/// What a page's handler gets.
pub struct Asked {
    pub request: HttpRequest,
    pub app: Data<App>,
    pub shell: Shell,
    body: Payload,
}

/// What a page's handler gives.
pub type Answer = Result<HttpResponse, Problem>;

impl FromRequest for Asked {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, body: &mut Payload) -> Self::Future {
        let known = (request.app_data::<Data<App>>(), request.app_data::<Data<Look>>());
        let (Some(app), Some(look)) = known else {
            return ready(Err(Problem::internal("no pages are mounted")));
        };
        let language = language::accepted(request.headers()).unwrap_or(Lang::En);
        let (look, now, scripts) = (look.clone(), app.now(), Vec::new());
        let shell = Shell { look, language, now, person: None, scripts };
        let (request, app) = (request.clone(), app.clone());
        ready(Ok(Self { request, app, shell, body: body.take() }))
    }
}

impl Asked {
    /// Answers with what the page's handler gives, and its refusals as pages.
    pub async fn answer<F, Fut>(self, page: F) -> HttpResponse
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = Answer>,
    {
        let (shell, request) = (self.shell.clone(), self.request.clone());
        match page(self).await {
            Ok(response) => response,
            Err(problem) => refusal::answer(&shell, &request, &problem),
        }
    }

    /// Lets the request in by the same guards as the API. Call it before anything is awaited.
    pub async fn enter<G: Guard>(&self) -> Result<G, Problem> {
        origin::check(&self.request)?;
        G::admit(&self.request).await
    }

    /// As [`Asked::enter`], for a form that another site's page sends. Nothing may come of it that
    /// the page could not bring about by a link.
    pub async fn enter_from_elsewhere<G: Guard>(&self) -> Result<G, Problem> {
        G::admit(&self.request).await
    }

    /// The fields of the form that was sent, each known and there once.
    ///
    /// Errors: `request.form_malformed`, `request.body_too_large`, `request.timeout`.
    pub async fn form<F: DeserializeOwned>(&mut self) -> Result<F, Problem> {
        let bytes = self.form_bytes().await?;
        serde_urlencoded::from_bytes(&bytes).map_err(|_| Code::FormMalformed.into())
    }

    /// The fields of the form that was sent, whatever they are, in order.
    ///
    /// Errors: as [`Asked::form`].
    pub async fn pairs(&mut self) -> Result<Vec<(String, String)>, Problem> {
        let bytes = self.form_bytes().await?;
        Ok(url::form_urlencoded::parse(&bytes).into_owned().collect())
    }

    /// The body, whatever it is.
    ///
    /// Errors: `request.body_too_large`, `request.timeout`.
    pub async fn bytes(&mut self) -> Result<BytesMut, Problem> {
        json::read_body(self.body.take(), &self.app.config.limits).await
    }

    async fn form_bytes(&mut self) -> Result<BytesMut, Problem> {
        if !self.request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Code::FormMalformed.into());
        }
        let bytes = self.bytes().await?;
        // A text can't hold NUL in every database; U+FFFD stands for what was no UTF-8.
        let is_odd = |text: &str| text.contains(['\0', '\u{fffd}']);
        let mut fields = url::form_urlencoded::parse(&bytes);
        if fields.any(|(name, value)| is_odd(&name) || is_odd(&value)) {
            return Err(Code::FormMalformed.into());
        }
        Ok(bytes)
    }

    /// All values of the query, in order.
    pub fn queries(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.request.query_string().as_bytes()).into_owned().collect()
    }

    /// One value of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = url::form_urlencoded::parse(self.request.query_string().as_bytes());
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Where the query asks to be led afterwards, if that is allowed.
    pub fn target(&self) -> Target {
        self.led_to(self.query("return_to").as_deref())
    }

    /// Where a form asks to be led afterwards, if that is allowed.
    pub fn led_to(&self, wanted: Option<&str>) -> Target {
        Target::of(&self.app.config, wanted)
    }

    /// What a redirect to this page says was done: one of `known`, each of which is a text
    /// `done-…`.
    pub fn done(&self, shell: &Shell, known: &[&str]) -> Option<String> {
        let done = self.query("done")?;
        known.contains(&done.as_str()).then(|| shell.say(&format!("done-{done}")))
    }
}

/// The body of an operation, made from a form. Errors: `validation.failed`.
pub fn valid<T: Validate>(body: T) -> Result<Json<T>, Problem> {
    body.validate().map_err(|errors| json::refused(&errors))?;
    Ok(Json(body))
}
