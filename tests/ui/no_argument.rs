//! A handler that takes nothing at all.

use doorward::{
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::NoContent},
};

#[utoipa::path(get, path = "/v1/open", tag = "me")]
async fn open() -> Result<NoContent, Problem> {
    Ok(NoContent)
}

fn main() {
    let _: Vec<Endpoint> = endpoints![open: []];
}
