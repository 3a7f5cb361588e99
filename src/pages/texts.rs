//! Which language a page speaks. The words themselves stand in `locales/`, with those of mails; a
//! test looks for each that a page asks for.

use crate::kernel::texts::Lang;

/// The most languages of a header that are looked at.
const MOST: usize = 20;

/// The best language for an `Accept-Language` header (RFC 9110, section 12.5.4); English for who
/// names none that pages speak.
pub fn accepted(header: &str) -> Lang {
    let mut wanted: Vec<(u32, &str)> = header.split(',').take(MOST).filter_map(weighed).collect();
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    Lang::choose(wanted.into_iter().map(|(_, tag)| tag))
}

/// A language and its weight in thousandths, if it is wanted at all.
fn weighed(item: &str) -> Option<(u32, &str)> {
    let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
    (weight > 0).then_some((weight, tag))
}

/// What a language calls itself.
pub const fn own_name(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "English",
        Lang::De => "Deutsch",
        Lang::Fr => "Français",
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

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
                let is_odd = |c: char| !(c.is_alphanumeric() || "-_".contains(c));
                let name = name.filter(|name| !name.is_empty() && !name.contains(is_odd));
                found.extend(name.map(ToOwned::to_owned));
            }
        }
    }

    #[test]
    fn every_text_that_a_page_asks_for_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = BTreeSet::new();
        for opening in [".say(", ".fill(", ".count("] {
            asked_for(&root.join("src/pages"), opening, &mut asked);
            asked_for(&root.join("templates"), opening, &mut asked);
        }
        assert!(asked.len() > 80, "the places were found: {asked:?}");
        let texts = include_str!("../../locales/en/pages.ftl");
        for key in asked {
            assert!(texts.contains(&format!("\n{key} =")), "{key}");
        }
    }

    #[test]
    fn the_browser_chooses_the_language() {
        for (header, wanted) in [
            ("", Lang::En),
            ("de", Lang::De),
            ("de-AT,de;q=0.9,en;q=0.8", Lang::De),
            ("es-ES,es;q=0.9,fr;q=0.8,en;q=0.7", Lang::Fr),
            ("en;q=0.5, fr;q=0.9", Lang::Fr),
            ("fr;q=0, en;q=0.1", Lang::En),
            ("fr;q=x", Lang::En),
            ("*", Lang::En),
            ("ja", Lang::En),
            ("DE", Lang::De),
            (",,;;=,de;", Lang::En),
        ] {
            assert_eq!(accepted(header), wanted, "{header:?}");
        }
    }
}
