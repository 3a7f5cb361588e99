//! The audit log to read. Events are recorded by `access::audit` and never changed.

pub mod routes;
