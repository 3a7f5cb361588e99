//! Who is calling, and may they? The only room that reads session secrets and decides.

pub mod admins;
pub mod audit;
pub mod caller;
pub mod callers;
pub mod cookie;
pub mod decide;
pub mod grants;
pub mod guard;
pub mod handoff;
pub mod keyring;
pub mod reach;
pub mod sessions;
pub mod store;
pub mod throttle;
