//! A new password for who has none at hand: by mail, or by a link from an administrator. Neither
//! signs in, and neither removes or skips a second factor.

pub mod link;
pub mod reset;
