//! Accounts that another system had before: what one has to be like, and how it is written once
//! however often it is tried. It has no operation; the command line brings the files.

pub mod model;
pub mod store;
