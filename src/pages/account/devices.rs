//! `/account/devices`: the browsers that the account was signed in to, and those that stand in for
//! the second factor.

use actix_web::FromRequest;
use askama::Template;
use serde::Deserialize;

use super::{sessions, up};
use crate::{
    access::guard::{InPerson, Visit},
    features::devices::routes::{self, Device as Known},
    http::{code::Code, page::Paging, problem::Problem},
    kernel::{device::Device, id::DeviceId},
    pages::{
        asked::{Answer, Asked},
        card::Link,
        shell::{Shell, lead_to},
    },
};

/// What a redirect to this page may say was done.
const DONE: &[&str] = &["device-forgotten", "device-gone"];

/// How many devices are shown.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    shell: Shell,
    back: Link,
    notice: Option<String>,
    devices: Vec<Line>,
}

/// A browser as the page tells of it.
struct Line {
    id: String,
    device: String,
    shape: &'static str,
    current: bool,
    seen: String,
    exactly: String,
    address: String,
    since: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    forget: DeviceId,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let devices = list(&asked, &by).await?.iter().map(|known| Line::new(&shell, known)).collect();
    let notice = asked.done(&shell, DONE);
    shell.show(&DevicesPage { shell: shell.clone(), back: up(&shell), notice, devices })
}

/// The latest devices of the caller, newest first.
pub async fn list(asked: &Asked, by: &Visit) -> Result<Vec<Known>, Problem> {
    let mut paging = Paging::extract(&asked.request).await?;
    paging.limit = MOST;
    Ok(routes::page(&asked.app, by, &paging).await?.items)
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Filled { forget } = asked.form().await?;
    match routes::forget(&asked.app, &by, &asked.request, forget).await {
        Ok(()) => Ok(lead_to("/account/devices?done=device-forgotten")),
        Err(problem) if problem.code() == Code::DeviceNotFound => {
            Ok(lead_to("/account/devices?done=device-gone"))
        }
        Err(problem) => Err(problem),
    }
}

impl Line {
    fn new(shell: &Shell, known: &Known) -> Self {
        let device = Device::of(&known.user_agent);
        Self {
            id: known.id.to_string(),
            device: sessions::name(shell, &device),
            shape: device.shape.as_str(),
            current: known.current,
            seen: shell.fill("device-seen", &[("when", &shell.ago(known.last_seen_at))]),
            exactly: shell.exactly(known.last_seen_at),
            address: known.ip.clone(),
            since: match known.trusted_until {
                Some(until) => shell.fill("device-trusted", &[("day", &shell.day(until))]),
                None => shell.say("device-untrusted"),
            },
        }
    }
}
