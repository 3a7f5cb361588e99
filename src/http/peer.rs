//! Who is at the other end of the connection, as far as HTTP can tell.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use actix_web::{HttpMessage, HttpRequest, dev::ServiceRequest, http::header};

use crate::config::Network;

/// Longest user agent that is kept, in characters.
const AGENT: usize = 200;

/// Address, program and request of the caller, for sessions, throttles and the audit log.
#[derive(Clone, Debug)]
pub struct Peer {
    pub ip: IpAddr,
    pub user_agent: String,
    pub request_id: String,
    /// The id of the key with which the caller came, where it was no session.
    pub via: Option<String>,
}

impl Peer {
    /// As `finish` found it when the request came in.
    pub fn of(request: &HttpRequest) -> Arc<Self> {
        let known = request.extensions().get::<Arc<Self>>().cloned();
        known.unwrap_or_else(|| {
            Arc::new(Self {
                ip: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                user_agent: String::new(),
                request_id: String::new(),
                via: None,
            })
        })
    }

    /// Headers that a proxy sets count only when the connection comes from a listed proxy.
    pub fn find(request: &ServiceRequest, proxies: &[Network], request_id: String) -> Self {
        let direct = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |at| at.ip());
        let agent = request.headers().get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Self {
            ip: forwarded(request, direct.to_canonical(), proxies),
            user_agent: agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
            request_id,
            via: None,
        }
    }

    /// One name per subscriber: an IPv6 network of 64 bits counts as one address.
    pub fn throttle_key(&self) -> String {
        match self.ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// The last address in `X-Forwarded-For` that is not one of our own proxies.
fn forwarded(request: &ServiceRequest, direct: IpAddr, proxies: &[Network]) -> IpAddr {
    if !is_own(direct, proxies) {
        return direct;
    }
    let mut nearest = direct;
    let values: Vec<_> = request.headers().get_all("x-forwarded-for").collect();
    let hops = values.iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops {
        // Behind a hop that can't be read nothing can be believed.
        let Some(hop) = parse_hop(hop) else { return nearest };
        nearest = hop;
        if !is_own(nearest, proxies) {
            return nearest;
        }
    }
    nearest
}

/// An address, with or without a port.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let ip = hop.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    ip.map(|ip: IpAddr| ip.to_canonical())
}

fn is_own(ip: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(ip))
}
