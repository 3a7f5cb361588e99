//! What languages call themselves. The words of pages stand in `locales/`, with those of mails; a
//! test looks for each that a page asks for.

use crate::kernel::texts::Lang;

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
}
