//! `doorward keys`: the keys that tokens are signed with, and the master key that seals all others.

use std::process::ExitCode;

use clap::Subcommand;

use super::{
    Failure,
    boot::{with_app, words},
    master,
};
use crate::{
    access::keys::{self, KeyRow, Phase, When},
    config::Config,
    http::problem::Problem,
    kernel::clock::Timestamp,
};

#[derive(Subcommand)]
pub enum KeysCommand {
    /// List the signing keys with their names and phases.
    List,
    /// Make a new signing key: it is published now, and signs in ten minutes, when all know it.
    Rotate {
        /// Let it sign at once. Who keeps the key set refuses its tokens until asking for it anew.
        #[arg(long)]
        now: bool,
    },
    /// Take a signing key away: what it has signed counts no more within a second.
    Remove {
        /// The key's name, as the list shows it.
        kid: String,
    },
    /// Let another master key take the place of the present one, while the service runs. May be run
    /// again where it was interrupted.
    RotateMaster,
}

/// Runs the command.
pub fn run(config: Config, command: KeysCommand) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::List => list(config),
        KeysCommand::Rotate { now } => rotate(config, if now { When::Now } else { When::InTime }),
        KeysCommand::Remove { kid } => remove(config, kid),
        KeysCommand::RotateMaster => master::rotate(config),
    }
}

fn list(config: Config) -> Result<ExitCode, Failure> {
    with_app(config, async |app| {
        let rows = app.db.read(|db| Ok::<_, Problem>(keys::list(db)?)).await.map_err(words)?;
        for row in &rows {
            println!("{}", line(row, app.now()));
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn line(row: &KeyRow, now: Timestamp) -> String {
    let phase = row.phase(now);
    let end = match phase {
        Phase::Waiting | Phase::Signing => String::new(),
        Phase::Removed => row.removed_at.map(|at| format!(", removed {at}")).unwrap_or_default(),
        Phase::Retired | Phase::Over => {
            row.retired_at.map(|at| format!(", signed until {at}")).unwrap_or_default()
        }
    };
    format!(
        "{}  {}  {:8}  signs from {}{end}",
        row.kid,
        row.algorithm,
        phase.as_str(),
        row.active_at
    )
}

fn rotate(config: Config, when: When) -> Result<ExitCode, Failure> {
    with_app(config, async move |app| {
        let row = keys::rotate(&app, when).await.map_err(words)?;
        println!("{}", line(&row, app.now()));
        Ok(ExitCode::SUCCESS)
    })
}

fn remove(config: Config, kid: String) -> Result<ExitCode, Failure> {
    with_app(config, async move |app| {
        if keys::remove(&app, kid).await.map_err(words)? {
            println!("The key is removed: its tokens count no more.");
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("There is no such key.");
        Ok(ExitCode::FAILURE)
    })
}
