//! Where a page leads when its work is done. Every `return_to` of every page passes through
//! `Target::of`; what is not plainly one of our own paths or a listed place is the account page.

use url::Url;

use crate::config::Config;

/// Where people land who have named no place, or one that is not listed.
pub const DEFAULT: &str = "/account";

/// The longest `return_to` that is looked at, in bytes.
const MAX: usize = 2000;

/// A place that may stand in a `Location` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// The place that `wanted` names, decoded once as a form's or a query's value is, or the
    /// default.
    pub fn of(config: &Config, wanted: Option<&str>) -> Self {
        let allowed = Self::allowed(config, &config.origin(), wanted);
        allowed.unwrap_or_else(|| Self(DEFAULT.to_owned()))
    }

    /// The same for an app under whose `origin` the browser has reached us, and which counts as
    /// one of our own; nothing where `wanted` is no place to be led to.
    pub fn allowed(config: &Config, origin: &str, wanted: Option<&str>) -> Option<Self> {
        let wanted = wanted.filter(|text| is_plain(text))?;
        let is_allowed = is_own(config, origin, wanted) || is_listed(config, wanted);
        is_allowed.then(|| Self(wanted.to_owned()))
    }

    /// A page of ours, by the pattern of its path; the default where that has variable parts.
    pub fn own(pattern: Option<&str>) -> Self {
        let path = pattern.filter(|path| path.starts_with('/') && !path.contains('{'));
        Self(path.unwrap_or(DEFAULT).to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `path` with this place in its query, to be led there later. The default needs no mention.
    pub fn carried_by(&self, path: &str) -> String {
        if self.0 == DEFAULT {
            return path.to_owned();
        }
        let joint = if path.contains('?') { '&' } else { '?' };
        let value: String = url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("{path}{joint}return_to={value}")
    }

    /// What a form carries along.
    pub fn hidden(&self) -> Option<(&'static str, String)> {
        (self.0 != DEFAULT).then(|| ("return_to", self.0.clone()))
    }
}

/// Visible ASCII without the backslash, which browsers read as a slash.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    !text.is_empty() && text.len() <= MAX && text.bytes().all(is_plain)
}

/// A path of ours. Only what any reader resolves to the same path is one.
fn is_own(config: &Config, origin: &str, text: &str) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let whole = if is_path { format!("{origin}{text}") } else { text.to_owned() };
    let is_ours = |url: &Url| {
        let of = url.origin().ascii_serialization();
        of == origin || config.own_origins().contains(&of)
    };
    read(&whole).is_some_and(|url| is_ours(&url))
}

fn is_listed(config: &Config, text: &str) -> bool {
    let url = read(text);
    url.is_some_and(|url| config.pages.return_to.iter().any(|place| place.holds(&url)))
}

/// An address in the one spelling that is understood alike everywhere: as the URL Standard writes
/// it, without a user, its path free of what a second decoding would turn into something else.
fn read(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_same = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    let has_user = !url.username().is_empty() || url.password().is_some();
    (is_same && !has_user && is_final(url.path())).then_some(url)
}

/// Whether decoding the path once more would change nothing about where it leads: what may be
/// encoded in it is a space, or a letter beyond ASCII.
fn is_final(path: &str) -> bool {
    let mut codes = path.split('%').skip(1);
    let is_letter = |code: &str| code.starts_with("20") || code.starts_with(BEYOND_ASCII);
    !path.contains("//") && codes.all(is_letter)
}

/// How the code of a byte beyond ASCII begins.
const BEYOND_ASCII: [char; 14] =
    ['8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'A', 'B', 'C', 'D', 'E', 'F'];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Sources;

    fn config() -> Config {
        let variables = [
            ("DOORWARD_PUBLIC_URL", "https://id.example.test"),
            ("DOORWARD_LISTEN", "127.0.0.1:8080"),
            ("DOORWARD_PAGES_RETURN_TO", "https://app.example.test/in, http://localhost:3000"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables = BTreeMap::from(variables);
        Config::load(&Sources { variables, ..Sources::default() }).expect("a configuration")
    }

    #[test]
    fn own_paths_and_listed_places_are_reached() {
        let config = config();
        for right in [
            "/account/sessions",
            "/",
            "/account?done=name#top",
            "/x?next=%2F%2Fevil.test",
            "/a%20b/%C3%A9",
            "https://app.example.test/in",
            "https://app.example.test/in/deep?a=b%25#c",
            "http://localhost:3000",
            "http://localhost:3000/",
            "http://localhost:3000/x",
            "https://id.example.test/account/name",
        ] {
            assert_eq!(Target::of(&config, Some(right)).as_str(), right);
        }
        assert_eq!(Target::of(&config, None).as_str(), DEFAULT);
    }

    #[test]
    fn what_is_carried_comes_back_whole() {
        let target = Target::of(&config(), Some("https://app.example.test/in?a=b&c=d#e"));
        let carried = target.carried_by("/sign-in?again=1");
        let url = Url::parse(&format!("https://id.example.test{carried}")).expect("an address");
        let found = url.query_pairs().find(|(name, _)| name == "return_to");
        assert_eq!(found.expect("it is carried").1, target.as_str());
        assert_eq!(Target::of(&config(), None).carried_by("/sign-in"), "/sign-in");
    }
}
