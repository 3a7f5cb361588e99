//! `doorward mail list` and `doorward mail retry`. What a mail says is never printed.

use std::process::ExitCode;

use serde_json::json;

use super::{
    Failure,
    boot::{with_app, words},
};
use crate::{
    access::audit::{self, Event, Kind},
    config::Config,
    http::problem::Problem,
    work::{
        outbox::{self, MailRow, Status},
        queue::{self, Which},
    },
};

/// The most mails of a status in the list.
const MOST: i64 = 1000;

/// Prints the mails that wait or are dead.
pub fn list(config: Config) -> Result<(), Failure> {
    with_app(config, async |app| {
        let found = app.db.snapshot(|db| {
            let mut found = outbox::list(db, Status::Dead, MOST)?;
            found.extend(outbox::list(db, Status::Waiting, MOST)?);
            Ok::<_, Problem>(found)
        });
        let found = found.await.map_err(words)?;
        for row in &found {
            println!("{}", line(row));
        }
        eprintln!("{} mails wait or were given up.", found.len());
        Ok(())
    })
}

fn line(row: &MailRow) -> String {
    let MailRow { id, kind, recipient, status, attempts, created_at, .. } = row;
    let why = row.last_error.as_deref().unwrap_or("-");
    format!("{id}  {created_at}  {status:7}  {attempts:2} attempts  {kind}  {recipient}  {why}")
}

/// Makes one mail, or all that were given up, due now. Exit 1 when there was none.
pub fn retry(config: Config, id: Option<String>) -> Result<ExitCode, Failure> {
    let which = match id {
        Some(id) => Which::One(id.parse().map_err(|_| "this is no id of a mail")?),
        None => Which::Dead,
    };
    with_app(config, async move |app| {
        let now = app.now();
        let event = Event::new(&app, Kind::MailRetried);
        let retried = app.db.write_quiet(move |db| {
            let count = queue::retry(db, &which, now)?;
            let event = match &which {
                Which::One(id) => event.subject(id.as_str()),
                Which::Dead => event,
            };
            if count > 0 {
                let detail = json!({ "by": "command line", "mails": count });
                audit::record(db, event.detail(detail))?;
            }
            Ok::<_, Problem>(count)
        });
        let count = retried.await.map_err(words)?;
        println!("{count} mails are due now.");
        Ok(if count > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}
