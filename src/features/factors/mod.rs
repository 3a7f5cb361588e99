//! Second factors of an account: authenticator apps and recovery codes. A factor counts once its
//! owner has proved to have it.

pub mod admin;
pub mod model;
pub mod routes;
