//! A handler with a problem that is not in the table of codes.

use doorward::{
    access::guard::SignedIn,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::NoContent},
};

#[utoipa::path(get, path = "/v1/odd", tag = "me")]
async fn odd(_by: SignedIn) -> Result<NoContent, Problem> {
    Ok(NoContent)
}

fn main() {
    let _: Vec<Endpoint> = endpoints![odd: [TeapotFound]];
}
