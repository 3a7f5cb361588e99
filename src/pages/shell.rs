//! What is around the content of every page: language, words, time, who is signed in. Every page is
//! sent by `Shell::send`, with the headers that all pages have.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use askama::Template;

use super::{
    look::{Look, Script},
    when::{self, Ago},
};
use crate::{
    access::caller::Caller,
    http::problem::{FieldError, Problem},
    kernel::{
        clock::Timestamp,
        texts::{self, Arg, Lang},
    },
};

/// The surroundings of a page.
#[derive(Clone)]
pub struct Shell {
    pub look: Data<Look>,
    pub language: Lang,
    pub now: Timestamp,
    /// The name of who is signed in, on pages that are for them.
    pub person: Option<String>,
    /// What the page loads besides the stylesheet.
    pub scripts: Vec<Script>,
}

impl Shell {
    /// The surroundings of a page for who is signed in, in the language that they asked for.
    pub fn with(&self, caller: &Caller) -> Self {
        let language = match caller.locale.as_str() {
            "" => self.language,
            wanted => Lang::choose([wanted]),
        };
        Self { person: Some(caller.name.clone()), language, ..self.clone() }
    }

    /// The surroundings of a page that loads this script as well.
    pub fn with_script(mut self, script: Script) -> Self {
        if !self.scripts.contains(&script) {
            self.scripts.push(script);
        }
        self
    }

    /// A text.
    pub fn say(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A text in which names are filled in. `service` and `min` can be used in every text.
    pub fn fill(&self, key: &str, names: &[(&'static str, &str)]) -> String {
        let args: Vec<_> = names.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        self.get(key, &args)
    }

    /// A text that counts: `count` in it.
    pub fn count(&self, key: &str, count: i64) -> String {
        self.get(key, &[("count", Arg::Number(count))])
    }

    /// The text; one that is missing shows its name in double brackets, which tests look for.
    fn get(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.find(key, args).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// The text, if there is one of this name.
    pub fn find(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
        let min = self.look.min_password.to_string();
        let mut all = vec![("service", Arg::Text(&self.look.service)), ("min", Arg::Text(&min))];
        all.extend(args.iter().map(|(name, arg)| (*name, *arg)));
        texts::find(self.language, key, &all)
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
        // Why a password can be guessed is told by the API's sentence alone, and that is English.
        let is_reason = error.code == "too_guessable" && self.language == Lang::En;
        let known = keys.iter().find_map(|key| self.find(key, &[]));
        known.filter(|_| !is_reason).unwrap_or_else(|| error.message.to_string())
    }

    /// Why something was refused.
    pub fn refusal(&self, problem: &Problem) -> String {
        let key = format!("problem-{}", problem.code().as_str().replace('.', "-"));
        let wait = problem.headers().iter().find(|(name, _)| *name == "retry-after");
        let seconds = wait.and_then(|(_, seconds)| seconds.parse::<i64>().ok()).unwrap_or(0);
        // In whole minutes, rounded up.
        let minutes = seconds.saturating_add(59).div_euclid(60).max(1);
        let known = self.find(&key, &[("count", Arg::Number(minutes))]);
        known.unwrap_or_else(|| self.say("problem-other"))
    }

    /// Sends a page.
    pub fn send(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
        let html = page.render().map_err(Problem::internal)?;
        let mut policy = self.look.policy.clone();
        if !self.scripts.is_empty() {
            policy.push_str("; script-src 'self'; connect-src 'self'");
        }
        if self.scripts.contains(&Script::Challenge) {
            policy.push_str("; worker-src 'self'");
        }
        Ok(HttpResponse::build(status)
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
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
