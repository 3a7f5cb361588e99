//! The settings of what people see: colours, and where pages may lead. A place is
//! compared letter by letter, never as a pattern.

use url::{Position, Url};

use super::{
    key::Form,
    load::is_loopback,
    values::{Setting, items},
};
use crate::kernel::color::Color;

impl Setting for Option<Color> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "a colour such as #0b5f53, or empty for the usual one";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        Color::parse(text).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// The path of a page of an app, without a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePath(String);

impl PagePath {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Option<PagePath> {
    const FORM: Form = Form::Text;
    const EXPECTED: &'static str = "a path such as /login, or empty for the hosted page";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        // Two slashes begin the name of a machine.
        let is_path = text.starts_with('/') && !text.contains("//");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        (is_path && text.bytes().all(is_plain)).then(|| Some(PagePath(text.to_owned())))
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// Where a page may lead: an origin, and a path with all that is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    origin: String,
    path: String,
}

impl Place {
    /// The origin, as browsers write it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the address is this place or below it: `/app` holds `/app/x`, not `/apple`.
    pub fn holds(&self, url: &Url) -> bool {
        let below = url.path().strip_prefix(self.path.trim_end_matches('/'));
        url.origin().ascii_serialization() == self.origin
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        // Written as a browser would write it: nothing in it can mean something else to another
        // reader.
        let whole = url.as_str();
        let is_plain = text == whole || (url.path() == "/" && format!("{text}/") == whole);
        let is_bare = url[Position::AfterPath..].is_empty()
            && url[Position::BeforeUsername..Position::BeforeHost].is_empty()
            && !whole.contains(['*', '%', ';']);
        let place =
            Self { origin: url.origin().ascii_serialization(), path: url.path().to_owned() };
        (is_safe && is_plain && is_bare).then_some(place)
    }
}

impl Setting for Vec<Place> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str = "a list of https addresses, with or without a path, such as \
         https://app.example.com/account";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        items(text).map(Place::parse).collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ac_006_only_addresses_of_web_pages_can_be_listed() {
        for right in [
            "https://app.example.test", "https://app.example.test/", "http://localhost:3000",
            "https://app.example.test/a/b", "https://app.example.test:8443/a/",
            "http://127.0.0.1:3000/x",
        ] {
            assert!(Place::parse(right).is_some(), "{right:?} was refused");
        }
        for wrong in [
            "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
            "blob:https://app.example.test/x", "ftp://app.example.test", "app.example.test",
            "//app.example.test", "/app", "", "http://app.example.test", "https://*.example.test",
            "https://app.example.test/*", "https://user@app.example.test",
            "https://app.example.test/?a", "https://app.example.test/#a",
            "https://app.example.test/a/../b", "https://app.example.test/%61",
            "HTTPS://app.example.test", "https://APP.example.test", "https:app.example.test",
            "https://app.example.test:443/", "https:\\\\app.example.test",
            "http://localhost:80@evil.test", "http://localhost.evil.test",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong:?} was taken");
        }
    }

    #[test]
    fn ac_013_a_place_is_no_pattern() {
        let place = Place::parse("https://foo.example.test/app").expect("a place");
        let holds = |text: &str| place.holds(&Url::parse(text).expect("an address"));
        assert!(holds("https://foo.example.test/app"));
        assert!(holds("https://foo.example.test/app/x?y=z#top"));
        for wrong in [
            "https://fooaexample.test/app",
            "https://foo.example.test/apple",
            "https://foo.example.test/",
            "https://foo.example.test/App",
            "http://foo.example.test/app",
            "https://foo.example.test:8443/app",
            "https://foo.example.test.evil.test/app",
            "https://evil.test/app",
            "https://evil.test/https://foo.example.test/app",
        ] {
            assert!(!holds(wrong), "{wrong:?} was let through");
        }
    }
}
