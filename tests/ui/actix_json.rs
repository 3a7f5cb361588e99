//! A handler whose body is read by actix: without our limits, and not in the contract.

use actix_web::web::Json;
use doorward::{
    access::guard::SignedIn,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::NoContent},
};

#[utoipa::path(post, path = "/v1/loose", tag = "me")]
async fn loose(_by: SignedIn, _body: Json<String>) -> Result<NoContent, Problem> {
    Ok(NoContent)
}

fn main() {
    let _: Vec<Endpoint> = endpoints![loose: []];
}
