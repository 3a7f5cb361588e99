//! Hosted pages: server-rendered, without scripts, thin over the features that the API uses too.

mod assets;
mod dev_mail;
mod setup;

use crate::http::outside::Outside;

/// The pages. They are for people; the contract is about the API alone.
pub fn outside() -> Vec<Outside> {
    let own = [
        Outside { path: "/assets/doorward.css", read: |at| at.to(assets::stylesheet), post: None },
        Outside {
            path: "/setup",
            read: |at| at.to(setup::show),
            post: Some(|at| at.to(setup::submit)),
        },
    ];
    [&own[..], &dev_mail::outside()].concat()
}
