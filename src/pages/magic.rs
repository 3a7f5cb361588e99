//! `/magic`: signing in by a link or a code that is mailed. A second step is asked for all the
//! same.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    return_to::Target,
    shell::{Shell, lead_to},
    sign_in,
    verify::plain,
};
use crate::{
    access::{
        guard::Public,
        throttle::{Mails, Proofs},
    },
    features::{
        accounts::ask::Mailbox,
        sessions::{
            magic,
            model::{MagicCode, MagicToken},
        },
    },
    http::{code::Code, json::Json, problem::Problem},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
    return_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithLink {
    token: String,
    remember: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithCode {
    email: String,
    code: String,
    remember: Option<String>,
    return_to: Option<String>,
}

/// The page of the link, or the one that asks for it. Looking does not use the link up.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    match asked.query("token") {
        Some(token) => entering(&asked.shell, &token).show(),
        None => asking(&asked.shell, "", &asked.target()).show(),
    }
}

/// Nothing is known here of a mail: it begins anew.
pub async fn begin_again(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(lead_to(&asked.target().carried_by("/magic")))
}

pub async fn ask(mut asked: Asked) -> Answer {
    let by: Public<Mails> = asked.enter().await?;
    let Wanted { email, return_to } = asked.form().await?;
    let target = asked.led_to(return_to.as_deref());
    let sent = send(&asked, by, &email, &target).await;
    outcome(sent, || asking(&asked.shell, &email, &target))
}

async fn send(
    asked: &Asked,
    by: Public<Mails>,
    email: &str,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(Mailbox { email: email.to_owned() })?;
    magic::request(&asked.app, by, body).await?;
    typing(&asked.shell, email, false, target).show()
}

pub async fn with_link(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let WithLink { token, remember } = asked.form().await?;
    let body = MagicToken { token: token.clone(), remember: remember.is_some() };
    let done = enter_by_link(&asked, by, body).await;
    let is_over = |problem: &Problem| problem.code() == Code::ProofInvalid;
    if done.as_ref().is_err_and(is_over) {
        let shell = &asked.shell;
        return Card::new(shell, shell.say("link-over"))
            .lead(shell.say("link-over-lead"))
            .link(Link::new("/magic", shell.say("magic-again")))
            .send(Code::ProofInvalid.status());
    }
    outcome(done, || entering(&asked.shell, &token))
}

async fn enter_by_link(
    asked: &Asked,
    by: Public<Proofs>,
    body: MagicToken,
) -> Result<HttpResponse, Problem> {
    let body = valid(body).map_err(|_| Problem::from(Code::ProofInvalid))?;
    let Json(body) = body;
    let answer = magic::with_link(&asked.app, by, &asked.request, body).await?;
    sign_in::go_on(asked, answer, &asked.led_to(None))
}

pub async fn with_code(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let WithCode { email, code, remember, return_to } = asked.form().await?;
    let (target, remember) = (asked.led_to(return_to.as_deref()), remember.is_some());
    let body = MagicCode { email: email.clone(), code: plain(&code), remember };
    let done = enter_by_code(&asked, by, body, &target).await;
    outcome(done, || typing(&asked.shell, &email, remember, &target))
}

async fn enter_by_code(
    asked: &Asked,
    by: Public<Proofs>,
    body: MagicCode,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(body)?;
    let answer = magic::with_code(&asked.app, by, &asked.request, body).await?;
    sign_in::go_on(asked, answer, target)
}

fn asking(shell: &Shell, email: &str, target: &Target) -> Card {
    let form = Form::to("/magic/ask", shell.say("magic-button"))
        .hidden(target.hidden())
        .field(Field::new(shell, "email", Kind::Username).value(email))
        .focused();
    let back = Link::new(target.carried_by("/sign-in"), shell.say("to-password"));
    Card::new(shell, shell.say("magic")).lead(shell.say("magic-lead")).form(form).link(back)
}

fn typing(shell: &Shell, email: &str, remember: bool, target: &Target) -> Card {
    let form = Form::to("/magic/code", shell.say("sign-in-button"))
        .hidden(target.hidden())
        .hidden([("email", email.to_owned())])
        .field(Field::new(shell, "code", Kind::Digits))
        .field(Field::new(shell, "remember", Kind::Check).checked(remember))
        .blame(Code::ProofInvalid, "code")
        .focused();
    Card::new(shell, shell.say("forgot-sent"))
        .lead(shell.fill("magic-sent-lead", &[("email", email)]))
        .form(form)
        .link(Link::new(target.carried_by("/magic"), shell.say("mail-again")))
}

fn entering(shell: &Shell, token: &str) -> Card {
    let form = Form::to("/magic", shell.say("sign-in-button"))
        .hidden([("token", token.to_owned())])
        .field(Field::new(shell, "remember", Kind::Check));
    Card::new(shell, shell.say("sign-in")).lead(shell.say("magic-enter")).form(form)
}
