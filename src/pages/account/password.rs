//! `/account/password`: changes the password, or sets one where there is none; and
//! `/account/password/remove`.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::{
        guard::{Fresh, RECENTLY, SignedIn, Visit},
        throttle::Passwords,
    },
    features::{
        accounts::store,
        passwords::routes::{self, PasswordChange},
    },
    http::{code::Code, json::Json, problem::Problem},
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, Link, outcome},
        form::{Field, Form, Kind, Weight},
        shell::{Shell, lead_to},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    /// For password managers; whose password it is, the session says.
    #[serde(rename = "username")]
    _username: Option<String>,
    current_password: Option<String>,
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
    let has_one = has_one(&asked, &by).await?;
    page(&asked.shell.with(&by.caller), &by.caller.email, has_one).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Changing = asked.enter().await?;
    let filled = asked.form().await?;
    let (shell, email) = (asked.shell.with(&by.caller), by.caller.email.clone());
    let has_one = has_one(&asked, &by).await?;
    outcome(change(&asked, by, filled).await, || page(&shell, &email, has_one))
}

/// Whether the account has a password.
async fn has_one(asked: &Asked, by: &Visit) -> Result<bool, Problem> {
    let id = by.user().clone();
    let at = asked.app.db.read(move |db| Ok::<_, Problem>(store::password_changed_at(db, &id)?));
    Ok(at.await?.is_some())
}

async fn change(asked: &Asked, by: Changing, filled: Filled) -> Result<HttpResponse, Problem> {
    let Filled { current_password, new_password, .. } = filled;
    let Json(body) = valid(PasswordChange { current_password, new_password })?;
    routes::change(&asked.app, &by, &asked.request, body).await?;
    Ok(lead_to("/account?done=password"))
}

fn page(shell: &Shell, email: &str, has_one: bool) -> Card {
    let new = Field::new(shell, "new_password", Kind::NewPassword);
    let new = new.hint(shell.say("hint-new-password"));
    let button = shell.say(if has_one { "password-button" } else { "password-set" });
    let form = Form::to("/account/password", button).about(email);
    if !has_one {
        let form = form.field(new).focused();
        return Card::new(shell, shell.say("password-set"))
            .lead(shell.say("password-set-lead"))
            .form(form)
            .back(up(shell));
    }
    let form = form
        .field(Field::new(shell, "current_password", Kind::Password))
        .field(new)
        .blame(Code::CurrentPasswordWrong, "current_password")
        .focused();
    Card::new(shell, shell.say("password-change"))
        .lead(shell.say("password-lead"))
        .form(form)
        .link(Link::new("/account/password/remove", shell.say("password-remove")))
        .back(up(shell))
}

/// Asks before the password is gone.
pub async fn ask_to_remove(asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    removing(&asked.shell.with(&by.caller)).show()
}

pub async fn remove(asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let done = match routes::remove(&asked.app, &by).await {
        Err(problem) if problem.code() != Code::FactorNotFound => Err(problem),
        // Gone is gone, whoever was first.
        _ => Ok(lead_to("/account?done=password-removed")),
    };
    outcome(done, || removing(&shell))
}

fn removing(shell: &Shell) -> Card {
    let form = Form::to("/account/password/remove", shell.say("password-remove"));
    Card::new(shell, shell.say("password-remove"))
        .lead(shell.say("password-remove-lead"))
        .form(form.weight(Weight::Danger))
        .back(Link::new("/account/password", shell.say("password")))
}
