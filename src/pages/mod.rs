//! Hosted pages: server-rendered, without scripts, thin over the features that the API uses too.

mod assets;
mod setup;

use actix_web::web::{self, ServiceConfig};

/// Mounts the pages. They are for people; the contract is about the API alone.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/assets/doorward.css").get(assets::stylesheet))
        .service(web::resource("/setup").get(setup::show).post(setup::submit));
}
