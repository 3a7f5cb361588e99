//! Passkeys: to sign in without a name and a password, as a second factor, and to prove again who
//! one is. What an authenticator was asked counts once, whatever came of it.

mod check;
pub mod model;
pub mod routes;
pub mod second;
pub mod sign_in;
pub mod step_up;
