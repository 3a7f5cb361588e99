//! What handlers answer with. The type says the status, and writes itself into the contract.

use std::marker::PhantomData;

use actix_web::{
    HttpResponse,
    http::header::{self, ContentType},
    web::Bytes,
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{
        Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Type,
        path::Operation,
        response::{Response, ResponseBuilder},
    },
};

use super::endpoint::{Reply, Schemas};

/// 200 with a body.
pub struct Ok200<T>(pub T);

/// 200 with a body that was written before, as the same text for every request.
pub struct Prebuilt<T> {
    bytes: Bytes,
    of: PhantomData<T>,
}

/// 200 with a body and the `ETag` of its version.
pub struct Versioned<T> {
    pub version: i64,
    pub body: T,
}

/// 201 with the new resource.
pub struct Created<T>(pub T);

/// 202: the request was taken; what comes of it is told elsewhere.
pub struct Accepted<T>(pub T);

/// 200 without a body, where a standard wants that.
pub struct Empty200;

/// 204.
pub struct NoContent;

/// Adds a schema and all that it refers to.
pub fn collect<T: ToSchema>(schemas: &mut Schemas) {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
}

/// A reference to a schema, as content.
pub fn content<T: ToSchema>() -> Content {
    Content::new(Some(Ref::from_schema_name(T::name())))
}

fn describe<T: ToSchema>(
    status: &str,
    description: &str,
    operation: &mut Operation,
    schemas: &mut Schemas,
) {
    collect::<T>(schemas);
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/json", content::<T>())
        .build();
    operation.responses.responses.insert(status.into(), RefOr::T(response));
}

fn response_mut<'a>(operation: &'a mut Operation, status: &str) -> Option<&'a mut Response> {
    match operation.responses.responses.get_mut(status)? {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    }
}

/// The strong validator (RFC 9110, section 8.8.3) of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

impl<T: Serialize + ToSchema + 'static> Reply for Ok200<T> {
    fn respond(self) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        describe::<T>("200", "The answer.", operation, schemas);
    }
}

impl<T: Serialize> Prebuilt<T> {
    pub fn new(body: &T) -> Self {
        Self::of(serde_json::to_vec(body).unwrap_or_default().into())
    }

    /// Bytes that `into_bytes` gave.
    pub fn of(bytes: Bytes) -> Self {
        Self { bytes, of: PhantomData }
    }

    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl<T: Serialize + ToSchema + 'static> Reply for Prebuilt<T> {
    fn respond(self) -> HttpResponse {
        HttpResponse::Ok().content_type(ContentType::json()).body(self.bytes)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        Ok200::<T>::describe(operation, schemas);
    }
}

impl<T: Serialize + ToSchema + 'static> Reply for Versioned<T> {
    fn respond(self) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::ETAG, etag(self.version))).json(self.body)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        describe::<T>("200", "The resource in its present version.", operation, schemas);
        if let Some(response) = response_mut(operation, "200") {
            let header = HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(30))))
                .description(Some("The version, for `If-Match` of a change."))
                .build();
            response.headers.insert("ETag".into(), RefOr::T(header));
        }
    }
}

impl<T: Serialize + ToSchema + 'static> Reply for Created<T> {
    fn respond(self) -> HttpResponse {
        HttpResponse::Created().json(self.0)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        describe::<T>("201", "The new resource.", operation, schemas);
    }
}

impl<T: Serialize + ToSchema + 'static> Reply for Accepted<T> {
    fn respond(self) -> HttpResponse {
        HttpResponse::Accepted().json(self.0)
    }

    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        describe::<T>("202", "The request was taken.", operation, schemas);
    }
}

impl Reply for Empty200 {
    fn respond(self) -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    fn describe(operation: &mut Operation, _schemas: &mut Schemas) {
        let response = ResponseBuilder::new().description("Done.").build();
        operation.responses.responses.insert("200".into(), RefOr::T(response));
    }
}

impl Reply for NoContent {
    fn respond(self) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }

    fn describe(operation: &mut Operation, _schemas: &mut Schemas) {
        let response = ResponseBuilder::new().description("Done.").build();
        operation.responses.responses.insert("204".into(), RefOr::T(response));
    }
}
