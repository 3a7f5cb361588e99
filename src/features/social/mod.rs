//! Signing in with an account at another service: providers of OpenID Connect and of OAuth 2.0. An
//! identity is an issuer and a subject, and no word of a provider opens an account by itself.

pub mod begin;
pub mod finish;
pub mod flow;
mod id_token;
pub mod model;
mod places;
mod profile;
pub mod routes;
mod settle;
mod talk;
pub mod tokens;
