//! Problems (RFC 9457): the one form in which the service says no. Nothing sent comes back in one.

use std::{borrow::Cow, fmt};

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{code::Code, oauth};
use crate::{
    db,
    kernel::{assurance::Method, password, refusal::Refusal},
};

/// A refused request: a code, and what the code alone can't say.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    errors: Vec<FieldError>,
    required_permission: Option<&'static str>,
    methods: Vec<Method>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
    form: Form,
}

/// In whose words a refusal is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// RFC 9457.
    Problem,
    /// RFC 6749, section 5.2.
    OAuth,
}

/// One field at fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body or the query: a JSON pointer (RFC 6901).
    #[schema(max_length = 200, examples("/password"))]
    pub pointer: String,
    /// Stable text that programs compare.
    #[schema(max_length = 60, examples("too_short"))]
    pub code: Cow<'static, str>,
    /// A sentence for people. It never repeats the value.
    #[schema(max_length = 300)]
    pub message: Cow<'static, str>,
}

/// What the client reads.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Where the code is explained.
    #[schema(max_length = 200, format = "uri-reference")]
    r#type: String,
    /// What happened, in a few words. The same for every problem of a code.
    #[schema(max_length = 200)]
    title: &'a str,
    /// The HTTP status again.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What to do about it.
    #[schema(max_length = 500)]
    detail: &'a str,
    /// The id of this request, as in the header `X-Request-Id` and in the service's log.
    #[schema(max_length = 100)]
    instance: &'a str,
    code: Code,
    /// The fields at fault; empty unless the request itself is invalid.
    #[schema(max_items = 1000)]
    errors: &'a [FieldError],
    /// The permission that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, nullable = false)]
    required_permission: Option<&'a str>,
    /// The ways to prove who one is that would have been enough.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(max_items = 5, nullable = false, required = false)]
    methods: &'a [Method],
}

/// What would have shown who calls, where a client may.
const CLIENT_OR_CALLER: &str = "Basic realm=\"doorward\", charset=\"UTF-8\", Bearer";

impl Problem {
    pub fn code(&self) -> Code {
        self.code
    }

    /// The problem of fields that were refused.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Code::FieldsInvalid.into() }
    }

    /// The problem of one refused field, `pointer` as in RFC 6901.
    pub fn field(pointer: &str, refusal: Refusal) -> Self {
        Self::fields(vec![FieldError::new(pointer, refusal)])
    }

    /// The fields at fault, beside another code than `validation.failed`.
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// A header that goes with the refusal.
    pub fn with_header(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Seconds after which the same request may be tried again.
    pub fn retry_after(self, seconds: i64) -> Self {
        self.with_header("retry-after", seconds.max(1))
    }

    /// 403 that names the permission which would have let the caller in.
    pub fn missing_permission(name: &'static str) -> Self {
        Self { required_permission: Some(name), ..Code::PermissionMissing.into() }
    }

    /// What would have been enough to prove.
    pub fn with_methods(mut self, methods: Vec<Method>) -> Self {
        self.methods = methods;
        self
    }

    /// A failure of ours. `cause` goes to the log, never to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Code::Internal.into() }
    }

    /// What only the log may say.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The same refusal in the words of OAuth.
    pub fn in_oauth(self) -> Self {
        let mut problem = Self { form: Form::OAuth, ..self };
        if problem.status() == StatusCode::BAD_REQUEST {
            // What asks for other credentials goes with 401 alone.
            problem.headers.retain(|(name, _)| *name != "www-authenticate");
        }
        match problem.code {
            Code::NotSignedIn => problem.with_header("www-authenticate", CLIENT_OR_CALLER),
            _ => problem,
        }
    }

    pub fn status(&self) -> StatusCode {
        match self.form {
            Form::Problem => self.code.status(),
            Form::OAuth => oauth::status_of(self.code),
        }
    }

    /// What kind of body the client gets.
    pub fn content_type(&self) -> &'static str {
        match self.form {
            Form::Problem => "application/problem+json",
            Form::OAuth => "application/json",
        }
    }

    /// The JSON that the client gets, `instance` being the request's id.
    pub fn body(&self, instance: &str) -> Vec<u8> {
        if self.form == Form::OAuth {
            return oauth::body(self);
        }
        let body = ProblemBody {
            r#type: format!("/docs/problems/{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status_number(),
            detail: self.code.advice(),
            instance,
            code: self.code,
            errors: &self.errors,
            required_permission: self.required_permission,
            methods: &self.methods,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl FieldError {
    pub fn new(pointer: &str, refusal: Refusal) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code: refusal.code.into(),
            message: refusal.text.into(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        let problem = Self {
            code,
            errors: Vec::new(),
            required_permission: None,
            methods: Vec::new(),
            headers: Vec::new(),
            cause: None,
            form: Form::Problem,
        };
        match code {
            Code::NotSignedIn => problem.with_header("www-authenticate", "Session, Bearer"),
            Code::TokenInvalid => {
                problem.with_header("www-authenticate", "Bearer error=\"invalid_token\"")
            }
            Code::OauthInvalidClient => problem
                .with_header("www-authenticate", "Basic realm=\"doorward\", charset=\"UTF-8\""),
            Code::DpopInvalid => problem.with_header(
                "www-authenticate",
                "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 Ed25519 EdDSA PS256 RS256\"",
            ),
            Code::DpopNonceNeeded => problem.with_header(
                "www-authenticate",
                "DPoP error=\"use_dpop_nonce\", algs=\"ES256 Ed25519 EdDSA PS256 RS256\"",
            ),
            Code::InvalidCredentials => problem.with_header("www-authenticate", "Session"),
            Code::Busy | Code::Unavailable | Code::NotReady => problem.retry_after(1),
            Code::ProviderUnavailable => problem.retry_after(10),
            _ => problem,
        }
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        let code = match &error {
            db::Error::Busy => Code::Busy,
            db::Error::Unavailable => Code::Unavailable,
            db::Error::Query(_) | db::Error::Panicked => Code::Internal,
        };
        Self { cause: Some(error.to_string()), ..code.into() }
    }
}

impl From<password::Busy> for Problem {
    fn from(busy: password::Busy) -> Self {
        Self { cause: Some(busy.to_string()), ..Code::Busy.into() }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        db::Error::from(error).into()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// A response without a body that carries the problem: `finish` writes the body, because only
    /// there the request's id is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}
