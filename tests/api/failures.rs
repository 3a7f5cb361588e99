//! Failures of ours: told to the one whom they hit, in words that tell nothing, and to nobody else.

use std::net::TcpListener;

use doorward::{
    access::guard::Public,
    api, endpoints,
    http::{code::Code, endpoint::Endpoint, problem::Problem, reply::NoContent},
    server,
};

use crate::harness::{House, Reply};

/// An operation with an error in it.
#[utoipa::path(get, path = "/v1/panics", tag = "health")]
async fn panics(_by: Public) -> Result<NoContent, Problem> {
    let row: Option<u8> = std::hint::black_box(None);
    row.expect("canary7Kq");
    Ok(NoContent)
}

/// The address of the same house with the operation added.
fn with_an_error(house: &House) -> String {
    let added: Vec<Endpoint> = endpoints![panics: []];
    let all = [api::endpoints(), added].concat();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = server::build(&house.app, &house.master, &house.metrics, all, listener);
    actix_web::rt::spawn(server.expect("it starts"));
    format!("http://{address}")
}

async fn get(house: &House, url: String) -> Reply {
    Reply::read(house.client.get(url).send().await.expect("an answer")).await
}

api_test! { asvs_16_5_4_a_panic_hits_one_call_alone |house| {
    let base = with_an_error(&house);
    for _ in 0..20 {
        let reply = get(&house, format!("{base}/v1/panics")).await;
        assert!(reply.header("x-request-id").is_some() && !reply.text.contains("canary7Kq"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        reply.problem(Code::Internal);
        get(&house, format!("{base}/v1/auth/session")).await.ok();
    }
    for _ in 0..1000 {
        get(&house, format!("{base}/livez")).await.ok();
    }
    let counted = "route=\"none\",status=\"500\"} 20";
    assert!(house.metrics.text().contains(counted), "{}", house.metrics.text());
}}
