//! `/account/factors`: what is asked for besides the password, and the sheet of recovery codes.

use askama::Template;
use serde::Deserialize;

use super::up;
use crate::{
    access::guard::{Enrolling, Fresh, InPerson},
    features::factors::{
        model::{EmailStep, Factors},
        routes,
    },
    http::{code::Code, json::Json},
    kernel::id::FactorId,
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, Link},
        form::Form,
        shell::{Shell, lead_to},
    },
};

/// What a redirect to this page may say was done.
const DONE: &[&str] = &[
    "needed", "factor-added", "factor-renamed", "factor-removed", "factor-gone", "email-step-on",
    "email-step-off",
];

#[derive(Template)]
#[template(path = "factors.html")]
struct FactorsPage {
    shell: Shell,
    back: Link,
    notice: Option<String>,
    apps: Vec<Line>,
    codes: Option<String>,
    /// Whether a code is mailed at every sign-in. It is no question where there is a better step.
    email_step: Option<bool>,
}

/// An authenticator app as the page tells of it.
struct Line {
    id: String,
    name: String,
    added: String,
    used: String,
}

/// The sheet of recovery codes, which is shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    remove: FactorId,
}

pub async fn show(asked: Asked) -> Answer {
    let by: Enrolling<InPerson> = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let factors = routes::list(&asked.app, &by).await?;
    let has_one = factors.totp.iter().any(|factor| factor.confirmed);
    let page = FactorsPage {
        back: up(&shell),
        notice: asked.done(&shell, DONE),
        codes: has_one.then(|| shell.count("codes-left", factors.recovery_codes_left.into())),
        email_step: (!has_one).then_some(factors.email_step),
        apps: apps(&shell, factors),
        shell: shell.clone(),
    };
    shell.show(&page)
}

fn apps(shell: &Shell, factors: Factors) -> Vec<Line> {
    let confirmed = factors.totp.into_iter().filter(|factor| factor.confirmed);
    confirmed
        .map(|factor| Line {
            id: factor.id.to_string(),
            name: factor.name,
            added: shell.fill("factor-added", &[("when", &shell.ago(factor.created_at))]),
            used: match factor.last_used_at {
                Some(at) => shell.fill("session-seen", &[("when", &shell.ago(at))]),
                None => shell.say("never-used"),
            },
        })
        .collect()
}

/// Removes an authenticator app.
pub async fn submit(mut asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let Filled { remove } = asked.form().await?;
    match routes::remove(&asked.app, &by, remove).await {
        Ok(()) => Ok(lead_to("/account/factors?done=factor-removed")),
        Err(problem) if problem.code() == Code::FactorNotFound => {
            Ok(lead_to("/account/factors?done=factor-gone"))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switched {
    enabled: bool,
}

/// Nothing is asked here.
pub async fn begin_again(asked: Asked) -> Answer {
    asked.enter::<Enrolling<InPerson>>().await?;
    Ok(lead_to("/account/factors"))
}

/// Switches the code by mail on or off.
pub async fn switch_email(mut asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let Switched { enabled } = asked.form().await?;
    let Json(body) = valid(EmailStep { enabled })?;
    routes::switch_email_step(&asked.app, &by, body).await?;
    let done = if enabled { "email-step-on" } else { "email-step-off" };
    Ok(lead_to(&format!("/account/factors?done={done}")))
}

/// Asks before the old codes become useless.
pub async fn ask_for_codes(asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    Card::new(&shell, shell.say("codes-renew"))
        .lead(shell.say("codes-renew-lead"))
        .form(Form::to("/account/factors/codes", shell.say("codes-renew")))
        .back(Link::new("/account/factors", shell.say("factors")))
        .show()
}

pub async fn renew_codes(asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let codes = routes::renew(&asked.app, &by).await?;
    show_codes(&asked.shell.with(&by.caller), codes)
}

/// Shows recovery codes, for the first and the last time.
pub fn show_codes(shell: &Shell, codes: Vec<String>) -> Answer {
    shell.show(&CodesPage { shell: shell.clone(), codes })
}
