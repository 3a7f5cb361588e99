//! Routes beside the API: documents, pages, assets. None may stand where the API stands.

use actix_web::{
    Route,
    http::Method,
    web::{self, ServiceConfig},
};

use super::{
    contract::ContractError,
    endpoint::Endpoint,
    mount::{refuse_others, route_for},
};

/// A path that is not in the contract, and what answers there.
#[derive(Clone, Copy)]
pub struct Outside {
    pub path: &'static str,
    /// Puts the handler of GET and HEAD on a route.
    pub read: fn(Route) -> Route,
    /// Puts the handler of POST on a route, where there is one.
    pub post: Option<fn(Route) -> Route>,
}

/// The beginnings of paths that belong to the API alone.
const API: &[&str] = &["/v1", "/oauth2", "/scim"];

/// Whether a path belongs to the API, be there something or not.
pub fn is_api(path: &str) -> bool {
    API.iter().any(|start| path == *start || path.starts_with(&format!("{start}/")))
}

/// Refuses a route outside the contract that looks like one of the API, or shadows one.
pub fn check(list: &[Outside], endpoints: &[Endpoint]) -> Result<(), ContractError> {
    let is_known = |path: &str| endpoints.iter().any(|endpoint| endpoint.path == path);
    let wrong: Vec<_> = list
        .iter()
        .filter(|outside| is_api(outside.path) || is_known(outside.path))
        .map(|outside| format!("`{}` is mounted outside the contract", outside.path))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(ContractError(wrong)) }
}

/// Mounts what `check` has let through.
#[expect(clippy::disallowed_methods, reason = "the one place for routes beside the API")]
pub fn mount(list: &[Outside], config: &mut ServiceConfig) {
    for outside in list {
        let mut resource = web::resource(outside.path);
        resource = resource.route((outside.read)(route_for(&Method::GET)));
        let mut methods = vec![&Method::GET];
        if let Some(post) = outside.post {
            resource = resource.route(post(route_for(&Method::POST)));
            methods.push(&Method::POST);
        }
        config.service(refuse_others(resource, &methods));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_of_the_api_outside_the_contract_stops_the_start() {
        let hidden = Outside { path: "/v1/hidden", read: |at| at, post: None };
        let ContractError(errors) = check(&[hidden], &[]).unwrap_err();
        assert_eq!(errors, ["`/v1/hidden` is mounted outside the contract"]);
        let page = Outside { path: "/v1beta", read: |at| at, post: None };
        assert_eq!(check(&[page], &[]), Ok(()));
    }
}
