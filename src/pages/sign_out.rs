//! `/sign-out`: ends the session. Looking at the page ends nothing.

use super::{
    asked::{Answer, Asked},
    card::{Card, Link},
    form::Form,
    shell::lead_to,
};
use crate::{
    access::guard::{Enrolling, InPerson},
    features::sessions::sign_in,
    http::code::Code,
};

/// Where somebody lands who is signed out.
const OUT: &str = "/sign-in?done=signed-out";

pub async fn show(asked: Asked) -> Answer {
    let by: Enrolling<InPerson> = match asked.enter().await {
        // Who has no session has what they came for.
        Err(problem) if problem.code() == Code::NotSignedIn => return Ok(lead_to(OUT)),
        other => other?,
    };
    let shell = asked.shell.with(&by.caller);
    Card::new(&shell, shell.say("sign-out"))
        .lead(shell.say("sign-out-lead"))
        .form(Form::to("/sign-out", shell.say("sign-out-button")))
        .link(Link::new("/account", shell.say("to-account")))
        .show()
}

pub async fn submit(asked: Asked) -> Answer {
    let by: Enrolling<InPerson> = match asked.enter().await {
        Err(problem) if problem.code() == Code::NotSignedIn => return Ok(lead_to(OUT)),
        other => other?,
    };
    sign_in::sign_out(by, asked.app.clone(), asked.request.clone()).await?;
    Ok(lead_to(OUT))
}
