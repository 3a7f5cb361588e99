//! A handler whose guard would be asked after something else of the request was read.

use actix_web::web::Data;
use doorward::{
    access::guard::SignedIn,
    app::App,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::NoContent},
};

#[utoipa::path(get, path = "/v1/late", tag = "me")]
async fn late(_app: Data<App>, _by: SignedIn) -> Result<NoContent, Problem> {
    Ok(NoContent)
}

fn main() {
    let _: Vec<Endpoint> = endpoints![late: []];
}
