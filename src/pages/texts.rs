//! The words of the pages, in every language that they speak. The tables of the languages hold the
//! same keys; a test compares them, and looks for each key that a page asks for.

use std::fmt;

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

macro_rules! languages {
    ($($name:ident $tag:literal;)+) => {
        /// A language that pages speak.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Language { $($name),+ }

        impl Language {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The tag (BCP 47), as in `<html lang>`.
            pub const fn tag(self) -> &'static str {
                match self { $(Self::$name => $tag),+ }
            }

            const fn source(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../texts/", $tag, "/pages.ftl"))),+
                }
            }
        }
    };
}

languages! {
    English "en";
    German "de";
    French "fr";
}

impl Language {
    /// The language of a tag such as `de-AT`, if pages speak it.
    pub fn of(tag: &str) -> Option<Self> {
        let main = tag.split(['-', '_']).next().unwrap_or(tag).trim();
        Self::ALL.iter().copied().find(|language| language.tag().eq_ignore_ascii_case(main))
    }

    /// The best language for an `Accept-Language` header (RFC 9110, section 12.5.4); English for
    /// who names none that pages speak.
    pub fn accepted(header: &str) -> Self {
        let mut best = (0, Self::English);
        for item in header.split(',').take(20) {
            let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let Some(language) = Self::of(tag) else { continue };
            let weight = weight.trim().strip_prefix("q=").and_then(|text| text.parse().ok());
            // In thousandths; what can't be read does not count.
            let weight = weight.map_or(0, |weight: f32| (weight.clamp(0.0, 1.0) * 1000.0) as u32);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// Why the words can't be read. Only a mistake in the program is the cause.
#[derive(Debug)]
pub struct TextsError(String);

impl fmt::Display for TextsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the words of the pages can't be read: {}", self.0)
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The words of all languages.
pub struct Texts(Vec<Bundle>);

impl Texts {
    pub fn read() -> Result<Self, TextsError> {
        Language::ALL.iter().map(|language| bundle(*language)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is a text of this name.
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.bundle(language).is_some_and(|bundle| bundle.has_message(key))
    }

    /// The text of this name. One that is missing shows its name in double brackets, which tests
    /// look for.
    pub fn say(&self, language: Language, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle = self.bundle(language);
        let pattern = bundle.and_then(|bundle| bundle.get_message(key)?.value());
        let (Some(bundle), Some(pattern)) = (bundle, pattern) else {
            return format!("⟦{key}⟧");
        };
        bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned()
    }

    fn bundle(&self, language: Language) -> Option<&Bundle> {
        let at = Language::ALL.iter().position(|known| *known == language)?;
        self.0.get(at)
    }
}

fn bundle(language: Language) -> Result<Bundle, TextsError> {
    let fault = |what: String| TextsError(format!("{}: {what}", language.tag()));
    let source = language.source().to_owned();
    let resource =
        FluentResource::try_new(source).map_err(|(_, errors)| fault(format!("{errors:?}")))?;
    let tag: LanguageIdentifier =
        language.tag().parse().map_err(|error| fault(format!("{error:?}")))?;
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The marks that keep directions of writing apart show in titles and attributes.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| fault(format!("{errors:?}")))?;
    Ok(bundle)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn keys(language: Language) -> BTreeSet<&'static str> {
        let lines = language.source().lines().filter(|line| line.contains(" ="));
        let keys = lines.filter_map(|line| line.split_once(" =").map(|(key, _)| key));
        keys.filter(|key| key.starts_with(|c: char| c.is_ascii_lowercase())).collect()
    }

    /// The names that stand behind `opening` in the sources of a folder.
    fn asked_for(folder: &Path, opening: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                asked_for(&path, opening, found);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a text");
            for (at, _) in text.match_indices(opening) {
                let rest = text[at + opening.len()..].trim_start();
                let name = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
                let is_key = |name: &&str| {
                    !name.contains(|c: char| !(c.is_alphanumeric() || "-_".contains(c)))
                };
                let whole = name.filter(is_key).filter(|name| !name.is_empty());
                found.extend(whole.map(ToOwned::to_owned));
            }
        }
    }

    #[test]
    fn every_language_has_every_text() {
        let english = keys(Language::English);
        assert!(english.len() > 100, "the keys were found");
        for language in Language::ALL {
            let own = keys(*language);
            let missing: Vec<_> = english.symmetric_difference(&own).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", language.tag());
        }
        Texts::read().expect("all can be read");
    }

    #[test]
    fn every_text_that_a_page_asks_for_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = BTreeSet::new();
        for opening in ["say(", "fill(", "count("] {
            asked_for(&root.join("src/pages"), opening, &mut asked);
            asked_for(&root.join("templates"), opening, &mut asked);
        }
        assert!(asked.len() > 50, "the places were found");
        let texts = Texts::read().expect("all can be read");
        for key in asked {
            assert!(texts.has(Language::English, &key), "{key}");
        }
    }

    #[test]
    fn the_browser_chooses_the_language() {
        for (header, wanted) in [
            ("", Language::English),
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("es-ES,es;q=0.9,fr;q=0.8,en;q=0.7", Language::French),
            ("en;q=0.5, fr;q=0.9", Language::French),
            ("fr;q=0, en;q=0.1", Language::English),
            ("fr;q=x", Language::English),
            ("*", Language::English),
            ("ja", Language::English),
            ("DE", Language::German),
            (",,;;=,de;", Language::English),
        ] {
            assert_eq!(Language::accepted(header), wanted, "{header:?}");
        }
    }
}
