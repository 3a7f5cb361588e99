//! API keys: what programs call with, in the name of the account that gave them the key.

pub mod mine;
pub mod model;
pub mod others;
