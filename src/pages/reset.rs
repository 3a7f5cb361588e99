//! `/forgot` and `/reset`: a new password for who has forgotten the old one. Nobody is signed in by
//! it, and no second step is left out.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    shell::{Shell, lead_to},
};
use crate::{
    access::{
        caller,
        guard::Public,
        throttle::{Mails, Proofs},
    },
    features::{
        accounts::ask::Mailbox,
        recovery::reset::{PasswordReset, request_password_reset, reset_password},
    },
    http::{code::Code, problem::Problem},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    token: String,
    password: String,
}

pub async fn show_forgot(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let known = caller::of_cookie(&asked.request)?.map(|found| found.caller.email.clone());
    forgot(&asked.shell, &known.unwrap_or_default()).show()
}

pub async fn submit_forgot(mut asked: Asked) -> Answer {
    let by: Public<Mails> = asked.enter().await?;
    let Wanted { email } = asked.form().await?;
    let done = ask(&asked, by, &email).await;
    outcome(done, || forgot(&asked.shell, &email))
}

async fn ask(asked: &Asked, by: Public<Mails>, email: &str) -> Result<HttpResponse, Problem> {
    let body = valid(Mailbox { email: email.to_owned() })?;
    request_password_reset(by, asked.app.clone(), body).await?;
    let shell = &asked.shell;
    Card::new(shell, shell.say("forgot-sent"))
        .lead(shell.fill("forgot-sent-lead", &[("email", email)]))
        .link(Link::new("/forgot", shell.say("mail-again")))
        .show()
}

fn forgot(shell: &Shell, email: &str) -> Card {
    let form = Form::to("/forgot", shell.say("forgot-button"))
        .field(Field::new(shell, "email", Kind::Username).value(email))
        .focused();
    Card::new(shell, shell.say("forgot"))
        .lead(shell.say("forgot-lead"))
        .form(form)
        .link(Link::new("/sign-in", shell.say("to-sign-in")).after(shell.say("forgot-before")))
}

/// Looking does not use the link up.
pub async fn show_reset(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    reset(&asked.shell, &asked.query("token").unwrap_or_default()).show()
}

pub async fn submit_reset(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let Filled { token, password } = asked.form().await?;
    let done = set(&asked, by, PasswordReset { token: token.clone(), password }).await;
    if done.as_ref().is_err_and(is_over) {
        return over(&asked.shell);
    }
    outcome(done, || reset(&asked.shell, &token))
}

async fn set(
    asked: &Asked,
    by: Public<Proofs>,
    body: PasswordReset,
) -> Result<HttpResponse, Problem> {
    reset_password(by, asked.app.clone(), valid(body)?).await?;
    Ok(lead_to("/sign-in?done=reset"))
}

/// The link was used, is too old, or was never one.
fn is_over(problem: &Problem) -> bool {
    let of_token = problem.errors().iter().any(|error| error.pointer == "/token");
    problem.code() == Code::ProofInvalid || of_token
}

fn over(shell: &Shell) -> Answer {
    Card::new(shell, shell.say("link-over"))
        .lead(shell.say("link-over-lead"))
        .link(Link::new("/forgot", shell.say("forgot-again")))
        .send(Code::ProofInvalid.status())
}

fn reset(shell: &Shell, token: &str) -> Card {
    let password = Field::new(shell, "password", Kind::NewPassword);
    let password = password.label(shell.say("field-new_password"));
    let form = Form::to("/reset", shell.say("reset-button"))
        .hidden([("token", token.to_owned())])
        .field(password.hint(shell.say("hint-new-password")))
        .focused();
    Card::new(shell, shell.say("reset")).lead(shell.say("reset-lead")).form(form)
}
