//! Passkeys (WebAuthn Level 3): their rows, the ceremonies that make and use them, and the checks
//! of what authenticators answer. Only an authenticator that has verified its user is accepted, so
//! a passkey is two factors in one.

pub mod answer;
pub mod ceremony;
pub mod model;
pub mod party;
pub mod store;
