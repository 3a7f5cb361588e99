//! The one stylesheet, compiled into the program.

use actix_web::{HttpResponse, http::header};

const STYLESHEET: &str = include_str!("../../assets/doorward.css");

pub async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type("text/css; charset=utf-8")
        .body(STYLESHEET)
}
