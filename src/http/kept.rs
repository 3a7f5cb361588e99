//! Answers that who asks may keep: with a validator, and 304 for who has them already (RFC 9110,
//! section 13.1.2; RFC 9111).

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header, web::Bytes};
use utoipa::{
    ToSchema,
    openapi::{
        Header, HeaderBuilder, ObjectBuilder, RefOr, Required, Type,
        path::{Operation, ParameterBuilder, ParameterIn},
        response::ResponseBuilder,
    },
};

use super::{
    code::Code,
    endpoint::{Argument, Reply, Schemas},
    problem::Problem,
    reply::{collect, content},
};

/// The longest list of validators in one header, in bytes.
const MAX: usize = 500;

/// What is served under a media type, for so long.
pub trait Kept: ToSchema + 'static {
    const MEDIA_TYPE: &'static str;
    const CACHE_CONTROL: &'static str;
}

/// What the caller has already.
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    /// Whether this is among it, as weak validators compare (RFC 9110, section 8.8.3.2).
    fn has(&self, etag: &str) -> bool {
        let opaque = |tag: &str| tag.trim_start_matches("W/").to_owned();
        self.0.iter().any(|tag| tag == "*" || opaque(tag) == opaque(etag))
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut tags = Vec::new();
        for value in request.headers().get_all(header::IF_NONE_MATCH) {
            let value = value.to_str().ok().filter(|value| value.len() <= MAX);
            let Some(value) = value else { return ready(Err(Code::HeaderInvalid.into())) };
            tags.extend(value.split(',').map(|tag| tag.trim().to_owned()));
        }
        ready(Ok(Self(tags)))
    }
}

impl Argument for IfNoneMatch {
    const CODES: &'static [Code] = &[Code::HeaderInvalid];

    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX));
        let parameter = ParameterBuilder::new()
            .name("If-None-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The `ETag` of what you have already."))
            .schema(Some(schema))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}

/// 200 with what may be kept, or 304.
pub struct Keeping<T> {
    body: Bytes,
    etag: String,
    is_known: bool,
    of: PhantomData<T>,
}

impl<T: Kept> Keeping<T> {
    /// `body` is sent as it is; equal things have equal `etag`s.
    pub fn new(body: Bytes, etag: String, known: &IfNoneMatch) -> Self {
        Self { is_known: known.has(&etag), body, etag, of: PhantomData }
    }
}

fn text(about: &str) -> RefOr<Header> {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200));
    RefOr::T(HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build())
}

impl<T: Kept> Reply for Keeping<T> {
    fn respond(self) -> HttpResponse {
        let mut response =
            if self.is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((header::ETAG, self.etag))
            .insert_header((header::CACHE_CONTROL, T::CACHE_CONTROL));
        if self.is_known {
            return response.finish();
        }
        response.content_type(T::MEDIA_TYPE).body(self.body)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        collect::<T>(schemas);
        for (status, about) in [("200", "The answer."), ("304", "You have it already.")] {
            let mut response = ResponseBuilder::new().description(about);
            if status == "200" {
                response = response.content(T::MEDIA_TYPE, content::<T>());
            }
            let mut response = response.build();
            response.headers.insert("ETag".into(), text("What it is told by, next time."));
            response.headers.insert("Cache-Control".into(), text("For how long it may be kept."));
            operation.responses.responses.insert(status.into(), RefOr::T(response));
        }
    }
}
