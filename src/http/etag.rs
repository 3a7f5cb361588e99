//! `If-Match` (RFC 9110, section 13.1.1): a change says which version it changes.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use utoipa::openapi::{
    ObjectBuilder, RefOr, Required, Type,
    path::{Operation, ParameterBuilder, ParameterIn},
};

use super::{
    code::Code,
    endpoint::{Argument, Schemas},
    problem::Problem,
    reply::etag,
};

/// The longest list of versions in one header, in bytes.
const MAX: usize = 200;

/// The versions that the caller is willing to change.
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// Errors: `precondition.stale` when `version` is none of those named.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let present = etag(version);
        let matches = self.0.iter().any(|tag| tag == "*" || *tag == present);
        if matches { Ok(()) } else { Err(Code::PreconditionStale.into()) }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut tags = Vec::new();
        for value in request.headers().get_all(header::IF_MATCH) {
            let value = value.to_str().ok().filter(|value| value.len() <= MAX);
            let Some(value) = value else { return ready(Err(Code::HeaderInvalid.into())) };
            tags.extend(value.split(',').map(|tag| tag.trim().to_owned()));
        }
        tags.retain(|tag| !tag.is_empty());
        if tags.is_empty() {
            ready(Err(Code::PreconditionMissing.into()))
        } else {
            ready(Ok(Self(tags)))
        }
    }
}

impl Argument for IfMatch {
    const CODES: &'static [Code] =
        &[Code::HeaderInvalid, Code::PreconditionMissing, Code::PreconditionStale];

    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r#"^([*]|"[^"]*"( *, *"[^"]*")*)$"#))
            .max_length(Some(MAX));
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The `ETag` of the version that is changed."))
            .schema(Some(schema))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}
