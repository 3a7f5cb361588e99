//! The page that most pages are: a heading, a few words, a form, and where else to go.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{
    asked::Answer, form::Form, look::Script, passkey::Passkey, refusal, shell::Shell,
    social::Providers,
};
use crate::http::problem::Problem;

/// A page around one form, or around none.
#[derive(Template)]
#[template(path = "card.html")]
pub struct Card {
    pub shell: Shell,
    pub title: String,
    pub lead: Vec<String>,
    /// What was just done.
    pub notice: Option<String>,
    pub form: Option<Form>,
    /// A passkey instead of the form.
    pub passkey: Option<Passkey>,
    /// Other services instead of it.
    pub providers: Option<Providers>,
    /// Other ways to do the same, the usual ones first.
    pub ways: Vec<Link>,
    pub links: Vec<Link>,
    /// The page above.
    pub back: Option<Link>,
}

/// A link, with words before it.
pub struct Link {
    pub href: String,
    pub before: String,
    pub words: String,
}

impl Link {
    pub fn new(href: impl Into<String>, words: String) -> Self {
        Self { href: href.into(), before: String::new(), words }
    }

    pub fn after(mut self, before: String) -> Self {
        self.before = before;
        self
    }
}

impl Card {
    pub fn new(shell: &Shell, title: String) -> Self {
        Self {
            shell: shell.clone(),
            title,
            lead: Vec::new(),
            notice: None,
            form: None,
            passkey: None,
            providers: None,
            ways: Vec::new(),
            links: Vec::new(),
            back: None,
        }
    }

    pub fn lead(mut self, words: String) -> Self {
        self.lead.push(words);
        self
    }

    pub fn notice(mut self, words: Option<String>) -> Self {
        self.notice = words;
        self
    }

    /// Shows a form; the page then loads what it needs to be sent.
    pub fn form(mut self, form: Form) -> Self {
        if form.work.is_some() {
            self.shell = self.shell.with_script(Script::Challenge);
        }
        self.form = Some(form);
        self
    }

    /// The form with what is wrong beside its fields.
    pub fn refused(mut self, problem: &Problem) -> Self {
        let shell = self.shell.clone();
        self.form = self.form.map(|form| form.refused(&shell, problem));
        self
    }

    /// Offers a passkey; the page then loads its script.
    pub fn passkey(mut self, passkey: Passkey) -> Self {
        self.shell = self.shell.with_script(Script::Passkeys);
        self.passkey = Some(passkey);
        self
    }

    /// Offers other services, where there are any.
    pub fn providers(mut self, providers: Providers) -> Self {
        self.providers = Some(providers).filter(|it| !it.buttons.is_empty());
        self
    }

    pub fn way(mut self, way: Link) -> Self {
        self.ways.push(way);
        self
    }

    pub fn link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    pub fn back(mut self, link: Link) -> Self {
        self.back = Some(link);
        self
    }

    pub fn show(self) -> Answer {
        self.send(StatusCode::OK)
    }

    pub fn send(mut self, status: StatusCode) -> Answer {
        self.form = self.form.map(Form::ready);
        let shell = self.shell.clone();
        shell.send(status, &self)
    }
}

/// What came of a form: where it leads, or its page again with what is wrong with it.
///
/// What the form can't help, such as a session that has ended, is left to whoever answers.
pub fn outcome(done: Result<HttpResponse, Problem>, page: impl FnOnce() -> Card) -> Answer {
    match done {
        Err(problem) if refusal::is_about_the_form(&problem) => {
            let mut response = page().refused(&problem).send(problem.code().status())?;
            refusal::accompany(&mut response, &problem);
            Ok(response)
        }
        other => other,
    }
}
