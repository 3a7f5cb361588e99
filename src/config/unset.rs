//! Settings that may be unset, where unset is an answer of its own. An empty text is no value.

use std::{fmt, path::PathBuf};

use url::Host;

use super::{key::Form, values::Setting};
use crate::kernel::{email::Email, secret::Secret};

/// A text as a setting of type `Option`: empty for unset.
fn or_unset<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { parse(text).map(Some) }
}

/// The name or address of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(Host);

impl HostName {
    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.to_canonical().is_loopback(),
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

impl HostName {
    pub fn host(&self) -> &Host {
        &self.0
    }

    /// The name, if it is no address.
    pub fn domain(&self) -> Option<&str> {
        match &self.0 {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }
}

impl fmt::Display for HostName {
    /// Without the brackets that an IPv6 address has in a URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Host::Ipv6(address) => address.fmt(f),
            other => other.fmt(f),
        }
    }
}

impl Setting for Option<HostName> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "the name or IP address of a machine, or empty for none";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        or_unset(text, |text| {
            let text = if text.contains("::") { format!("[{text}]") } else { text.to_owned() };
            Host::parse(&text).ok().map(HostName)
        })
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Setting for Option<Email> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "one e-mail address, or empty for none";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        or_unset(text, |text| text.parse().ok())
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Setting for Option<Secret> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "one line of text, empty for none, with a length";
    const SECRET: bool = true;

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        or_unset(text, |text| String::parse(text, limits).map(Secret::new))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn shown(text: &str) -> String {
        if text.is_empty() { String::new() } else { "[secret]".to_owned() }
    }
}

impl Setting for Option<String> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "one line of text, empty for none, with a length";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        or_unset(text, |text| String::parse(text, limits))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Setting for Option<PathBuf> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "a path without `..`, or empty for none";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        or_unset(text, |text| PathBuf::parse(text, limits))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Delivery, Sources, show};

    const HOST: (&str, &str) = ("DOORWARD_MAIL_HOST", "mail.example.com");
    const FROM: (&str, &str) = ("DOORWARD_MAIL_FROM", "no-reply@example.com");

    fn sources(pairs: &[(&str, &str)]) -> Sources {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Sources { variables: pairs.collect(), ..Sources::default() }
    }

    fn load(pairs: &[(&str, &str)]) -> Result<Config, String> {
        Config::load(&sources(pairs)).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_mail_server_needs_a_sender_and_both_halves_of_a_sign_in() {
        assert!(load(&[HOST]).unwrap_err().contains("mail.from must be set"));
        assert!(load(&[HOST, FROM]).is_ok());
        for half in ["DOORWARD_MAIL_USERNAME", "DOORWARD_MAIL_PASSWORD"] {
            let found = load(&[HOST, FROM, (half, "canary7Kq")]).unwrap_err();
            assert!(found.contains("mail.password must be set where"), "{found}");
            assert!(!found.contains("canary7Kq"));
        }
        for (name, wrong) in [
            ("DOORWARD_MAIL_HOST", "smtp://mail.example.com"),
            ("DOORWARD_MAIL_HOST", "mail.example.com:25"),
            ("DOORWARD_MAIL_FROM", "Acme <no-reply@example.com>"),
            ("DOORWARD_MAIL_FROM", "a@x.test,b@x.test"),
            ("DOORWARD_MAIL_TLS", "maybe"),
            ("DOORWARD_MAIL_TEMPLATES_DIR", "../mail"),
            ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "true"),
        ] {
            assert!(load(&[HOST, FROM, (name, wrong)]).is_err(), "{name}={wrong}");
        }
    }

    #[test]
    fn asvs_12_3_1_mail_leaves_this_machine_encrypted_or_not_at_all() {
        let open = ("DOORWARD_MAIL_TLS", "none");
        assert!(load(&[HOST, FROM, open]).unwrap_err().contains("mail.tls must be `starttls`"));
        for host in ["localhost", "127.0.0.1", "::1"] {
            let config = load(&[("DOORWARD_MAIL_HOST", host), FROM, open]).unwrap();
            assert_eq!(config.mail.host.unwrap().to_string(), host);
        }
        for host in ["localhost.example.com", "10.0.0.1", "fd00::1"] {
            assert!(load(&[("DOORWARD_MAIL_HOST", host), FROM, open]).is_err(), "{host}");
        }
    }

    #[test]
    fn what_becomes_of_mail_follows_from_server_and_place() {
        let public = ("DOORWARD_PUBLIC_URL", "https://id.example.com");
        let proxy = ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1");
        let always = ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "always");
        let never = ("DOORWARD_ACCOUNT_REQUIRE_VERIFIED_EMAIL", "never");
        for (pairs, delivery, verified) in [
            (&[][..], Delivery::Mailbox, false),
            (&[public], Delivery::Later, false),
            (&[proxy], Delivery::Later, false),
            (&[HOST, FROM], Delivery::Smtp, true),
            (&[HOST, FROM, never], Delivery::Smtp, false),
            (&[always], Delivery::Mailbox, true),
        ] {
            let config = load(pairs).unwrap();
            assert_eq!(config.delivery(), delivery, "{pairs:?}");
            assert_eq!(config.requires_verified_email(), verified, "{pairs:?}");
        }
    }

    #[test]
    fn the_mail_servers_password_never_shows() {
        let pairs = [
            HOST,
            FROM,
            ("DOORWARD_MAIL_USERNAME", "doorward"),
            ("DOORWARD_MAIL_PASSWORD", "canary7Kq"),
        ];
        let shown = show(&sources(&pairs)).unwrap();
        assert!(shown.contains("mail.password = \"[secret]\"  # DOORWARD_MAIL_PASSWORD"));
        let config = load(&pairs).unwrap();
        assert!(!format!("{shown} {:?}", config.mail).contains("canary7Kq"));
        assert_eq!(config.mail.password.unwrap().reveal(), "canary7Kq");
    }
}
