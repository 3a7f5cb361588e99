//! Whether the service lives and takes work. Neither answer tells anything else about it.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::guard::Public,
    app::App,
    endpoints,
    http::{code::Code, endpoint::Endpoint, problem::Problem, reply::Ok200},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        livez: [],
        readyz: [],
    ]
}

/// The service's state.
#[derive(Serialize, ToSchema)]
pub struct Health {
    #[schema(inline)]
    pub status: HealthStatus,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    Ok,
}

/// Ask whether the process runs.
#[utoipa::path(get, path = "/livez", tag = "health", operation_id = "get_liveness")]
pub async fn livez(_by: Public) -> Result<Ok200<Health>, Problem> {
    Ok(Ok200(Health { status: HealthStatus::Ok }))
}

/// Ask whether the service takes work: not while it starts or stops, nor without its database.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "get_readiness")]
pub async fn readyz(_by: Public, app: Data<App>) -> Result<Ok200<Health>, Problem> {
    if !app.stage.is_serving() {
        return Err(Code::NotReady.into());
    }
    if !app.db.ready().await {
        return Err(Code::Unavailable.into());
    }
    Ok(Ok200(Health { status: HealthStatus::Ok }))
}
