//! The court: a service of its own for each test, actors who call it, replies that are checked.

use std::time::Duration;

mod actor;
mod app_page;
mod authenticator;
mod contract;
mod database;
mod dump;
mod factors;
mod house;
mod mail;
mod mail_server;
mod oauth;
mod operation;
pub mod process;
mod provider;
mod reply;
pub mod sample;
mod signed;
mod social;
mod wire;

pub use actor::{Actor, PASSWORD};
pub use app_page::AppPage;
pub use authenticator::SoftKey;
pub use contract::Contract;
pub use database::{Database, Kind};
pub use dump::Dump;
pub use factors::{Authenticator, STEP, texts};
pub use house::{House, SALTS, Settings};
pub use mail::Received;
pub use mail_server::{MailServer, certificate, with_mail};
pub use oauth::{Fields, INTROSPECT, Key, Machine, REVOKE, TOKEN, pair};
pub use operation::Operation;
pub use provider::{Stub, Twist};
pub use reply::Reply;
pub use wire::{Wire, exchange};

/// Waits for what happens beside the requests; panics when it has not after ten seconds.
pub async fn until(mut happened: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !happened().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it happens in time");
}

/// A test that runs on both databases, each with a service of its own.
///
/// `api_test! { a_sentence |house| { … } }`, with `house: House`. Settings of the service may stand
/// behind the name: `api_test! { a_sentence [Settings { … }] |house| { … } }`.
macro_rules! api_test {
    ($(#[$meta:meta])* $name:ident |$house:ident| $body:block) => {
        api_test! { $(#[$meta])* $name [$crate::harness::Settings::default()] |$house| $body }
    };
    ($(#[$meta:meta])* $name:ident [$settings:expr] |$house:ident| $body:block) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn case($house: $crate::harness::House) $body

            #[test]
            fn sqlite() {
                $crate::harness::House::run($crate::harness::Kind::Sqlite, $settings, case);
            }

            #[test]
            fn postgres() {
                $crate::harness::House::run($crate::harness::Kind::Postgres, $settings, case);
            }
        }
    };
}
