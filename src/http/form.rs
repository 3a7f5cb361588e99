//! Form bodies as OAuth reads them (RFC 6749, section 3.2 and appendix B): each parameter once, an
//! empty one is absent, an unknown one is nobody's business.

use std::rc::Rc;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Required, path::Operation, request_body::RequestBodyBuilder},
};
use validator::Validate;

use super::{
    code::Code,
    endpoint::{Argument, Schemas},
    json,
    problem::{FieldError, Problem},
    reply,
};
use crate::{config::Limits, kernel::refusal::Refusal};

const TYPE: &str = "application/x-www-form-urlencoded";

/// The most parameters that a form may have.
const MOST: usize = 50;

const TWICE: Refusal = Refusal::new("repeated", "A parameter stands once.");
const BROKEN: Refusal =
    Refusal::new("malformed", "A form holds UTF-8, with special characters percent-encoded.");

/// The parameters of a form that are not empty.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The form of a request. It is read once; a guard that has read it leaves it to the handler.
    ///
    /// Errors: `request.form_expected`, `request.body_too_large`, `request.timeout`,
    /// `oauth.invalid_request`.
    pub async fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Rc<Self>, Problem> {
        let known = request.extensions().get::<Rc<Self>>().cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        if !is_form(request) {
            return Err(Code::FormExpected.into());
        }
        let limits = request.app_data::<Data<Limits>>().cloned();
        let limits = limits.ok_or_else(|| Problem::internal("no body limits are mounted"))?;
        let body = json::read_body(payload.take(), &limits).await.map_err(|problem| {
            if problem.code() == Code::BodyMalformed { broken(BROKEN) } else { problem }
        })?;
        let fields = Rc::new(parse(&body)?);
        request.extensions_mut().insert(Rc::clone(&fields));
        Ok(fields)
    }

    /// What a parameter says, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A validated form.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + Validate + ToSchema + 'static> FromRequest for Form<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let fields = Fields::of(&request, &mut payload).await?;
            let pairs = fields.0.iter();
            let object: Map<_, _> =
                pairs.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            let read = serde_path_to_error::deserialize(Value::Object(object));
            let form: T = read.map_err(|error| {
                let at = json::pointer(error.path());
                at_fault(json::explain(&at, &error.inner().to_string()))
            })?;
            form.validate().map_err(|errors| {
                let found = json::refused(&errors);
                Problem::from(Code::OauthInvalidRequest).with_errors(found.errors().to_vec())
            })?;
            Ok(Self(form))
        })
    }
}

impl<T: DeserializeOwned + Validate + ToSchema + 'static> Argument for Form<T> {
    const CODES: &'static [Code] =
        &[Code::OauthInvalidRequest, Code::RequestTimeout, Code::BodyTooLarge, Code::FormExpected];

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        reply::collect::<T>(schemas);
        let body = RequestBodyBuilder::new()
            .content(TYPE, reply::content::<T>())
            .required(Some(Required::True))
            .build();
        operation.request_body = Some(RefOr::T(body));
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let Ok(Some(kind)) = request.mime_type() else { return false };
    let charset = kind.get_param("charset");
    kind.essence_str() == TYPE
        && charset.is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"))
}

fn broken(refusal: Refusal) -> Problem {
    at_fault(FieldError::new("", refusal))
}

fn at_fault(error: FieldError) -> Problem {
    Problem::from(Code::OauthInvalidRequest).with_errors(vec![error])
}

fn parse(body: &[u8]) -> Result<Fields, Problem> {
    let body = std::str::from_utf8(body).map_err(|_| broken(BROKEN))?;
    let mut seen: Vec<(String, String)> = Vec::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        let (Some(name), Some(value)) = (name, value) else { return Err(broken(BROKEN)) };
        if seen.iter().any(|(known, _)| *known == name) || seen.len() == MOST {
            return Err(broken(TWICE));
        }
        seen.push((name, value));
    }
    seen.retain(|(_, value)| !value.is_empty());
    Ok(Fields(seen))
}

/// A text as forms write it, if it was written well and holds no NUL.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            0 => return None,
            other => other,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Option<Vec<(String, String)>> {
        parse(body.as_bytes()).ok().map(|fields| fields.0)
    }

    #[test]
    fn oauth_02_a_form_holds_each_parameter_once_and_empty_ones_not_at_all() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(fields("a=1&b=&c"), Some(vec![pair("a", "1")]));
        assert_eq!(fields("a=x%20y+z%2B%c3%A9"), Some(vec![pair("a", "x y z+é")]));
        assert_eq!(fields(""), Some(vec![]));
        for wrong in ["a=1&a=2", "a=1&a=", "a=&%61=", "a=%", "a=%4", "a=%zz", "a=%ff", "a=%00"] {
            assert_eq!(fields(wrong), None, "{wrong}");
        }
        assert!(parse(b"a=\xff").is_err());
        let many: Vec<_> = (0..=MOST).map(|at| format!("p{at}=1")).collect();
        assert!(fields(&many.join("&")).is_none());
    }
}
