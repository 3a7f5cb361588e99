//! `/account/email`: another address, which counts once it is confirmed.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::{
        guard::{Fresh, InPerson, RECENTLY, SignedIn},
        throttle::{Mails, Proofs},
    },
    features::{
        accounts::ask::Mailbox,
        email::{
            change::request_email_change, model::MailedCode, settle::confirm_email_change_with_code,
        },
    },
    http::{code::Code, problem::Problem},
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, Link, outcome},
        form::{Field, Form, Kind},
        shell::{Shell, lead_to},
        verify::plain,
    },
};

/// As the operation's guard.
type Changing = Fresh<RECENTLY, SignedIn<Mails>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    code: String,
}

pub async fn show(asked: Asked) -> Answer {
    let by: Changing = asked.enter().await?;
    page(&asked.shell.with(&by.caller), &by.caller.email, "").show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Changing = asked.enter().await?;
    let Wanted { email } = asked.form().await?;
    let (shell, present) = (asked.shell.with(&by.caller), by.caller.email.clone());
    outcome(ask(&asked, by, &email).await, || page(&shell, &present, &email))
}

async fn ask(asked: &Asked, by: Changing, email: &str) -> Result<HttpResponse, Problem> {
    let body = valid(Mailbox { email: email.to_owned() })?;
    request_email_change(by, asked.app.clone(), body).await?;
    Ok(lead_to("/account/email/code"))
}

pub async fn show_code(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    confirming(&asked.shell.with(&by.caller)).show()
}

pub async fn submit_code(mut asked: Asked) -> Answer {
    let by: InPerson<SignedIn<Proofs>> = asked.enter().await?;
    let Filled { code } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    outcome(confirm(&asked, by, &code).await, || confirming(&shell))
}

async fn confirm(
    asked: &Asked,
    by: InPerson<SignedIn<Proofs>>,
    code: &str,
) -> Result<HttpResponse, Problem> {
    let body = valid(MailedCode { code: plain(code) })?;
    confirm_email_change_with_code(by, asked.app.clone(), body).await?;
    Ok(lead_to("/account?done=email-confirm"))
}

fn page(shell: &Shell, present: &str, email: &str) -> Card {
    let field = Field::new(shell, "email", Kind::Username).value(email);
    let form = Form::to("/account/email", shell.say("email-button"))
        .field(field.label(shell.say("field-new_email")))
        .focused();
    Card::new(shell, shell.say("email-change"))
        .lead(shell.fill("email-lead", &[("email", present)]))
        .form(form)
        .back(up(shell))
}

fn confirming(shell: &Shell) -> Card {
    let form = Form::to("/account/email/code", shell.say("email-confirm-button"))
        .field(Field::new(shell, "code", Kind::Digits))
        .blame(Code::ProofInvalid, "code")
        .focused();
    Card::new(shell, shell.say("email-confirm"))
        .lead(shell.say("email-code-lead"))
        .form(form)
        .link(Link::new("/account/email", shell.say("start-again")))
        .back(up(shell))
}
