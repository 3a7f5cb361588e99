//! Requests whose end two readers could see at two places: refused, the connection closed, and
//! what is hidden in them never answered.

use crate::harness::{House, Reply, exchange};

/// What an attacker wants to have answered as a request of its own.
const HIDDEN: &str = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

const POST: &str = "POST /v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\n\
    Content-Type: application/json\r\n";

/// A request with these headers, each with its line end, and this body.
fn post(headers: &str, body: &str) -> String {
    format!("{POST}{headers}\r\n{body}")
}

fn corpus() -> Vec<(&'static str, String)> {
    let chunked = "Transfer-Encoding: chunked\r\n";
    let length = format!("Content-Length: {}\r\n", HIDDEN.len());
    let end = "0\r\n\r\n";
    let hidden_chunk = format!("{end}{HIDDEN}");
    let mut corpus = vec![
        ("length and chunks", post(&format!("Content-Length: 5\r\n{chunked}"), &hidden_chunk)),
        ("chunks and length", post(&format!("{chunked}Content-Length: 5\r\n"), &hidden_chunk)),
        ("chunks and no length", post(&format!("{chunked}Content-Length: 0\r\n"), &hidden_chunk)),
        ("two lengths", post(&format!("Content-Length: 0\r\n{length}"), HIDDEN)),
        ("two lengths, longer first", post(&format!("{length}Content-Length: 0\r\n"), HIDDEN)),
        ("a list of lengths", post("Content-Length: 0, 10\r\n", HIDDEN)),
        ("two codings", post(&format!("{chunked}Transfer-Encoding: identity\r\n"), &hidden_chunk)),
        ("two codings, chunked last", post("Transfer-Encoding: identity, chunked\r\n", end)),
        ("chunked, then more", post("Transfer-Encoding: chunked, gzip\r\n", &hidden_chunk)),
        ("a space before the colon", post("Transfer-Encoding : chunked\r\n", &hidden_chunk)),
        ("a folded header", post("X-A: b\r\n c\r\n", HIDDEN)),
        ("a folded coding", post("Transfer-Encoding:\r\n chunked\r\n", &hidden_chunk)),
        ("HTTP/1.0 with chunks", post(chunked, end).replace("HTTP/1.1", "HTTP/1.0")),
        ("two hosts", post("Host: other\r\nContent-Length: 0\r\n", "")),
        ("NUL in a header", post("X-A: b\0c\r\n", HIDDEN)),
        ("CR in a header", post("X-A: b\rc\r\n", HIDDEN)),
        ("a space in a header's name", post("X A: b\r\n", HIDDEN)),
        ("a header without a name", post(": b\r\n", HIDDEN)),
        ("a header without a colon", post("nothing\r\n", HIDDEN)),
    ];
    for coding in ["xchunked", "chunked\u{b}", "x", "\"chunked\"", "chunked;q=1", "gzip"] {
        corpus.push((
            "another coding",
            post(&format!("Transfer-Encoding: {coding}\r\n"), &hidden_chunk),
        ));
    }
    for length in ["+5", "-1", "0x5", "5 5", "5.0", "18446744073709551617", "five", ""] {
        corpus.push(("no length", post(&format!("Content-Length: {length}\r\n"), HIDDEN)));
    }
    corpus
}

/// Bodies whose chunks can't be told apart.
fn broken_chunks() -> Vec<String> {
    let sizes = ["zz", "-1", "0x5", "5 5", "+5", "FFFFFFFFFFFFFFFFF", "", "5\n", "2"];
    let chunks = |size| post("Transfer-Encoding: chunked\r\n", &format!("{size}\r\n{HIDDEN}"));
    sizes.map(chunks).to_vec()
}

/// The one answer, if there is any.
#[track_caller]
fn only<'a>(what: &str, replies: &'a [Reply]) -> Option<&'a Reply> {
    assert!(replies.len() <= 1, "{what} was answered twice: {replies:?}");
    replies.first()
}

api_test! { asvs_4_2_1_no_request_hides_another |house| {
    for (what, request) in corpus() {
        let replies = exchange(house.address, &request).await;

        let status = only(what, &replies).map(|reply| reply.status);
        assert_eq!(status, Some(400), "{what}: {request:?}");
    }
}}

api_test! { asvs_4_2_1_a_broken_chunk_ends_the_connection |house| {
    let before = house.dump().await.without(&["throttles"]);
    for request in broken_chunks() {
        let replies = exchange(house.address, &request).await;
        // actix hangs up without a word, as the client does not speak HTTP any more.
        let status = only(&request, &replies).map_or(400, |reply| reply.status);
        assert_eq!(status, 400, "{request:?}");
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
    house.nobody().get("/livez").await.ok();
}}

async fn status(house: &House, request: &str) -> u16 {
    let replies = exchange(house.address, request).await;
    only(request, &replies).expect("an answer").status
}

api_test! { asvs_4_2_1_requests_in_good_order_are_answered_one_by_one |house| {
    let two = format!("{HIDDEN}{}", HIDDEN.replace("/livez", "/v1/me"));
    let replies = exchange(house.address, two).await;
    let found: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(found, [200, 401]);

    let chunks = post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n");
    assert_eq!(status(&house, &chunks).await, 422);
    assert_eq!(status(&house, &post("Content-Length: 2\r\n", "{}")).await, 422);
}}

api_test! { a_head_that_is_too_large_is_refused |house| {
    for (header, wanted) in [
        (format!("X-A: {}\r\n", "a".repeat(15_000)), 200),
        (format!("X-A: {}\r\n", "a".repeat(17_000)), 431),
        ("X-A: b\r\n".repeat(80), 200),
        ("X-A: b\r\n".repeat(2_000), 431),
        (format!("Cookie: {}\r\n", "a=b; ".repeat(4_000)), 431),
        (format!("X-A: {}\r\n", "a".repeat(1_000_000)), 431),
    ] {
        let request = format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
        assert_eq!(status(&house, &request).await, wanted, "{} bytes", header.len());
    }
    let long = format!("GET /livez?{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(17_000));
    assert_eq!(status(&house, &long).await, 431);
}}
