//! `/sign-in/with`: on to a provider, and `/sign-in/callback/…`: back from it. Whatever comes back
//! ends on a page of ours or at a place that is listed.

use actix_web::{HttpResponse, http::header};
use serde::Deserialize;

use super::{
    asked::{Answer, Asked, valid},
    card::{Card, Link},
    refusal,
    return_to::Target,
    shell::{Shell, lead_to},
    sign_in,
};
use crate::{
    access::{
        guard::Public,
        sessions::Remember,
        throttle::{Ceremonies, Proofs},
    },
    config::Provider,
    features::social::{
        begin::{self, Wanted},
        finish::{self, Back, Done, Returned},
        model::{ProviderFlow, ProviderSignIn},
    },
    http::{code::Code, json::Json, problem::Problem},
};

/// The buttons that lead to providers.
pub struct Providers {
    pub action: &'static str,
    /// The name of the field that says which was pressed.
    pub field: &'static str,
    pub hidden: Option<(&'static str, String)>,
    pub buttons: Vec<Button>,
}

/// A button with the provider's mark.
pub struct Button {
    pub provider: String,
    pub mark: String,
    pub words: String,
}

impl Button {
    pub fn new(shell: &Shell, provider: &Provider, words: &str) -> Self {
        Self {
            mark: shell.look.mark(provider.preset).address(),
            words: shell.fill(words, &[("provider", &provider.title)]),
            provider: provider.name.clone(),
        }
    }
}

impl Providers {
    /// Buttons that sign in and lead on to the target.
    pub fn to(asked: &Asked, target: &Target) -> Self {
        let all = asked.app.config.offered_providers();
        let button = |provider: &Provider| Button::new(&asked.shell, provider, "provider-with");
        Self {
            action: "/sign-in/with",
            field: "provider",
            hidden: target.hidden(),
            buttons: all.iter().map(button).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    provider: String,
    return_to: Option<String>,
}

/// Nothing is asked here.
pub async fn begin_again(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(lead_to(&asked.target().carried_by("/sign-in")))
}

/// On to a provider, to sign in.
pub async fn leave(mut asked: Asked) -> Answer {
    let by = asked.enter::<Public<Ceremonies>>().await?;
    let Filled { provider, return_to } = asked.form().await?;
    let target = asked.led_to(return_to.as_deref());
    let return_to = Some(target.as_str().to_owned());
    let Json(body) = valid(ProviderSignIn { provider, return_to, remember: false })?;
    let ProviderSignIn { provider, return_to, .. } = body;
    let (callback, remember) = (begin::CALLBACK, Remember::No);
    let wanted = Wanted { provider: provider.clone(), callback, return_to, remember };
    let flow = begin::sign_in(&asked.app, by.address, &asked.request, wanted).await;
    match flow {
        Ok(flow) => send_on(&asked, &provider, &flow),
        Err(problem) if is_told(&problem) => refused(&asked.shell, &problem, false),
        Err(problem) => Err(problem),
    }
}

/// The page that leads away. A redirect would not do: browsers hold a form's redirect against the
/// places to which our forms may lead.
pub fn send_on(asked: &Asked, name: &str, flow: &ProviderFlow) -> Answer {
    let title = asked.app.config.provider(name).map_or(name.to_owned(), |it| it.title);
    let names = [("provider", title.as_str())];
    let shell = &asked.shell;
    let link = Link::new(flow.url.clone(), shell.fill("provider-go", &names));
    let card = Card::new(shell, shell.fill("provider-going", &names));
    let mut response = card.lead(shell.say("provider-going-lead")).link(link).show()?;
    let refresh = header::HeaderValue::from_str(&format!("0; url={}", flow.url));
    let refresh = refresh.map_err(Problem::internal)?;
    response.headers_mut().insert(header::REFRESH, refresh);
    Ok(response)
}

/// Back from a provider, by an address.
pub async fn come_back(asked: Asked) -> Answer {
    let by = asked.enter::<Public<Proofs>>().await?;
    let returned = Returned::of(asked.queries());
    end(&asked, by, returned).await
}

/// Back from a provider, by a form on its page.
pub async fn come_back_by_form(mut asked: Asked) -> Answer {
    let by = asked.enter_from_elsewhere::<Public<Proofs>>().await?;
    let returned = Returned::of(asked.pairs().await?);
    let name = provider(&asked);
    let back = Back { provider: &name, callback: begin::CALLBACK, returned };
    match finish::keep(&asked.app, &by, back).await? {
        Some(again) => Ok(lead_to(&again)),
        None => refused(&asked.shell, &Code::FlowInvalid.into(), false),
    }
}

/// The name of the provider in the path.
fn provider(asked: &Asked) -> String {
    asked.request.match_info().get("provider").unwrap_or_default().to_owned()
}

async fn end(asked: &Asked, by: Public<Proofs>, returned: Option<Returned>) -> Answer {
    let name = provider(asked);
    let back = Back { provider: &name, callback: begin::CALLBACK, returned };
    let end = finish::finish(&asked.app, by, &asked.request, back).await;
    let target = asked.led_to(Some(&end.return_to));
    match end.done {
        Ok(Done::SignedIn(answer)) => sign_in::go_on(asked, *answer, &target),
        Ok(Done::Linked) => Ok(lead_to(target.as_str())),
        Err(problem) if is_told(&problem) => refused(&asked.shell, &problem, end.is_link),
        Err(problem) => Err(problem),
    }
}

/// Whether a refusal has words of its own here.
fn is_told(problem: &Problem) -> bool {
    !matches!(
        problem.code(),
        Code::NotSignedIn | Code::StepUpRequired | Code::SecondFactorNeeded | Code::Internal
    )
}

/// A refusal in words, and where to go from here.
pub fn refused(shell: &Shell, problem: &Problem, is_link: bool) -> Answer {
    let mut card = Card::new(shell, shell.say("refused")).lead(shell.refusal(problem));
    if problem.code() == Code::ProviderAccountExists {
        card = card.link(Link::new("/forgot", shell.say("to-forgot")));
    }
    let link = match is_link {
        true => Link::new("/account/identities", shell.say("identities")),
        false => Link::new("/sign-in", shell.say("to-sign-in")),
    };
    let mut response: HttpResponse = card.link(link).send(problem.code().status())?;
    refusal::accompany(&mut response, problem);
    Ok(response)
}
