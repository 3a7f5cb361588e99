//! JSON bodies: read within limits, parsed strictly, validated, and refused with JSON pointers.
//! No error ever repeats a value that was sent.

use std::{borrow::Cow, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{BytesMut, Data},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Required, path::Operation, request_body::RequestBodyBuilder},
};
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{
    code::Code,
    endpoint::{Argument, Schemas},
    problem::{FieldError, Problem},
    reply,
};
use crate::{
    config::Limits,
    kernel::{refusal::Refusal, strict},
};

/// A validated JSON body.
pub struct Json<T>(pub T);

/// A validated JSON body that may be left out; then every field has its default.
pub struct OptionalJson<T>(pub T);

const WRONG_FORM: Refusal =
    Refusal::new("invalid", "The value has the wrong form; compare it with the contract.");
const NUL: Refusal = Refusal::new("nul", "A text can't hold the character NUL.");

impl<T: DeserializeOwned + Validate + ToSchema + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = request.app_data::<Data<Limits>>().cloned();
        let is_json = is_json(request);
        let announced = announced_length(request);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Code::ContentTypeUnsupported.into());
            }
            let limits = limits.ok_or_else(|| Problem::internal("no body limits are mounted"))?;
            let most = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
            if announced.is_some_and(|length| length > most) {
                return Err(Code::BodyTooLarge.into());
            }
            parse(&read_body(payload, &limits).await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Validate + ToSchema + 'static> Argument for Json<T> {
    const CODES: &'static [Code] = &[
        Code::BodyMalformed,
        Code::RequestTimeout,
        Code::BodyTooLarge,
        Code::ContentTypeUnsupported,
        Code::FieldsInvalid,
    ];

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        reply::collect::<T>(schemas);
        let body = RequestBodyBuilder::new()
            .content("application/json", reply::content::<T>())
            .required(Some(Required::True))
            .build();
        operation.request_body = Some(RefOr::T(body));
    }
}

impl<T: DeserializeOwned + Validate + ToSchema + Default + 'static> FromRequest
    for OptionalJson<T>
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let is_empty = announced_length(request).is_none_or(|length| length == 0)
            && !headers.contains_key(header::TRANSFER_ENCODING)
            && !headers.contains_key(header::CONTENT_TYPE);
        if is_empty {
            return Box::pin(async { Ok(Self(T::default())) });
        }
        let body = Json::from_request(request, payload);
        Box::pin(async move { body.await.map(|Json(body)| Self(body)) })
    }
}

impl<T: DeserializeOwned + Validate + ToSchema + Default + 'static> Argument for OptionalJson<T> {
    const CODES: &'static [Code] = Json::<T>::CODES;

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        Json::<T>::describe(operation, schemas);
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            body.required = Some(Required::False);
        }
    }
}

/// For `#[serde(deserialize_with = "…")]` on optional fields: absent is fine, null is no value.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Only UTF-8 is JSON between systems (RFC 8259, section 8.1).
fn is_json(request: &HttpRequest) -> bool {
    let Ok(Some(kind)) = request.mime_type() else { return false };
    let charset = kind.get_param("charset");
    kind.essence_str() == "application/json"
        && charset.is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"))
}

fn announced_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body within the limits of size and time.
///
/// Errors: `request.body_too_large`, `request.timeout`, `request.body_malformed` when the
/// connection breaks.
pub async fn read_body(payload: Payload, limits: &Limits) -> Result<BytesMut, Problem> {
    let most = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
    let time = Duration::from_secs(u64::from(limits.body_seconds));
    let read = tokio::time::timeout(time, read(payload, most)).await;
    read.map_err(|_| Problem::from(Code::RequestTimeout))?
}

async fn read(mut payload: Payload, most: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::from(Code::BodyMalformed))?;
        if bytes.len() + chunk.len() > most {
            return Err(Code::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    let value = strict::parse(bytes).map_err(|_| Problem::from(Code::BodyMalformed))?;
    if let Some(pointer) = strict::find_nul(&value) {
        return Err(Problem::field(&pointer, NUL));
    }
    let body: T = serde_path_to_error::deserialize(strict::Exact(value)).map_err(|error| {
        let at = pointer(error.path());
        Problem::fields(vec![explain(&at, &error.inner().to_string())])
    })?;
    body.validate().map_err(|errors| refused(&errors))?;
    Ok(body)
}

/// A path of serde as a JSON pointer.
pub fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                format!("/{}", strict::escape(key))
            }
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// Turns serde's message into ours. serde's may repeat the value, so only what stands behind its
/// last "expected", which comes from the type, is kept.
pub fn explain(at: &str, message: &str) -> FieldError {
    let name = || strict::escape(message.split('`').nth(1).unwrap_or("?"));
    let expected = message.rsplit_once("expected ").map(|(_, rest)| rest);
    let fault = |pointer: String, code: &'static str, message: Cow<'static, str>| FieldError {
        pointer,
        code: code.into(),
        message,
    };
    if message.starts_with("missing field") {
        return fault(format!("{at}/{}", name()), "required", "This field is required.".into());
    }
    if message.starts_with("unknown field") {
        let text = "The contract knows no field of this name.";
        // serde's path ends with the unknown name already.
        let at = if at.is_empty() { format!("/{}", name()) } else { at.to_owned() };
        return fault(at, "unknown_field", text.into());
    }
    match expected {
        Some(expected) if message.starts_with("unknown variant") => {
            fault(at.into(), "unknown_value", format!("Expected {expected}.").into())
        }
        Some(expected) if message.starts_with("invalid type") => {
            fault(at.into(), "wrong_type", format!("Expected {expected}.").into())
        }
        _ => FieldError::new(at, WRONG_FORM),
    }
}

/// A refusal as validator's error, for `#[validate(custom(..))]`.
pub fn refuse(refusal: Refusal) -> ValidationError {
    ValidationError::new(refusal.code).with_message(refusal.text.into())
}

/// What a validator found in a body, as a problem.
pub fn refused(errors: &ValidationErrors) -> Problem {
    let mut list = Vec::new();
    collect(errors, "", &mut list);
    list.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    Problem::fields(list)
}

fn collect(errors: &ValidationErrors, at: &str, list: &mut Vec<FieldError>) {
    for (name, kind) in errors.errors() {
        // A word of Rust's own is no other name outside.
        let at = format!("{at}/{}", name.trim_start_matches("r#"));
        match kind {
            ValidationErrorsKind::Field(errors) => {
                list.extend(errors.iter().map(|error| field_error(&at, error)));
            }
            ValidationErrorsKind::Struct(errors) => collect(errors, &at, list),
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    collect(errors, &format!("{at}/{index}"), list);
                }
            }
        }
    }
}

/// validator keeps the rejected value in `params`; it is measured here and goes no further.
fn field_error(at: &str, error: &ValidationError) -> FieldError {
    let bound = |name: &str| error.params.get(name).and_then(serde_json::Value::as_u64);
    let (code, message): (Cow<'static, str>, Cow<'static, str>) = match error.code.as_ref() {
        "length" if is_too_long(error) => match bound("max") {
            Some(max) => ("too_long".into(), format!("At most {max} are allowed.").into()),
            None => ("too_long".into(), "This is too long.".into()),
        },
        "length" => match bound("min") {
            Some(min) => ("too_short".into(), format!("At least {min} are needed.").into()),
            None => ("too_short".into(), "This is too short.".into()),
        },
        "range" => ("out_of_range".into(), "The number is out of range.".into()),
        code => (code.to_owned().into(), "The value is not valid.".into()),
    };
    let message = error.message.clone().unwrap_or(message);
    FieldError { pointer: at.to_owned(), code, message }
}

fn is_too_long(error: &ValidationError) -> bool {
    let length = match error.params.get("value") {
        Some(serde_json::Value::String(text)) => text.chars().count(),
        Some(serde_json::Value::Array(items)) => items.len(),
        _ => return false,
    };
    let max = error.params.get("max").and_then(serde_json::Value::as_u64);
    max.is_some_and(|max| u64::try_from(length).unwrap_or(u64::MAX) > max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Validate, Debug)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[validate(length(min = 3, max = 5))]
        name: String,
        #[validate(range(max = 9))]
        #[serde(default)]
        count: u32,
    }

    fn problem(text: &str) -> String {
        let problem = parse::<Body>(text.as_bytes()).unwrap_err();
        String::from_utf8(problem.body("req")).unwrap()
    }

    #[test]
    fn each_fault_is_pointed_at_and_no_value_comes_back() {
        for (body, pointer, code) in [
            (r#"{"name":"hunter2hunter2"}"#, "/name", "too_long"),
            (r#"{"name":"hu"}"#, "/name", "too_short"),
            (r#"{"name":["hunter2"]}"#, "/name", "wrong_type"),
            (r#"{"count":1}"#, "/name", "required"),
            (r#"{"name":"abcd","hunter2 hunter2":1}"#, "/?", "unknown_field"),
            (r#"{"name":"abcd","count":"hunter2"}"#, "/count", "wrong_type"),
            (r#"{"name":"abcd","count":-7}"#, "/count", "invalid"),
            (r#"{"name":"abcd","count":10}"#, "/count", "out_of_range"),
            ("{\"name\":\"hu\\u0000nter2\"}", "/name", "nul"),
        ] {
            let text = problem(body);
            assert!(text.contains(&format!("\"pointer\":\"{pointer}\"")), "{text}");
            assert!(text.contains(&format!("\"code\":\"{code}\"")), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
