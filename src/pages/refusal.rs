//! Refusals as pages: in words, with a way on. Who has to sign in first is led there and back.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
};

use super::{
    asked::{Answer, Asked},
    card::{Card, Link},
    return_to::Target,
    shell::{Shell, lead_to},
};
use crate::http::{code::Code, outside, peer::Peer, problem::Problem};

/// Whether a form can be filled in better, or sent again later.
pub fn is_about_the_form(problem: &Problem) -> bool {
    let code = problem.code();
    let is_of_session =
        matches!(code, Code::NotSignedIn | Code::StepUpRequired | Code::SecondFactorNeeded);
    !is_of_session && !matches!(code, Code::PendingInvalid | Code::Internal)
}

/// The answer to a request for a page that is refused.
pub fn answer(shell: &Shell, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    match problem.code() {
        Code::NotSignedIn => lead_to(&here(request).carried_by("/sign-in")),
        Code::StepUpRequired => lead_to(&here(request).carried_by("/step-up")),
        Code::SecondFactorNeeded => lead_to("/account/factors?done=needed"),
        _ => match page(shell, request, problem) {
            Ok(mut response) => {
                accompany(&mut response, problem);
                response
            }
            Err(worse) => worse.error_response(),
        },
    }
}

/// The page to come back to. Its path is one of ours, as the router knows it.
fn here(request: &HttpRequest) -> Target {
    Target::own(request.match_pattern().as_deref())
}

fn page(shell: &Shell, request: &HttpRequest, problem: &Problem) -> Answer {
    let title = match problem.code() {
        Code::NotFound => "refused-not-found",
        Code::RateLimited => "refused-too-often",
        Code::OriginRefused => "refused-origin",
        Code::Busy | Code::Unavailable | Code::NotReady => "refused-busy",
        Code::Internal => "refused-fault",
        _ => "refused",
    };
    let mut card = Card::new(shell, shell.say(title)).lead(shell.refusal(problem));
    if problem.code() == Code::Internal {
        let id = &Peer::of(request).request_id;
        card = card.lead(shell.fill("refused-reference", &[("id", id)]));
    }
    let link = Link::new("/account", shell.say("to-account"));
    card.link(link).send(problem.code().status())
}

/// Adds what belongs to a refusal beside its page: its headers, and the cause for the log.
pub fn accompany(response: &mut HttpResponse, problem: &Problem) {
    for (name, value) in problem.headers() {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response.extensions_mut().insert(problem.clone());
}

/// Where no path matches: a page for people, a problem for programs.
pub async fn not_found(asked: Asked) -> HttpResponse {
    let request = &asked.request;
    let accept = request.headers().get("accept").and_then(|value| value.to_str().ok());
    let wants_page = accept.is_some_and(|accept| accept.contains("text/html"))
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && !outside::is_api(request.path());
    if !wants_page {
        return Problem::from(Code::NotFound).error_response();
    }
    asked.answer(|_| async { Err(Code::NotFound.into()) }).await
}
