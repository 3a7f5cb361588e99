//! How the text of a setting becomes a value of its type. A text that does not fit gives nothing,
//! so that no rejected value can reach a message.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Component, Path, PathBuf},
};

use url::{Position, Url};

use super::key::Form;
use crate::kernel::secret::MasterKey;

/// A type that a setting can have.
pub trait Setting: Sized {
    const FORM: Form;
    /// The end of the sentence "it must be …".
    const EXPECTED: &'static str;
    /// Whether the text is, or may contain, a secret.
    const SECRET: bool = false;

    /// The value of `text`, or nothing when it does not fit the type or its limits.
    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self>;

    /// The value of a setting that nobody has set, for types that can be unset.
    fn unset() -> Option<Self> {
        None
    }

    /// The text as others may see it. Only called with a text that `parse` accepts.
    fn shown(text: &str) -> String {
        text.to_owned()
    }
}

impl Setting for SocketAddr {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "an IP address and a port, such as 127.0.0.1:8080";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        // The zone of a link-local address has no place in the URL that is made of `listen`.
        text.parse().ok().filter(|_| !text.contains('%'))
    }
}

impl Setting for Option<SocketAddr> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str =
        "an IP address and a port, such as 127.0.0.1:9090, or empty for none";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        SocketAddr::parse(text, limits).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Setting for bool {
    const FORM: Form = Form::Switch;
    const EXPECTED: &'static str = "true or false";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for u32 {
    const FORM: Form = Form::Number;
    const EXPECTED: &'static str = "a whole number";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        // The standard parser takes a leading `+`.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<Self>().ok().filter(|_| digits)?;
        within(u64::from(number), limits).then_some(number)
    }
}

impl Setting for String {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "one line of text with a length";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        let plain = text.trim() == text && !text.contains(char::is_control);
        let fits = within(text.chars().count() as u64, limits);
        (plain && fits).then(|| text.to_owned())
    }
}

impl Setting for PathBuf {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "the path of a folder, without `..`";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        let path = Path::new(text);
        // `..` has no place in the URL that the default of database_url makes of this path.
        let climbs = path.components().any(|part| part == Component::ParentDir);
        let plain = !text.is_empty() && !text.contains(char::is_control);
        (plain && !climbs).then(|| path.to_owned())
    }
}

impl Setting for Url {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str =
        "an http or https address without a path, such as https://id.example.com";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        let url = Self::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let named = !url.username().is_empty() || url.password().is_some();
        let bare = &url[Position::AfterPort..] == "/";
        (web && bare && !named).then_some(url)
    }
}

impl Setting for Option<MasterKey> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "32 random bytes in base64url without padding (43 characters)";
    const SECRET: bool = true;

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        MasterKey::parse(text).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn shown(text: &str) -> String {
        if text.is_empty() { String::new() } else { "[secret]".to_owned() }
    }
}

/// The address of the database. It may hold a password, so it prints without.
#[derive(Clone)]
pub struct DatabaseUrl(Url);

impl DatabaseUrl {
    /// The whole address, password and all.
    pub fn reveal(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.0;
        f.write_str(&url[..Position::BeforePassword])?;
        if url.password().is_some() {
            f.write_str("[secret]")?;
        }
        f.write_str(&url[Position::AfterPassword..Position::AfterPath])?;
        // libpq takes a password, and more that is no one's business, as a parameter.
        if url.query().is_some() {
            f.write_str("?[secret]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Setting for DatabaseUrl {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "sqlite:// and a path, or postgres://user:password@host/name \
         with the password's special characters percent-encoded";
    const SECRET: bool = true;

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let place = &url[Position::BeforeHost..];
        let known = match url.scheme() {
            "sqlite" => {
                text.starts_with("sqlite://")
                    && !place.is_empty()
                    && !place.ends_with('/')
                    && url.query().is_none()
            }
            // A bare `/`, `?` or `#` in a password ends the authority too early: what follows, up
            // to the `@`, would be taken for a path and printed.
            "postgres" | "postgresql" => url.has_authority() && !place.contains('@'),
            _ => false,
        };
        // What the documents show is nobody's password.
        let is_example = url.username() == "user" && url.password() == Some("password");
        (known && !is_example && url.fragment().is_none()).then_some(Self(url))
    }

    fn shown(text: &str) -> String {
        Self::parse(text, None).map_or_else(|| "[secret]".to_owned(), |url| url.to_string())
    }
}

/// Scheme, host and port of a page that may call the API, as browsers write it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Vec<Origin> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str =
        "a list of origins without paths or wildcards, such as https://app.example.com";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        items(text)
            .map(|item| {
                let url = <Url as Setting>::parse(item, None)?;
                let plain = !item.contains('*');
                plain.then(|| Origin(url.origin().ascii_serialization()))
            })
            .collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

/// One address, or all that share its first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether `address` belongs to it. An IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, width) = bits(self.address);
        let (other, other_width) = bits(address.to_canonical());
        width == other_width && (own ^ other) >> (width - self.prefix) == 0
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().ok()?;
        let (_, width) = bits(address);
        let prefix = match prefix {
            // A prefix of 0 would believe every caller about its own address.
            Some(prefix) => u32::parse(prefix, Some((1, u64::from(width))))?,
            None => width,
        };
        (address.to_canonical() == address).then_some(Self { address, prefix })
    }
}

impl Setting for Vec<Network> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str =
        "a list of IP addresses or networks, such as 10.0.0.0/8 or fd00::/8";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        items(text).map(Network::parse).collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

/// Whose accounts need a second factor: holders of some roles, everybody, or nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredFor {
    everyone: bool,
    roles: Vec<String>,
}

impl RequiredFor {
    /// Whether it asks for one of somebody who holds these roles.
    pub fn asks<'a>(&self, mut held: impl Iterator<Item = &'a str>) -> bool {
        self.everyone || held.any(|role| self.roles.iter().any(|asked| asked == role))
    }
}

impl Setting for RequiredFor {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str = "a list of role names, or `everyone`";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        let is_name = |name: &str| {
            name.len() <= 60
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
        };
        let roles: Vec<_> = items(text).map(ToOwned::to_owned).collect();
        let everyone = roles.iter().any(|role| role == "everyone");
        roles.iter().all(|role| is_name(role)).then_some(Self { everyone, roles })
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

macro_rules! choices {
    ($(
        $(#[$doc:meta])+
        $name:ident { $first_text:literal => $first:ident, $($text:literal => $variant:ident),+ }
    )+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $first, $($variant),+ }

        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self { Self::$first => $first_text, $(Self::$variant => $text),+ }
            }
        }

        impl Setting for $name {
            const FORM: Form = Form::Text;
            const EXPECTED: &'static str =
                concat!("one of `", $first_text, "`" $(, ", `", $text, "`")+);

            fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
                match text {
                    $first_text => Some(Self::$first),
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

choices! {
    /// The least severe level of the log that is written.
    LogLevel {
        "error" => Error,
        "warn" => Warn,
        "info" => Info,
        "debug" => Debug,
        "trace" => Trace
    }

    /// The form of the log's lines.
    LogFormat { "pretty" => Pretty, "json" => Json }

    /// How the connection to the mail server is encrypted.
    MailTls { "starttls" => StartTls, "tls" => Tls, "none" => Unencrypted }

    /// Whether an e-mail address must be verified before its account is used.
    RequireVerified { "auto" => Auto, "always" => Always, "never" => Never }

    /// Whether the interactive API reference is served.
    ShowDocs { "auto" => Auto, "always" => Always, "never" => Never }

    /// The generation of Auth.js that an app has the client of.
    AuthjsVersion { "auto" => Auto, "4" => Four, "5" => Five }
}

/// The items of a list as a variable writes it: with commas between them.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn within(number: u64, limits: Option<(u64, u64)>) -> bool {
    limits.is_none_or(|(min, max)| (min..=max).contains(&number))
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

pub(super) use choices;
