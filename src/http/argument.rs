//! What handlers take besides guard and body: state, path, query, the request itself.

use std::future::{Ready, ready};

use actix_router::PathDeserializer;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use serde::de::DeserializeOwned;
use utoipa::{
    IntoParams,
    openapi::{RefOr, path::Operation, path::ParameterIn},
};

use validator::Validate;

use super::{
    code::Code,
    endpoint::{Argument, Schemas},
    json,
    problem::Problem,
    rule,
};

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

impl<T: DeserializeOwned + Validate + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = parse_query::<T>(request.query_string()).and_then(|query| {
            query.validate().map_err(|errors| {
                Problem::from(Code::QueryInvalid).with_errors(json::faults(&errors))
            })?;
            Ok(Self(query))
        });
        ready(found)
    }
}

impl<T: DeserializeOwned + Validate + IntoParams + 'static> Argument for Query<T> {
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

/// Refuses a parameter that the contract does not know, where it knows any: a filter with a misspelt
/// name must not list everything. Errors: `request.query_invalid`.
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

/// Reads what of a query a type knows; the rest is left to others.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let fault = json::explain(&json::pointer(error.path()), &error.inner().to_string());
        Problem::from(Code::QueryInvalid).with_errors(vec![fault])
    })
}
