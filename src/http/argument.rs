//! What handlers take besides guard and body: state, path, query, the request itself.

use std::future::{Ready, ready};

use actix_router::PathDeserializer;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
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
};

/// The variable parts of the path.
pub struct Path<T>(pub T);

/// The query's parameters. One that the contract does not know is refused: a filter with a
/// misspelt name must not list everything.
pub struct Query<T>(pub T);

/// Left on a request whose parameters have been compared with the contract.
pub struct QueryChecked;

/// Parameters of every list, read by [`super::page::Paging`].
const PAGING: &[&str] = &["limit", "cursor"];

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
        request.extensions_mut().insert(QueryChecked);
        let found = parse::<T>(request.query_string()).and_then(|query| {
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

fn parse<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let known = T::into_params(|| Some(ParameterIn::Query));
    refuse_unknown(query, |name| known.iter().any(|parameter| parameter.name == name))?;
    parse_query(query)
}

/// Refuses parameters that neither the list's own query nor its paging knows.
pub fn refuse_unknown(query: &str, is_known: impl Fn(&str) -> bool) -> Result<(), Problem> {
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if !is_known(&name) && !PAGING.contains(&name.as_ref()) {
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
