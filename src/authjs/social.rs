//! Signing in with an account at another service, which leads back to where Auth.js would have it:
//! an app that moves keeps the address that it has registered there.

use actix_web::HttpResponse;

use super::{
    answer::Client,
    csrf,
    refusal::{CALLBACK, PROVIDER, Refusal},
    said::Said,
    step,
};
use crate::{
    access::{
        guard::Public,
        throttle::{Ceremonies, Proofs},
    },
    features::social::{
        begin::{self, Wanted},
        finish::{self, Back, Done, Returned},
    },
    http::{code::Code, endpoint::Guard, origin, problem::Problem},
    pages::{
        asked::{Answer, Asked},
        shell::lead_to,
    },
};

/// Where providers lead back to, before their names.
const BACK: &str = "/api/auth/callback/";

pub async fn begin(provider: String, mut asked: Asked) -> Answer {
    origin::check(&asked.request)?;
    // The door is looked at before the body is read, which says how a refusal has to be told.
    let by = Public::<Ceremonies>::admit(&asked.request).await;
    let said = Said::of(&mut asked).await?;
    let client = Client::of(&asked, &said);
    if !csrf::holds(&asked, &said) {
        return Ok(client.refuse(super::SIGN_IN, &Refusal::csrf()));
    }
    if asked.app.config.provider(&provider).is_none() {
        return Err(Code::PathInvalid.into());
    }
    let return_to = Some(client.site.kept(client.callback()).as_str().to_owned());
    let remember = said.is_set("remember").into();
    let wanted = Wanted { provider, callback: BACK, return_to, remember };
    let begun = match by {
        Ok(by) => begin::sign_in(&asked.app, by.address, &asked.request, wanted).await,
        Err(problem) => Err(problem),
    };
    Ok(match begun {
        Ok(flow) => client.lead_to(&flow.url),
        Err(problem) => client.refuse(super::SIGN_IN, &Refusal::of(PROVIDER, problem)),
    })
}

/// Back from a provider, by an address.
pub async fn come_back(provider: String, asked: Asked) -> Answer {
    let by = match Public::<Proofs>::admit(&asked.request).await {
        Ok(by) => by,
        Err(problem) => return Ok(refused(&asked, None, problem)),
    };
    let returned = Returned::of(asked.queries());
    let back = Back { provider: &provider, callback: BACK, returned };
    let end = finish::finish(&asked.app, by, &asked.request, back).await;
    let return_to = Some(end.return_to).filter(|place| !place.is_empty());
    match end.done {
        Ok(Done::SignedIn(answer)) => {
            let client = Client::back(&asked, return_to);
            step::go_on(&asked, &client, *answer, CALLBACK)
        }
        Ok(Done::Linked) => Ok(Client::back(&asked, return_to).lead()),
        Err(problem) => Ok(refused(&asked, return_to, problem)),
    }
}

/// Leads to the sign-in page, which tells why nothing came of it.
fn refused(asked: &Asked, return_to: Option<String>, problem: Problem) -> HttpResponse {
    let refusal = Refusal::of(CALLBACK, problem);
    Client::back(asked, return_to).refuse(super::SIGN_IN, &refusal)
}

/// Back from a provider, by a form on its page.
pub async fn come_back_by_form(provider: String, mut asked: Asked) -> Answer {
    let by = asked.enter_from_elsewhere::<Public<Proofs>>().await?;
    let returned = Returned::of(asked.pairs().await?);
    let back = Back { provider: &provider, callback: BACK, returned };
    match finish::keep(&asked.app, &by, back).await? {
        Some(again) => Ok(lead_to(&again)),
        None => Ok(refused(&asked, None, Code::FlowInvalid.into())),
    }
}
