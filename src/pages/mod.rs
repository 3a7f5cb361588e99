//! Hosted pages: server-rendered, without scripts, thin over the features that the API uses too.

mod assets;
mod setup;

use actix_web::web;

use crate::http::outside::{Outside, readable};

/// The pages. They are for people; the contract is about the API alone.
pub fn outside() -> Vec<Outside> {
    vec![
        Outside {
            path: "/assets/doorward.css",
            fill: |at| at.route(readable().to(assets::stylesheet)),
        },
        Outside {
            path: "/setup",
            fill: |at| at.route(readable().to(setup::show)).route(web::post().to(setup::submit)),
        },
    ]
}
