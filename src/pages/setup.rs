//! `/setup`: the page behind the one-time set-up link. Looking at it does not burn the link.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    shell::{Shell, lead_to},
};
use crate::{
    access::{guard::Public, throttle::SetUps},
    features::setup::routes::{self, FirstAdmin},
    http::problem::Problem,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    token: String,
    name: String,
    email: String,
    password: String,
}

pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let token = asked.query("token").unwrap_or_default();
    page(&asked.shell, &token, "", "").show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by = asked.enter::<Public<SetUps>>().await?;
    let Filled { token, name, email, password } = asked.form().await?;
    let body =
        FirstAdmin { token: token.clone(), email: email.clone(), password, name: name.clone() };
    outcome(set_up(&asked, by, body).await, || page(&asked.shell, &token, &name, &email))
}

async fn set_up(
    asked: &Asked,
    by: Public<SetUps>,
    body: FirstAdmin,
) -> Result<HttpResponse, Problem> {
    routes::create_first_admin(by, asked.app.clone(), valid(body)?).await?;
    Ok(lead_to("/sign-in?done=set-up"))
}

fn page(shell: &Shell, token: &str, name: &str, email: &str) -> Card {
    let password = Field::new(shell, "password", Kind::NewPassword);
    let form = Form::to("/setup", shell.say("setup-button"))
        .hidden([("token", token.to_owned())])
        .field(Field::new(shell, "name", Kind::Name).value(name))
        .field(Field::new(shell, "email", Kind::Username).value(email))
        .field(password.hint(shell.say("hint-new-password")))
        .focused();
    Card::new(shell, shell.say("setup"))
        .lead(shell.say("setup-lead"))
        .form(form)
        .link(Link::new("/sign-in", shell.say("to-sign-in")).after(shell.say("to-sign-in-before")))
}
