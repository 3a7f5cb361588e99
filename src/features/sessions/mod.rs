//! Signing in and out, and the sessions that come of it. A session starts in the transaction that
//! says why, and nowhere else.

pub mod magic;
pub mod mine;
pub mod model;
pub mod others;
pub mod second;
pub mod sign_in;
pub mod step_up;
