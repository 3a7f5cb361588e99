//! Every account as a line of JSON: with the ids that it has here and had elsewhere, for whoever
//! has to bring another database in line. No secret is among them.

use std::{
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use crate::{
    cli::{
        Failure,
        boot::{with_app, words},
    },
    config::Config,
    features::imports::store::{self, Listed},
    http::problem::Problem,
};

/// Accounts that one query reads.
const PAGE: i64 = 1000;

/// Runs the command.
pub fn run(config: Config) -> Result<ExitCode, Failure> {
    with_app(config, async |app| {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut after = None;
        loop {
            let from = after.clone();
            let page = app.db.read(move |db| Ok::<_, Problem>(store::list(db, from, PAGE)?));
            let page: Vec<Listed> = page.await.map_err(words)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for account in &page {
                serde_json::to_writer(&mut out, account)?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    })
}
