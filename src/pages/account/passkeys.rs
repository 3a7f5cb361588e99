//! `/account/passkeys`: what the person signs in with instead of a password, or besides one.

use actix_web::FromRequest;
use askama::Template;
use serde::Deserialize;

use super::up;
use crate::{
    access::{
        guard::{Enrolling, Fresh, InPerson},
        passkeys::model::Passkey as Known,
    },
    features::passkeys::routes,
    http::{code::Code, page::Paging, problem::Problem, reply::Ok200},
    kernel::id::PasskeyId,
    pages::{
        asked::{Answer, Asked},
        card::Link,
        look::Script,
        passkey::Passkey,
        shell::{Shell, lead_to},
    },
};

/// What a redirect to this page may say was done.
const DONE: &[&str] = &["passkey-added", "passkey-renamed", "passkey-removed", "passkey-gone"];

#[derive(Template)]
#[template(path = "passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    back: Link,
    notice: Option<String>,
    passkeys: Vec<Line>,
    passkey: Passkey,
}

/// A passkey as the page tells of it.
struct Line {
    id: String,
    name: String,
    added: String,
    used: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    remove: PasskeyId,
}

/// For who has just proved to be who they are: adding one asks for it, and a script can't lead
/// there.
pub async fn show(asked: Asked) -> Answer {
    let by: Enrolling<Fresh> = asked.enter().await?;
    let shell = asked.shell.with(&by.caller).with_script(Script::Passkeys);
    let listing = asked.enter::<Enrolling<InPerson>>().await?;
    let known = list(&asked, listing).await?;
    let passkeys = known.iter().map(|known| Line::of(&shell, known));
    let page = PasskeysPage {
        back: up(&shell),
        notice: asked.done(&shell, DONE),
        passkeys: passkeys.collect(),
        passkey: Passkey::register(&shell),
        shell: shell.clone(),
    };
    shell.show(&page)
}

/// The latest passkeys of the caller.
pub async fn list(asked: &Asked, by: Enrolling<InPerson>) -> Result<Vec<Known>, Problem> {
    let mut paging = Paging::extract(&asked.request).await?;
    paging.limit = 200;
    let Ok200(page) = routes::list_my_passkeys(by, asked.app.clone(), paging).await?;
    Ok(page.items)
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: Fresh = asked.enter().await?;
    let Filled { remove } = asked.form().await?;
    match routes::remove(&asked.app, &by, remove).await {
        Ok(()) => Ok(lead_to("/account/passkeys?done=passkey-removed")),
        Err(problem) if problem.code() == Code::FactorNotFound => {
            Ok(lead_to("/account/passkeys?done=passkey-gone"))
        }
        Err(problem) => Err(problem),
    }
}

impl Line {
    fn of(shell: &Shell, known: &Known) -> Self {
        Self {
            id: known.id.to_string(),
            name: known.name.clone(),
            added: shell.fill("factor-added", &[("when", &shell.ago(known.created_at))]),
            used: match known.last_used_at {
                Some(at) => shell.fill("session-seen", &[("when", &shell.ago(at))]),
                None => shell.say("never-used"),
            },
        }
    }
}
