//! `/account/name`.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::guard::InPerson,
    features::accounts::{me, model::MyChange},
    http::problem::Problem,
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, outcome},
        form::{Field, Form, Kind},
        shell::{Shell, lead_to},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    name: String,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    page(&asked.shell.with(&by.caller), &by.caller.name).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Filled { name } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    outcome(rename(&asked, by, &name).await, || page(&shell, &name))
}

async fn rename(asked: &Asked, by: InPerson, name: &str) -> Result<HttpResponse, Problem> {
    let body = MyChange { name: Some(name.to_owned()), locale: None };
    me::update_me(by, asked.app.clone(), valid(body)?).await?;
    Ok(lead_to("/account?done=name"))
}

fn page(shell: &Shell, name: &str) -> Card {
    let form = Form::to("/account/name", shell.say("save"))
        .field(Field::new(shell, "name", Kind::Name).value(name));
    Card::new(shell, shell.say("name")).lead(shell.say("name-lead")).form(form).back(up(shell))
}
