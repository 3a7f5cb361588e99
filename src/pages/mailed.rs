//! The pages behind links in mails: `/verify`, `/confirm-email`, `/undo-email`. Looking at one does
//! nothing, because programs that read mails look at links too: a button does.

use std::future::Future;

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link, outcome},
    form::Form,
    shell::{Shell, lead_to},
    verify,
};
use crate::{
    access::{caller, guard::Public, throttle::Proofs},
    features::email::{
        model::MailedToken,
        settle::{confirm_email_change, undo_email_change},
        verify::verify_email,
    },
    http::{code::Code, json::Json, problem::Problem, reply::NoContent},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    token: String,
}

/// A page of this kind. Its texts begin with its name.
struct Page {
    name: &'static str,
    path: &'static str,
    /// Where to go for another link.
    again: &'static str,
}

const VERIFY: Page = Page { name: "verify", path: "/verify/link", again: "/verify" };
const CONFIRM: Page =
    Page { name: "email-confirm", path: "/confirm-email", again: "/account/email" };
const UNDO: Page = Page { name: "email-undo", path: "/undo-email", again: "/forgot" };

impl Page {
    fn say(&self, shell: &Shell, part: &str) -> String {
        shell.say(&format!("{}{part}", self.name))
    }

    fn show(&self, shell: &Shell, token: &str) -> Card {
        let form =
            Form::to(self.path, self.say(shell, "-button")).hidden([("token", token.to_owned())]);
        Card::new(shell, self.say(shell, "")).lead(self.say(shell, "-lead")).form(form)
    }

    /// The link was used, is too old, or was never one.
    fn over(&self, shell: &Shell) -> Answer {
        Card::new(shell, shell.say("link-over"))
            .lead(shell.say("link-over-lead"))
            .link(Link::new(self.again, self.say(shell, "-again")))
            .send(Code::ProofInvalid.status())
    }

    async fn look(&self, asked: Asked) -> Answer {
        asked.enter::<Public>().await?;
        self.show(&asked.shell, &asked.query("token").unwrap_or_default()).show()
    }

    async fn use_link<Fut>(
        &self,
        asked: &Asked,
        token: String,
        operation: impl FnOnce(Json<MailedToken>) -> Fut,
    ) -> Answer
    where
        Fut: Future<Output = Result<NoContent, Problem>>,
    {
        let body = valid(MailedToken { token: token.clone() });
        let done = match body {
            Ok(body) => operation(body).await,
            // What is no token at all is no good link either.
            Err(_) => Err(Code::ProofInvalid.into()),
        };
        if done.as_ref().is_err_and(|problem| problem.code() == Code::ProofInvalid) {
            return self.over(&asked.shell);
        }
        outcome(done.map(|_| self.done(asked)), || self.show(&asked.shell, &token))
    }

    fn done(&self, asked: &Asked) -> HttpResponse {
        let is_known = caller::of_cookie(&asked.request).is_ok_and(|found| found.is_some());
        let place = if is_known { "/account" } else { "/sign-in" };
        lead_to(&format!("{place}?done={}", self.name))
    }
}

/// `/verify`: the page of the link, or the one that takes the code of the same mail.
pub async fn show_verify(asked: Asked) -> Answer {
    match asked.query("token") {
        Some(_) => VERIFY.look(asked).await,
        None => verify::show(asked).await,
    }
}

/// The form of a link, looked at without one.
pub async fn show_verify_link(asked: Asked) -> Answer {
    VERIFY.look(asked).await
}

pub async fn verify_link(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let Filled { token } = asked.form().await?;
    let app = asked.app.clone();
    VERIFY.use_link(&asked, token, |body| verify_email(by, app, body)).await
}

pub async fn show_confirm(asked: Asked) -> Answer {
    CONFIRM.look(asked).await
}

pub async fn confirm(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let Filled { token } = asked.form().await?;
    let app = asked.app.clone();
    CONFIRM.use_link(&asked, token, |body| confirm_email_change(by, app, body)).await
}

pub async fn show_undo(asked: Asked) -> Answer {
    UNDO.look(asked).await
}

pub async fn undo(mut asked: Asked) -> Answer {
    let by: Public<Proofs> = asked.enter().await?;
    let Filled { token } = asked.form().await?;
    let app = asked.app.clone();
    UNDO.use_link(&asked, token, |body| undo_email_change(by, app, body)).await
}
