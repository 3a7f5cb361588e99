//! Puzzles of work, for callers who have to solve one before they sign up or in.

pub mod routes;
