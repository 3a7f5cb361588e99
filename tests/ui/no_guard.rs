//! A handler that does not say who may call it.

use actix_web::web::Data;
use doorward::{
    app::App,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::NoContent},
};

#[utoipa::path(get, path = "/v1/open", tag = "me")]
async fn open(_app: Data<App>) -> Result<NoContent, Problem> {
    Ok(NoContent)
}

fn main() {
    let _: Vec<Endpoint> = endpoints![open: []];
}
