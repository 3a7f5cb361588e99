//! The way back from a provider. Whatever comes counts once, in the browser that was sent there,
//! from the provider that it was sent to.

use std::sync::Arc;

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    begin::redirect_uri,
    flow::{self, Browser, FlowRow, Purpose},
    places::Places,
    profile,
    settle::{self, Told},
    talk::{self, Fault},
};
use crate::{
    access::{
        answer::SignInAnswer,
        audit::{self, Event, Kind},
        caller::{self, Caller},
        entry::Arrival,
        guard::Public,
        throttle::{self, Proofs},
    },
    app::App,
    config::Provider,
    http::{code::Code, peer::Peer, problem::Problem},
    kernel::id::{SessionId, UserId},
};

/// What a provider has led back with (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207).
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Returned {
    pub state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    /// A name that comes beside the first sign-in, as Apple gives it.
    name: Option<String>,
}

/// The longest value that is looked at, in bytes.
const LONGEST: usize = 8192;

impl Returned {
    /// What these parameters say. Nothing where one that counts is there twice (RFC 6749, section
    /// 3.1), or where it is of no flow.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Option<Self> {
        let mut found = Self::default();
        let mut state = None;
        for (name, value) in pairs {
            let slot = match name.as_str() {
                "state" => &mut state,
                "code" => &mut found.code,
                "iss" => &mut found.iss,
                "error" => &mut found.error,
                "user" => {
                    found.name = name_of(&value);
                    continue;
                }
                _ => continue,
            };
            if slot.is_some() || value.is_empty() || value.len() > LONGEST {
                return None;
            }
            *slot = Some(value);
        }
        found.state = state?;
        Some(found)
    }
}

/// The name in Apple's `user`.
fn name_of(user: &str) -> Option<String> {
    let user: serde_json::Value = serde_json::from_str(user).ok()?;
    let part = |name: &str| user["name"][name].as_str().unwrap_or_default().to_owned();
    profile::name(&format!("{} {}", part("firstName"), part("lastName")))
}

/// Who has led back, where to, and with what.
pub struct Back<'a> {
    pub provider: &'a str,
    /// Where the browser was led to, before the provider's name. Only a code that was sent there
    /// is exchanged: the provider compares.
    pub callback: &'a str,
    /// Nothing where it can't be read.
    pub returned: Option<Returned>,
}

/// What came of a flow.
pub enum Done {
    SignedIn(Box<SignInAnswer>),
    Linked,
}

/// The end of a flow.
pub struct End {
    pub done: Result<Done, Problem>,
    /// Where it was to lead, as it was asked for: whoever follows it checks it.
    pub return_to: String,
    /// Whether it was begun by somebody who was signed in.
    pub is_link: bool,
}

impl End {
    fn refused(problem: impl Into<Problem>) -> Self {
        Self { done: Err(problem.into()), return_to: String::new(), is_link: false }
    }
}

/// Keeps what a provider's page has posted. The address by which the browser is asked to come again
/// by itself, for only then does it send its cookies; nothing where no flow is waiting.
///
/// Errors: `rate_limit.exceeded`.
pub async fn keep(
    app: &App,
    by: &Public<Proofs>,
    back: Back<'_>,
) -> Result<Option<String>, Problem> {
    let Back { provider, callback, returned } = back;
    let Some(returned) = returned else { return Ok(None) };
    let state: String = url::form_urlencoded::byte_serialize(returned.state.as_bytes()).collect();
    let again = format!("{callback}{provider}?state={state}");
    throttle::take_try(app, by.address.clone()).await?;
    let is_posting = app.config.provider(provider).is_some_and(|it| it.form_post);
    let (own, provider, address) = (app.clone(), provider.to_owned(), by.address.clone());
    let refused = refusal(app, &by.peer, &provider, "nothing waits for this form");
    app.db
        .write_quiet(move |db| {
            let state = returned.state.clone();
            let place = (provider.as_str(), state.as_str());
            if !is_posting || !flow::keep(db, &own, place, &returned)? {
                audit::record(db, refused)?;
                return Ok::<_, Problem>(None);
            }
            if let Some(address) = &address {
                throttle::give_back(db, address)?;
            }
            Ok(Some(again))
        })
        .await
}

/// Ends a flow. Every refusal is recorded.
///
/// Errors, in the end: `providers.flow_invalid`, `providers.denied`, `providers.refused`,
/// `providers.unavailable`, `providers.email_unverified`, `providers.account_exists`,
/// `accounts.sign_up_closed`, `identities.taken`, `identities.too_many`, `auth.not_signed_in`, and
/// those of `entry::enter`.
pub async fn finish(app: &App, by: Public<Proofs>, request: &HttpRequest, back: Back<'_>) -> End {
    if let Err(problem) = throttle::take_try(app, by.address.clone()).await {
        return End::refused(problem);
    }
    let opened = match open(app, &by.peer, request, back).await {
        Ok(opened) => opened,
        Err(problem) => return End::refused(problem),
    };
    let (return_to, is_link) = (opened.flow.return_to.clone(), opened.purpose != Purpose::SignIn);
    let done = go_on(app, by, request, opened).await;
    End { done, return_to, is_link }
}

/// A flow that was begun here, and what it led back with.
struct Opened {
    flow: FlowRow,
    purpose: Purpose,
    provider: Provider,
    returned: Returned,
    /// The address that was led back to.
    redirect_uri: String,
}

/// Burns the flow and looks whether it may end here.
async fn open(
    app: &App,
    peer: &Peer,
    request: &HttpRequest,
    back: Back<'_>,
) -> Result<Opened, Problem> {
    let browser = Browser::of(app, request);
    let (own, now, peer, returned) = (app.clone(), app.now(), peer.clone(), back.returned);
    let (name, callback) = (back.provider.to_owned(), back.callback.to_owned());
    let opened = app.db.write_quiet(move |db| {
        let flow = match &returned {
            Some(returned) => flow::burn(db, &returned.state, now)?,
            None => None,
        };
        let place = (name.as_str(), callback.as_str());
        match look(&own, place, browser.as_ref(), (flow, returned))? {
            Ok(opened) => Ok::<_, Problem>(Ok(opened)),
            Err(why) => {
                audit::record(db, refusal(&own, &peer, &name, why))?;
                Ok(Err(Code::FlowInvalid))
            }
        }
    });
    Ok(opened.await??)
}

fn look(
    app: &App,
    (name, callback): (&str, &str),
    browser: Option<&Browser>,
    found: (Option<FlowRow>, Option<Returned>),
) -> Result<Result<Opened, &'static str>, Problem> {
    let (Some(flow), Some(returned)) = found else { return Ok(Err("no such flow")) };
    let (Some(provider), Some(purpose)) = (app.config.provider(&flow.provider), flow.purpose())
    else {
        return Ok(Err("no such provider"));
    };
    if flow.provider != name {
        return Ok(Err("the flow is another provider's"));
    }
    if !flow.is_of(browser) {
        return Ok(Err("the flow is another browser's"));
    }
    // What such a provider says comes as a form alone: an address is seen by more than the two.
    let returned = match (provider.form_post, flow.returned(app)?) {
        (true, Some(returned)) => returned,
        (true, None) => return Ok(Err("there is no form")),
        (false, _) => returned,
    };
    let redirect_uri = redirect_uri(app, &provider, callback);
    Ok(Ok(Opened { flow, purpose, provider, returned, redirect_uri }))
}

/// Asks the provider who came back, and writes what comes of it.
async fn go_on(
    app: &App,
    by: Public<Proofs>,
    request: &HttpRequest,
    opened: Opened,
) -> Result<Done, Problem> {
    let Opened { flow, purpose, provider, returned, redirect_uri } = opened;
    let linker = match &purpose {
        Purpose::SignIn => None,
        Purpose::Link { user, session } => {
            Some(same_caller(app, &by.peer, request, (&provider, user, session)).await?)
        }
    };
    let told = match ask(app, &provider, &flow, (&returned, &redirect_uri)).await {
        Ok((profile, granted)) => Told { provider, profile, granted, address: by.address },
        Err(refused) => {
            let event = refusal(app, &by.peer, &provider.name, &refused.why);
            let event = match linker {
                Some(linker) => event.actor(&linker.user_id).subject(linker.user_id.as_str()),
                None => event,
            };
            app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
            return Err(refused.code.into());
        }
    };
    let own = app.clone();
    if let Some(caller) = linker {
        let peer = Arc::clone(&by.peer);
        let linked = app.db.write(move |db| settle::link(db, &own, &told, &caller, &peer));
        linked.await??;
        return Ok(Done::Linked);
    }
    let arrival = Arrival::of(app, request);
    let entered = app.db.write(move |db| settle::sign_in(db, &own, &flow, &told, &arrival));
    Ok(Done::SignedIn(Box::new(SignInAnswer::of(entered.await??, app, request)?)))
}

/// The caller, if it is the one who began to link, in the same session.
async fn same_caller(
    app: &App,
    peer: &Peer,
    request: &HttpRequest,
    (provider, user, session): (&Provider, &UserId, &SessionId),
) -> Result<Arc<Caller>, Problem> {
    let found = caller::of_cookie(request)?.map(|found| Arc::clone(&found.caller));
    let is_same = |caller: &Arc<Caller>| {
        caller.user_id == *user && caller.session().is_some_and(|own| own.id == *session)
    };
    if let Some(caller) = found.filter(is_same) {
        return Ok(caller);
    }
    let event = Event::new(app, Kind::IdentityRefused).subject(user.as_str()).peer(peer);
    let why = "the session is not the one that began";
    let event = event.detail(json!({ "provider": provider.name, "why": why }));
    app.db.write_quiet(move |db| Ok::<_, Problem>(audit::record(db, event)?)).await?;
    Err(Code::NotSignedIn.into())
}

/// Why nothing came of it, for the person and for the log.
struct Refused {
    code: Code,
    why: String,
}

impl Refused {
    fn new(code: Code, why: &str) -> Self {
        Self { code, why: why.to_owned() }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code(), why: fault.to_string() }
    }
}

async fn ask(
    app: &App,
    provider: &Provider,
    flow: &FlowRow,
    (returned, redirect_uri): (&Returned, &str),
) -> Result<(profile::Profile, talk::Granted), Refused> {
    if let Some(error) = &returned.error {
        let is_denied = matches!(error.as_str(), "access_denied" | "user_cancelled_authorize")
            || matches!(error.as_str(), "user_cancelled_login" | "user_cancelled_authorization");
        let code = if is_denied { Code::ProviderDenied } else { Code::ProviderRefused };
        return Err(Refused::new(code, "the provider said no"));
    }
    let places = Places::of(app, provider).await?;
    match &returned.iss {
        Some(iss) if !provider.trusts(iss) && *iss != provider.issuer => {
            return Err(Refused::new(Code::ProviderRefused, "the answer is another issuer's"));
        }
        None if places.names_itself => {
            return Err(Refused::new(Code::ProviderRefused, "the answer names no issuer"));
        }
        _ => {}
    }
    let code = returned.code.as_deref();
    let code = code.ok_or_else(|| Refused::new(Code::ProviderRefused, "there is no code"))?;
    let secrets = flow.secrets(app).map_err(|_| Refused::new(Code::Internal, "nothing opens"))?;
    let code = talk::Exchange { code, verifier: &secrets.verifier, redirect_uri };
    let granted = talk::exchange(app, provider, &places, code).await?;
    let mut found = profile::of(app, provider, &places, (&granted, &secrets.nonce)).await?;
    found.name = found.name.or_else(|| returned.name.clone());
    Ok((found, granted))
}

fn refusal(app: &App, peer: &Peer, provider: &str, why: &str) -> Event {
    // A name that is not configured is a stranger's text.
    let provider = app.config.provider(provider).map(|provider| provider.name);
    let event = Event::new(app, Kind::SignInRefused).peer(peer);
    event.detail(json!({ "provider": provider, "why": why }))
}
