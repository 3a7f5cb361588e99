//! Who is calling, and may they? The only room that reads session secrets and decides.

pub mod admins;
pub mod answer;
pub mod audit;
pub mod caller;
pub mod callers;
pub mod codes;
pub mod cookie;
pub mod decide;
pub mod devices;
pub mod entry;
pub mod failures;
pub mod grants;
pub mod guard;
pub mod handoff;
pub mod keyring;
pub mod notify;
pub mod once;
pub mod pending;
pub mod reach;
pub mod recovery;
pub mod sessions;
pub mod state;
pub mod steps;
pub mod store;
pub mod throttle;
pub mod totp;
