//! The contract to read and to try: `/openapi.json`, Swagger UI at `/docs/`, a page per problem.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::header::{self, ContentEncoding},
    web::{self, Data},
};
use sha2::{Digest, Sha256};
use utoipa_swagger_ui::Config;

use super::{
    code::Code,
    outside::{Outside, readable},
    problem::Problem,
};

/// The document as it is served, made once at start.
pub struct Docs {
    json: String,
    etag: String,
    swagger: Arc<Config<'static>>,
}

/// Swagger UI's own page needs inline styles and data images, and nothing from elsewhere.
const SWAGGER_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
    'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const PAGE_CSP: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

impl Docs {
    pub fn new(json: String) -> Self {
        let swagger = Config::from("/openapi.json")
            .try_it_out_enabled(true)
            .with_credentials(true)
            .display_operation_id(true)
            .display_request_duration(true)
            .filter(true)
            .show_extensions(true)
            .validator_url("none");
        Self { etag: etag(json.as_bytes()), json, swagger: Arc::new(swagger) }
    }
}

/// What shows the contract. These paths are about the contract, so they stand outside it.
pub fn outside(with_swagger: bool) -> Vec<Outside> {
    let mut list = vec![
        Outside { path: "/openapi.json", fill: |at| at.route(readable().to(openapi)) },
        Outside { path: "/docs/problems/{code}", fill: |at| at.route(readable().to(problem_page)) },
    ];
    if with_swagger {
        list.push(Outside { path: "/docs", fill: |at| at.route(readable().to(redirect)) });
        list.push(Outside { path: "/docs/{file:.*}", fill: |at| at.route(readable().to(swagger)) });
    }
    list
}

async fn openapi(request: HttpRequest, docs: Data<Docs>) -> HttpResponse {
    cached(&request, &docs.etag, "application/json", None, docs.json.clone().into_bytes())
}

async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

async fn swagger(request: HttpRequest, docs: Data<Docs>, file: web::Path<String>) -> HttpResponse {
    match utoipa_swagger_ui::serve(&file, Arc::clone(&docs.swagger)) {
        Ok(Some(file)) => {
            let bytes = file.bytes.to_vec();
            cached(&request, &etag(&bytes), &file.content_type, Some(SWAGGER_CSP), bytes)
        }
        Ok(None) => Problem::from(Code::NotFound).error_response(),
        Err(error) => Problem::internal(error).error_response(),
    }
}

/// An answer that a browser may keep as long as it asks whether it is still the same.
fn cached(
    request: &HttpRequest,
    etag: &str,
    kind: &str,
    csp: Option<&'static str>,
    body: Vec<u8>,
) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH);
    let is_known = known.and_then(|tag| tag.to_str().ok()).is_some_and(|tag| tag == etag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header(ContentEncoding::Identity);
    if let Some(csp) = csp {
        response.insert_header((header::CONTENT_SECURITY_POLICY, csp));
    }
    if is_known { response.finish() } else { response.content_type(kind).body(body) }
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]))
}

/// What the `type` of a problem leads to. Everything on it comes from the code table.
async fn problem_page(code: web::Path<String>) -> HttpResponse {
    let Some(code) = Code::ALL.iter().find(|known| known.as_str() == code.as_str()) else {
        return Problem::from(Code::NotFound).error_response();
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{code}</title>\
         <h1>{title}</h1><p>Code <code>{code}</code>, status {status}.</p><p>{advice}</p></html>",
        code = code.as_str(),
        title = code.title(),
        status = code.status_number(),
        advice = code.advice(),
    );
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_CSP))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
