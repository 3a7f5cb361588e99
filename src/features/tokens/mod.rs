//! Access tokens for APIs: made from a session, checked anywhere by published keys, and ended for
//! everybody by a published list.

pub mod events;
pub mod feed;
pub mod model;
pub mod routes;
