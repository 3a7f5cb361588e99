//! Settings that may be unset, where unset is an answer of its own. An empty text is no value.

use std::{fmt, path::PathBuf};

use url::Host;

use super::{keys::Form, values::Setting};
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
