//! `/account`: everything at a glance, each thing a link to where it is changed.

use askama::Template;

use super::events::{self, Line};
use crate::{
    access::guard::SignedIn,
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
const DONE: &[&str] = &["name", "password"];

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
    let by: SignedIn = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let (id, caller) = (by.user().clone(), by.caller.clone());
    let changed =
        asked.app.db.read(move |db| Ok::<_, Problem>(store::password_changed_at(db, &id)?)).await?;
    let events = events::latest(&asked, &shell, by.user(), EVENTS).await?;
    let sessions = super::sessions::list(&asked, by).await?.len();
    let password = match changed {
        Some(at) => shell.fill("password-changed", &[("when", &shell.ago(at))]),
        None => shell.say("password-none"),
    };
    let sessions = shell.count("sessions-count", i64::try_from(sessions).unwrap_or(i64::MAX));
    let page = AccountPage {
        notice: asked.done(DONE),
        initial: caller.name.chars().next().unwrap_or('·').to_uppercase().collect(),
        name: caller.name.clone(),
        groups: groups(&shell, &caller.name, password, sessions),
        data: data(&shell),
        email: caller.email.clone(),
        shell: shell.clone(),
        events,
    };
    shell.show(&page)
}

fn row(shell: &Shell, href: &'static str, title: &str, value: String) -> Row {
    Row { href, title: shell.say(title), value, is_danger: false }
}

fn groups(shell: &Shell, name: &str, password: String, sessions: String) -> Vec<Group> {
    let group = |id, title: &str, rows| Group { id, title: shell.say(title), rows };
    let profile = vec![row(shell, "/account/name", "name", name.to_owned())];
    let security = vec![
        row(shell, "/account/password", "password", password),
        row(shell, "/account/sessions", "sessions", sessions),
    ];
    vec![group("profile", "group-profile", profile), group("security", "group-security", security)]
}

fn data(shell: &Shell) -> Group {
    let export = row(shell, "/account/export", "export", shell.say("export-short"));
    let delete = row(shell, "/account/delete", "delete", shell.say("delete-short"));
    let rows = vec![export, Row { is_danger: true, ..delete }];
    Group { id: "data", title: shell.say("group-data"), rows }
}
