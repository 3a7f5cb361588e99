//! `/verify`: the code of a mail proves an address; another mail can be had here.

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
        email::{
            model::AddressedCode,
            verify::{resend_verification, verify_email_with_code},
        },
    },
    http::{code::Code, problem::Problem},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    email: String,
    #[serde(default)]
    code: String,
    /// There when another mail is wanted.
    again: Option<String>,
}

pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let known = caller::of_cookie(&asked.request)?.map(|found| found.caller.email.clone());
    page(&asked.shell, &known.unwrap_or_default()).show()
}

/// What a sign-up leads to.
pub fn after_sign_up(shell: &Shell, email: &str) -> Answer {
    page(shell, email).notice(Some(shell.say("done-signed-up"))).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    // Both doors are looked at before the form is read, which says through which one it goes.
    let (by, by_mails) = (asked.enter::<Public<Proofs>>().await?, asked.enter().await);
    let Filled { email, code, again } = asked.form().await?;
    let shell = &asked.shell;
    if again.is_some() {
        let sent = resend(&asked, by_mails?, &email).await;
        return outcome(sent, || page(shell, &email));
    }
    let done = verify(&asked, by, AddressedCode { email: email.clone(), code }).await;
    outcome(done, || page(shell, &email))
}

async fn resend(asked: &Asked, by: Public<Mails>, email: &str) -> Result<HttpResponse, Problem> {
    let body = valid(Mailbox { email: email.to_owned() })?;
    resend_verification(by, asked.app.clone(), body).await?;
    let notice = Some(asked.shell.say("done-mail-sent"));
    page(&asked.shell, email).notice(notice).show()
}

async fn verify(
    asked: &Asked,
    by: Public<Proofs>,
    body: AddressedCode,
) -> Result<HttpResponse, Problem> {
    let body = valid(AddressedCode { code: plain(&body.code), ..body })?;
    verify_email_with_code(by, asked.app.clone(), body).await?;
    let is_known = caller::of_cookie(&asked.request)?.is_some();
    Ok(lead_to(if is_known { "/account?done=verify" } else { "/sign-in?done=verify" }))
}

/// A code as people copy it, without the spaces.
pub fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

fn page(shell: &Shell, email: &str) -> Card {
    let form = Form::to("/verify", shell.say("verify-button"))
        .field(Field::new(shell, "email", Kind::Username).value(email))
        .field(Field::new(shell, "code", Kind::Digits))
        .switch("again", "1", shell.say("mail-again"))
        .blame(Code::ProofInvalid, "code")
        .focused();
    Card::new(shell, shell.say("verify"))
        .lead(shell.say("verify-code-lead"))
        .form(form)
        .link(Link::new("/sign-in", shell.say("to-sign-in")).after(shell.say("verify-later")))
}
