//! The e-mail address of an account: proved by a link or a code, changed with both mailboxes told.
//! A proof counts for the address that it was sent to, and for no other.

pub mod change;
pub mod model;
pub mod settle;
pub mod verify;
