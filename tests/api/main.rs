//! The service as its callers see it: every test speaks HTTP to a real server, on SQLite and on
//! PostgreSQL, and every reply is held against the contract.

#[macro_use]
mod harness;

mod accounts;
mod audit;
mod audit_chain;
mod checks;
mod contract;
mod grants;
mod matrix;
mod me;
mod paging;
mod permissions;
mod preconditions;
mod roles;
mod sign_in;
mod sql;
mod users;
