//! The service as its callers see it: every test speaks HTTP to a real server, on SQLite and on
//! PostgreSQL, and every reply is held against the contract.

#[macro_use]
mod harness;

mod contract;
mod csrf;
mod headers;
mod lifetimes;
mod matrix;
mod passwords;
mod races;
mod roles;
mod sessions;
mod setup;
mod sign_in;
mod sign_up;
mod throttles;
