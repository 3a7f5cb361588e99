//! `/account/password`.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::{
        guard::{Fresh, RECENTLY, SignedIn},
        throttle::Passwords,
    },
    features::passwords::routes::{self, PasswordChange},
    http::{code::Code, json::Json, problem::Problem},
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
    /// For password managers; whose password it is, the session says.
    #[serde(rename = "username")]
    _username: Option<String>,
    current_password: String,
    new_password: String,
}

/// Password managers look here for the page that changes a password.
pub async fn lead_there(_asked: Asked) -> Answer {
    Ok(lead_to("/account/password"))
}

/// As the operation's guard: who has to prove more first shall not fill in the form in vain.
type Changing = Fresh<RECENTLY, SignedIn<Passwords>>;

pub async fn show(asked: Asked) -> Answer {
    let by: Changing = asked.enter().await?;
    page(&asked.shell.with(&by.caller), &by.caller.email).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Changing = asked.enter().await?;
    let filled = asked.form().await?;
    let (shell, email) = (asked.shell.with(&by.caller), by.caller.email.clone());
    outcome(change(&asked, by, filled).await, || page(&shell, &email))
}

async fn change(asked: &Asked, by: Changing, filled: Filled) -> Result<HttpResponse, Problem> {
    let Filled { current_password, new_password, .. } = filled;
    let Json(body) = valid(PasswordChange { current_password, new_password })?;
    routes::change(&asked.app, &by, &asked.request, body).await?;
    Ok(lead_to("/account?done=password"))
}

fn page(shell: &Shell, email: &str) -> Card {
    let new = Field::new(shell, "new_password", Kind::NewPassword);
    let form = Form::to("/account/password", shell.say("password-button"))
        .about(email)
        .field(Field::new(shell, "current_password", Kind::Password))
        .field(new.hint(shell.say("hint-new-password")))
        .blame(Code::CurrentPasswordWrong, "current_password")
        .focused();
    Card::new(shell, shell.say("password-change"))
        .lead(shell.say("password-lead"))
        .form(form)
        .back(up(shell))
}
