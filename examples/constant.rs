//! The yardstick of the benchmarks: an actix route that answers constant bytes and does nothing
//! else. `constant 127.0.0.1:8090 512` listens there and answers 512 bytes at `/`.

use std::io::{Error, ErrorKind};

use actix_web::{App, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(Ok(length))) =
        (arguments.next(), arguments.next().map(|text| text.parse::<usize>()))
    else {
        return Err(Error::new(ErrorKind::InvalidInput, "usage: constant ADDRESS BYTES"));
    };
    let bytes = web::Bytes::from(vec![b'.'; length]);
    HttpServer::new(move || {
        let bytes = bytes.clone();
        let answer = web::get().to(move || {
            let bytes = bytes.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(bytes) }
        });
        #[expect(clippy::disallowed_methods, reason = "a yardstick, no endpoint of the service")]
        App::new().route("/", answer)
    })
    .bind(address)?
    .run()
    .await
}
