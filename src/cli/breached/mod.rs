//! `doorward breached build` and `doorward breached check`: the filter of breached passwords, made
//! from a list and looked at. Neither needs a configuration or a network.

mod build;
mod spill;

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::Failure;
use crate::kernel::password::breached::Breached;

#[derive(Subcommand)]
pub enum BreachedCommand {
    /// Make a filter for `password.breached_filter` from a list of breached passwords.
    Build {
        /// The list; `-` reads standard input.
        file: PathBuf,
        /// The filter. It appears when it is whole, and takes the place of an older one.
        #[arg(long, short, default_value = "breached.filter")]
        output: PathBuf,
        /// What stands on the lines.
        #[arg(long, value_enum, default_value_t = Form::Auto)]
        form: Form,
        /// Leave out what was seen fewer times than this, where the list says how often.
        #[arg(long, default_value_t = 1)]
        min_count: u64,
    },
    /// Read a filter from end to end, and say what it holds or that it is damaged.
    Check { file: PathBuf },
}

/// What stands on the lines of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// As the first line looks.
    Auto,
    /// SHA-1 in hexadecimal digits, perhaps with a colon and a count, as Have I Been Pwned has it.
    Sha1,
    /// A password as it is.
    Words,
}

/// Runs the command.
pub fn run(command: BreachedCommand) -> Result<(), Failure> {
    match command {
        BreachedCommand::Build { file, output, form, min_count } => {
            let lines = build::build(&file, &output, form, min_count)?;
            describe(&output, &format!("{lines} lines read, "))
        }
        BreachedCommand::Check { file } => {
            let failed = |why| format!("{}: {why}", file.display());
            Breached::open(&file).map_err(failed)?.check().map_err(failed)?;
            describe(&file, "")
        }
    }
}

fn describe(file: &Path, before: &str) -> Result<(), Failure> {
    let shape = Breached::open(file)?.shape();
    println!(
        "{}: {before}{} passwords in {} bytes; one of {:.0} others is refused by chance.",
        file.display(),
        shape.entries(),
        shape.length(),
        1.0 / shape.false_positives().max(f64::MIN_POSITIVE)
    );
    Ok(())
}
