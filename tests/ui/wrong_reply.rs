//! A handler whose answer does not say its status and body.

use actix_web::HttpResponse;
use doorward::{
    access::guard::SignedIn,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem},
};

#[utoipa::path(get, path = "/v1/anything", tag = "me")]
async fn anything(_by: SignedIn) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().finish())
}

fn main() {
    let _: Vec<Endpoint> = endpoints![anything: []];
}
