//! Plain words of the house: ids, time, chance, secrets, permissions. No HTTP, no SQL statements.

pub mod account;
pub mod assurance;
pub mod chance;
pub mod clock;
pub mod color;
pub mod cursor;
pub mod device;
pub mod email;
pub mod fetch;
pub mod id;
pub mod jose;
pub mod jwk;
pub mod mail;
pub mod password;
pub mod permission;
pub mod refusal;
pub mod ring;
pub mod scope;
pub mod secret;
pub mod stage;
pub mod strict;
pub mod texts;
pub mod vault;
