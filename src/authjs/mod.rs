//! The endpoints of Auth.js at `/api/auth`, as its client for React knows them, thin over the
//! features that the API and the pages use too. An app keeps the client, and leads the path here.

mod answer;
mod csrf;
mod lead;
mod mailed;
mod refusal;
mod said;
mod session;
mod sign_in;
mod sign_out;
mod site;
mod social;
mod step;

use actix_web::http::header;

use crate::{
    config::Config,
    http::{code::Code, outside::Outside, problem::Problem},
    pages::asked::{Answer, Asked},
};

macro_rules! endpoints {
    (@post $do:path) => { Some(|at| at.to($do)) };
    (@post) => { None };
    ($($path:literal: $read:path $(, $post:path)?;)*) => {
        vec![$(Outside {
            path: $path,
            read: |at| at.to($read),
            post: endpoints!(@post $($post)?),
        }),*]
    };
}

/// Where people are led who are to sign in, or are told why they were not.
const SIGN_IN: &str = "/api/auth/signin";

/// The endpoints, where they are wanted. They know who is signed in.
pub fn endpoints(config: &Config) -> Vec<Outside> {
    if !config.authjs.enabled {
        return Vec::new();
    }
    endpoints![
        "/api/auth/csrf": csrf::show;
        "/api/auth/providers": session::providers;
        "/api/auth/session": session::show, session::update;
        "/api/auth/signin": lead::sign_in, unknown;
        "/api/auth/signin/{provider}": lead::sign_in, sign_in::begin;
        "/api/auth/callback/{provider}": sign_in::come_back, sign_in::submit;
        "/api/auth/signout": lead::sign_out, sign_out::submit;
        "/api/auth/error": lead::error;
        "/api/auth/verify-request": lead::verify_request;
        "/api/auth/_log": no_log, session::log;
        "/api/auth": unknown, unknown;
        "/api/auth/{rest:.*}": unknown, unknown;
    ]
}

/// Auth.js answers 400 to what it has no action for.
async fn unknown(_asked: Asked) -> Answer {
    Err(Code::PathInvalid.into())
}

async fn no_log(_asked: Asked) -> Answer {
    Err(Problem::from(Code::MethodNotAllowed).with_header(header::ALLOW.as_str(), "POST"))
}
