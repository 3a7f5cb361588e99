//! `doorward admin create` and `doorward audit verify`.

use std::{io::BufRead, process::ExitCode};

use zeroize::Zeroizing;

use super::{
    Failure,
    boot::{with_app, words},
};
use crate::{
    access::audit::{self, Event, Kind, Verdict},
    app::App,
    config::Config,
    features::{
        accounts::{model::SignUp, sign_up},
        setup::store::{self, NewAdmin},
    },
    http::problem::Problem,
    kernel::id::GrantId,
};

/// Makes an administrator with the password on the first line of standard input.
pub fn create_admin(config: Config, email: String, name: String) -> Result<(), Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    with_app(config, async move |app| {
        let id = make_admin(&app, SignUp { email, password, name, locale: None, challenge: None })
            .await
            .map_err(words)?;
        println!("{id}");
        Ok(())
    })
}

/// One administrator, in one transaction; answers the account's id.
pub async fn make_admin(app: &App, wanted: SignUp) -> Result<String, Problem> {
    let now = app.now();
    let (row, hash) = sign_up::check(app, wanted)?.hash(app).await?;
    let new = NewAdmin { row, hash, grant_id: GrantId::make(now, &app.chance) };
    let event = Event::new(app, Kind::AccountCreated);
    let event = event.detail(serde_json::json!({ "by": "command line", "role": "admin" }));
    app.db
        .write(move |db| {
            let row = store::make_admin(db, new, now)?;
            audit::record(db, event.subject(row.id.as_str()))?;
            Ok(row.id.to_string())
        })
        .await
}

/// Walks the audit chain and says what it found.
pub fn verify(config: Config) -> Result<ExitCode, Failure> {
    with_app(config, async |app| {
        let verdict = app.db.snapshot(|db| Ok::<_, Problem>(audit::verify(db)?));
        Ok(match verdict.await.map_err(words)? {
            Verdict::Whole { events } => {
                println!("The chain is whole: {events} events.");
                ExitCode::SUCCESS
            }
            Verdict::Broken { seq, why } => {
                println!("The chain is broken at event {seq}: {why}.");
                ExitCode::FAILURE
            }
        })
    })
}
