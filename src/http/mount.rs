//! Mounts endpoints: one resource per path, literal paths before parameters, 405 with `Allow`.

use std::collections::BTreeMap;

use actix_web::{
    Resource, ResponseError, Route,
    dev::{AppService, HttpServiceFactory},
    guard,
    http::{Method, header},
    web,
};

use super::{code::Code, endpoint::Mount, problem::Problem};

/// All endpoints of the service, as one thing that actix can mount.
#[derive(Clone)]
pub struct Mounts(pub Vec<Mount>);

impl HttpServiceFactory for Mounts {
    #[expect(clippy::disallowed_methods, reason = "the one place that mounts endpoints")]
    fn register(self, config: &mut AppService) {
        let mut by_path: BTreeMap<String, Vec<Mount>> = BTreeMap::new();
        for mount in self.0 {
            by_path.entry(mount.path.clone()).or_default().push(mount);
        }
        let mut by_path: Vec<_> = by_path.into_iter().collect();
        // actix never falls through from a resource whose path matches, so `/users/me` must be
        // asked before `/users/{id}`.
        by_path.sort_by_key(|(path, _)| {
            path.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>()
        });
        for (path, mounts) in by_path {
            let mut resource = web::resource(path);
            for mount in &mounts {
                resource = resource.route(mount.route(route_for(&mount.method)));
            }
            let methods: Vec<_> = mounts.iter().map(|mount| &mount.method).collect();
            refuse_others(resource, &methods).register(config);
        }
    }
}

/// An empty route for a method.
pub fn route_for(method: &Method) -> Route {
    if method == Method::GET {
        // HEAD is GET without the body (RFC 9110, section 9.3.2).
        return web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    }
    web::method(method.clone())
}

/// Answers every other method than these with 405 and their names.
pub fn refuse_others(resource: Resource, methods: &[&Method]) -> Resource {
    let allow = allow(methods);
    resource.default_service(web::to(move || {
        let refusal = Problem::from(Code::MethodNotAllowed);
        let refusal = refusal.with_header(header::ALLOW.as_str(), &allow);
        async move { refusal.error_response() }
    }))
}

fn allow(methods: &[&Method]) -> String {
    let mut names: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.sort_unstable();
    names.join(", ")
}
