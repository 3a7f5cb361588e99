//! What handlers take besides guard and body: state, path, query, the request itself.

use std::future::{Ready, ready};

use actix_router::PathDeserializer;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use serde::de::DeserializeOwned;
use utoipa::{
    IntoParams, Number,
    openapi::{Object, RefOr, Schema, path::Operation, path::ParameterIn},
};

use super::{
    code::Code,
    endpoint::{Argument, Schemas},
    json,
    problem::{FieldError, Problem},
    rule,
};
use crate::kernel::refusal::Refusal;

/// The variable parts of the path.
pub struct Path<T>(pub T);

/// The query's parameters.
pub struct Query<T>(pub T);

impl<T: 'static> Argument for Data<T> {}

impl Argument for HttpRequest {}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = T::deserialize(PathDeserializer::new(request.match_info()));
        ready(found.map(Self).map_err(|_| Code::PathInvalid.into()))
    }
}

impl<T: DeserializeOwned + IntoParams + 'static> Argument for Path<T> {
    const CODES: &'static [Code] = &[Code::PathInvalid];

    fn describe(operation: &mut Operation, _: &mut Schemas) {
        describe::<T>(ParameterIn::Path, operation);
    }
}

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Self))
    }
}

impl<T: DeserializeOwned + IntoParams + 'static> Argument for Query<T> {
    const CODES: &'static [Code] = &[Code::QueryInvalid];

    fn describe(operation: &mut Operation, _: &mut Schemas) {
        describe::<T>(ParameterIn::Query, operation);
    }
}

fn describe<T: IntoParams>(place: ParameterIn, operation: &mut Operation) {
    let parameters = T::into_params(|| Some(place.clone()));
    operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T));
}

/// The names of an operation's query parameters.
pub fn query_names(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten().filter_map(rule::as_object);
    let in_query = parameters.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    in_query.map(|parameter| parameter.name.clone()).collect()
}

/// Refuses a parameter that the contract does not know, where it knows any: a filter with a
/// misspelt name must not list everything. Errors: `request.query_invalid`.
pub fn check_query(query: &str, known: &[String]) -> Result<(), Problem> {
    if known.is_empty() {
        return Ok(());
    }
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if !known.iter().any(|known| *known == name) {
            let fault = json::explain("", &format!("unknown field `{name}`"));
            return Err(Problem::from(Code::QueryInvalid).with_errors(vec![fault]));
        }
        if value.contains('\0') {
            return Err(Code::QueryInvalid.into());
        }
    }
    Ok(())
}

/// Reads what of a query a type knows, within the limits that it describes; the rest is left to
/// others.
pub fn parse_query<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let refuse = |fault| Problem::from(Code::QueryInvalid).with_errors(vec![fault]);
    let known = T::into_params(|| Some(ParameterIn::Query));
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let described = known.iter().find(|parameter| parameter.name == name);
        let schema = described.and_then(|parameter| parameter.schema.as_ref());
        if let Some(RefOr::T(Schema::Object(schema))) = schema
            && let Some(refusal) = beyond(schema, &value)
        {
            return Err(refuse(FieldError::new(&format!("/{name}"), refusal)));
        }
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        refuse(json::explain(&json::pointer(error.path()), &error.inner().to_string()))
    })
}

const TOO_LONG: Refusal = Refusal::new("too_long", "The value is longer than the contract allows.");
const TOO_SHORT: Refusal =
    Refusal::new("too_short", "The value is shorter than the contract allows.");
const OUT_OF_RANGE: Refusal =
    Refusal::new("out_of_range", "The number is beyond the limits that the contract sets.");

/// How a value breaks the limits of its schema. What is no number at all is left to its type.
fn beyond(schema: &Object, value: &str) -> Option<Refusal> {
    let length = value.chars().count();
    if schema.max_length.is_some_and(|max| length > max) {
        return Some(TOO_LONG);
    }
    if schema.min_length.is_some_and(|min| length < min) {
        return Some(TOO_SHORT);
    }
    let number: f64 = value.parse().ok()?;
    let is_below = schema.minimum.as_ref().is_some_and(|min| number < as_f64(min));
    let is_above = schema.maximum.as_ref().is_some_and(|max| number > as_f64(max));
    (is_below || is_above).then_some(OUT_OF_RANGE)
}

fn as_f64(limit: &Number) -> f64 {
    match limit {
        Number::Int(number) => *number as f64,
        Number::UInt(number) => *number as f64,
        Number::Float(number) => *number,
    }
}
