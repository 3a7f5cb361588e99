//! Signing in by a link that is mailed. Looking at the link does not use it up: programs that look
//! into mails open links too.

use super::{
    answer::Client,
    csrf, lead,
    refusal::{EMAIL, Refusal},
    said::Said,
    step,
};
use crate::{
    access::{
        guard::Public,
        throttle::{Mails, Proofs},
    },
    features::{
        accounts::ask::Mailbox,
        sessions::{magic, model::MagicToken},
    },
    http::{code::Code, endpoint::Guard, origin, problem::Problem},
    pages::asked::{Answer, Asked, valid},
};

/// Where the link leads.
const LINK: &str = "/api/auth/callback/email";

/// Asks for the mail. The answer is the same whether the address has an account or not.
pub async fn ask(mut asked: Asked) -> Answer {
    origin::check(&asked.request)?;
    // The door is looked at before the body is read, which says how a refusal has to be told.
    let by = Public::<Mails>::admit(&asked.request).await;
    let said = Said::of(&mut asked).await?;
    let client = Client::of(&asked, &said);
    if !csrf::holds(&asked, &said) {
        return Ok(client.refuse(super::SIGN_IN, &Refusal::csrf()));
    }
    Ok(match send(&asked, by, &said, &client).await {
        Ok(()) => {
            let place = "/api/auth/verify-request?provider=email&type=email";
            client.lead_to(&client.site.address(place))
        }
        Err(problem) => client.refuse(super::SIGN_IN, &Refusal::of(EMAIL, problem)),
    })
}

async fn send(
    asked: &Asked,
    by: Result<Public<Mails>, Problem>,
    said: &Said,
    client: &Client<'_>,
) -> Result<(), Problem> {
    let email = said.option("email").unwrap_or_default().to_owned();
    let (by, body) = (by?, valid(Mailbox { email })?.0);
    let back = client.site.kept(client.callback());
    let back: String = url::form_urlencoded::byte_serialize(back.as_str().as_bytes()).collect();
    let more = format!("&callbackUrl={back}");
    magic::request_with(&asked.app, by, body, |app, proof| proof.link_at(&app.config, LINK, &more))
        .await
}

/// The page of the link.
pub async fn show(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let hidden = ["token", "callbackUrl"].into_iter();
    let hidden: Vec<_> = hidden.filter_map(|name| Some((name, asked.query(name)?))).collect();
    let shell = &asked.shell;
    let words = lead::Words::new(shell.say("sign-in"), shell.say("magic-enter"));
    let button = shell.say("sign-in-button");
    lead::show(&asked, words, Some(lead::Form { action: LINK, hidden, button }))
}

/// Uses the link up. Its token is the proof that the form comes from its reader.
pub async fn enter(mut asked: Asked) -> Answer {
    origin::check(&asked.request)?;
    // The door is looked at before the body is read, which says how a refusal has to be told.
    let by = Public::<Proofs>::admit(&asked.request).await;
    let said = Said::of(&mut asked).await?;
    let token = said.get("token").unwrap_or_default().to_owned();
    let client = Client::of(&asked, &said);
    let body = valid(MagicToken { token, remember: said.is_set("remember") });
    let entered = match (by, body) {
        (Ok(by), Ok(body)) => magic::with_link(&asked.app, by, &asked.request, body.0).await,
        (Err(problem), _) => Err(problem),
        (_, Err(_)) => Err(Code::ProofInvalid.into()),
    };
    match entered {
        Ok(answer) => step::go_on(&asked, &client, answer, EMAIL),
        Err(problem) => Ok(client.refuse(super::SIGN_IN, &Refusal::of(EMAIL, problem))),
    }
}
