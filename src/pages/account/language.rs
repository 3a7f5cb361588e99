//! `/account/language`: in which language pages and mails speak to a person.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::up;
use crate::{
    access::guard::InPerson,
    features::accounts::{me, model::MyChange},
    http::problem::Problem,
    kernel::texts::Lang,
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, outcome},
        form::{Field, Form, Kind},
        shell::{Shell, lead_to},
        texts::own_name,
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    locale: String,
}

pub async fn show(asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    page(&asked.shell.with(&by.caller), &by.caller.locale).show()
}

pub async fn submit(mut asked: Asked) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Filled { locale } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    outcome(change(&asked, by, &locale).await, || page(&shell, &locale))
}

async fn change(asked: &Asked, by: InPerson, locale: &str) -> Result<HttpResponse, Problem> {
    let body = MyChange { name: None, locale: Some(locale.to_owned()) };
    me::update_me(by, asked.app.clone(), valid(body)?).await?;
    Ok(lead_to("/account?done=language"))
}

/// The language that somebody asked for, in its own words, or the words for "as the browser says".
pub fn name(shell: &Shell, locale: &str) -> String {
    if locale.is_empty() {
        return shell.say("language-browser");
    }
    own_name(Lang::choose([locale])).to_owned()
}

fn page(shell: &Shell, locale: &str) -> Card {
    let chosen = if locale.is_empty() { "" } else { Lang::choose([locale]).tag() };
    let all = Lang::ALL.map(|lang| (lang.tag(), own_name(lang).to_owned()));
    let choices = [("", shell.say("language-browser"))].into_iter().chain(all).collect();
    let field = Field::new(shell, "locale", Kind::Choice).value(chosen).choices(choices);
    let form = Form::to("/account/language", shell.say("save")).field(field);
    let card = Card::new(shell, shell.say("language")).lead(shell.say("language-lead"));
    card.form(form).back(up(shell))
}
