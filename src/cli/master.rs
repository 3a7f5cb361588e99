//! `doorward keys rotate-master`: another master key takes the place of the present one while the
//! service runs. It may be interrupted anywhere; run again, it goes on where it was.

use std::{process::ExitCode, time::Duration};

use serde_json::json;

use super::{
    Failure,
    boot::{self, words},
};
use crate::{
    access::{
        audit::{self, Event, Kind},
        keyring, reseal,
    },
    app::App,
    config::{self, Change, Config},
    http::problem::Problem,
    kernel::{secret::MasterKey, vault::MasterKeys},
};

/// How often a running process looks whether its keys have changed.
pub const LOOK: Duration = Duration::from_secs(1);

/// How long it takes until every process has looked.
const LEARNT: Duration = Duration::from_secs(3);

/// Runs the command.
pub fn rotate(config: Config) -> Result<ExitCode, Failure> {
    boot::start_log(&config);
    let is_set = config.master_key.is_some();
    if is_set && config.master_key_other.is_none() {
        return Err("the master key is a setting: set `master_key` to the new key and \
            `master_key_other` to the old one, as docs/KEYS.md tells, and run this again"
            .into());
    }
    let boot = boot::open(config)?;
    actix_web::rt::System::new().block_on(async move {
        boot::bring_up(&boot.app, &boot.keys, &boot.seed).await?;
        let resealed = match is_set {
            true => seal_anew(&boot.app, &boot.keys.current).await?,
            false => in_the_folder(&boot.app).await?,
        };
        println!("The master key is replaced; {resealed} values were sealed anew.");
        if is_set {
            println!("Take `master_key_other` away now and restart every process.");
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The whole change where the key is kept in the data folder.
async fn in_the_folder(app: &App) -> Result<usize, Failure> {
    let config = &app.config;
    if config::change(config)? == Change::None {
        config::begin_change(config, &app.chance)?;
    }
    if config::change(config)? == Change::Begun {
        learn(app)?;
        // Nobody may seal with a key that another process can't open with yet.
        tokio::time::sleep(LEARNT).await;
        config::make_change(config)?;
        learn(app)?;
        // Nobody may go on sealing with the old key once all values are sealed anew.
        tokio::time::sleep(LEARNT).await;
    }
    let keys = learn(app)?;
    let resealed = seal_anew(app, &keys.current).await?;
    config::end_change(config)?;
    Ok(resealed)
}

fn learn(app: &App) -> Result<MasterKeys, Failure> {
    let keys = config::master_keys(&app.config, &app.chance)?;
    app.vault.replace(&keys);
    Ok(keys)
}

/// Seals everything anew and lets the database go by the key.
async fn seal_anew(app: &App, master: &MasterKey) -> Result<usize, Failure> {
    let resealed = reseal::all(app).await.map_err(words)?;
    let (vault, master) = (app.vault.clone(), master.clone());
    let event = Event::new(app, Kind::MasterKeyReplaced);
    let event = event.detail(json!({ "by": "command line", "values": resealed }));
    let taken = app.db.write(move |db| {
        keyring::take_over(db, &vault, &master)?;
        Ok::<_, Problem>(audit::record(db, event)?)
    });
    taken.await.map_err(words)?;
    Ok(resealed)
}

/// Keeps a running process in step with the folder of keys.
pub async fn watch(app: App, mut known: MasterKeys) {
    if app.config.master_key.is_some() {
        return;
    }
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        match config::master_keys(&app.config, &app.chance) {
            Ok(keys) if keys == known => {}
            Ok(keys) => {
                app.vault.replace(&keys);
                tracing::info!("the master keys have changed");
                known = keys;
            }
            Err(error) => tracing::warn!(%error, "the master keys can't be read"),
        }
    }
}
