//! The endpoints of OAuth 2 for programs: tokens, introspection, revocation, metadata. There is no
//! password grant, and no refusal tells more than RFC 6749 has a word for.

mod grants;
pub mod introspect;
pub mod metadata;
mod model;
pub mod revoke;
pub mod token;
