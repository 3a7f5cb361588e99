//! The page behind the one-time set-up link.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
    web::{Data, Form, Query},
};
use askama::Template;
use serde::Deserialize;
use validator::Validate;

use crate::{
    access::{guard::Public, throttle::SetUps},
    app::App,
    features::setup::routes::{self, FirstAdmin},
    http::{endpoint::Guard, json, origin, problem::Problem},
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
#[derive(Deserialize)]
pub struct Filled {
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
pub async fn submit(request: HttpRequest, app: Data<App>, form: Form<Filled>) -> HttpResponse {
    let Filled { token, email, name, password } = form.into_inner();
    let body =
        FirstAdmin { token: token.clone(), email: email.clone(), name: name.clone(), password };
    match create(&request, &app, body).await {
        Ok(()) => render(StatusCode::OK, &SetupPage { done: true, ..page(&app, "") }),
        Err(problem) => {
            let problems = words(&problem);
            let filled = SetupPage { problems, email: &email, name: &name, ..page(&app, &token) };
            render(problem.status_code(), &filled)
        }
    }
}

async fn create(request: &HttpRequest, app: &App, body: FirstAdmin) -> Result<(), Problem> {
    origin::check(request)?;
    let by = Public::<SetUps>::admit(request).await?;
    body.validate().map_err(|errors| json::refused(&errors))?;
    routes::complete(app, &by, body).await.map(drop)
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
