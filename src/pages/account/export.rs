//! `/account/export`: everything that is stored about the account, as a file.

use actix_web::{HttpResponse, http::header};

use super::up;
use crate::{
    access::guard::InPerson,
    features::accounts::export::export_me,
    http::{problem::Problem, reply::Ok200},
    pages::{
        asked::{Answer, Asked},
        card::Card,
        form::Form,
    },
};

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    Card::new(&shell, shell.say("export"))
        .lead(shell.say("export-lead"))
        .form(Form::to("/account/export", shell.say("export-button")))
        .back(up(&shell))
        .show()
}

pub async fn submit(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Ok200(export) = export_me(by, asked.app.clone()).await?;
    let file = serde_json::to_vec_pretty(&export).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"account.json\""))
        .content_type("application/json")
        .body(file))
}
