//! The service's settings, from a file, variables and credentials. A [`Config`] that exists has
//! passed every check; nothing else in the house reads the environment.

mod audience;
mod face;
mod folder;
mod key;
mod keys;
mod load;
mod master;
mod party;
mod presets;
mod provider;
mod secrets;
mod show;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod unset;
mod values;
mod web;

use std::{fmt, net::SocketAddr};

use crate::kernel::fetch;

pub use audience::Audience;
pub use face::{PagePath, Place};
pub use folder::{FolderError, Privacy, prepare_data_dir};
pub use keys::{
    Account, Authjs, Brand, Challenge, Config, Database, Docs, Http, Limits, Log, Mail, Oauth,
    Pages, Passkeys, Password, Service, Session, Setup, SignUp, Throttle, Tokens,
};
pub use load::{Problems, is_loopback};
pub use master::{Change, begin_change, change, end_change, make_change, master_keys};
pub use party::RelyingParty;
pub use provider::{ClientProof, Endpoints, Protocol, Provider, is_tenant, issuer_of_tenant};
pub use secrets::EcKey;
pub use show::{reference, sample, show};
pub use sources::Sources;
pub use unset::HostName;
pub use values::{
    AuthjsVersion, DatabaseUrl, LogFormat, LogLevel, MailTls, Network, Origin, RequireVerified,
    RequiredFor, ShowDocs,
};
pub use web::{ClientAuth, Preset};

/// What becomes of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A mail server takes it.
    Smtp,
    /// It is kept for the development mailbox.
    Mailbox,
    /// It waits until a mail server is configured.
    Later,
}

impl Http {
    /// What the service's own requests may cost, and where they may go.
    pub fn limits(&self) -> fetch::Limits {
        fetch::Limits {
            seconds: self.timeout_seconds,
            bytes: usize::try_from(self.answer_bytes).unwrap_or(usize::MAX),
            private_hosts: self.private_hosts.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Config {
    /// The settings that `sources` give, or all that is wrong with them.
    pub fn load(sources: &Sources) -> Result<Self, Problems> {
        load::read(sources).map(|(config, _)| config)
    }

    /// The service's own origin: scheme, host and port of `public_url`.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// The address of a hosted page, made from `public_url` alone: what a request says of hosts
    /// never gets into a mail.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// What becomes of mail. The development mailbox is for a service that nobody but this machine
    /// can reach, also not through a proxy: whoever reads it can take over every account.
    pub fn delivery(&self) -> Delivery {
        match (&self.mail.host, self.is_at_home()) {
            (Some(_), _) => Delivery::Smtp,
            (None, true) => Delivery::Mailbox,
            (None, false) => Delivery::Later,
        }
    }

    /// Whether nobody but this machine can reach the service, also not through a proxy.
    pub fn is_at_home(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
            && load::is_loopback(&self.public_url)
            && self.trusted_proxies.is_empty()
    }

    /// Whether Swagger UI is served.
    pub fn shows_docs(&self) -> bool {
        match self.docs.enabled {
            ShowDocs::Always => true,
            ShowDocs::Never => false,
            ShowDocs::Auto => self.is_at_home(),
        }
    }

    /// Whether who signs in must have verified the e-mail address.
    pub fn requires_verified_email(&self) -> bool {
        match self.account.require_verified_email {
            RequireVerified::Always => true,
            RequireVerified::Never => false,
            RequireVerified::Auto => self.mail.host.is_some(),
        }
    }

    /// The session cookie's name. Browsers keep a `__Host-` cookie only when it came over https.
    pub fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-doorward" } else { "doorward" }
    }

    /// The origins of the service's own pages: the public one, and on a developer's machine also
    /// the other names of the loopback with the port of `listen`.
    pub fn own_origins(&self) -> Vec<String> {
        let mut origins = vec![self.origin()];
        if self.is_https() || !load::is_loopback(&self.public_url) {
            return origins;
        }
        let port = match self.listen.port() {
            80 => String::new(),
            port => format!(":{port}"),
        };
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let origin = format!("http://{host}{port}");
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    /// Puts the port that the system chose in the place of port 0, in `listen` and `public_url`.
    pub fn bound_to(&mut self, address: SocketAddr) {
        self.listen = address;
        if self.public_url.port() == Some(0) {
            self.public_url.set_port(Some(address.port())).expect("an http address has a port");
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url.as_str())
            .field("database_url", &self.database_url)
            .finish_non_exhaustive()
    }
}
