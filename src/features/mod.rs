//! What a user can do, one folder each: `routes` speaks HTTP, `store` speaks SQL, `model` neither.
//! Features don't know each other, but for `accounts`, which all may use.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod challenges;
pub mod checks;
pub mod clients;
pub mod devices;
pub mod email;
pub mod factors;
pub mod grants;
pub mod health;
pub mod imports;
pub mod oauth;
pub mod passkeys;
pub mod passwords;
pub mod recovery;
pub mod roles;
pub mod sessions;
pub mod setup;
pub mod social;
pub mod tokens;
