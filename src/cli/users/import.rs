//! The import itself: every account of the file is looked at before the first is written, then
//! batch after batch is written, each whole. A run that was killed is run again: what an earlier
//! one has written is known by its row and skipped.

use std::{
    collections::{HashMap, HashSet},
    process::ExitCode,
    time::Duration,
};

use serde_json::json;

use super::{
    ImportArguments,
    source::{Entry, Source},
};
use crate::{
    access::audit::{Event, Kind},
    app::App,
    cli::{
        Failure,
        boot::{with_app, words},
        progress::Progress,
    },
    config::Config,
    features::imports::{
        model::{Account, Fault},
        store::{self, Found, New},
    },
    http::{code::Code, problem::Problem},
    kernel::{
        id::{GrantId, RoleId},
        refusal::Refusal,
    },
};

/// Accounts that one transaction writes.
const BATCH: usize = 500;

/// How often a batch is tried while others hold the database, and the pause between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// What a run exits with that has left something out.
const SOME_LEFT_OUT: u8 = 3;

const EMAIL_TWICE: Refusal =
    Refusal::new("email_twice", "An account further up in the file has the same address.");
const ID_TWICE: Refusal =
    Refusal::new("id_twice", "An account further up in the file has the same id.");

/// Runs the command.
pub fn run(config: Config, arguments: ImportArguments) -> Result<ExitCode, Failure> {
    with_app(config, async move |app| {
        let roles = app.db.read(|db| Ok::<_, Problem>(store::role_ids(db)?)).await;
        let mut import = Import {
            app,
            arguments,
            roles: roles.map_err(words)?,
            bad: HashSet::new(),
            read: 0,
            new: 0,
            already: 0,
            left_out: 0,
        };
        import.check().await?;
        if !import.bad.is_empty() && !import.arguments.skip_bad {
            eprintln!("doorward: {} are at fault: nothing was imported", import.bad.len());
            return Ok(ExitCode::FAILURE);
        }
        if !import.arguments.dry_run {
            import.write().await?;
        }
        Ok(import.summary())
    })
}

/// One run, and what it has found.
struct Import {
    app: App,
    arguments: ImportArguments,
    roles: HashMap<String, RoleId>,
    /// Numbers of the entries at fault.
    bad: HashSet<u64>,
    read: u64,
    new: u64,
    already: u64,
    left_out: u64,
}

/// Accounts with their numbers in the file.
type Batch = Vec<(u64, Account)>;

impl Import {
    fn source(&self) -> Result<Source, Failure> {
        Source::open(&self.arguments.file, self.arguments.from)
    }

    /// Checks one entry; `Err` is what is wrong with it, and nothing is what stays behind.
    fn account(&self, entry: Entry) -> Result<Option<Account>, Vec<Fault>> {
        match entry {
            Entry::LeftOut => Ok(None),
            Entry::Faulty(faults) => Err(faults),
            Entry::Account(mut record) => {
                // Doorward's own form was written for it; other systems' roles are asked for.
                if !self.arguments.with_roles && self.arguments.from != super::Form::Doorward {
                    record.roles.clear();
                }
                record.check(&self.app, &self.roles).map(Some)
            }
        }
    }

    /// Looks at the whole file and reports all that is wrong.
    async fn check(&mut self) -> Result<(), Failure> {
        let source = self.source()?;
        let unit = source.unit;
        let progress = Progress::new("checked", 0);
        let (mut emails, mut ids) = (HashSet::new(), HashSet::new());
        let mut batch = Batch::new();
        for entry in source {
            let (number, entry) = entry?;
            self.read += 1;
            match self.account(entry) {
                Ok(None) => self.left_out += 1,
                Err(faults) => self.report(unit, number, &faults),
                Ok(Some(account)) => {
                    let id = account.external_id.clone();
                    if !emails.insert(account.row.email_key.clone()) {
                        self.report(unit, number, &[Fault::new("email", EMAIL_TWICE)]);
                    } else if id.is_some_and(|id| !ids.insert(id)) {
                        self.report(unit, number, &[Fault::new("id", ID_TWICE)]);
                    } else {
                        batch.push((number, account));
                    }
                }
            }
            if batch.len() == BATCH {
                self.look(unit, std::mem::take(&mut batch)).await?;
                progress.at(self.read);
            }
        }
        self.look(unit, batch).await
    }

    /// Looks whether the database has what a batch would bring.
    async fn look(&mut self, unit: &str, batch: Batch) -> Result<(), Failure> {
        let (numbers, accounts): (Vec<u64>, Vec<Account>) = batch.into_iter().unzip();
        let name = self.arguments.from.as_str();
        let found = self.app.db.read(move |db| {
            let accounts: Vec<&Account> = accounts.iter().collect();
            Ok::<_, Problem>(store::find(db, name, &accounts)?)
        });
        for (number, found) in numbers.into_iter().zip(found.await.map_err(words)?) {
            match found {
                Found::New => self.new += 1,
                Found::Already => self.already += 1,
                Found::Taken(fault) => self.report(unit, number, &[fault]),
            }
        }
        Ok(())
    }

    fn report(&mut self, unit: &str, number: u64, faults: &[Fault]) {
        self.bad.insert(number);
        for Fault { field, why } in faults {
            eprintln!("{unit} {number}: {field}: {}: {}", why.code, why.text);
        }
    }

    /// Writes what was found in order, a batch at a time.
    async fn write(&mut self) -> Result<(), Failure> {
        let source = self.source()?;
        let unit = source.unit;
        let progress = Progress::new("imported", self.new + self.already);
        (self.new, self.already) = (0, 0);
        let mut batch = Batch::new();
        for entry in source {
            let (number, entry) = entry?;
            if self.bad.contains(&number) {
                continue;
            }
            match self.account(entry) {
                Ok(None) => {}
                Ok(Some(account)) => batch.push((number, account)),
                // The file has changed since it was checked.
                Err(faults) => self.report(unit, number, &faults),
            }
            if batch.len() == BATCH {
                self.write_batch(unit, std::mem::take(&mut batch)).await?;
                progress.at(self.new + self.already);
            }
        }
        self.write_batch(unit, batch).await
    }

    async fn write_batch(&mut self, unit: &str, batch: Batch) -> Result<(), Failure> {
        let mut tries = 1;
        let found = loop {
            match self.try_batch(&batch).await {
                Err(problem) if tries < TRIES && is_passing(&problem) => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                other => break other.map_err(words)?,
            }
        };
        for ((number, _), found) in batch.into_iter().zip(found) {
            match found {
                Found::New => self.new += 1,
                Found::Already => self.already += 1,
                Found::Taken(fault) => self.report(unit, number, &[fault]),
            }
        }
        Ok(())
    }

    async fn try_batch(&self, batch: &Batch) -> Result<Vec<Found>, Problem> {
        let (now, name) = (self.app.now(), self.arguments.from.as_str());
        let new = |(_, account): &(u64, Account)| {
            let event = Event::new(&self.app, Kind::AccountImported);
            let detail = json!({ "from": name, "password": account.hash.is_some() });
            New {
                account: account.clone(),
                grants: account
                    .roles
                    .iter()
                    .map(|_| GrantId::make(now, &self.app.chance))
                    .collect(),
                event: event.subject(account.row.id.as_str()).detail(detail),
            }
        };
        let batch: Vec<New> = batch.iter().map(new).collect();
        self.app.db.write(move |db| store::write(db, name, batch, now)).await
    }

    fn summary(&self) -> ExitCode {
        let Self { read, new, already, left_out, bad, arguments, .. } = self;
        let done = if arguments.dry_run { "would be imported" } else { "imported" };
        println!(
            "{read} read: {new} {done}, {already} imported before, {left_out} that stay behind, \
             {} at fault.",
            bad.len()
        );
        if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(SOME_LEFT_OUT) }
    }
}

/// Whether trying again may help: the database is busy, or somebody has signed up with an address
/// of the batch at this very moment, which the next try sees.
fn is_passing(problem: &Problem) -> bool {
    matches!(problem.code(), Code::Busy | Code::Unavailable | Code::EmailTaken)
}
