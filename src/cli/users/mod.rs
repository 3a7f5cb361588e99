//! `doorward users import` and `doorward users export`: accounts that come from another system, and
//! a list of those that are here.

mod auth_js;
mod better_auth;
mod csv;
mod doorward;
mod export;
mod fields;
mod import;
mod keycloak;
mod source;
mod supabase;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand, ValueEnum};

use super::Failure;
use crate::config::Config;

#[derive(Subcommand)]
pub enum UsersCommand {
    /// Take over the accounts of another system; docs/IMPORT.md describes the files.
    Import(ImportArguments),
    /// Print every account as a line of JSON, without secrets.
    Export,
}

#[derive(Args)]
pub struct ImportArguments {
    /// The file, in which every account is checked before the first one is written.
    file: PathBuf,
    /// The system that made the file.
    #[arg(long, value_enum, default_value_t = Form::Doorward)]
    from: Form,
    /// Check the file and say what would be done; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Leave out the accounts that are at fault and import the others.
    #[arg(long)]
    skip_bad: bool,
    /// Take over the roles too, by their names; each must exist already.
    #[arg(long)]
    with_roles: bool,
}

/// The system that made a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Doorward's own form: a JSON object on each line.
    Doorward,
    /// The users of Auth.js (NextAuth): JSON, JSON lines or CSV.
    #[value(name = "auth.js")]
    AuthJs,
    /// Users and accounts of Better Auth in one JSON document.
    BetterAuth,
    /// The table auth.users of Supabase: JSON, JSON lines or CSV.
    Supabase,
    /// A realm's export of Keycloak, with users: JSON.
    Keycloak,
}

impl Form {
    /// The name under which ids of that system are kept.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Doorward => "file",
            Self::AuthJs => "auth.js",
            Self::BetterAuth => "better-auth",
            Self::Supabase => "supabase",
            Self::Keycloak => "keycloak",
        }
    }
}

/// Runs the command.
pub fn run(config: Config, command: UsersCommand) -> Result<ExitCode, Failure> {
    match command {
        UsersCommand::Import(arguments) => import::run(config, arguments),
        UsersCommand::Export => export::run(config),
    }
}
