//! `/account/passkeys/name` and `/account/factors/name`: another name for a passkey or for an
//! authenticator app. The id comes from the list; one that is nobody's leads back there.

use actix_web::HttpResponse;
use serde::Deserialize;

use crate::{
    access::guard::{InPerson, Visit},
    features::{
        factors::{
            model::{FactorRename, Factors},
            routes as factors,
        },
        passkeys::{model::PasskeyRename, routes as passkeys},
    },
    http::{code::Code, json::Json, problem::Problem},
    pages::{
        asked::{Answer, Asked, valid},
        card::{Card, Link, outcome},
        form::{Field, Form, Kind},
        shell::{Shell, lead_to},
    },
};

/// What gets another name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Passkey,
    App,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    id: String,
    name: String,
}

pub async fn show_passkey(asked: Asked) -> Answer {
    show(asked, Named::Passkey).await
}

pub async fn name_passkey(asked: Asked) -> Answer {
    submit(asked, Named::Passkey).await
}

pub async fn show_app(asked: Asked) -> Answer {
    show(asked, Named::App).await
}

pub async fn name_app(asked: Asked) -> Answer {
    submit(asked, Named::App).await
}

async fn show(asked: Asked, named: Named) -> Answer {
    let by: InPerson = asked.enter().await?;
    let shell = asked.shell.with(&by.caller);
    let id = asked.query("id").unwrap_or_default();
    match named.find(factors::list(&asked.app, &by).await?, &id) {
        Some(name) => page(&shell, named, &id, &name).show(),
        None => Ok(lead_to(named.list())),
    }
}

async fn submit(mut asked: Asked, named: Named) -> Answer {
    let by: InPerson = asked.enter().await?;
    let Filled { id, name } = asked.form().await?;
    let shell = asked.shell.with(&by.caller);
    match rename(&asked, &by, named, (&id, &name)).await {
        Err(problem) if problem.code() == Code::FactorNotFound => Ok(lead_to(named.gone())),
        done => outcome(done, || page(&shell, named, &id, &name)),
    }
}

async fn rename(
    asked: &Asked,
    by: &Visit,
    named: Named,
    (id, name): (&str, &str),
) -> Result<HttpResponse, Problem> {
    let name = name.to_owned();
    match named {
        Named::Passkey => {
            let Json(body) = valid(PasskeyRename { name })?;
            let id = id.parse().map_err(|_| Code::FactorNotFound)?;
            passkeys::rename(&asked.app, by, id, body).await?;
        }
        Named::App => {
            let Json(body) = valid(FactorRename { name })?;
            let id = id.parse().map_err(|_| Code::FactorNotFound)?;
            factors::rename(&asked.app, by, id, body).await?;
        }
    }
    Ok(lead_to(named.done()))
}

fn page(shell: &Shell, named: Named, id: &str, name: &str) -> Card {
    let (title, label, list) = match named {
        Named::Passkey => ("passkey-rename", "field-passkey_name", "passkeys"),
        Named::App => ("app-rename", "field-app_name", "factors"),
    };
    let field = Field::new(shell, "name", Kind::Name).value(name).label(shell.say(label));
    let form = Form::to(named.page(), shell.say("save"))
        .hidden([("id", id.to_owned())])
        .field(field.hint(shell.say("hint-app_name")));
    Card::new(shell, shell.say(title)).form(form).back(Link::new(named.list(), shell.say(list)))
}

impl Named {
    /// The name of the one with this id.
    fn find(self, factors: Factors, id: &str) -> Option<String> {
        match self {
            Self::Passkey => {
                let mut all = factors.passkeys.into_iter();
                all.find(|known| known.id.as_str() == id).map(|known| known.name)
            }
            Self::App => {
                let mut all = factors.totp.into_iter();
                all.find(|known| known.id.as_str() == id).map(|known| known.name)
            }
        }
    }

    const fn list(self) -> &'static str {
        match self {
            Self::Passkey => "/account/passkeys",
            Self::App => "/account/factors",
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Passkey => "/account/passkeys/name",
            Self::App => "/account/factors/name",
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Passkey => "/account/passkeys?done=passkey-renamed",
            Self::App => "/account/factors?done=factor-renamed",
        }
    }

    const fn gone(self) -> &'static str {
        match self {
            Self::Passkey => "/account/passkeys?done=passkey-gone",
            Self::App => "/account/factors?done=factor-gone",
        }
    }
}
