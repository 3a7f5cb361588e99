//! What the service says to people, in their language. Every text is there in every language; a
//! test compares.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

/// A language that the service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    En,
    De,
    Fr,
}

impl Lang {
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Fr];

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
        }
    }

    /// The one that fits best to what somebody wants, the most wanted first; English where none
    /// does. What is no BCP 47 tag is passed over.
    pub fn choose<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        Self::find(wanted).unwrap_or(Self::En)
    }

    /// The same, but nothing where none fits.
    pub fn find<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let spoken = Self::ALL.map(Self::identifier);
        wanted.into_iter().find_map(|tag| {
            let wanted: [LanguageIdentifier; 1] = [tag.trim().parse().ok()?];
            let found = negotiate_languages(&wanted, &spoken, None, NegotiationStrategy::Filtering);
            let found = found.first()?.to_string();
            Self::ALL.into_iter().find(|lang| lang.tag() == found)
        })
    }

    fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().expect("our own tags are tags")
    }

    const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::En => &[
                include_str!("../../locales/en/mail.ftl"),
                include_str!("../../locales/en/pages.ftl"),
            ],
            Self::De => &[
                include_str!("../../locales/de/mail.ftl"),
                include_str!("../../locales/de/pages.ftl"),
            ],
            Self::Fr => &[
                include_str!("../../locales/fr/mail.ftl"),
                include_str!("../../locales/fr/pages.ftl"),
            ],
        }
    }
}

/// A value in a text: a number, whose plural the language knows, or a text.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    Number(i64),
    Text(&'a str),
}

impl<'a> From<&Arg<'a>> for FluentValue<'a> {
    fn from(arg: &Arg<'a>) -> Self {
        match arg {
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Text(text) => FluentValue::from(*text),
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 3]> = LazyLock::new(|| Lang::ALL.map(bundle));

fn bundle(lang: Lang) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![lang.identifier()]);
    // The marks around values are for texts of mixed directions; in a link they would be in the
    // way.
    bundle.set_use_isolating(false);
    for source in lang.sources() {
        let resource = FluentResource::try_new((*source).to_owned());
        let resource = resource.expect("a test reads every file of texts");
        bundle.add_resource(resource).expect("a test finds texts that stand twice");
    }
    bundle
}

/// The text of a key. Values are put in as they are: whoever puts the text into HTML escapes it.
///
/// A key that there is none of gives the key itself; a test finds those in use.
pub fn get(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    find(lang, key, args).unwrap_or_else(|| key.to_owned())
}

/// The text of a key, if there is one and all values that it wants are there.
pub fn find(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
    let bundle = &BUNDLES[lang as usize];
    let pattern = bundle.get_message(key)?.value()?;
    let args: FluentArgs<'_> =
        args.iter().map(|(name, arg)| (*name, FluentValue::from(arg))).collect();
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// A length of time in words: whole days, hours or minutes, whichever is the longest that fits.
pub fn duration(lang: Lang, seconds: i64) -> String {
    let (key, length) = match seconds {
        seconds if seconds >= 86_400 && seconds % 86_400 == 0 => ("duration-days", 86_400),
        seconds if seconds >= 3600 && seconds % 3600 == 0 => ("duration-hours", 3600),
        _ => ("duration-minutes", 60),
    };
    get(lang, key, &[("count", Arg::Number(seconds / length))])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The keys of a language, each with the names of the values in its text.
    fn keys(lang: Lang) -> BTreeMap<String, Vec<String>> {
        let mut found = BTreeMap::new();
        for source in lang.sources() {
            let mut key = String::new();
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                let is_message = line.starts_with(|c: char| c.is_ascii_alphabetic());
                if let (true, Some((name, _))) = (is_message, line.split_once(" =")) {
                    key = name.to_owned();
                    assert!(found.insert(key.clone(), Vec::new()).is_none(), "{key} twice");
                }
                for part in line.split('$').skip(1) {
                    let end = part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len());
                    found.get_mut(&key).expect("a message").push(part[..end].to_owned());
                }
            }
        }
        for names in found.values_mut() {
            names.sort();
            names.dedup();
        }
        found
    }

    #[test]
    fn every_text_is_there_in_every_language_with_the_same_values() {
        let english = keys(Lang::En);
        assert!(english.len() > 40);
        for lang in Lang::ALL {
            assert_eq!(keys(lang), english, "{lang:?}");
            for (key, names) in &english {
                // Numbers and texts: what counts something is called `count`.
                let args = names.iter().map(|name| match name.as_str() {
                    "count" => ("count", Arg::Number(2)),
                    name => (name, Arg::Text("VALUE")),
                });
                let text = find(lang, key, &args.collect::<Vec<_>>());
                let text = text.unwrap_or_else(|| panic!("{lang:?}: {key}"));
                assert!(!text.trim().is_empty() && !text.contains("{$"), "{lang:?}: {key}");
            }
        }
    }

    /// Texts that are the same words in two languages, besides months.
    const ALIKE: [&str; 2] = ["name", "field-name"];

    #[test]
    fn a_text_that_differs_in_no_language_was_not_translated() {
        let english = keys(Lang::En);
        for lang in [Lang::De, Lang::Fr] {
            let same = english.keys().filter(|key| {
                let get = |lang| find(lang, key, &[]);
                get(lang).is_some() && get(lang) == get(Lang::En)
            });
            let may_be = |key: &str| key.starts_with("month-") || ALIKE.contains(&key);
            let same: Vec<_> = same.filter(|key| !may_be(key)).collect();
            assert!(same.is_empty(), "{lang:?}: {same:?}");
        }
    }

    #[test]
    fn the_language_that_fits_best_is_chosen() {
        for (wanted, lang) in [
            (&["de-CH"][..], Lang::De),
            (&["fr-CA", "de"], Lang::Fr),
            (&["ja", "de"], Lang::De),
            (&["en-GB"], Lang::En),
            (&["ja"], Lang::En),
            (&[""], Lang::En),
            (&["\r\nX: y", "*"], Lang::En),
            (&[], Lang::En),
        ] {
            assert_eq!(Lang::choose(wanted.iter().copied()), lang, "{wanted:?}");
        }
    }

    #[test]
    fn times_are_told_in_the_longest_whole_unit() {
        for (seconds, text) in [
            (900, "15 minutes"),
            (60, "1 minute"),
            (3600, "1 hour"),
            (86_400, "1 day"),
            (604_800, "7 days"),
        ] {
            assert_eq!(duration(Lang::En, seconds), text);
        }
        assert_eq!(duration(Lang::De, 604_800), "7 Tage");
        assert_eq!(duration(Lang::Fr, 86_400), "1 jour");
    }

    #[test]
    fn a_text_without_its_values_is_missing() {
        assert_eq!(find(Lang::En, "duration-days", &[]), None);
        assert_eq!(find(Lang::En, "no-such-key", &[]), None);
        assert_eq!(get(Lang::En, "no-such-key", &[]), "no-such-key");
    }
}
