//! `/sign-up`: a new account. The page says the same whether the address was free or not.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::{Field, Form, Kind},
    return_to::Target,
    shell::{Shell, lead_to},
    sign_in::answered,
    social::Providers,
    verify,
};
use crate::{
    access::{caller, guard::Public, throttle::SignUps},
    features::accounts::{me, model::SignUp},
    http::{code::Code, problem::Problem},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    name: String,
    email: String,
    password: String,
    challenge: Option<String>,
    return_to: Option<String>,
}

pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let target = asked.target();
    if caller::of_cookie(&asked.request)?.is_some() {
        return Ok(lead_to(target.as_str()));
    }
    if !asked.shell.look.signs_up {
        return closed(&asked.shell, &target);
    }
    page(&asked, "", "", &target).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by = asked.enter::<Public<SignUps>>().await?;
    let Filled { name, email, password, challenge, return_to } = asked.form().await?;
    let target = asked.led_to(return_to.as_deref());
    let challenge = answered(challenge);
    let (address, called) = (email.clone(), name.clone());
    let body = SignUp { email: address, password, name: called, locale: None, challenge };
    let done = sign_up(&asked, by, body).await;
    if done.as_ref().is_err_and(|problem| problem.code() == Code::SignUpClosed) {
        return closed(&asked.shell, &target);
    }
    outcome(done, || page(&asked, &name, &email, &target))
}

async fn sign_up(
    asked: &Asked,
    by: Public<SignUps>,
    body: SignUp,
) -> Result<HttpResponse, Problem> {
    let email = body.email.clone();
    me::sign_up(by, asked.app.clone(), asked.request.clone(), valid(body)?).await?;
    verify::after_sign_up(&asked.shell, &email)
}

fn page(asked: &Asked, name: &str, email: &str, target: &Target) -> Card {
    let shell = &asked.shell;
    let password = Field::new(shell, "password", Kind::NewPassword);
    let form = Form::to("/sign-up", shell.say("sign-up-button"))
        .hidden(target.hidden())
        .field(Field::new(shell, "name", Kind::Name).value(name))
        .field(Field::new(shell, "email", Kind::Username).value(email))
        .field(password.hint(shell.say("hint-new-password")))
        .worked_for(shell)
        .focused();
    Card::new(shell, shell.say("sign-up"))
        .form(form)
        .providers(Providers::to(asked, target))
        .link(to_sign_in(shell, target))
}

fn closed(shell: &Shell, target: &Target) -> Answer {
    Card::new(shell, shell.say("sign-up-closed"))
        .lead(shell.refusal(&Code::SignUpClosed.into()))
        .link(to_sign_in(shell, target))
        .send(Code::SignUpClosed.status())
}

fn to_sign_in(shell: &Shell, target: &Target) -> Link {
    let link = Link::new(target.carried_by("/sign-in"), shell.say("to-sign-in"));
    link.after(shell.say("to-sign-in-before"))
}
