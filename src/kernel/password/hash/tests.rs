//! How hashes are made and compared. Costs are cheap here; the figures are other tests' part.

use super::*;

const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1 };

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn hash_of(password: &str) -> PasswordHash {
    hash(&secret(password), CHEAP, &Chance::seeded(1), &mut Memory::default())
}

fn compare(password: &str, stored: &PasswordHash, cost: Cost) -> Verdict {
    verify(&secret(password), Some(stored), cost, &mut Memory::default())
}

#[test]
fn hashes_of_the_reference_implementation_are_understood() {
    for (memory_kib, tag) in [
        (256, "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        (65536, "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
    ] {
        let text = format!("$argon2id$v=19$m={memory_kib},t=2,p=1$c29tZXNhbHQ${tag}");
        let (stored, cost) = (PasswordHash(text), Cost { memory_kib, iterations: 2 });

        assert_eq!(compare("password", &stored, cost), Verdict::Right);
        assert_eq!(compare("password", &stored, CHEAP), Verdict::RightButOutdated);
        assert_eq!(compare("Password", &stored, cost), Verdict::Wrong);
    }
    let two_lanes =
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
    let cost = Cost { memory_kib: 256, iterations: 2 };
    let verdict = compare("password", &PasswordHash(two_lanes.to_owned()), cost);
    assert_eq!(verdict, Verdict::RightButOutdated);
}

#[test]
fn a_hash_states_its_cost_and_has_a_salt_of_its_own() {
    let (chance, mut memory) = (Chance::System, Memory::default());
    let mut hash_once = || hash(&secret("the same one"), Cost::FLOOR, &chance, &mut memory).0;
    let (first, second) = (hash_once(), hash_once());

    assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(first.len(), "$argon2id$v=19$m=19456,t=2,p=1$".len() + 22 + 1 + 43);
    assert_ne!(first, second);
}

#[test]
fn another_cost_than_is_set_is_outdated_either_way() {
    let stored = hash_of("a horse with no name");
    for (memory_kib, iterations) in [(128, 1), (64, 2), (32, 1)] {
        let now = Cost { memory_kib, iterations };
        let verdict = compare("a horse with no name", &stored, now);
        assert_eq!(verdict, Verdict::RightButOutdated);
        assert_eq!(compare("another horse", &stored, now), Verdict::Wrong);
    }
}

#[test]
fn asvs_6_2_8_composed_and_decomposed_letters_are_one_password() {
    let (composed, decomposed) =
        ("cr\u{e8}me br\u{fb}l\u{e9}e, hot", "cre\u{300}me bru\u{302}le\u{301}e, hot");

    assert_eq!(compare(decomposed, &hash_of(composed), CHEAP), Verdict::Right);
    assert_eq!(compare(composed, &hash_of(decomposed), CHEAP), Verdict::Right);
    assert_eq!(compare("creme brulee, hot", &hash_of(composed), CHEAP), Verdict::Wrong);
    // NFKC would make these equal, NFC does not.
    assert_eq!(compare("ofice", &hash_of("o\u{fb01}ce"), CHEAP), Verdict::Wrong);
    assert_eq!(compare("office", &hash_of("o\u{fb03}ce"), CHEAP), Verdict::Wrong);
}

#[test]
fn asvs_6_2_8_every_character_matters() {
    let long = "x".repeat(127);
    for (password, near) in [
        ("Seventeen letters", "seventeen letters"),
        (" leading", "leading"),
        ("trailing ", "trailing"),
        ("a\0b", "a\0c"),
        ("a\0", "a"),
        ("two  spaces", "two spaces"),
        (&format!("{long}y"), &format!("{long}z")),
    ] {
        let stored = hash_of(password);
        assert_eq!(compare(password, &stored, CHEAP), Verdict::Right);
        assert_eq!(compare(near, &stored, CHEAP), Verdict::Wrong);
    }
}

#[test]
fn what_is_not_ours_or_asks_too_much_is_wrong_and_costs_what_is_set() {
    let ours = hash_of("password").0;
    let hash_with = |from: &str, to: &str| ours.replace(from, to);
    for text in [
        hash_with("m=64", "m=262145"),
        hash_with("m=64", "m=4294967295"),
        hash_with("t=1", "t=17"),
        hash_with("t=1", "t=4294967295"),
        hash_with("p=1", "p=17"),
        hash_with("m=64", "m=7"),
        hash_with("t=1", "t=0"),
        hash_with("$argon2id$", "$argon2x$"),
        hash_with("v=19", "v=17"),
        hash_with("p=1", "p=1,data=c29tZXRoaW5n"),
        ours.rsplit_once('$').unwrap().0.to_owned(),
        format!("{ours}$"),
        "$2b$15$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m".to_owned(),
        "password".to_owned(),
        String::new(),
    ] {
        let mut memory = Memory::default();
        let stored = PasswordHash(text);
        assert!(Stored::parse(&stored).is_err(), "{}", stored.0);
        assert!(PasswordHash::import(&stored.0).is_err(), "{}", stored.0);
        let verdict = verify(&secret("password"), Some(&stored), CHEAP, &mut memory);
        assert_eq!((verdict, memory.written), (Verdict::Wrong, 64), "{}", stored.0);
    }
    for (from, to) in [("m=64", "m=262144"), ("t=1", "t=16"), ("p=1", "p=8")] {
        assert!(Stored::parse(&PasswordHash(hash_with(from, to))).is_ok(), "{to}");
    }
}

#[test]
fn an_unknown_account_takes_the_same_work_and_is_always_wrong() {
    let mut memory = Memory::default();
    let cost = Cost { memory_kib: 96, iterations: 1 };

    let verdict = verify(&secret("whatever"), None, cost, &mut memory);

    assert_eq!((verdict, memory.written), (Verdict::Wrong, 96));
    assert!(memory.blocks.iter().any(|block| block.as_ref() != [0; 128]), "it did hash");
}

#[test]
fn memory_is_wiped_and_given_back_to_what_the_cost_needs() {
    let mut memory = Memory::default();
    let costly = Cost { memory_kib: 2 * u32::try_from(ROOM).unwrap(), iterations: 1 };
    verify(&secret("whatever"), None, costly, &mut memory);

    memory.wipe(CHEAP);

    assert!(memory.blocks.iter().all(|block| block.as_ref() == [0; 128]));
    assert_eq!((memory.blocks.len(), memory.blocks.capacity(), memory.written), (64, ROOM, 0));
}

#[test]
fn a_hash_does_not_print() {
    assert_eq!(format!("{:?}", hash_of("password")), "[password hash]");
}

#[test]
fn argon2_of_other_kinds_and_versions_is_understood_and_outdated() {
    for (text, password) in [
        (
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            "password",
        ),
        (
            "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
            "password",
        ),
        ("$argon2d$v=16$m=8,t=1,p=1$ICAgICAgICA$Eyx1BxGazSuPQoy7osaQuo20Dw9VI97dYUOgcC3cMgw", "\0"),
        (
            "$argon2id$v=16$m=8,t=1,p=1$ICAgICAgICA$fXq1aUbp9yhbn+EQc4AzUUE6AKnHAkvzIXsN6J4ukvE",
            "\0",
        ),
        (
            "$argon2i$v=19$m=4096,t=3,p=1$fn5/f35+f38$9tqKA4WMEsSAOEUwatjxvJLSqL1j0GQkgbsfnpresDw",
            "test",
        ),
        (
            "$argon2i$v=19$m=65536,t=4,p=4$t7a2lhKCsBYC4HxPCcH4nw$\
             zhSHktwftzV0aL6MgsN2eiZTa7gq8yFiHxJaomEeNfo",
            "p@ssw0rd",
        ),
        (
            "$argon2d$v=19$m=65536,t=4,p=4$PUfIWctZa611rpXSOicEAA$\
             eUtgGpyO1+ylLPGhN8gvRXBXF+Zd97kQIZA7OgX4VIM",
            "apple123",
        ),
    ] {
        let stored =
            PasswordHash::import(text).unwrap_or_else(|refusal| panic!("{refusal} {text}"));
        assert_eq!(compare(password, &stored, CHEAP), Verdict::RightButOutdated, "{text}");
        assert_eq!(compare("another", &stored, CHEAP), Verdict::Wrong, "{text}");
    }
}

#[test]
fn a_wrong_password_for_an_old_hash_costs_what_an_unknown_account_does() {
    let text = "pbkdf2_sha256$1000$seasalt$h7KZGug7jzpWdevb9ebuIp6zHaEphtPAj3ZVd6FoFs4=";
    let (stored, mut memory) = (PasswordHash::import(text).unwrap(), Memory::default());

    let verdict = verify(&secret("another river"), Some(&stored), CHEAP, &mut memory);
    assert_eq!((verdict, memory.written), (Verdict::Wrong, 64));

    let verdict = verify(&secret("a river of green tea"), Some(&stored), CHEAP, &mut memory);
    assert_eq!(verdict, Verdict::RightButOutdated);
}
