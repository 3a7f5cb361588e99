//! The service as its callers see it: every test speaks HTTP to a real server, on SQLite and on
//! PostgreSQL, and every reply is held against the contract.

#[macro_use]
mod harness;

mod bad_input;
mod contract;
mod contract_errors;
mod house;
mod limits;
mod matrix;
mod paths;
mod roles;
mod sign_in;
mod smuggling;
