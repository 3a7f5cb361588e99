//! Passwords: which are good enough, how they are hashed, how one is compared with its hash.
//! A password is changed by Unicode NFC alone; nothing is trimmed, folded or cut before hashing.

mod common;
mod cost;
mod fold;
mod hash;
mod hasher;
mod policy;

pub use cost::Cost;
pub use hash::{PasswordHash, Verdict};
pub use hasher::{Busy, Hasher};
pub use policy::{About, Policy};
