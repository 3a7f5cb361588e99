//! Hosted pages: server-rendered, without scripts, thin over the features that the API uses too.
//! Each page lets its request in by the guard of the operation that it calls.

mod account;
mod asked;
mod assets;
mod card;
mod dev_mail;
mod form;
mod look;
mod refusal;
mod return_to;
mod setup;
mod shell;
mod sign_in;
mod sign_out;
mod sign_up;
mod texts;
mod when;

pub use look::{Look, LookError};
pub use refusal::not_found;

use asked::Asked;

use crate::http::outside::Outside;

macro_rules! pages {
    (@post $submit:path) => { Some(|at| at.to(|asked: Asked| asked.answer($submit))) };
    (@post) => { None };
    ($($path:literal: $show:path $(, $submit:path)?;)*) => {
        vec![$(Outside {
            path: $path,
            read: |at| at.to(|asked: Asked| asked.answer($show)),
            post: pages!(@post $($submit)?),
        }),*]
    };
}

/// The pages, which know who is signed in. They are for people; the contract is about the API
/// alone.
pub fn pages() -> Vec<Outside> {
    pages![
        "/": account::start;
        "/setup": setup::show, setup::submit;
        "/sign-in": sign_in::show, sign_in::submit;
        "/sign-up": sign_up::show, sign_up::submit;
        "/sign-out": sign_out::show, sign_out::submit;
        "/account": account::overview::show;
        "/account/name": account::name::show, account::name::submit;
        "/account/password": account::password::show, account::password::submit;
        "/account/sessions": account::sessions::show, account::sessions::submit;
        "/account/activity": account::activity::show;
        "/account/export": account::export::show, account::export::submit;
        "/account/delete": account::delete::show, account::delete::submit;
        "/.well-known/change-password": account::password::lead_there;
    ]
}

/// What pages load, which is the same for everybody, and the development mailbox.
pub fn assets() -> Vec<Outside> {
    let own = [
        Outside { path: "/assets/doorward.css", read: |at| at.to(assets::stylesheet), post: None },
        Outside { path: "/assets/logo", read: |at| at.to(assets::logo), post: None },
    ];
    [&own[..], &dev_mail::outside()].concat()
}
