//! The command line: what an operator types. Each command reads the same configuration.

mod accounts;
mod boot;
mod breached;
mod contract;
mod health;
mod keys;
mod mail;
mod master;
mod progress;
mod seed;
mod serve;
mod users;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

pub use accounts::make_admin;
pub use boot::policy;
pub use contract::files as contract_files;

use crate::config::{self, Config, Sources};
use breached::BreachedCommand;
use keys::KeysCommand;
use users::UsersCommand;

/// Self-hosted sign-in and access control.
#[derive(Parser)]
#[command(name = "doorward", version, about)]
struct Arguments {
    /// The configuration file; `doorward.toml` in the working folder if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service (the default).
    Serve,
    /// Bring the database up to date and stop.
    Migrate,
    /// Write the contract's files.
    Contract {
        /// The folder to write to.
        #[arg(long, default_value = "openapi")]
        out: PathBuf,
    },
    /// Administrators.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Mail that waits or was given up.
    #[command(subcommand)]
    Mail(MailCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Accounts from other systems, and a list of those that are here.
    #[command(subcommand)]
    Users(UsersCommand),
    /// The keys that tokens are signed with.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The filter of breached passwords.
    #[command(subcommand)]
    Breached(BreachedCommand),
    /// Ask a running service whether it takes work; exit 0 if so.
    Healthcheck,
    /// Fill the database with things to play with.
    #[command(subcommand)]
    Seed(SeedCommand),
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an administrator, or give an existing account the role and a new password.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "Administrator")]
        name: String,
        /// Read the password from standard input: its first line.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say what is wrong with the configuration, or that nothing is.
    Check,
    /// Print a configuration file with every key and its default.
    Sample,
    /// Print every key with what it does, in Markdown.
    Reference,
    /// Print the configuration in force and where each value comes from; secrets are hidden.
    Show,
}

#[derive(Subcommand)]
enum MailCommand {
    /// List the mails that wait or were given up, newest first, without what they say.
    List,
    /// Try mails again at once.
    Retry {
        /// The mail's id, as the list shows it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<String>,
        /// All that were given up.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Walk the chain of events; exit 1 when one was changed or is missing.
    Verify,
}

#[derive(Subcommand)]
enum SeedCommand {
    /// Accounts with roles, and an app's permissions.
    Demo,
}

/// Why a command failed, in words for the operator.
type Failure = Box<dyn std::error::Error>;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let sources = Sources::from_process(arguments.config);
    match execute(arguments.command.unwrap_or(Command::Serve), &sources) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("doorward: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command, sources: &Sources) -> Result<ExitCode, Failure> {
    match command {
        Command::Contract { out } => contract::write(&out)?,
        Command::Config(ConfigCommand::Sample) => print!("{}", config::sample()),
        Command::Config(ConfigCommand::Reference) => print!("{}", config::reference()),
        Command::Config(ConfigCommand::Show) => print!("{}", config::show(sources)?),
        Command::Config(ConfigCommand::Check) => {
            Config::load(sources)?;
            println!("The configuration is fine.");
        }
        Command::Healthcheck => return health::ask(&Config::load(sources)?),
        Command::Serve => serve::serve(Config::load(sources)?)?,
        Command::Migrate => boot::migrate(Config::load(sources)?)?,
        Command::Admin(AdminCommand::Create { email, name, .. }) => {
            accounts::create_admin(Config::load(sources)?, email, name)?;
        }
        Command::Seed(SeedCommand::Demo) => seed::demo(Config::load(sources)?)?,
        Command::Mail(MailCommand::List) => mail::list(Config::load(sources)?)?,
        Command::Mail(MailCommand::Retry { id, .. }) => {
            return mail::retry(Config::load(sources)?, id);
        }
        Command::Users(command) => return users::run(Config::load(sources)?, command),
        Command::Keys(command) => return keys::run(Config::load(sources)?, command),
        Command::Breached(command) => breached::run(command)?,
        Command::Audit(AuditCommand::Verify) => return accounts::verify(Config::load(sources)?),
    }
    Ok(ExitCode::SUCCESS)
}
