//! The service as its callers see it: every test speaks HTTP to a real server, on SQLite and on
//! PostgreSQL, and every reply is held against the contract.

#[macro_use]
mod harness;

mod accounts;
mod audit;
mod audit_chain;
mod bad_input;
mod checks;
mod contract;
mod contract_errors;
mod csrf;
mod email;
mod email_change;
mod failures;
mod first_run;
mod grants;
mod headers;
mod health;
mod house;
mod lifetimes;
mod limits;
mod logs;
mod mail_pages;
mod matrix;
mod me;
mod metrics;
mod pages;
mod paging;
mod passwords;
mod paths;
mod permissions;
mod preconditions;
mod proofs;
mod races;
mod recovery;
mod return_to;
mod roles;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod sign_up;
mod smtp;
mod smtp_trouble;
mod smuggling;
mod sql;
mod stale;
mod stop;
mod throttles;
mod users;
