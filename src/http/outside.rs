//! Routes beside the API: documents, pages, assets. None may stand where the API stands.

use actix_web::{
    Resource, Route, guard,
    web::{self, ServiceConfig},
};

use super::{contract::ContractError, endpoint::Endpoint};

/// A route that is not in the contract, and what answers it.
#[derive(Clone, Copy)]
pub struct Outside {
    pub path: &'static str,
    pub fill: fn(Resource) -> Resource,
}

/// A route for GET and HEAD, which is GET without the body (RFC 9110, section 9.3.2).
pub fn readable() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// The beginnings of paths that belong to the API alone.
const API: &[&str] = &["/v1", "/oauth2", "/scim"];

/// Refuses a route outside the contract that looks like one of the API, or shadows one.
pub fn check(list: &[Outside], endpoints: &[Endpoint]) -> Result<(), ContractError> {
    let is_api = |path: &str| {
        API.iter().any(|start| path == *start || path.starts_with(&format!("{start}/")))
            || endpoints.iter().any(|endpoint| endpoint.path == path)
    };
    let wrong: Vec<_> = list
        .iter()
        .filter(|outside| is_api(outside.path))
        .map(|outside| format!("`{}` is mounted outside the contract", outside.path))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(ContractError(wrong)) }
}

/// Mounts what `check` has let through.
#[expect(clippy::disallowed_methods, reason = "the one place for routes beside the API")]
pub fn mount(list: &[Outside], config: &mut ServiceConfig) {
    for outside in list {
        config.service((outside.fill)(web::resource(outside.path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_of_the_api_outside_the_contract_stops_the_start() {
        let hidden = Outside { path: "/v1/hidden", fill: |at| at };
        let ContractError(errors) = check(&[hidden], &[]).unwrap_err();
        assert_eq!(errors, ["`/v1/hidden` is mounted outside the contract"]);
        let page = Outside { path: "/v1beta", fill: |at| at };
        assert_eq!(check(&[page], &[]), Ok(()));
    }
}
