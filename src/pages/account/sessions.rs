//! `/account/sessions`: where the person is signed in, and the end of it.

use actix_web::FromRequest;
use askama::Template;
use serde::Deserialize;

use super::up;
use crate::{
    access::guard::InPerson,
    features::sessions::{
        mine,
        model::{SessionPath, SessionView},
    },
    http::{argument::Path, code::Code, page::Paging, reply::Ok200},
    kernel::{device::Device, id::SessionId},
    pages::{
        asked::{Answer, Asked},
        card::Link,
        shell::{Shell, lead_to},
    },
};

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    shell: Shell,
    back: Link,
    notice: Option<String>,
    current: Vec<Line>,
    others: Vec<Line>,
}

/// A session as the page tells of it.
pub struct Line {
    pub id: String,
    pub device: String,
    pub shape: &'static str,
    pub address: String,
    pub seen: String,
    pub since: String,
    pub exactly: String,
}

/// Which session ends, or all others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    end: String,
}

const DONE: &[&str] = &["session-ended", "sessions-ended", "session-gone"];

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let notice = asked.done(&shell, DONE);
    let all = list(&asked, by).await?;
    let line = |view: &SessionView| Line::new(&shell, view);
    let current = all.iter().filter(|view| view.current).map(line).collect();
    let others = all.iter().filter(|view| !view.current).map(line).collect();
    let page = SessionsPage { shell: shell.clone(), back: up(&shell), notice, current, others };
    shell.show(&page)
}

/// All running sessions of the caller, newest first: an account has fewer than a page holds.
pub async fn list(
    asked: &Asked,
    by: InPerson,
) -> Result<Vec<SessionView>, crate::http::problem::Problem> {
    let mut paging = Paging::extract(&asked.request).await?;
    paging.limit = 200;
    let Ok200(page) = mine::list_my_sessions(by, asked.app.clone(), paging).await?;
    Ok(page.items)
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Filled { end } = asked.form().await?;
    if end == "others" {
        mine::revoke_my_other_sessions(by, asked.app.clone()).await?;
        return Ok(lead_to("/account/sessions?done=sessions-ended"));
    }
    let id: SessionId = end.parse().map_err(|_| Code::FormMalformed)?;
    let at = Path(SessionPath { id });
    match mine::revoke_my_session(by, asked.app.clone(), asked.request.clone(), at).await {
        Ok(_) => Ok(lead_to("/account/sessions?done=session-ended")),
        // It ended by itself while the page was looked at.
        Err(problem) if problem.code() == Code::SessionNotFound => {
            Ok(lead_to("/account/sessions?done=session-gone"))
        }
        Err(problem) => Err(problem),
    }
}

impl Line {
    fn new(shell: &Shell, view: &SessionView) -> Self {
        let device = Device::of(&view.user_agent);
        let since = shell.ago(view.created_at);
        Self {
            id: view.id.to_string(),
            device: name(shell, &device),
            shape: device.shape.as_str(),
            address: view.ip.clone(),
            seen: shell.fill("session-seen", &[("when", &shell.ago(view.last_seen_at))]),
            since: shell.fill("session-since", &[("when", &since)]),
            exactly: shell.exactly(view.last_seen_at),
        }
    }
}

/// What people call the device.
pub fn name(shell: &Shell, device: &Device) -> String {
    match (device.program, device.system) {
        (Some(program), Some(system)) => {
            shell.fill("device", &[("program", program), ("system", system)])
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => shell.say("device-unknown"),
    }
}
