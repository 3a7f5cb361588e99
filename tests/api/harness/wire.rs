//! Bytes on a connection of their own, as no library for HTTP would send them.

use std::{net::SocketAddr, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::Reply;

/// How long a service may leave a connection open before the test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub struct Wire(TcpStream);

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    /// Sends bytes. The service may have hung up by then, which is its right.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Says that nothing more will be sent, and reads every answer until the service hangs up.
    pub async fn answers(mut self) -> Vec<Reply> {
        // Fails when the service has hung up already.
        let _ = self.0.shutdown().await;
        self.rest().await
    }

    /// Reads every answer until the service hangs up by itself.
    pub async fn rest(mut self) -> Vec<Reply> {
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await;
        // A reset after the answer is how a connection ends whose rest was not read.
        let _ = read.expect("the service hangs up");
        split(&bytes)
    }
}

/// Sends one piece and reads the answers.
pub async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Vec<Reply> {
    let mut wire = Wire::open(address).await;
    wire.send(bytes).await;
    wire.answers().await
}

fn split(mut bytes: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    while let Some(end) = find(bytes, b"\r\n\r\n") {
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
        let (status, headers) = parse(&head);
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.to_str().expect("text").parse().expect("a number"));
        let body = &bytes[end + 4..];
        let body = &body[..body.len().min(length)];
        bytes = &bytes[end + 4 + body.len()..];
        let text = String::from_utf8(body.to_vec()).expect("a body is text");
        replies.push(Reply { status, headers, text });
    }
    assert!(bytes.is_empty(), "no answer: {:?}", String::from_utf8_lossy(bytes));
    replies
}

fn parse(head: &str) -> (u16, HeaderMap) {
    let (first, rest) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = first.strip_prefix("HTTP/1.1 ").or_else(|| first.strip_prefix("HTTP/1.0 "));
    let status = status.and_then(|status| status[..3].parse().ok()).expect("a status line");
    let pairs = rest.lines().map(|line| line.split_once(": ").expect("a header"));
    let pair = |(name, value): (&str, &str)| {
        let name: HeaderName = name.parse().expect("a name");
        (name, HeaderValue::from_str(value).expect("a value"))
    };
    (status, pairs.map(pair).collect())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}
