//! Hosted pages: server-rendered, without scripts, thin over the features that the API uses too.
//! Each page lets its request in by the guard of the operation that it calls.

mod account;
pub mod asked;
mod assets;
mod card;
mod dev_mail;
mod form;
mod look;
mod magic;
mod mailed;
mod passkey;
mod prove;
mod refusal;
mod reset;
pub mod return_to;
pub mod second_factor;
mod setup;
pub mod shell;
mod sign_in;
mod sign_out;
mod sign_up;
mod social;
mod step_up;
mod texts;
mod verify;
mod when;

pub use look::{LogoError, Look};
pub use refusal::{accompany, not_found};

use account::{authenticator, naming};
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
        "/sign-in/with": social::begin_again, social::leave;
        "/sign-in/callback/{provider}": social::come_back, social::come_back_by_form;
        "/sign-up": sign_up::show, sign_up::submit;
        "/verify": mailed::show_verify, verify::submit;
        "/verify/link": mailed::show_verify_link, mailed::verify_link;
        "/magic": magic::show, magic::with_link;
        "/magic/ask": magic::begin_again, magic::ask;
        "/magic/code": magic::begin_again, magic::with_code;
        "/forgot": reset::show_forgot, reset::submit_forgot;
        "/reset": reset::show_reset, reset::submit_reset;
        "/confirm-email": mailed::show_confirm, mailed::confirm;
        "/undo-email": mailed::show_undo, mailed::undo;
        "/second-factor": second_factor::show, second_factor::submit;
        "/step-up": step_up::show, step_up::submit;
        "/sign-out": sign_out::show, sign_out::submit;
        "/account": account::overview::show;
        "/account/name": account::name::show, account::name::submit;
        "/account/email": account::email::show, account::email::submit;
        "/account/email/code": account::email::show_code, account::email::submit_code;
        "/account/language": account::language::show, account::language::submit;
        "/account/password": account::password::show, account::password::submit;
        "/account/password/remove": account::password::ask_to_remove, account::password::remove;
        "/account/factors": account::factors::show, account::factors::submit;
        "/account/factors/app": authenticator::show, authenticator::submit;
        "/account/factors/name": naming::show_app, naming::name_app;
        "/account/factors/confirm": authenticator::begin_again, authenticator::confirm;
        "/account/factors/email": account::factors::begin_again, account::factors::switch_email;
        "/account/factors/codes": account::factors::ask_for_codes, account::factors::renew_codes;
        "/account/passkeys": account::passkeys::show, account::passkeys::submit;
        "/account/passkeys/name": naming::show_passkey, naming::name_passkey;
        "/account/identities": account::identities::show, account::identities::submit;
        "/account/devices": account::devices::show, account::devices::submit;
        "/account/sessions": account::sessions::show, account::sessions::submit;
        "/account/activity": account::activity::show;
        "/account/export": account::export::show, account::export::submit;
        "/account/delete": account::delete::show, account::delete::submit;
        "/.well-known/change-password": account::password::lead_there;
    ]
}

/// What pages load, and the development mailbox. None of it asks who is signed in.
pub fn plain() -> Vec<Outside> {
    let assets = [
        Outside { path: "/assets/doorward.css", read: |at| at.to(assets::stylesheet), post: None },
        Outside { path: "/assets/passkeys.js", read: |at| at.to(assets::passkeys), post: None },
        Outside { path: "/assets/challenge.js", read: |at| at.to(assets::challenge), post: None },
        Outside { path: "/assets/logo", read: |at| at.to(assets::logo), post: None },
        Outside { path: "/assets/marks/{mark}", read: |at| at.to(assets::mark), post: None },
    ];
    [&assets[..], &dev_mail::outside()].concat()
}
