//! Questions about access: may this account do that and why, who may call what, what may I call.
//! They ask the same rules and the same grants that the guards ask.

pub mod check;
pub mod matrix;
