//! Which passwords are taken and which are refused, by the rules of the standards.

use super::*;
use crate::kernel::chance::Chance;

const ABOUT: About = About {
    service: "Harbour Books",
    email: "zoe.quint+books@mail.tidewater.example",
    name: "Zoë van Quint",
};

const NOBODY: About = About { service: "", email: "", name: "" };

/// `n` characters, without order for the first 128.
fn plain(n: usize) -> String {
    let bytes = Chance::seeded(7).bytes::<128>();
    bytes.iter().cycle().take(n).map(|byte| char::from(b'a' + byte % 26)).collect()
}

fn refused(password: &str) -> Option<&'static str> {
    Policy::default().check(password, &ABOUT).err().map(|refusal| refusal.code)
}

#[test]
fn asvs_6_2_1_the_minimum_is_taken_and_one_less_is_not() {
    for (policy, least) in [(Policy::default(), 15), (Policy::new(8).unwrap(), 8)] {
        assert_eq!(policy.min_length(), least);
        assert_eq!(policy.check(&plain(least), &ABOUT), Ok(()));
        assert_eq!(policy.check(&plain(least - 1), &ABOUT), Err(TOO_SHORT));
    }
    assert_eq!(refused(""), Some("too_short"));
}

#[test]
fn asvs_6_2_1_the_minimum_is_never_below_eight() {
    assert_eq!(Policy::new(7).err(), Some(MINIMUM_INVALID));
    assert_eq!(Policy::new(0).err(), Some(MINIMUM_INVALID));
    assert_eq!(Policy::new(129).err(), Some(MINIMUM_INVALID));
    assert!(Policy::new(128).is_ok());
}

#[test]
fn characters_are_counted_not_bytes_and_not_their_parts() {
    let policy = Policy::new(8).unwrap();
    // Seven characters in NFC, fourteen as they were typed.
    let decomposed = "e\u{301}o\u{300}a\u{308}u\u{302}i\u{301}n\u{303}c\u{327}";
    assert_eq!(policy.check(decomposed, &ABOUT), Err(TOO_SHORT));
    assert_eq!(policy.check(&format!("{decomposed}y"), &ABOUT), Ok(()));
    assert_eq!(policy.check("🦊🚲🎻🧀🪁", &ABOUT), Err(TOO_SHORT));
}

#[test]
fn asvs_6_2_4_every_listed_password_is_refused() {
    let (policy, lines) = (Policy::new(8).unwrap(), common::LIST.lines());
    let long: Vec<&str> = lines.filter(|line| line.chars().count() >= 8).collect();
    assert!(long.len() > 900);
    for password in long {
        assert_eq!(policy.check(password, &NOBODY), Err(TOO_COMMON), "{password:?}");
    }
}

#[test]
fn asvs_6_2_4_common_passwords_long_enough_for_the_default_are_refused() {
    let words: Vec<&str> = common::LIST.lines().collect();
    let mut count = 0;
    for (n, first) in words.iter().enumerate() {
        let second = words[(n * 7 + 11) % words.len()];
        for password in [
            format!("{first}{second}"),
            format!("{first}{first}{first}"),
            format!("{first}123456789"),
            format!("{first}12345678!"),
            format!("{first}1234567890"),
        ] {
            if (15..=128).contains(&password.chars().count()) {
                count += 1;
                let verdict = Policy::default().check(&password, &NOBODY);
                assert_eq!(verdict, Err(TOO_COMMON), "{password:?}");
            }
        }
    }
    assert!(count > 3000, "only {count} were tried");
}

#[test]
fn asvs_6_2_5_no_kind_of_character_is_asked_for_or_refused() {
    for password in [
        "qmzkxvwbhtrpdlc",
        "839201748392015",
        "QMZKXVWBHTRPDLC",
        "a b c q z m w x",
        "two lamps sing quietly",
        " starts with a space",
        "ends with a space ",
        "🦊🌧️🚲🎻🧀🪁🛶🌋🧭🪴🫖🎈🧵🥁🪐",
        "дождь над старым мостом",
        "雨が降る日は本を読む犬とねこ達",
        "مطر فوق الجسر القديم",
        "?=)(/&%§\"+*~#'-_:",
        "with\0a\u{7}control\ncharacter",
    ] {
        assert_eq!(refused(password), None, "{password:?}");
    }
}

#[test]
fn asvs_6_2_9_long_passwords_are_taken_up_to_the_limit() {
    for length in [64, 127, 128] {
        assert_eq!(refused(&plain(length)), None, "{length}");
    }
    assert_eq!(refused(&plain(129)), Some("too_long"));
    assert_eq!(refused(&"🦊🚲".repeat(65)), Some("too_long"));
    assert_eq!(refused(&plain(1_000_000)), Some("too_long"));
}

#[test]
fn asvs_6_2_11_context_words_and_what_is_simply_made_of_them_are_refused() {
    for password in [
        "Doorward!!!!!!!!", "doorward12345678", "DOORWARDDOORWARD", "D00rw@rd-2026-11",
        "doorward doorward", "2026!doorward!2026", "Harbour Books 99", "harbourbooks2026",
        "h4rb0urb00ks!!!!", "harbour1harbour2", "zoe.quint+books@mail.tidewater.example",
        "tidewater.example", "tidewater123456!", "zoe.quint+books", "quintquintquint",
        "Zoë van Quint 77", "zoë-quint-198406", "Quint, Zoe 19840612", "zoequintdoorward",
    ] {
        assert_eq!(refused(password), Some("too_guessable"), "{password:?}");
    }
}

#[test]
fn asvs_6_2_11_a_long_password_that_only_contains_the_word_is_fine() {
    for password in [
        "the doorward lost his lamp", "quint eats seven umbrellas", "harbour lights go out at ten",
        "zoe and the 40 lamps", "tidewater rises slowly", "mydoorwardismine",
    ] {
        assert_eq!(refused(password), None, "{password:?}");
    }
}

#[test]
fn short_and_numeric_words_do_not_spoil_other_passwords() {
    let about = About { service: "SOS", email: "163@163.com", name: "Al Li" };
    let check = |password| Policy::default().check(password, &about).is_ok();
    assert!(check("850516374113392"));
    assert!(check("allibertygibbets"));
    let about = About { email: "8675309@qq.test", ..about };
    assert_eq!(Policy::default().check("8675309!8675309!", &about), Err(TOO_GUESSABLE));
}

#[test]
fn refusals_never_repeat_what_was_sent() {
    for refusal in [TOO_SHORT, TOO_LONG, TOO_COMMON, TOO_GUESSABLE] {
        assert!(!refusal.text.to_lowercase().contains("zoe"));
    }
}
