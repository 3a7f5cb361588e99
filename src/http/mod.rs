//! Doorward's dialect of HTTP: endpoints, the contract, problems, bodies, pages of lists.
//! Knows no feature.

pub mod argument;
pub mod code;
pub mod contract;
pub mod cookie;
pub mod docs;
pub mod down;
pub mod endpoint;
pub mod etag;
pub mod finish;
pub mod form;
pub mod json;
pub mod kept;
pub mod language;
pub mod metrics;
pub mod mount;
pub mod oauth;
pub mod offered;
pub mod origin;
pub mod outside;
pub mod page;
pub mod peer;
pub mod problem;
pub mod reply;
pub mod rule;
