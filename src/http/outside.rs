//! Routes beside the API: documents, pages, assets. None may stand where the API stands.

use actix_web::{
    Resource,
    web::{self, ServiceConfig},
};

use super::{contract::ContractError, endpoint::Endpoint, mount::method_not_allowed};

/// A route that is not in the contract, and what answers it.
#[derive(Clone, Copy)]
pub struct Outside {
    pub path: &'static str,
    /// The methods that it answers, as in the `Allow` header.
    pub allow: &'static str,
    pub fill: fn(Resource) -> Resource,
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
        let allow = outside.allow;
        let refuse = move || async move { method_not_allowed(allow) };
        let resource = web::resource(outside.path).default_service(web::to(refuse));
        config.service((outside.fill)(resource));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_of_the_api_outside_the_contract_stops_the_start() {
        let hidden = Outside { path: "/v1/hidden", allow: "GET", fill: |at| at };
        let ContractError(errors) = check(&[hidden], &[]).unwrap_err();
        assert_eq!(errors, ["`/v1/hidden` is mounted outside the contract"]);
        let page = Outside { path: "/v1beta", allow: "GET", fill: |at| at };
        assert_eq!(check(&[page], &[]), Ok(()));
    }
}
