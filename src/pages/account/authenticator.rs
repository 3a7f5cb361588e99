//! `/account/factors/app`: sets up an authenticator app, in two steps. It counts for nothing before
//! its first code has come back.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::factors;
use crate::{
    access::guard::{Enrolling, Fresh, InPerson, Visit},
    features::factors::{
        model::{TotpConfirmation, TotpFactorInput, TotpSetUp},
        routes,
    },
    http::{code::Code, json::Json, problem::Problem},
    kernel::id::FactorId,
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, Link, outcome},
        form::{Field, Form, Kind},
        shell::{Shell, lead_to},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmed {
    id: FactorId,
    code: String,
}

/// The secret, which is shown once, and the form for the first code.
#[derive(Template)]
#[template(path = "authenticator.html")]
struct SecretPage {
    shell: Shell,
    back: Link,
    /// Our own drawing, not a text of anybody.
    picture: String,
    /// In groups of four, for who types it.
    secret: String,
    uri: String,
    form: Form,
}

pub async fn show(asked: Asked) -> Answer {
    let by: Enrolling<Fresh> = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    naming(&shell, &shell.say("app-name-usual")).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Enrolling<Fresh> = asked.enter().await?;
    let Named { name } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    outcome(enrol(&asked, &by, &shell, &name).await, || naming(&shell, &name))
}

async fn enrol(
    asked: &Asked,
    by: &Visit,
    shell: &Shell,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(TotpFactorInput { name: name.to_owned() })?;
    let TotpSetUp { id, secret, otpauth_uri, qr_svg } = routes::enrol(&asked.app, by, body).await?;
    // What stands before the picture itself is for files.
    let picture = qr_svg.find("<svg").map_or("", |at| &qr_svg[at..]).to_owned();
    let groups: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    let page = SecretPage {
        shell: shell.clone(),
        back: back(shell),
        picture,
        secret: groups.join(" "),
        uri: otpauth_uri,
        form: confirming(shell, &id),
    };
    shell.show(&page)
}

/// Nothing is known here of an app: its set-up begins anew.
pub async fn begin_again(asked: Asked) -> Answer {
    asked.enter::<Enrolling<InPerson>>().await?;
    Ok(lead_to("/account/factors/app"))
}

pub async fn confirm(mut asked: Asked) -> Answer {
    let by: Enrolling<Fresh> = asked.enter().await?;
    let Confirmed { id, code } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    let done = complete(&asked, &by, &shell, (id.clone(), code)).await;
    outcome(done, || {
        Card::new(&shell, shell.say("app-confirm"))
            .lead(shell.say("app-confirm-again"))
            .form(confirming(&shell, &id))
            .link(Link::new("/account/factors/app", shell.say("start-again")))
            .back(back(&shell))
    })
}

async fn complete(
    asked: &Asked,
    by: &Visit,
    shell: &Shell,
    (id, code): (FactorId, String),
) -> Result<HttpResponse, Problem> {
    let Json(body) = valid(TotpConfirmation { code })?;
    let codes = routes::complete(&asked.app, by, &asked.request, id, body).await?;
    if codes.is_empty() {
        return Ok(lead_to("/account/factors?done=factor-added"));
    }
    factors::show_codes(shell, codes)
}

fn back(shell: &Shell) -> Link {
    Link::new("/account/factors", shell.say("factors"))
}

fn naming(shell: &Shell, name: &str) -> Card {
    let field = Field::new(shell, "name", Kind::Name).value(name);
    let field = field.label(shell.say("field-app_name")).hint(shell.say("hint-app_name"));
    let form = Form::to("/account/factors/app", shell.say("next")).field(field);
    Card::new(shell, shell.say("app-add"))
        .lead(shell.say("app-add-lead"))
        .form(form)
        .back(back(shell))
}

fn confirming(shell: &Shell, id: &FactorId) -> Form {
    Form::to("/account/factors/confirm", shell.say("app-confirm-button"))
        .hidden([("id", id.to_string())])
        .field(Field::new(shell, "code", Kind::Digits))
        .blame(Code::FactorRefused, "code")
}
