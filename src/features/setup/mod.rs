//! The first administrator: made once, by whoever holds the one-time link that the service prints.

pub mod routes;
pub mod store;
