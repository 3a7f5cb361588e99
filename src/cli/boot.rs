//! From a configuration to a working `App`: folder, key, database, built-in roles.

use std::sync::Arc;

use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::{
    access::{
        keyring::{self, Fit},
        keys as signing_keys,
    },
    app::App,
    config::{self, Config, LogFormat, Privacy},
    db::{Db, Options},
    features::roles::built_in,
    http::problem::Problem,
    kernel::{
        chance::Chance,
        clock::Clock,
        cursor::CursorKey,
        fetch::Fetch,
        mail::Templates,
        password::{Cost, Hasher, Policy, breached::Breached},
        ring::Keys,
        secret::MasterKey,
        stage::Stage,
        vault::{MasterKeys, Vault},
    },
};

/// An app whose database is open but not yet brought up to date.
pub struct Boot {
    pub app: App,
    pub keys: MasterKeys,
    /// From which the keys of cookies and cursors are derived.
    pub seed: MasterKey,
}

/// The log goes to standard error, so that standard output stays for what was asked for.
pub fn start_log(config: &Config) {
    // actix-session logs each forged cookie as a warning, and webauthn-rs what it refuses as an
    // error: a stranger could fill the disk.
    let quiet = "actix_session=error,webauthn_rs=off,webauthn_rs_core=off";
    let filter = format!("{},{quiet}", config.log.level.as_str());
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr);
    // The message of a panic may hold what was sent; its place says enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "a panic");
    }));
    // Fails only when a log was started before, which then stays.
    let _ = match config.log.format {
        LogFormat::Json => log.json().try_init(),
        LogFormat::Pretty => log.try_init(),
    };
}

/// Which new passwords are taken, with the filter of breached ones where there is one.
pub fn policy(config: &Config) -> Result<Policy, Failure> {
    let settings = &config.password;
    let policy = Policy::new(usize::try_from(settings.min_length)?)?;
    let policy = policy.with_min_score(settings.min_score)?;
    let Some(path) = &settings.breached_filter else { return Ok(policy) };
    let filter = Breached::open(path).map_err(|why| {
        format!("password.breached_filter: {} is of no use: {why}", path.display())
    })?;
    tracing::info!(passwords = filter.shape().entries(), "breached passwords are refused");
    Ok(policy.with_breached(filter))
}

/// Opens everything that `config` names.
pub fn open(config: Config) -> Result<Boot, Failure> {
    if config::prepare_data_dir(&config)? == Privacy::OpenToAll {
        tracing::warn!("the data folder can be read by everybody on this machine");
    }
    let chance = Chance::System;
    let keys = config::master_keys(&config, &chance)?;
    let db = Db::open(config.database_url.reveal(), Options { pool: config.database.pool })?;
    let seed = find_seed(&db, &keys, &chance)?;
    let cost =
        Cost { memory_kib: config.password.memory_kib, iterations: config.password.iterations };
    let threads = usize::try_from(config.password.threads)?;
    let queue = usize::try_from(config.password.max_queue)?;
    let policy = policy(&config)?;
    let (folder, name) = (config.mail.templates_dir.as_deref(), &config.service.name);
    let templates = Templates::load(folder, name, &config.origin())?;
    let app = App {
        db,
        clock: Clock::System,
        hasher: Hasher::start(cost, threads, queue, chance.clone()),
        policy,
        cursors: CursorKey::new(&seed),
        stage: Stage::default(),
        vault: Vault::with(&keys, &seed, chance.clone()),
        keys: Keys::default(),
        templates,
        fetch: Fetch::new(config.http.limits()),
        chance,
        config: Arc::new(config),
    };
    Ok(Boot { app, keys, seed })
}

/// Reads the seed, which the session layer needs before the tables are brought up to date.
fn find_seed(db: &Db, keys: &MasterKeys, chance: &Chance) -> Result<MasterKey, Failure> {
    let (keys, vault) = (keys.clone(), Vault::with(keys, &keys.current, chance.clone()));
    let found = db.write_blocking(move |db| keyring::find_seed(db, &vault, &keys));
    Ok(found.map_err(|problem| format!("{OTHER_KEY} ({})", words(problem)))?)
}

const OTHER_KEY: &str = "the master key is not the one that this database was made with; \
    restore keys/master.key or set `master_key`";

/// Migrates, checks the keys, and brings the built-in roles in line. Several nodes may do so at
/// once.
pub async fn bring_up(app: &App, keys: &MasterKeys, seed: &MasterKey) -> Result<usize, Failure> {
    let db = app.db.clone();
    let ran = tokio::task::spawn_blocking(move || db.migrate()).await??;
    let (keys, seed, vault) = (keys.clone(), seed.clone(), app.vault.clone());
    let fit = app.db.write(move |db| {
        let fit = keyring::check(db, &keys)?;
        let is_same = fit == Fit::Fits && keyring::keep_seed(db, &vault, &seed)?;
        Ok::<_, Problem>((fit, is_same))
    });
    match fit.await.map_err(words)? {
        (Fit::OtherKey, _) => return Err(OTHER_KEY.into()),
        (Fit::Fits, false) => return Err("the keys have just been replaced: start again".into()),
        (Fit::Fits, true) => {}
    }
    built_in::sync(app).await.map_err(words)?;
    signing_keys::tend(app).await.map_err(words)?;
    Ok(ran)
}

/// What an operator may read of a problem.
pub fn words(problem: Problem) -> String {
    let fields: Vec<_> = problem.errors().iter().map(|error| error.message.to_string()).collect();
    let mut parts = vec![problem.code().title().to_owned()];
    parts.extend(fields);
    parts.extend(problem.cause().map(ToOwned::to_owned));
    parts.join(" ")
}

/// Runs a short command on an app that is up to date.
pub fn with_app<T, Work, Fut>(config: Config, work: Work) -> Result<T, Failure>
where
    Work: FnOnce(App) -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    start_log(&config);
    let boot = open(config)?;
    actix_web::rt::System::new().block_on(async move {
        bring_up(&boot.app, &boot.keys, &boot.seed).await?;
        work(boot.app).await
    })
}

/// `doorward migrate`
pub fn migrate(config: Config) -> Result<(), Failure> {
    start_log(&config);
    let boot = open(config)?;
    let ran = actix_web::rt::System::new().block_on(bring_up(&boot.app, &boot.keys, &boot.seed))?;
    println!("Ran {ran} migrations; the database is up to date.");
    Ok(())
}
