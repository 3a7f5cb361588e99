//! `/account/activity`: the latest security events.

use askama::Template;

use super::{
    events::{self, Line},
    up,
};
use crate::{
    access::guard::InPerson,
    pages::{
        asked::{Answer, Asked},
        card::Link,
        shell::Shell,
    },
};

/// How many events are shown.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    shell: Shell,
    back: Link,
    events: Vec<Line>,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let events = events::latest(&asked, &shell, by.user(), MOST).await?;
    shell.show(&ActivityPage { shell: shell.clone(), back: up(&shell), events })
}
