//! Mounts endpoints: one resource per path, literal paths before parameters, 405 with `Allow`.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError, Route,
    dev::{AppService, HttpServiceFactory},
    http::{Method, header},
    web,
};

use super::{code::Code, endpoint::Endpoint, outside::readable, problem::Problem};

/// All endpoints of the service, as one thing that actix can mount.
#[derive(Clone)]
pub struct Endpoints(pub Vec<Endpoint>);

impl HttpServiceFactory for Endpoints {
    #[expect(clippy::disallowed_methods, reason = "the one place that mounts endpoints")]
    fn register(self, config: &mut AppService) {
        let mut by_path: BTreeMap<String, Vec<Endpoint>> = BTreeMap::new();
        for endpoint in self.0 {
            by_path.entry(endpoint.path.clone()).or_default().push(endpoint);
        }
        let mut by_path: Vec<_> = by_path.into_iter().collect();
        // actix never falls through from a resource whose path matches, so `/users/me` must be
        // asked before `/users/{id}`.
        by_path.sort_by_key(|(path, _)| {
            path.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>()
        });
        for (path, endpoints) in by_path {
            let allow = allow(&endpoints);
            let mut resource = web::resource(path);
            for endpoint in &endpoints {
                resource = resource.route(endpoint.route(route_for(&endpoint.method)));
            }
            let refuse = move || {
                let allow = allow.clone();
                async move { method_not_allowed(&allow) }
            };
            resource.default_service(web::to(refuse)).register(config);
        }
    }
}

fn route_for(method: &Method) -> Route {
    if method == Method::GET { readable() } else { web::method(method.clone()) }
}

fn allow(endpoints: &[Endpoint]) -> String {
    let mut methods: Vec<_> = endpoints.iter().map(|endpoint| endpoint.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}

fn method_not_allowed(allow: &str) -> HttpResponse {
    Problem::from(Code::MethodNotAllowed)
        .with_header(header::ALLOW.as_str(), allow)
        .error_response()
}

/// The answer where no path matches.
pub async fn not_found(_request: HttpRequest) -> HttpResponse {
    Problem::from(Code::NotFound).error_response()
}
