//! The outermost layer: gives every request an id, every answer its security headers, every
//! refusal its problem body, and every outcome a log line and a count.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;

use super::{code::Code, cookie, metrics::Metrics, peer::Peer, problem::Problem};
use crate::{
    config::{Limits, Network},
    kernel::{clock::Clock, id::RequestIds, stage::Stage},
};

/// What the layer needs to know; mounted once as `Data`.
pub struct Finish {
    pub clock: Clock,
    pub sequence: RequestIds,
    pub proxies: Vec<Network>,
    pub limits: Limits,
    pub metrics: Metrics,
    pub stage: Stage,
    pub https: bool,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// For `actix_web::middleware::from_fn`.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(finish) = request.app_data::<Data<Finish>>().cloned() else {
        let response = HttpResponse::InternalServerError().finish();
        return Ok(request.into_response(response));
    };
    let started = Instant::now();
    let request_id = finish.sequence.next(finish.clock.now()).to_string();
    let peer = Peer::find(&request, &finish.proxies, request_id.clone());
    request.extensions_mut().insert(Arc::new(peer));
    let method = request.method().clone();
    // No clone of the request may be held here: actix's router needs it for itself, and panics.
    let answered = match refuse_early(&finish, &request) {
        Some(code) => Ok(request.into_response(Problem::from(code).error_response())),
        // A panic is an answer to the one who met it, not the end of everybody on the connection.
        None => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(answered) => answered.map(ServiceResponse::map_into_boxed_body),
            Err(_) => Err(Problem::internal("a panic").into()),
        },
    };
    let (request, mut response) = match answered {
        Ok(response) => {
            let (request, mut response) = response.into_parts();
            cookie::complete(&request, response.headers_mut());
            (Some(request), response)
        }
        Err(error) => (None, error.error_response()),
    };
    let route = request.as_ref().and_then(HttpRequest::match_pattern);
    let route = route.as_deref().unwrap_or("none");
    let seconds = started.elapsed().as_secs_f64();
    let cause;
    (response, cause) = write_problem(response, &method, &request_id);
    secure(&finish, &request_id, response.headers_mut());
    finish.metrics.count(method.as_str(), route, response.status().as_u16(), seconds);
    let status = response.status().as_u16();
    // A service that starts or stops says so as it should: that is no failure.
    let has_failed = status >= 500 && (status != 503 || finish.stage.is_serving());
    let cause = has_failed.then(|| cause.unwrap_or_else(|| "unknown".to_owned()));
    log(status, method.as_str(), route, &request_id, seconds, cause.as_deref());
    match request {
        Some(request) => Ok(ServiceResponse::new(request, response)),
        // A layer that failed has taken the request with it.
        None => Err(InternalError::from_response("a layer failed", response).into()),
    }
}

/// What is refused before anything else looks at it: heads that are too large, and all but health
/// checks while the database is being brought up to date.
fn refuse_early(finish: &Finish, request: &ServiceRequest) -> Option<Code> {
    if header_bytes(request) > u64::from(finish.limits.header_bytes) {
        return Some(Code::HeadersTooLarge);
    }
    let is_health = matches!(request.path(), "/livez" | "/readyz");
    (finish.stage.is_starting() && !is_health).then_some(Code::NotReady)
}

/// Gives a refusal its body; answers what only the log may know beside it.
///
/// Refusals of actix's own (a path it can't decode, a failing session store) come here without a
/// problem; they get the one that fits their status.
fn write_problem(
    mut response: HttpResponse,
    method: &Method,
    request_id: &str,
) -> (HttpResponse, Option<String>) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return (response, None);
    }
    let known = response.extensions_mut().remove::<Problem>();
    // A page that shows what is wrong has its own body.
    if response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
        let cause = known.and_then(|problem| problem.cause().map(ToOwned::to_owned));
        return (response, cause);
    }
    let problem = known.unwrap_or_else(|| Problem::from(code_for(status, method)));
    let head = response.head_mut();
    head.status = problem.status();
    for (name, value) in problem.headers() {
        if let Ok(value) = HeaderValue::from_str(value) {
            head.headers.insert(HeaderName::from_static(name), value);
        }
    }
    let kind = HeaderValue::from_static(problem.content_type());
    head.headers.insert(header::CONTENT_TYPE, kind);
    let body = BoxBody::new(problem.body(request_id));
    (response.set_body(body), problem.cause().map(ToOwned::to_owned))
}

fn code_for(status: StatusCode, method: &Method) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::ContentTypeUnsupported,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        // What the CORS layer does not allow a page of another origin to send.
        status if status.is_client_error() && method == Method::OPTIONS => Code::OriginRefused,
        status if status.is_client_error() => Code::PathInvalid,
        _ => Code::Internal,
    }
}

/// Headers that every answer carries unless the handler has set its own.
const SECURE: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Headers that mean something only on pages.
const SECURE_PAGE: [(HeaderName, &str); 3] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

fn secure(finish: &Finish, request_id: &str, headers: &mut HeaderMap) {
    headers.reserve(SECURE.len() + SECURE_PAGE.len() + 2);
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
    let page: &[_] = if is_page { &SECURE_PAGE } else { &[] };
    for (name, value) in SECURE.iter().chain(page) {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    if finish.https {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Under which name the outcomes of requests stand in the log.
const ACCESS: &str = "doorward::access";

/// The log names the route, never the path or the query as sent: those may hold secrets. `cause` is
/// that of a failure of ours.
fn log(
    status: u16,
    method: &str,
    route: &str,
    request_id: &str,
    seconds: f64,
    cause: Option<&str>,
) {
    match cause {
        Some(cause) => {
            tracing::error!(target: ACCESS, request_id, method, route, status, seconds, cause);
        }
        None => tracing::debug!(target: ACCESS, request_id, method, route, status, seconds),
    }
}

fn header_bytes(request: &ServiceRequest) -> u64 {
    let headers = request.headers().iter();
    let lengths = headers.map(|(name, value)| name.as_str().len() + value.len() + 4);
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    u64::try_from(lengths.sum::<usize>() + target).unwrap_or(u64::MAX)
}
