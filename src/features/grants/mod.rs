//! Role grants: who holds which role where, since when and until when. A grant that is revoked or
//! over counts no more from that moment on, and nobody grants what they don't hold.

pub mod model;
pub mod routes;
pub mod store;
