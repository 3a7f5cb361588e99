//! `/second-factor`: the second step of a sign-in. What names the half-done sign-in stands in the
//! form alone, in no address and no cookie.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Kind},
    passkey::Passkey,
    prove,
    return_to::Target,
    shell::{Shell, lead_to},
    sign_in,
};
use crate::{
    access::{
        answer::SecondFactorRequired,
        codes::CodeMethod,
        guard::Public,
        throttle::{Mails, Passwords},
    },
    features::sessions::{
        model::{HalfDone, SecondFactor},
        second,
    },
    http::{code::Code, json::Json, problem::Problem},
    kernel::assurance::Method,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    token: String,
    /// The names of the methods that would do.
    methods: String,
    method: CodeMethod,
    #[serde(default)]
    code: String,
    trust_device: Option<String>,
    /// Another method, instead of an answer.
    switch: Option<CodeMethod>,
    /// There when a code shall be mailed, instead of an answer.
    mail: Option<String>,
    return_to: Option<String>,
}

/// The step as the page shows it.
struct Step {
    token: String,
    methods: Vec<Method>,
    has_passkey: bool,
    method: Method,
    trust: bool,
    target: Target,
}

/// Nothing is known here of a sign-in: it begins anew.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(lead_to(&asked.target().carried_by("/sign-in")))
}

/// Asks for the second factor, as the answer to the first.
pub fn ask(shell: &Shell, required: SecondFactorRequired, target: &Target) -> Answer {
    let methods = prove::askable(&required.methods);
    let has_passkey = required.methods.contains(&Method::Passkey);
    let Some(&method) = methods.first() else {
        let card = Card::new(shell, shell.say("second-factor"))
            .link(Link::new("/sign-in", shell.say("start-again")));
        if !has_passkey {
            let none = shell.say("second-factor-none");
            return card.lead(none).send(Code::FactorRefused.status());
        }
        let passkey = Passkey::to(shell, "second-factor", target).finishing(&required.token);
        return card.lead(shell.say("prove-passkey")).passkey(passkey).show();
    };
    let (token, target) = (required.token, target.clone());
    let step = Step { token, methods, has_passkey, method, trust: false, target };
    page(shell, &step).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    // Both doors are looked at before the form is read, which says through which one it goes.
    let (by, by_mails) = (asked.enter::<Public<Passwords>>().await?, asked.enter().await);
    let filled: Filled = asked.form().await?;
    let step = Step {
        token: filled.token.clone(),
        methods: filled.methods.split(' ').filter_map(prove::named).collect(),
        has_passkey: filled.methods.split(' ').any(|name| name == Method::Passkey.as_str()),
        method: filled.switch.unwrap_or(filled.method).into(),
        trust: filled.trust_device.is_some(),
        target: asked.led_to(filled.return_to.as_deref()),
    };
    if filled.switch.is_some() {
        return page(&asked.shell, &step).show();
    }
    if filled.mail.is_some() {
        let sent = mail(&asked, by_mails?, &step).await;
        return outcome(sent, || page(&asked.shell, &step));
    }
    let body = SecondFactor {
        token: filled.token,
        method: filled.method,
        code: filled.code,
        trust_device: step.trust,
    };
    let done = give(&asked, by, body, &step.target).await;
    outcome(done, || page(&asked.shell, &step))
}

async fn mail(asked: &Asked, by: Public<Mails>, step: &Step) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(HalfDone { token: step.token.clone() })?;
    second::mail(&asked.app, by, body).await?;
    page(&asked.shell, step).notice(Some(asked.shell.say("done-code-sent"))).show()
}

async fn give(
    asked: &Asked,
    by: Public<Passwords>,
    body: SecondFactor,
    target: &Target,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(body)?;
    let answer = second::give(&asked.app, by, &asked.request, body).await?;
    sign_in::go_on(asked, answer, target)
}

fn page(shell: &Shell, step: &Step) -> Card {
    let passkey = step.has_passkey.then_some(Method::Passkey);
    let names = step.methods.iter().chain(&passkey).map(|method| method.as_str());
    let names: Vec<_> = names.collect();
    let form = prove::form(shell, "/second-factor", step.method, &step.methods)
        .hidden([("token", step.token.clone()), ("methods", names.join(" "))])
        .hidden(step.target.hidden())
        .field(Field::new(shell, "trust_device", Kind::Check).checked(step.trust));
    let card = Card::new(shell, shell.say("second-factor"))
        .lead(prove::lead(shell, step.method))
        .form(form)
        .link(Link::new(step.target.carried_by("/sign-in"), shell.say("start-again")));
    if !step.has_passkey {
        return card;
    }
    card.passkey(Passkey::to(shell, "second-factor", &step.target).finishing(&step.token))
}
