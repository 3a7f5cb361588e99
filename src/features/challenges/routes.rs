//! `create_challenge`.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{
        challenge::{self, Puzzle},
        guard::Public,
    },
    app::App,
    endpoints,
    http::{endpoint::Endpoint, problem::Problem, reply::Ok200},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        create_challenge: [],
    ]
}

/// What has to be solved before a sign-up or sign-in.
#[derive(Serialize, ToSchema)]
pub struct ChallengeAnswer {
    /// Null where the service asks for no work.
    #[schema(required)]
    pub challenge: Option<Puzzle>,
}

/// Get a puzzle to solve before a sign-up or sign-in.
///
/// Its answer goes into the field `challenge` there. Each puzzle serves once.
#[utoipa::path(post, path = "/v1/auth/challenge", tag = "auth")]
pub async fn create_challenge(
    _by: Public,
    app: Data<App>,
) -> Result<Ok200<ChallengeAnswer>, Problem> {
    Ok(Ok200(ChallengeAnswer { challenge: challenge::issue(&app) }))
}
