//! Clients of service accounts: what programs get access tokens with.

mod jwks;
mod model;
pub mod routes;
