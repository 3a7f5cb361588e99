//! The page behind the one-time set-up link.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
    web::{Data, Payload, Query},
};
use askama::Template;
use serde::Deserialize;
use validator::Validate;

use crate::{
    access::{guard::Public, throttle::SetUps},
    app::App,
    features::setup::routes::{self, FirstAdmin},
    http::{code::Code, endpoint::Guard, json, origin, problem::Problem},
};

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    service: &'a str,
    done: bool,
    problems: Vec<String>,
    token: &'a str,
    email: &'a str,
    name: &'a str,
    min_length: usize,
}

/// The link's query.
#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
}

/// The form on the page.
#[derive(Clone, Deserialize)]
struct Filled {
    token: String,
    email: String,
    name: String,
    password: String,
}

/// Pages load our stylesheet, send forms to us, and nothing else.
const CSP: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Shows the form. Looking at it does not burn the link.
pub async fn show(app: Data<App>, link: Query<Link>) -> HttpResponse {
    let page = page(&app, &link.token);
    render(StatusCode::OK, &page)
}

/// Makes the administrator, or shows what is wrong with the form.
pub async fn submit(request: HttpRequest, app: Data<App>, body: Payload) -> HttpResponse {
    let admitted = admit(&request, &app, body).await;
    let (by, filled) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => return problem.error_response(),
    };
    let Filled { token, email, name, .. } = filled.clone();
    match create(&app, &by, filled).await {
        Ok(()) => render(StatusCode::OK, &SetupPage { done: true, ..page(&app, "") }),
        Err(problem) => {
            let problems = words(&problem);
            let filled = SetupPage { problems, email: &email, name: &name, ..page(&app, &token) };
            render(problem.status_code(), &filled)
        }
    }
}

/// The same order as for the API: where the request comes from, the guard, and only then the body.
async fn admit(
    request: &HttpRequest,
    app: &App,
    body: Payload,
) -> Result<(Public<SetUps>, Filled), Problem> {
    origin::check(request)?;
    let by = Public::<SetUps>::admit(request).await?;
    let bytes = json::read_body(body.into_inner(), &app.config.limits).await?;
    let filled = serde_urlencoded::from_bytes(&bytes).map_err(|_| Code::FormMalformed)?;
    Ok((by, filled))
}

async fn create(app: &App, by: &Public<SetUps>, filled: Filled) -> Result<(), Problem> {
    let Filled { token, email, name, password } = filled;
    let body = FirstAdmin { token, email, name, password };
    body.validate().map_err(|errors| json::refused(&errors))?;
    routes::complete(app, by, body).await.map(drop)
}

fn words(problem: &Problem) -> Vec<String> {
    let fields: Vec<_> = problem
        .errors()
        .iter()
        .map(|error| format!("{}: {}", error.pointer.trim_start_matches('/'), error.message))
        .collect();
    if fields.is_empty() { vec![problem.code().title().to_owned()] } else { fields }
}

fn page<'a>(app: &'a App, token: &'a str) -> SetupPage<'a> {
    SetupPage {
        service: &app.config.service.name,
        done: false,
        problems: Vec::new(),
        token,
        email: "",
        name: "",
        min_length: app.policy.min_length(),
    }
}

fn render(status: StatusCode, page: &SetupPage<'_>) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((header::CONTENT_SECURITY_POLICY, CSP))
            // Without any referrer a browser would call the form's origin `null`.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(error) => Problem::internal(error).error_response(),
    }
}
