//! Passwords: which are good enough, how they are hashed, how one is compared with its hash.
//! A password is changed by Unicode NFC alone; nothing is trimmed, folded or cut before hashing.

pub mod breached;
mod common;
mod cost;
mod fold;
mod foreign;
mod hash;
mod hasher;
mod policy;
mod strength;

pub use cost::Cost;
pub use hash::{PasswordHash, Verdict};
pub use hasher::{Busy, Hasher};
pub use policy::{About, Policy};
