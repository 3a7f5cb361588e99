//! Accounts: made by their owners or by an administrator, changed, disabled, deleted. An account
//! is found by one normalised address, and there is one place that writes its row.

pub mod ask;
pub mod confirm;
pub mod export;
pub mod me;
pub mod model;
pub mod routes;
pub mod search;
pub mod service;
pub mod sign_up;
pub mod status;
pub mod store;
pub mod welcome;
