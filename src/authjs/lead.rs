//! Addresses that people open: they lead to the sign-in page, or are small pages by themselves,
//! which load nothing, because an app may lead no other path here.

use actix_web::{HttpResponse, http::header};
use askama::Template;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use super::{csrf, refusal, site::Site};
use crate::{
    access::guard::Public,
    http::problem::Problem,
    pages::{
        asked::{Answer, Asked},
        shell::{Shell, lead_to},
    },
};

/// How the small pages look.
const STYLE: &str = include_str!("../../assets/authjs.css");

/// `GET /signin`: to the sign-in page, with what it has to know.
pub async fn sign_in(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(to_sign_in(&asked))
}

/// `GET /error`: the sign-in page tells of what went wrong.
pub async fn error(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    Ok(to_sign_in(&asked))
}

fn to_sign_in(asked: &Asked) -> HttpResponse {
    let config = &asked.app.config;
    let site = Site::of(&asked.request, config);
    let callback = asked.query("callbackUrl");
    let words = ["error", "code"].map(|name| asked.query(name).filter(|word| is_word(word)));
    let [error, code] = &words;
    let Some(page) = &config.authjs.sign_in_page else {
        let place = site.kept(callback.as_deref()).carried_by("/sign-in");
        let meant = refusal::meant(error.as_deref(), code.as_deref());
        let joint = if place.contains('?') { '&' } else { '?' };
        let refused = meant.map(|code| format!("{joint}refused={}", code.as_str()));
        return lead_to(&format!("{place}{}", refused.unwrap_or_default()));
    };
    let mut query = Serializer::new(String::new());
    query.append_pair("callbackUrl", &site.landing(callback.as_deref()));
    for (name, word) in ["error", "code"].into_iter().zip(&words) {
        query.extend_pairs(word.as_ref().map(|word| (name, word)));
    }
    lead_to(&format!("{}?{}", page.as_str(), query.finish()))
}

/// Whether a text could be one of the words that pages compare.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain)
}

/// `GET /signout`: asks whether that is meant.
pub async fn sign_out(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let mut hidden = vec![("csrfToken", csrf::token(&asked))];
    hidden.extend(asked.query("callbackUrl").map(|url| ("callbackUrl", url)));
    let shell = &asked.shell;
    let words = Words::new(shell.say("sign-out"), shell.say("sign-out-lead"));
    let button = shell.say("sign-out-button");
    show(&asked, words, Some(Form { action: "/api/auth/signout", hidden, button }))
}

/// `GET /verify-request`: says that a mail may be on its way.
pub async fn verify_request(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let shell = &asked.shell;
    show(&asked, Words::new(shell.say("forgot-sent"), shell.say("magic-sent")), None)
}

/// What a small page says.
pub struct Words {
    title: String,
    lead: String,
}

impl Words {
    pub const fn new(title: String, lead: String) -> Self {
        Self { title, lead }
    }
}

/// What a small page asks.
pub struct Form {
    pub action: &'static str,
    pub hidden: Vec<(&'static str, String)>,
    pub button: String,
}

#[derive(Template)]
#[template(path = "authjs.html")]
struct Page<'a> {
    shell: &'a Shell,
    style: &'static str,
    words: Words,
    form: Option<Form>,
}

/// Shows a small page. Its form may lead to wherever the app's pages may.
pub fn show(asked: &Asked, words: Words, form: Option<Form>) -> Answer {
    let page = Page { shell: &asked.shell, style: STYLE, words, form };
    let html = page.render().map_err(Problem::internal)?;
    let hash = BASE64.encode(&Sha256::digest(STYLE));
    let places = asked.app.config.pages.return_to.iter().map(|place| place.origin());
    let places = places.fold(String::new(), |all, place| format!("{all} {place}"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'{places}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        // The address may hold the token of a link.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CONTENT_LANGUAGE, asked.shell.language.tag()))
        .insert_header((header::VARY, "accept-language, cookie"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}
