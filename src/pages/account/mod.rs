//! `/account`: what a person sees and changes of their own account. Every page here is for who is
//! signed in, and shows what belongs to them alone.

pub mod activity;
pub mod authenticator;
pub mod delete;
pub mod devices;
pub mod email;
pub mod events;
pub mod export;
pub mod factors;
pub mod identities;
pub mod language;
pub mod name;
pub mod naming;
pub mod overview;
pub mod passkeys;
pub mod password;
pub mod sessions;

use super::{
    asked::{Answer, Asked},
    card::Link,
    shell::{Shell, lead_to},
};
use crate::access::{caller, guard::Public};

/// `/`: leads to the account, or to the sign-in.
pub async fn start(asked: Asked) -> Answer {
    asked.enter::<Public>().await?;
    let is_known = caller::of_cookie(&asked.request)?.is_some();
    Ok(lead_to(if is_known { "/account" } else { "/sign-in" }))
}

/// The way back from a page below the account.
fn up(shell: &Shell) -> Link {
    Link::new("/account", shell.say("account"))
}
