//! `/sign-in`: every way to prove who one is, the usual one first. Who is signed in already is led
//! on, unless a page asked them to prove it again.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    return_to::Target,
    shell::{Shell, lead_to},
};
use crate::{
    access::{
        caller::{self, Caller},
        guard::Public,
        throttle::Passwords,
    },
    features::sessions::{model::SignIn, sign_in},
    http::problem::Problem,
};

/// What a redirect to this page may say was done.
const DONE: &[&str] = &["signed-up", "signed-out", "deleted", "set-up"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    email: String,
    password: String,
    remember: Option<String>,
    /// There when somebody who is signed in was asked to prove it again.
    again: Option<String>,
    return_to: Option<String>,
}

/// What the page knows before anything is filled in, or of what was.
struct State {
    email: String,
    remember: bool,
    again: bool,
    target: Target,
}

pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let found = caller::of(&asked.request)?;
    let (again, target) = (asked.query("again").is_some(), asked.target());
    let known = found.as_ref().map(|found| &*found.caller);
    if known.is_some() && !again {
        return Ok(lead_to(target.as_str()));
    }
    let state = State::new(known, again, target);
    page(&asked.shell, &state).notice(asked.done(DONE)).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by = asked.enter::<Public<Passwords>>().await?;
    let Filled { email, password, remember, again, return_to } = asked.form().await?;
    let target = asked.led_to(return_to.as_deref());
    let (remember, again) = (remember.is_some(), again.is_some());
    let state = State { email: email.clone(), remember, again, target };
    // The pages have no script that could solve a puzzle.
    let body = SignIn { email, password, remember, challenge: None };
    let done = sign_in(&asked, by, body, &state.target).await;
    outcome(done, |problem| {
        let mut card = page(&asked.shell, &state);
        card.form = card.form.map(|form| form.refused(&asked.shell, problem).ready());
        card
    })
}

async fn sign_in(
    asked: &Asked,
    by: Public<Passwords>,
    body: SignIn,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let (app, request) = (asked.app.clone(), asked.request.clone());
    sign_in::sign_in_with_password(by, app, request, valid(body)?).await?;
    Ok(lead_to(target.as_str()))
}

impl State {
    fn new(known: Option<&Caller>, again: bool, target: Target) -> Self {
        let email = known.map(|caller| caller.email.clone()).unwrap_or_default();
        let remember = known.is_some_and(|caller| caller.session.remember);
        Self { email, remember, again: again && known.is_some(), target }
    }
}

fn page(shell: &Shell, state: &State) -> Card {
    let (title, lead) = match state.again {
        true => ("sign-in-again", Some(shell.say("sign-in-again-lead"))),
        false => ("sign-in", None),
    };
    let again = state.again.then(|| ("again", "1".to_owned()));
    let remember = Field::new(shell, "remember", Kind::Check).checked(state.remember);
    let form = Form::to("/sign-in", shell.say("sign-in-button"))
        .hidden(state.target.hidden())
        .hidden(again)
        .field(Field::new(shell, "email", Kind::Username).value(&state.email))
        .field(Field::new(shell, "password", Kind::Password))
        .field(remember)
        .focused();
    let mut card = Card::new(shell, shell.say(title)).form(form);
    card.lead.extend(lead);
    if state.again {
        return card.link(Link::new("/account", shell.say("to-account")));
    }
    if !shell.look.signs_up {
        return card;
    }
    let sign_up = Link::new(state.target.carried_by("/sign-up"), shell.say("to-sign-up"));
    card.link(sign_up.after(shell.say("to-sign-up-before")))
}
