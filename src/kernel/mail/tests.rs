//! What mails say, and what in them can't be told by a stranger.

use std::{collections::BTreeSet, fs};

use tempfile::TempDir;

use super::{FactorChange, Mail, Templates, sample};
use crate::kernel::{clock::Timestamp, texts::Lang};

const ADDRESS: &str = "https://id.example.com";

fn built_in() -> Templates {
    Templates::load(None, "Doorward", ADDRESS).expect("the built-in templates are right")
}

#[test]
fn every_kind_has_a_sample() {
    let source = include_str!("mod.rs");
    let (_, kinds) = source.split_once("pub const fn kind").expect("the names of kinds");
    let (kinds, _) = kinds.split_once("\n    }\n").expect("its end");
    let sampled: BTreeSet<_> = sample::all().iter().map(Mail::kind).collect();
    assert_eq!(kinds.matches("Self::").count(), sampled.len());
}

#[test]
fn every_mail_has_all_its_words_in_every_language() {
    let templates = built_in();
    for mail in sample::all() {
        let mut subjects = BTreeSet::new();
        for lang in Lang::ALL {
            let kind = mail.kind();
            let rendered = templates.render(&mail, lang.tag()).expect("it renders");
            let key = format!("{}-", kind.replace('_', "-"));
            for part in [&rendered.subject, &rendered.text, &rendered.html] {
                assert!(!part.contains(&key) && !part.contains("change-"), "{lang:?}: {part}");
                assert!(!part.contains("{ $") && !part.contains("{$"), "{lang:?}: {part}");
            }
            assert!(!rendered.subject.contains(char::is_control), "{kind}");
            for value in [mail.link(), mail.code()].into_iter().flatten() {
                assert!(rendered.text.lines().any(|line| line.trim() == value), "{kind}: {value}");
            }
            if let Some(code) = mail.code() {
                assert!(rendered.html.contains(&format!(">{code}<")), "{kind}");
            }
            assert!(rendered.html.contains(&format!("<html lang=\"{}\">", lang.tag())));
            subjects.insert(rendered.subject);
        }
        assert_eq!(subjects.len(), Lang::ALL.len(), "{}", mail.kind());
    }
}

#[test]
fn ac_073_no_element_of_a_mail_is_made_by_its_values() {
    let templates = built_in();
    let evil = "<a href=\"https://evil.test\">x</a><script>1</script>\r\nBcc: v@x.test\0\"'&";
    let at = Timestamp::from_micros(0);
    let plain = Mail::NewDevice {
        device: "D".to_owned(),
        ip: "I".to_owned(),
        at,
        link: ADDRESS.to_owned(),
    };
    let mail = Mail::NewDevice {
        device: evil.to_owned(),
        ip: evil.to_owned(),
        at,
        link: ADDRESS.to_owned(),
    };
    let changed = Mail::EmailChangeAsked { new: evil.to_owned() };

    let rendered = templates.render(&mail, "").expect("it renders");

    let expected = templates.render(&plain, "").expect("it renders");
    assert_eq!(rendered.html.matches('<').count(), expected.html.matches('<').count());
    assert_eq!(rendered.subject, expected.subject);
    assert!(!rendered.text.contains("\r") && !rendered.text.contains("\nBcc"));
    let html = templates.render(&changed, "").expect("it renders").html;
    assert!(!html.contains("<script") && !html.contains("<a href"));
}

#[test]
fn an_operators_template_takes_the_place_of_a_built_in_one() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("mailed_factor.txt"), "Use {{ code }} at {{ service }}.")
        .expect("a file");
    fs::write(folder.path().join("mail.html"), "<p>{{ text }}</p>").expect("a file");
    fs::write(folder.path().join(".mail.html.swp"), "{{").expect("a file");
    let templates = Templates::load(Some(folder.path()), "Acme", ADDRESS).expect("it loads");

    let factor = Mail::MailedFactor { code: "123456".to_owned() };
    let rendered = templates.render(&factor, "de").expect("it renders");

    assert_eq!(rendered.text, "Use 123456 at Acme.");
    assert!(rendered.html.starts_with("<p>Jemand") && rendered.html.ends_with("</p>"));
    let other = templates.render(&Mail::EmailIsYours, "").expect("it renders");
    assert!(other.text.contains("Acme") && other.text.contains(ADDRESS));
}

#[test]
fn a_wrong_template_is_found_at_the_start_and_named() {
    for (name, source, said) in [
        ("mail.html", "{{ text", "mail.html"),
        ("reset_password.txt", "{{ no_such_value }}", "reset_password.txt"),
        ("reset_pasword.txt", "{{ text }}", "reset_pasword.txt: no mail"),
        ("mail.md", "{{ text }}", "mail.md: no mail"),
    ] {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join(name), source).expect("a file");
        let error = Templates::load(Some(folder.path()), "Acme", ADDRESS).err().expect("refused");
        assert!(error.to_string().contains(said), "{error}");
    }
    let folder = TempDir::new().expect("a folder");
    let missing = folder.path().join("none");
    let error = Templates::load(Some(&missing), "Acme", ADDRESS).err().expect("refused");
    assert!(error.to_string().contains("none"), "{error}");
}

#[test]
fn every_change_of_a_factor_is_told_in_its_own_words() {
    let templates = built_in();
    let texts: BTreeSet<_> = FactorChange::ALL
        .iter()
        .map(|change| {
            let (change, at) = (*change, Timestamp::from_micros(0));
            let mail = Mail::FactorChanged { change, at, link: ADDRESS.to_owned() };
            templates.render(&mail, "fr").expect("it renders").text
        })
        .collect();
    assert_eq!(texts.len(), FactorChange::ALL.len());
}
