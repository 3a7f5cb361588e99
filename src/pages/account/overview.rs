//! `/account`: everything at a glance, each thing a link to where it is changed.

use askama::Template;

use super::{
    devices,
    events::{self, Line},
    identities, language, sessions,
};
use crate::{
    access::{
        caller::Caller,
        guard::{InPerson, Visit},
    },
    features::accounts::store,
    http::problem::Problem,
    pages::{
        asked::{Answer, Asked},
        shell::Shell,
    },
};

/// How many of the latest events are shown.
const EVENTS: i64 = 4;

/// What a redirect to this page may say was done.
const DONE: &[&str] =
    &["name", "language", "password", "password-removed", "verify", "email-confirm"];

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    notice: Option<String>,
    name: String,
    email: String,
    initial: String,
    groups: Vec<Group>,
    events: Vec<Line>,
    data: Group,
}

/// Rows that belong together, under a heading.
struct Group {
    id: &'static str,
    title: String,
    rows: Vec<Row>,
}

/// One thing of the account, as it is now.
struct Row {
    href: &'static str,
    title: String,
    value: String,
    is_danger: bool,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let caller = by.caller.clone();
    let events = events::latest(&asked, &shell, by.user(), EVENTS).await?;
    let security = security(&asked, &shell, &by).await?;
    let sessions = sessions::list(&asked, by).await?.len();
    let sessions = shell.count("sessions-count", i64::try_from(sessions).unwrap_or(i64::MAX));
    let mut groups = vec![profile(&shell, &caller), security];
    if let Some(security) = groups.last_mut() {
        security.rows.push(row(&shell, "/account/sessions", "sessions", sessions));
    }
    let page = AccountPage {
        notice: asked.done(&shell, DONE),
        initial: caller.name.chars().next().unwrap_or('·').to_uppercase().collect(),
        name: caller.name.clone(),
        data: data(&shell),
        email: caller.email.clone(),
        shell: shell.clone(),
        groups,
        events,
    };
    shell.show(&page)
}

fn row(shell: &Shell, href: &'static str, title: &str, value: String) -> Row {
    Row { href, title: shell.say(title), value, is_danger: false }
}

fn profile(shell: &Shell, caller: &Caller) -> Group {
    let language = language::name(shell, &caller.locale);
    let email = match caller.email_verified {
        true => caller.email.clone(),
        false => shell.fill("email-unverified", &[("email", &caller.email)]),
    };
    let rows = vec![
        row(shell, "/account/name", "name", caller.name.clone()),
        row(shell, "/account/email", "field-email", email),
        row(shell, "/account/language", "language", language),
    ];
    Group { id: "profile", title: shell.say("group-profile"), rows }
}

async fn security(asked: &Asked, shell: &Shell, by: &Visit) -> Result<Group, Problem> {
    let id = by.user().clone();
    let changed =
        asked.app.db.read(move |db| Ok::<_, Problem>(store::password_changed_at(db, &id)?)).await?;
    let password = match changed {
        Some(at) => shell.fill("password-changed", &[("when", &shell.ago(at))]),
        None => shell.say("password-none"),
    };
    let factors = if by.caller.second_factor { "factors-on" } else { "factors-off" };
    let known = devices::list(asked, by).await?.len();
    let known = shell.count("devices-count", i64::try_from(known).unwrap_or(i64::MAX));
    let mut rows = vec![
        row(shell, "/account/password", "password", password),
        row(shell, "/account/factors", "factors", shell.say(factors)),
        row(shell, "/account/passkeys", "passkeys", shell.say("passkeys-short")),
    ];
    let linked = identities::count(asked, by).await?;
    if linked > 0 || !asked.app.config.providers.is_empty() {
        let linked = shell.count("identities-count", linked);
        rows.push(row(shell, "/account/identities", "identities", linked));
    }
    rows.push(row(shell, "/account/devices", "devices", known));
    Ok(Group { id: "security", title: shell.say("group-security"), rows })
}

fn data(shell: &Shell) -> Group {
    let export = row(shell, "/account/export", "export", shell.say("export-short"));
    let delete = row(shell, "/account/delete", "delete", shell.say("delete-short"));
    let rows = vec![export, Row { is_danger: true, ..delete }];
    Group { id: "data", title: shell.say("group-data"), rows }
}
