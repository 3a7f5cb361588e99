//! Doorward: self-hosted sign-in and access control. The contract is the lock: who may call an
//! operation is declared once, as the type of its handler's first argument.

#![forbid(unsafe_code)]

pub mod access;
pub mod api;
pub mod app;
pub mod authjs;
pub mod cli;
pub mod config;
pub mod db;
pub mod features;
pub mod http;
pub mod kernel;
pub mod pages;
pub mod server;
pub mod work;
