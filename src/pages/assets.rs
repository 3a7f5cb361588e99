//! The stylesheet, the scripts and the logo. Their addresses name their content, so a browser may
//! keep them for good; under an address without it they are kept for five minutes.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::header::{self, EntityTag, IfNoneMatch},
    web::{Data, Header},
};

use super::look::{Asset, Look, Script};
use crate::http::{code::Code, problem::Problem};

/// Keeps whatever an SVG holds from being more than a picture, should somebody open it as a page.
const PICTURE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

pub async fn stylesheet(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    look: Data<Look>,
) -> HttpResponse {
    send(&request, &known, &look.stylesheet)
}

pub async fn passkeys(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    look: Data<Look>,
) -> HttpResponse {
    send(&request, &known, look.script(&Script::Passkeys))
}

pub async fn challenge(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    look: Data<Look>,
) -> HttpResponse {
    send(&request, &known, look.script(&Script::Challenge))
}

pub async fn logo(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    look: Data<Look>,
) -> HttpResponse {
    send(&request, &known, &look.logo)
}

pub async fn mark(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    look: Data<Look>,
) -> HttpResponse {
    match look.marks.iter().find(|(_, mark)| mark.is_at(request.path())) {
        Some((_, mark)) => send(&request, &known, mark),
        None => Problem::from(Code::NotFound).error_response(),
    }
}
/// A worker takes its policy from its own file. Put into a sandbox, as other answers are, it would
/// have no origin and no cryptography; it still loads nothing.
const SCRIPT: &str = "default-src 'none'; frame-ancestors 'none'";

fn send(request: &HttpRequest, known: &IfNoneMatch, asset: &Asset) -> HttpResponse {
    let is_exact = request.query_string() == format!("v={}", asset.version);
    let keep = if is_exact { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let tag = EntityTag::new_strong(asset.version.clone());
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, keep)).insert_header(header::ETag(tag));
    let policy = match asset.kind.split('/').next() {
        Some("image") => Some(PICTURE),
        _ if asset.kind.starts_with("text/javascript") => Some(SCRIPT),
        _ => None,
    };
    if let Some(policy) = policy {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    if is_known {
        return response.finish();
    }
    response.content_type(asset.kind).body(asset.bytes.clone())
}
