//! Roles and the permissions that they hold. Built-in roles follow the table of permissions and
//! can't be changed.

pub mod built_in;
pub mod model;
pub mod permissions;
pub mod routes;
pub mod store;
