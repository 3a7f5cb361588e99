//! `/step-up`: proves again, or by more, who one is, and leads back to the page that asked for it.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    passkey::Passkey,
    prove,
    return_to::Target,
    shell::{Shell, lead_to},
};
use crate::{
    access::{
        guard::{Enrolling, InPerson, SignedIn, Visit},
        steps,
        throttle::{Mails, Passwords},
    },
    features::sessions::{
        model::{StepUp, StepUpMethod},
        step_up,
    },
    http::{json::Json, problem::Problem},
    kernel::assurance::Method,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    method: StepUpMethod,
    password: Option<String>,
    code: Option<String>,
    /// Another method, instead of an answer.
    switch: Option<String>,
    /// There when a code shall be mailed, instead of an answer.
    mail: Option<String>,
    return_to: Option<String>,
}

pub async fn show(asked: Asked) -> Answer {
    let by: Enrolling<InPerson> = asked.enter().await?;
    let (shell, target) = (asked.shell.with(&by.caller), asked.target());
    let methods = enough(&asked, &by).await?;
    match prove::askable(&methods).first() {
        Some(&method) => page(&shell, method, &methods, &target).show(),
        None if methods.contains(&Method::Passkey) => {
            let passkey = Passkey::to(&shell, "step-up", &target);
            let card = Card::new(&shell, shell.say("step-up")).lead(shell.say("prove-passkey"));
            card.passkey(passkey).back(Link::new("/account", shell.say("account"))).show()
        }
        None => Card::new(&shell, shell.say("step-up"))
            .lead(shell.say("step-up-none"))
            .link(Link::new("/sign-out", shell.say("sign-out")))
            .show(),
    }
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Enrolling<InPerson<SignedIn<Passwords>>> = asked.enter().await?;
    let by_mails = asked.enter::<Enrolling<InPerson<SignedIn<Mails>>>>().await;
    let Filled { method, password, code, switch, mail, return_to } = asked.form().await?;
    let (shell, target) = (asked.shell.with(&by.caller), asked.led_to(return_to.as_deref()));
    let methods = enough(&asked, &by).await?;
    if let Some(other) = switch.as_deref().and_then(prove::named) {
        return page(&shell, other, &methods, &target).show();
    }
    if mail.is_some() {
        let sent = step_up::mail(&asked.app, &*by_mails?).await;
        let sent = sent.and_then(|()| {
            let notice = Some(shell.say("done-code-sent"));
            page(&shell, named(method), &methods, &target).notice(notice).show()
        });
        return outcome(sent, || page(&shell, named(method), &methods, &target));
    }
    let done = step_up(&asked, &by, StepUp { method, password, code }, &target).await;
    outcome(done, || page(&shell, named(method), &methods, &target))
}

/// The methods that would do.
async fn enough(asked: &Asked, by: &Visit) -> Result<Vec<Method>, Problem> {
    let user = by.user().clone();
    asked.app.db.read(move |db| Ok(steps::again(db, &user)?)).await
}

async fn step_up(
    asked: &Asked,
    by: &Visit,
    body: StepUp,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(body)?;
    step_up::prove(&asked.app, by, &asked.request, body).await?;
    Ok(lead_to(target.as_str()))
}

fn named(method: StepUpMethod) -> Method {
    match method {
        StepUpMethod::Password => Method::Password,
        StepUpMethod::Totp => Method::Totp,
        StepUpMethod::RecoveryCode => Method::RecoveryCode,
        StepUpMethod::Email => Method::Email,
    }
}

fn page(shell: &Shell, method: Method, methods: &[Method], target: &Target) -> Card {
    let askable = prove::askable(methods);
    let form = prove::form(shell, "/step-up", method, &askable).hidden(target.hidden());
    let card = Card::new(shell, shell.say("step-up"))
        .lead(prove::lead(shell, method))
        .form(form)
        .back(Link::new("/account", shell.say("account")));
    if !methods.contains(&Method::Passkey) {
        return card;
    }
    card.passkey(Passkey::to(shell, "step-up", target))
}
