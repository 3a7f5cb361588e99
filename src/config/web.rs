//! Settings of other services: their addresses, and what is told to them. An address is kept as it
//! was written wherever somebody else will compare it.

use url::Url;

use super::{
    key::Form,
    unset::HostName,
    values::{Setting, choices, items},
};

/// The address of something on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(Url);

impl WebAddress {
    pub fn url(&self) -> &Url {
        &self.0
    }
}

/// An address without user and fragment.
fn web(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_web && is_bare && is_plain).then_some(url)
}

impl Setting for Option<WebAddress> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "an http or https address, or empty for the usual one";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        web(text).map(|url| Some(WebAddress(url)))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// The issuer of a provider (OpenID Connect Core 1.0, section 2), compared letter by letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As an address.
    pub fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl Setting for Option<Issuer> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str =
        "an http or https address without a query, or empty for the usual one";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        let url = web(text).filter(|url| url.query().is_none())?;
        (url.as_str().len() <= 255).then(|| Some(Issuer(text.to_owned())))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl Setting for Vec<HostName> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str = "a list of names or IP addresses of machines";

    fn parse(text: &str, limits: Option<(u64, u64)>) -> Option<Self> {
        items(text).map(|item| <Option<HostName>>::parse(item, limits)?).collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

/// A scope that is asked for (RFC 6749, section 3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeName(String);

impl ScopeName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Vec<ScopeName> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str = "a list of scopes, such as openid";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        let is_scope = |item: &str| {
            item.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
        };
        items(text).map(|item| is_scope(item).then(|| ScopeName(item.to_owned()))).collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

/// A parameter of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub value: String,
}

/// What the service itself says when it sends somebody to a provider.
const OWN: [&str; 9] = [
    "response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce",
    "code_challenge", "code_challenge_method",
];

impl Setting for Vec<Parameter> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str =
        "a list of parameters, such as prompt=select_account, none of which the protocol needs";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        items(text)
            .map(|item| {
                let (name, value) = item.split_once('=')?;
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                let is_own = !name.is_empty() && name.bytes().all(is_name) && !OWN.contains(&name);
                let is_plain = !value.contains(char::is_control);
                let parameter = Parameter { name: name.to_owned(), value: value.to_owned() };
                (is_own && is_plain).then_some(parameter)
            })
            .collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

choices! {
    /// How the service proves itself to a provider.
    ClientAuth { "auto" => Auto, "basic" => Basic, "post" => Post }

    /// Which service a provider is.
    Preset {
        "auto" => Auto,
        "oidc" => Oidc,
        "oauth2" => Oauth2,
        "google" => Google,
        "facebook" => Facebook,
        "github" => Github,
        "microsoft" => Microsoft,
        "apple" => Apple,
        "gitlab" => Gitlab,
        "discord" => Discord,
        "linkedin" => Linkedin
    }
}
