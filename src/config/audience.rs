//! Audiences: the names of the APIs that access tokens are for.

use super::{
    key::Form,
    values::{Setting, items},
};

/// The name of an API, as the `aud` of its tokens says it (RFC 9068, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(String);

impl Audience {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        // RFC 8707, section 2: no fragment. Everything else is compared letter by letter.
        let is_plain =
            text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#*\"\\".contains(&byte));
        (is_plain && (1..=200).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

impl Setting for Vec<Audience> {
    const FORM: Form = Form::List;
    const EXPECTED: &'static str =
        "a list of addresses or names without spaces, such as https://api.example.com";

    fn parse(text: &str, _: Option<(u64, u64)>) -> Option<Self> {
        items(text).map(Audience::parse).collect()
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }
}
