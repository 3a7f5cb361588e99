//! `doorward healthcheck`: for containers without curl.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use super::Failure;
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the service that this configuration describes for `/readyz`.
pub fn ask(config: &Config) -> Result<ExitCode, Failure> {
    let mut stream = TcpStream::connect_timeout(&reachable(config.listen), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    if head.ends_with(b" 200") {
        println!("ready");
        return Ok(ExitCode::SUCCESS);
    }
    println!("not ready");
    Ok(ExitCode::FAILURE)
}

/// An address on which a service that listens on all of them can be asked.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
