//! What is done beside the requests: mail leaves through an outbox, which is written in the
//! transaction of what caused it.

pub mod outbox;
pub mod queue;
pub mod smtp;
pub mod worker;
