//! Changing a password. Whoever changes it has just proved the old one, and every other session of
//! the account ends.

pub mod routes;
