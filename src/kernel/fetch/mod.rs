//! Requests that the service itself sends. Each ends within a time and at a size, is led on to no
//! other place, and gets into no private network unless the operator has named the host.

mod kept;
mod reach;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Client, header, redirect::Policy};
use url::{Host, Url};

use super::secret::Secret;
use kept::Shelf;
use reach::Resolver;

/// What one request may cost, and which hosts are an exception.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Seconds until the whole answer must be there.
    pub seconds: u32,
    /// The longest answer in bytes.
    pub bytes: usize,
    /// Hosts that may lie in a private network and be asked without encryption.
    pub private_hosts: Vec<String>,
}

/// Why there is no answer. It names no address and no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The address must not be asked.
    Address,
    /// Nothing answers there, or not in HTTP.
    Unreachable,
    TooSlow,
    TooLarge,
    /// An answer of another status than 200.
    Status(u16),
    /// It failed a moment ago, so it was not asked again.
    FailedJustNow,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("the address must not be asked"),
            Self::Unreachable => f.write_str("nothing answers"),
            Self::TooSlow => f.write_str("the answer takes too long"),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Status(status) => write!(f, "the answer has the status {status}"),
            Self::FailedJustNow => f.write_str("it failed a moment ago"),
        }
    }
}

/// A question to another service.
pub struct Question<'a> {
    pub url: &'a Url,
    /// The value of `Authorization`.
    pub authorization: Option<&'a Secret>,
    /// What is sent as a form by POST; nothing for GET.
    pub form: Option<&'a [(&'a str, &'a str)]>,
}

/// An answer of any status.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Fetch(Arc<Means>);

struct Means {
    limits: Limits,
    /// Made when it is first wanted: most services ask nobody, and certificates take time to read.
    client: OnceLock<Option<Client>>,
    shelf: Shelf,
}

impl Fetch {
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Means { limits, client: OnceLock::new(), shelf: Shelf::default() }))
    }

    /// Whether an address may be asked, as far as its spelling tells: https, or a listed host.
    pub fn may_ask(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let is_listed = self.is_listed(&host);
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_listed);
        let is_bare = url.username().is_empty() && url.password().is_none();
        // Names are looked at when they are resolved; an address is never resolved.
        let is_public = match host {
            Host::Domain(_) => true,
            Host::Ipv4(address) => reach::is_public(address.into()),
            Host::Ipv6(address) => reach::is_public(address.into()),
        };
        is_safe && is_bare && (is_public || is_listed)
    }

    fn is_listed(&self, host: &Host<&str>) -> bool {
        let name = match host {
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        };
        self.0.limits.private_hosts.contains(&name)
    }

    /// Asks, and answers whatever comes back in time.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Answer, Fault> {
        if !self.may_ask(question.url) {
            return Err(Fault::Address);
        }
        let time = Duration::from_secs(u64::from(self.0.limits.seconds));
        let answer = tokio::time::timeout(time, self.send(question)).await;
        answer.unwrap_or(Err(Fault::TooSlow))
    }

    /// As [`Fetch::ask`], but any status other than 200 is a fault.
    pub async fn ask_well(&self, question: &Question<'_>) -> Result<Vec<u8>, Fault> {
        let answer = self.ask(question).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(Fault::Status(answer.status)) }
    }

    async fn send(&self, question: &Question<'_>) -> Result<Answer, Fault> {
        let client = self.client().ok_or(Fault::Unreachable)?;
        let url = question.url.clone();
        let mut request = match question.form {
            Some(form) => client.post(url).form(form),
            None => client.get(url),
        };
        request = request.header(header::ACCEPT, "application/json");
        if let Some(authorization) = question.authorization {
            let mut value = header::HeaderValue::from_str(authorization.reveal())
                .map_err(|_| Fault::Unreachable)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let mut response = request.send().await.map_err(|error| fault(&error))?;
        let status = response.status().as_u16();
        let most = self.0.limits.bytes;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
            if body.len() + chunk.len() > most {
                return Err(Fault::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    fn client(&self) -> Option<&Client> {
        let made = self.0.client.get_or_init(|| {
            let resolver = Resolver::new(self.0.limits.private_hosts.clone());
            let client = Client::builder()
                .user_agent("doorward")
                .redirect(Policy::none())
                .referer(false)
                .no_proxy()
                .http1_only()
                // A kept connection would outlive the look at the address that it leads to.
                .pool_max_idle_per_host(0)
                .dns_resolver(Arc::new(resolver))
                .build();
            client.inspect_err(|_| tracing::error!("no outgoing requests can be sent")).ok()
        });
        made.as_ref()
    }
}

/// What went wrong, without the address that reqwest's own words hold.
fn fault(error: &reqwest::Error) -> Fault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<reach::Private>() {
            return Fault::Address;
        }
        cause = inner.source();
    }
    Fault::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(private_hosts: &[&str]) -> Fetch {
        let private_hosts = private_hosts.iter().map(|host| (*host).to_owned()).collect();
        Fetch::new(Limits { seconds: 2, bytes: 1000, private_hosts })
    }

    #[test]
    fn ac_121_no_spelling_of_a_private_address_is_asked() {
        let fetch = fetch(&[]);
        for wrong in [
            "http://example.com/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
            "https://0x7f000001/", "https://0177.0.0.1/", "https://[::1]/", "https://0.0.0.0/",
            "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/", "https://10.0.0.1/",
            "https://172.16.0.1/", "https://192.168.0.1/", "https://169.254.169.254/latest",
            "https://100.64.0.1/", "https://[fd00::1]/", "https://[fe80::1]/",
            "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://user@example.com/",
            "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
            "https://224.0.0.1/",
        ] {
            let url: Url = wrong.parse().expect("an address");
            assert!(!fetch.may_ask(&url), "{wrong} may be asked");
        }
        for right in ["https://example.com/", "https://1.1.1.1/", "https://[2606:4700::1]/"] {
            assert!(fetch.may_ask(&right.parse().expect("an address")), "{right}");
        }
    }

    #[test]
    fn a_listed_host_may_be_asked_in_the_clear() {
        let fetch = fetch(&["127.0.0.1", "::1", "id.internal"]);
        for right in ["http://127.0.0.1:9000/", "http://[::1]/", "http://id.internal/x"] {
            assert!(fetch.may_ask(&right.parse().expect("an address")), "{right}");
        }
        for wrong in ["http://127.0.0.2/", "http://id.internal.example.com/", "http://10.0.0.1/"] {
            assert!(!fetch.may_ask(&wrong.parse().expect("an address")), "{wrong}");
        }
    }

    #[tokio::test]
    async fn ac_121_a_name_that_leads_home_is_not_asked() {
        let url: Url = "https://localhost:1/".parse().expect("an address");
        let question = Question { url: &url, authorization: None, form: None };
        assert_eq!(fetch(&[]).ask(&question).await.err(), Some(Fault::Address));
        assert_eq!(fetch(&["localhost"]).ask(&question).await.err(), Some(Fault::Unreachable));
    }
}
