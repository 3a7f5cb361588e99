//! How refusals look at the endpoints of OAuth: RFC 6749, section 5.2, in the place of RFC 9457.
//! One table says which error and status each code has there; nothing sent comes back in one.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, ObjectBuilder, Ref, RefOr, Schema, Type,
        path::Operation,
        response::{Response, ResponseBuilder},
    },
};

use super::{
    code::Code,
    contract,
    endpoint::Schemas,
    problem::{FieldError, Problem},
    reply,
};

/// What the client reads.
#[derive(Serialize, ToSchema)]
#[schema(as = OAuthError)]
pub struct OAuthErrorBody {
    error: ErrorName,
    /// For people: printable ASCII without quotes and backslashes (RFC 6749, appendix A.8). The
    /// code in parentheses is one of the service's problem codes.
    #[schema(max_length = 500, pattern = "^[ !#-\\[\\]-~]*$")]
    error_description: String,
}

/// The `error` of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ErrorName(&'static str);

impl ErrorName {
    const ALL: &[&str] = &[
        "access_denied", "insufficient_scope", "invalid_client", "invalid_dpop_proof",
        "invalid_grant", "invalid_request", "invalid_scope", "invalid_target", "invalid_token",
        "server_error", "temporarily_unavailable", "unsupported_grant_type", "use_dpop_nonce",
    ];
}

impl PartialSchema for ErrorName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "Stable name of what went wrong (RFC 6749, section 5.2; RFC 6750; RFC 8707; RFC \
                 9449). New ones may come; none changes its meaning.",
            ))
            .enum_values(Some(Self::ALL.iter().copied()))
            .into()
    }
}

impl ToSchema for ErrorName {
    fn name() -> std::borrow::Cow<'static, str> {
        "OAuthErrorName".into()
    }
}

/// The error and the status that a code has at the endpoints of OAuth.
pub fn error_of(code: Code) -> (ErrorName, u16) {
    let status = code.status_number();
    let (name, status) = match code {
        Code::OauthInvalidGrant => ("invalid_grant", 400),
        Code::OauthUnsupportedGrantType => ("unsupported_grant_type", 400),
        Code::OauthInvalidScope => ("invalid_scope", 400),
        Code::OauthInvalidTarget => ("invalid_target", 400),
        Code::DpopInvalid => ("invalid_dpop_proof", 400),
        Code::DpopNonceNeeded => ("use_dpop_nonce", 400),
        Code::OauthInvalidClient | Code::NotSignedIn => ("invalid_client", 401),
        Code::TokenInvalid => ("invalid_token", 401),
        Code::PermissionMissing => ("insufficient_scope", 403),
        _ => match status {
            403 => ("access_denied", status),
            429 | 503 => ("temporarily_unavailable", status),
            500 => ("server_error", status),
            _ => ("invalid_request", status),
        },
    };
    (ErrorName(name), status)
}

/// The status that a code has there.
pub fn status_of(code: Code) -> StatusCode {
    StatusCode::from_u16(error_of(code).1).expect("the table holds valid statuses")
}

/// The JSON of a refusal.
pub fn body(problem: &Problem) -> Vec<u8> {
    let (error, _) = error_of(problem.code());
    let body = OAuthErrorBody { error, error_description: description(problem) };
    serde_json::to_vec(&body).unwrap_or_default()
}

fn description(problem: &Problem) -> String {
    let code = problem.code();
    let fault = problem.errors().first().map(|FieldError { pointer, message, .. }| {
        let name = pointer.trim_start_matches('/');
        if name.is_empty() { format!(" {message}") } else { format!(" {name}: {message}") }
    });
    let text = format!("{}{} ({})", code.title(), fault.unwrap_or_default(), code.as_str());
    text.chars().map(plain).collect()
}

/// The characters that a description may have (RFC 6749, appendix A.8).
const fn plain(c: char) -> char {
    match c {
        '"' | '`' => '\'',
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    }
}

/// Writes what an operation may refuse with in this form, beside what is refused before it is
/// asked.
pub fn describe(operation: &mut Operation, schemas: &mut Schemas, codes: &[Code]) {
    reply::collect::<OAuthErrorBody>(schemas);
    let mut by_status: BTreeMap<u16, BTreeSet<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(error_of(*code).1).or_default().insert(*code);
    }
    for (status, codes) in by_status {
        let responses = &mut operation.responses.responses;
        let known = match responses.remove(&status.to_string()) {
            Some(RefOr::T(known)) => known,
            _ => ResponseBuilder::new().build(),
        };
        responses.insert(status.to_string(), RefOr::T(response(known, status, &codes)));
    }
}

fn response(mut response: Response, status: u16, codes: &BTreeSet<Code>) -> Response {
    let errors: BTreeSet<_> = codes.iter().map(|code| error_of(*code).0).collect();
    let told: Vec<_> = codes.iter().map(|code| contract::told(*code)).collect();
    response.description = [response.description, told.join(" ")].join(" ").trim().to_owned();
    let content = Content::new(Some(Ref::from_schema_name("OAuthError")));
    response.content.insert("application/json".into(), RefOr::T(content));
    let extensions = response.extensions.get_or_insert_default();
    let mut names: BTreeSet<_> = codes.iter().map(|code| code.as_str().to_owned()).collect();
    if let Some(known) = extensions.get("x-problem-codes").and_then(|known| known.as_array()) {
        names.extend(known.iter().filter_map(|name| name.as_str().map(ToOwned::to_owned)));
    }
    extensions.insert("x-problem-codes".into(), json!(names));
    extensions.insert("x-oauth-errors".into(), json!(errors));
    for (name, header) in contract::headers(status) {
        response.headers.insert(name.into(), RefOr::T(header));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::refusal::Refusal;

    #[test]
    fn oauth_11_every_code_has_an_error_that_is_published() {
        for code in Code::ALL {
            let (error, status) = error_of(*code);
            assert!(ErrorName::ALL.contains(&error.0), "{code:?}");
            assert!(status >= 400);
        }
    }

    #[test]
    fn oauth_17_a_description_is_plain_whatever_the_code_says() {
        const ODD: Refusal = Refusal::new("odd", "a \"quote\", a \\ and é\r\n\tmore");
        for code in Code::ALL {
            let problem = Problem::from(*code).with_errors(vec![FieldError::new("/a", ODD)]);
            let text = description(&problem);
            let is_allowed = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
            assert!(text.chars().all(is_allowed), "{text}");
            assert!(text.ends_with(&format!("({})", code.as_str())));
        }
    }
}
