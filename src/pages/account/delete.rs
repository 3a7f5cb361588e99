//! `/account/delete`: for who has just proved to be who they are.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::guard::Fresh,
    features::accounts::me,
    http::problem::{FieldError, Problem},
    kernel::refusal::Refusal,
    pages::{
        asked::{Answer, Asked},
        card::{Card, outcome},
        form::{Field, Form, Kind, Weight},
        shell::{Shell, lead_to},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    consent: Option<String>,
}

const NO_CONSENT: Refusal = Refusal::new("required", "Confirm that the account shall be deleted.");

pub async fn show(asked: Asked) -> Answer {
    let by: Fresh<300> = asked.enter().await?;
    page(&asked.shell.with(&by.caller), &by.caller.email).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Fresh<300> = asked.enter().await?;
    let filled = asked.form().await?;
    let (shell, email) = (asked.shell.with(&by.caller), by.caller.email.clone());
    outcome(delete(&asked, by, &filled).await, || page(&shell, &email))
}

async fn delete(asked: &Asked, by: Fresh<300>, filled: &Filled) -> Result<HttpResponse, Problem> {
    if filled.consent.is_none() {
        return Err(Problem::fields(vec![FieldError::new("/consent", NO_CONSENT)]));
    }
    me::delete_me(by, asked.app.clone(), asked.request.clone()).await?;
    Ok(lead_to("/sign-in?done=deleted"))
}

fn page(shell: &Shell, email: &str) -> Card {
    let form = Form::to("/account/delete", shell.say("delete-button"))
        .field(Field::new(shell, "consent", Kind::Consent))
        .weight(Weight::Danger);
    Card::new(shell, shell.say("delete"))
        .lead(shell.fill("delete-lead", &[("email", email)]))
        .lead(shell.say("delete-lead-more"))
        .form(form)
        .back(up(shell))
}
