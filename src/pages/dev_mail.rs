//! The development mailbox: what would have been sent, while no mail server is configured. Only a
//! service that nobody but this machine can reach has one; elsewhere these paths lead nowhere.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::header,
    web::{Data, Query},
};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{asked::Asked, shell::Shell};
use crate::{
    app::App,
    config::Delivery,
    http::{code::Code, outside::Outside, problem::Problem},
    kernel::{clock::Timestamp, id::MailId},
    work::outbox::{self, MailRow, Status},
};

/// The most mails that are shown.
const MOST: i64 = 200;

/// The mailbox's own pages: our stylesheet, and the mail in a frame that may do nothing.
const CSP: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A mail in that frame: its inline styles and nothing else.
const MAIL_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'; sandbox";

pub fn outside() -> [Outside; 4] {
    [
        Outside { path: "/dev/mail", read: |at| at.to(list), post: None },
        Outside { path: "/dev/mail.json", read: |at| at.to(list_as_json), post: None },
        Outside { path: "/dev/mail/{id}", read: |at| at.to(view), post: None },
        Outside { path: "/dev/mail/{id}/html", read: |at| at.to(html), post: None },
    ]
}

/// A mail as it would have been sent.
#[derive(Serialize)]
struct Shown {
    id: MailId,
    created_at: Timestamp,
    to: String,
    kind: String,
    subject: String,
    text: String,
    html: String,
    /// The link in it, or null.
    link: Option<String>,
    /// The code in it, or null.
    code: Option<String>,
}

impl Shown {
    fn ago(&self, shell: &Shell) -> String {
        shell.ago(self.created_at)
    }

    fn exactly(&self, shell: &Shell) -> String {
        shell.exactly(self.created_at)
    }
}

#[derive(Serialize)]
struct ShownList {
    items: Vec<Shown>,
}

/// Which mails programs want.
#[derive(Deserialize)]
struct Wanted {
    /// Those to one address.
    to: Option<String>,
}

#[derive(Template)]
#[template(path = "dev_mail.html")]
struct ListPage {
    shell: Shell,
    mails: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "dev_mail_view.html")]
struct ViewPage {
    shell: Shell,
    mail: Shown,
}

/// Lets requests in that come to this machine under its own name. A page of another site that makes
/// its own name lead here is refused, and so is everything that a proxy passes on.
fn admit(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named =
        host.is_some_and(|host| app.config.own_origins().contains(&format!("http://{host}")));
    let passed_on = ["forwarded", "x-forwarded-for", "x-forwarded-host"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let is_open = app.config.delivery() == Delivery::Mailbox && named && !passed_on;
    if is_open { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// A mail that another key has sealed is left out.
fn show(app: &App, row: MailRow) -> Option<Shown> {
    let mail = row.mail(&app.vault).ok()?;
    let rendered = app.templates.render(&mail, &row.locale).ok()?;
    Some(Shown {
        link: mail.link().map(ToOwned::to_owned),
        code: mail.code().map(ToOwned::to_owned),
        id: row.id,
        created_at: row.created_at,
        to: row.recipient,
        kind: row.kind,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
    })
}

/// The latest mails, newest first.
async fn latest(request: &HttpRequest, app: &App) -> Result<Vec<Shown>, Problem> {
    admit(request, app)?;
    let rows = app.db.read(|db| Ok::<_, Problem>(outbox::list(db, Status::Kept, MOST)?)).await?;
    Ok(rows.into_iter().filter_map(|row| show(app, row)).collect())
}

/// The mail that the path names.
async fn named(request: &HttpRequest, app: &App) -> Result<Shown, Problem> {
    admit(request, app)?;
    let id: Option<MailId> = request.match_info().get("id").and_then(|id| id.parse().ok());
    let id = id.ok_or(Code::NotFound)?;
    let row = app.db.read(move |db| Ok::<_, Problem>(outbox::find_kept(db, &id)?)).await?;
    Ok(row.and_then(|row| show(app, row)).ok_or(Code::NotFound)?)
}

async fn list(asked: Asked) -> HttpResponse {
    match latest(&asked.request, &asked.app).await {
        Ok(mails) => page(&ListPage { shell: asked.shell, mails }),
        Err(problem) => problem.error_response(),
    }
}

async fn list_as_json(request: HttpRequest, app: Data<App>, wanted: Query<Wanted>) -> HttpResponse {
    match latest(&request, &app).await {
        Ok(mut items) => {
            items.retain(|mail| wanted.to.as_ref().is_none_or(|to| *to == mail.to));
            HttpResponse::Ok().json(ShownList { items })
        }
        Err(problem) => problem.error_response(),
    }
}

async fn view(asked: Asked) -> HttpResponse {
    match named(&asked.request, &asked.app).await {
        Ok(mail) => page(&ViewPage { shell: asked.shell, mail }),
        Err(problem) => problem.error_response(),
    }
}

async fn html(request: HttpRequest, app: Data<App>) -> HttpResponse {
    match named(&request, &app).await {
        Ok(mail) => HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, MAIL_CSP))
            .insert_header((header::X_FRAME_OPTIONS, "SAMEORIGIN"))
            .content_type("text/html; charset=utf-8")
            .body(mail.html),
        Err(problem) => problem.error_response(),
    }
}

fn page(page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, CSP))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(error) => Problem::internal(error).error_response(),
    }
}
