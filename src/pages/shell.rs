//! What is around the content of every page: language, words, time, who is signed in. Every page is
//! sent by `Shell::send`, with the headers that all pages have.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use askama::Template;
use fluent_bundle::FluentArgs;

use super::{
    look::Look,
    texts::Language,
    when::{self, Ago},
};
use crate::{
    access::caller::Caller,
    http::problem::{FieldError, Problem},
    kernel::clock::Timestamp,
};

/// The surroundings of a page.
#[derive(Clone)]
pub struct Shell {
    pub look: Data<Look>,
    pub language: Language,
    pub now: Timestamp,
    /// The name of who is signed in, on pages that are for them.
    pub person: Option<String>,
}

impl Shell {
    /// The surroundings of a page for who is signed in.
    pub fn with(&self, caller: &Caller) -> Self {
        Self { person: Some(caller.name.clone()), ..self.clone() }
    }

    /// A text.
    pub fn say(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A text in which names are filled in. `service` and `min` can be used in every text.
    pub fn fill(&self, key: &str, names: &[(&'static str, &str)]) -> String {
        self.look.texts.say(self.language, key, &self.args(names))
    }

    /// A text that counts: `n` in it.
    pub fn count(&self, key: &str, n: i64) -> String {
        let mut args = self.args(&[]);
        args.set("n", n);
        self.look.texts.say(self.language, key, &args)
    }

    fn args<'a>(&'a self, names: &[(&'static str, &'a str)]) -> FluentArgs<'a> {
        let mut args = FluentArgs::new();
        args.set("service", self.look.service.as_str());
        args.set("min", self.look.min_password);
        for (name, value) in names {
            args.set(*name, *value);
        }
        args
    }

    /// How long ago that was, in words.
    pub fn ago(&self, at: Timestamp) -> String {
        match Ago::of(at, self.now) {
            Ago::Now => self.say("ago-now"),
            Ago::Minutes(n) => self.count("ago-minutes", n),
            Ago::Hours(n) => self.count("ago-hours", n),
            Ago::Days(n) => self.count("ago-days", n),
            Ago::Longer => self.day(at),
        }
    }

    /// The day in UTC, in words.
    pub fn day(&self, at: Timestamp) -> String {
        let (year, month, day) = when::date(at);
        let month = self.say(&format!("month-{month}"));
        self.fill("date", &[("day", &day.to_string()), ("month", &month), ("year", &year)])
    }

    /// The minute in UTC, for who wants to know exactly.
    pub fn exactly(&self, at: Timestamp) -> String {
        self.fill("date-time", &[("day", &self.day(at)), ("time", &when::time(at))])
    }

    /// What is wrong with a field, as precisely as the words go; the API's own sentence where the
    /// pages have none.
    pub fn fault(&self, field: &str, error: &FieldError) -> String {
        let keys = [format!("error-{field}-{}", error.code), format!("error-{}", error.code)];
        let known = keys.iter().find(|key| self.look.texts.has(self.language, key));
        known.map_or_else(|| error.message.to_string(), |key| self.say(key))
    }

    /// Why something was refused.
    pub fn refusal(&self, problem: &Problem) -> String {
        let key = format!("problem-{}", problem.code().as_str().replace('.', "-"));
        if !self.look.texts.has(self.language, &key) {
            return self.say("problem-other");
        }
        let wait = problem.headers().iter().find(|(name, _)| *name == "retry-after");
        let seconds = wait.and_then(|(_, seconds)| seconds.parse::<i64>().ok()).unwrap_or(0);
        self.count(&key, seconds.div_euclid(60) + 1)
    }

    /// Sends a page.
    pub fn send(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
        let html = page.render().map_err(Problem::internal)?;
        Ok(HttpResponse::build(status)
            .insert_header((header::CONTENT_SECURITY_POLICY, self.look.policy.clone()))
            // Without any referrer a browser would call the form's origin `null`.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .insert_header((header::VARY, "accept-language, cookie"))
            .content_type("text/html; charset=utf-8")
            .body(html))
    }

    /// Sends a page that tells nothing but what it was asked for.
    pub fn show(&self, page: &impl Template) -> Result<HttpResponse, Problem> {
        self.send(StatusCode::OK, page)
    }
}

/// Leads on after a form: 303, so that a reload does not send the form again.
pub fn lead_to(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish()
}
