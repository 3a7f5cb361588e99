//! The browsers that a person has signed in from: looked at, and forgotten.

pub mod routes;
