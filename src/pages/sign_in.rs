//! `/sign-in`: every way to prove who one is, the usual one first. Who is signed in already is led
//! on.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    passkey::Passkey,
    return_to::Target,
    second_factor,
    shell::lead_to,
    social::Providers,
};
use crate::{
    access::{answer::SignInAnswer, caller, guard::Public, throttle::Passwords},
    features::sessions::{model::SignIn, sign_in},
    http::{code::Code, json::Json, problem::Problem},
};

/// What a redirect to this page may say was done.
const DONE: &[&str] =
    &["signed-out", "deleted", "set-up", "verify", "reset", "email-confirm", "email-undo"];

/// What a redirect to this page may say was refused.
const REFUSED: &[Code] = &[
    Code::InvalidCredentials,
    Code::AccountDisabled,
    Code::EmailUnverified,
    Code::FactorRefused,
    Code::PendingInvalid,
    Code::ProofInvalid,
    Code::ProviderDenied,
    Code::ProviderRefused,
    Code::ProviderAccountExists,
    Code::SignUpClosed,
    Code::RateLimited,
    Code::ChallengeRequired,
    Code::ChallengeInvalid,
    Code::FormMalformed,
    Code::Internal,
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    email: String,
    password: String,
    remember: Option<String>,
    challenge: Option<String>,
    return_to: Option<String>,
}

pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let target = asked.target();
    if caller::of_cookie(&asked.request)?.is_some() {
        return Ok(lead_to(target.as_str()));
    }
    let card = page(&asked, "", false, &target).notice(asked.done(&asked.shell, DONE));
    match refused(&asked) {
        Some(problem) => card.refused(&problem).show(),
        None => card.show(),
    }
}

/// What a redirect to this page says was refused elsewhere.
fn refused(asked: &Asked) -> Option<Problem> {
    let named = asked.query("refused")?;
    REFUSED.iter().find(|code| code.as_str() == named).map(|code| Problem::from(*code))
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by = asked.enter::<Public<Passwords>>().await?;
    let Filled { email, password, remember, challenge, return_to } = asked.form().await?;
    let (target, remember) = (asked.led_to(return_to.as_deref()), remember.is_some());
    let challenge = answered(challenge);
    let body = SignIn { email: email.clone(), password, remember, challenge };
    let done = sign_in(&asked, by, body, &target).await;
    outcome(done, || page(&asked, &email, remember, &target))
}

/// The answer to the puzzle, which only a script gives.
pub fn answered(challenge: Option<String>) -> Option<String> {
    challenge.filter(|answer| !answer.is_empty())
}

async fn sign_in(
    asked: &Asked,
    by: Public<Passwords>,
    body: SignIn,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(body)?;
    let answer = sign_in::with_password(&asked.app, by, &asked.request, body).await?;
    go_on(asked, answer, target)
}

/// After a step of a sign-in: on to the place that was wanted, or to the second factor.
pub fn go_on(asked: &Asked, answer: SignInAnswer, target: &Target) -> Answer {
    match answer.second_factor {
        None => Ok(lead_to(target.as_str())),
        Some(required) => second_factor::ask(&asked.shell, required, target),
    }
}

fn page(asked: &Asked, email: &str, remember: bool, target: &Target) -> Card {
    let shell = &asked.shell;
    let form = Form::to("/sign-in", shell.say("sign-in-button"))
        .hidden(target.hidden())
        .field(Field::new(shell, "email", Kind::Username).value(email).or_passkey())
        .field(Field::new(shell, "password", Kind::Password))
        .field(Field::new(shell, "remember", Kind::Check).checked(remember))
        .worked_for(shell)
        .focused();
    let card = Card::new(shell, shell.say("sign-in"))
        .form(form)
        .passkey(Passkey::to(shell, "sign-in", target))
        .providers(Providers::to(asked, target))
        .way(Link::new(target.carried_by("/magic"), shell.say("to-magic")))
        .link(Link::new("/forgot", shell.say("to-forgot")));
    if !shell.look.signs_up {
        return card;
    }
    let sign_up = Link::new(target.carried_by("/sign-up"), shell.say("to-sign-up"));
    card.link(sign_up.after(shell.say("to-sign-up-before")))
}
