//! `/account/identities`: the accounts at other services that the person signs in with.

use actix_web::FromRequest;
use askama::Template;
use serde::Deserialize;

use super::up;
use crate::{
    access::{
        guard::{Fresh, InPerson, RECENTLY, SignedIn, Visit},
        identities::{self, Identity},
        sessions::Remember,
        throttle::Ceremonies,
    },
    features::social::{
        begin::{self, Wanted},
        model::IdentityInput,
        routes,
    },
    http::{code::Code, json::Json, page::Paging, problem::Problem, reply::Ok200},
    kernel::id::IdentityId,
    pages::{
        asked::{Answer, Asked, valid},
        card::Link,
        shell::{Shell, lead_to},
        social::{self, Button, Providers},
    },
};

/// What a redirect to this page may say was done.
const DONE: &[&str] = &["identity-linked", "identity-removed", "identity-gone"];

/// Where a new identity leads to.
const LINKED: &str = "/account/identities?done=identity-linked";

#[derive(Template)]
#[template(path = "identities.html")]
struct IdentitiesPage {
    shell: Shell,
    back: Link,
    notice: Option<String>,
    identities: Vec<Line>,
    providers: Providers,
}

/// An identity as the page tells of it.
struct Line {
    id: String,
    provider: String,
    mark: Option<String>,
    email: String,
    added: String,
    used: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    link: Option<String>,
    remove: Option<IdentityId>,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let known = list(&asked, by).await?;
    let all = asked.app.config.offered_providers();
    let open = all.iter().filter(|it| !known.iter().any(|known| known.provider == it.name));
    let page = IdentitiesPage {
        back: up(&shell),
        notice: asked.done(&shell, DONE),
        identities: known.iter().map(|known| Line::of(&asked, &shell, known)).collect(),
        providers: Providers {
            action: "/account/identities",
            field: "link",
            hidden: None,
            buttons: open.map(|it| Button::new(&shell, it, "identity-add")).collect(),
        },
        shell: shell.clone(),
    };
    shell.show(&page)
}

/// The identities of the caller.
pub async fn list(asked: &Asked, by: InPerson) -> Result<Vec<Identity>, Problem> {
    let mut paging = Paging::extract(&asked.request).await?;
    paging.limit = 200;
    let Ok200(page) = routes::list_my_identities(by, asked.app.clone(), paging).await?;
    Ok(page.items)
}

/// How many the caller has.
pub async fn count(asked: &Asked, by: &Visit) -> Result<i64, Problem> {
    let user = by.user().clone();
    let all = asked.app.db.read(move |db| Ok::<_, Problem>(identities::all(db, &user)?)).await?;
    Ok(i64::try_from(all.len()).unwrap_or(i64::MAX))
}

/// Takes one away, or leads on to a provider for one more.
pub async fn submit(mut asked: Asked) -> Answer {
    let by: Fresh<RECENTLY, SignedIn<Ceremonies>> = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let Filled { link, remove } = asked.form().await?;
    match (link, remove) {
        (Some(provider), None) => {
            let return_to = Some(LINKED.to_owned());
            let Json(body) = valid(IdentityInput { provider, return_to })?;
            let IdentityInput { provider, return_to } = body;
            let (callback, remember) = (begin::CALLBACK, Remember::No);
            let wanted = Wanted { provider: provider.clone(), callback, return_to, remember };
            match begin::link(&asked.app, &by, &asked.request, wanted).await {
                Ok(flow) => social::send_on(&asked, &provider, &flow),
                Err(problem) => social::refused(&shell, &problem, true),
            }
        }
        (None, Some(id)) => match routes::unlink(&asked.app, &by, id).await {
            Ok(()) => Ok(lead_to("/account/identities?done=identity-removed")),
            Err(problem) if problem.code() == Code::IdentityNotFound => {
                Ok(lead_to("/account/identities?done=identity-gone"))
            }
            Err(problem) if problem.code() == Code::LastWayIn => {
                social::refused(&shell, &problem, true)
            }
            Err(problem) => Err(problem),
        },
        _ => Err(Code::FormMalformed.into()),
    }
}

impl Line {
    fn of(asked: &Asked, shell: &Shell, known: &Identity) -> Self {
        let provider = asked.app.config.provider(&known.provider);
        Self {
            id: known.id.to_string(),
            mark: provider.as_ref().map(|it| shell.look.mark(it.preset).address()),
            provider: provider.map_or_else(|| known.provider.clone(), |it| it.title),
            email: known.email.clone().unwrap_or_default(),
            added: shell.fill("factor-added", &[("when", &shell.ago(known.created_at))]),
            used: match known.last_used_at {
                Some(at) => shell.fill("session-seen", &[("when", &shell.ago(at))]),
                None => shell.say("never-used"),
            },
        }
    }
}
