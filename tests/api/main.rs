//! The service as its callers see it: every test speaks HTTP to a real server, on SQLite and on
//! PostgreSQL, and every reply is held against the contract.

#[macro_use]
mod harness;

mod accounts;
mod audit;
mod audit_chain;
mod checks;
mod contract;
mod csrf;
mod grants;
mod headers;
mod lifetimes;
mod matrix;
mod me;
mod paging;
mod passwords;
mod permissions;
mod preconditions;
mod races;
mod roles;
mod sessions;
mod setup;
mod sign_in;
mod sign_up;
mod sql;
mod throttles;
mod users;
