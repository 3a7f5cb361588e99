//! How many guesses a password takes, as zxcvbn estimates it (Wheeler, USENIX Security 2016), and
//! in words why they are few. Its lists hold the 30,000 most common passwords.

use zxcvbn::{
    Entropy, Score,
    feedback::{Feedback, Warning},
    matching::patterns::MatchPattern,
    zxcvbn,
};

use zeroize::Zeroizing;

use super::policy::{MAX_CHARS, TOO_COMMON};
use crate::kernel::refusal::Refusal;

/// From how many guesses on a password is taken: 0 takes all, 1 asks for a thousand, 2 for a
/// million, 3 for a hundred million, 4 for ten thousand million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MinScore(Score);

impl Default for MinScore {
    /// What zxcvbn's authors call safe where guesses are slow, as with argon2id they are.
    fn default() -> Self {
        Self(Score::Three)
    }
}

impl MinScore {
    pub fn new(score: u32) -> Option<Self> {
        Some(Self(match score {
            0 => Score::Zero,
            1 => Score::One,
            2 => Score::Two,
            3 => Score::Three,
            4 => Score::Four,
            _ => return None,
        }))
    }
}

const fn guessable(text: &'static str) -> Refusal {
    Refusal::new("too_guessable", text)
}

const ROWS: Refusal = guessable(
    "Rows of keys are guessed early. A few words that have nothing to do with each other are \
     better.",
);
const REPEATS: Refusal =
    guessable("Most of this password is a repetition, which adds little. Add another word or two.");
const SEQUENCES: Refusal = guessable(
    "Sequences such as abc or 6543 are guessed early. A few words that have nothing to do with \
     each other work well.",
);
const DATES: Refusal =
    guessable("Years and dates are guessed early. Add another word or two to this password.");
const NAMES: Refusal =
    guessable("Names are guessed early. Add words that have nothing to do with them.");
const WORDS: Refusal = guessable(
    "Most of this password is a frequent word or password. Add another word or two that have \
     nothing to do with it.",
);
const SIMPLE: Refusal = guessable(
    "This password is easy to guess. A few words that have nothing to do with each other are \
     better.",
);

/// How many characters are looked at together. zxcvbn's time grows with more than their square.
const WINDOW: usize = 40;

/// Marks that zxcvbn tries as letters, each in combination with all others.
const MARKS: &str = "@({[<!|$+%";

/// How many different ones of them are tried in one password: more take too long.
const MAX_MARKS: usize = 2;

/// Refuses a password of the list, and one that takes too few guesses of somebody who knows
/// `words`. A long one is taken when its beginning or its end alone takes enough.
pub(super) fn check(password: &str, words: &[&str], least: MinScore) -> Result<(), Refusal> {
    let chars = Zeroizing::new(password.chars().take(MAX_CHARS).collect::<Vec<char>>());
    let (start, end) = (chars.len().min(WINDOW), chars.len().saturating_sub(WINDOW));
    let first = zxcvbn(&spelled(&chars[..start]), words);
    if end == 0 && is_listed(&first) {
        return Err(TOO_COMMON);
    }
    let suffices = |part: &Entropy| part.score() >= least.0 || is_without_pattern(part);
    if suffices(&first) || end > 0 && suffices(&zxcvbn(&spelled(&chars[end..]), words)) {
        Ok(())
    } else {
        Err(reason(first.feedback()))
    }
}

/// The text of these characters, in which all marks but the first kinds are one and the same.
fn spelled(chars: &[char]) -> Zeroizing<String> {
    let mut tried: Vec<char> = Vec::new();
    // A character has at most four bytes: no second buffer is left behind.
    let mut text = Zeroizing::new(String::with_capacity(chars.len() * 4));
    for c in chars.iter().copied() {
        if !MARKS.contains(c) || tried.contains(&c) {
            text.push(c);
        } else if tried.len() < MAX_MARKS {
            tried.push(c);
            text.push(c);
        } else {
            text.push('~');
        }
    }
    text
}

/// Whether nothing was found that makes guessing easier. How long such a password has to be is
/// another rule's part: eight random characters can't have more than the second score.
fn is_without_pattern(estimate: &Entropy) -> bool {
    estimate.sequence().iter().all(|part| matches!(part.pattern, MatchPattern::BruteForce))
}

/// Whether the whole password is one of the list.
fn is_listed(estimate: &Entropy) -> bool {
    matches!(
        estimate.feedback().and_then(Feedback::warning),
        Some(
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
        )
    )
}

fn reason(feedback: Option<&Feedback>) -> Refusal {
    match feedback.and_then(Feedback::warning) {
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => ROWS,
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => REPEATS,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => SEQUENCES,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => DATES,
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => NAMES,
        Some(
            Warning::AWordByItselfIsEasyToGuess | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => WORDS,
        _ => SIMPLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str, words: &[&str], least: u32) -> Option<&'static str> {
        let least = MinScore::new(least).expect("a score");
        check(password, words, least).err().map(|refusal| refusal.code)
    }

    #[test]
    fn asvs_6_2_4_common_passwords_are_refused_whatever_the_score() {
        for password in [
            "password", "123456789", "trustno1", "liverpool", "butterfly", "jordan23", "q1w2e3r4",
            "bigdaddy", "cheyenne", "corvette", "einstein", "gandalf1", "hello123", "superman",
            "whatever", "rocknroll", "starwars1", "chocolate1",
        ] {
            assert_eq!(refused(password, &[], 0), Some("too_common"), "{password}");
        }
    }

    #[test]
    fn pass_phrases_and_random_passwords_are_taken_at_the_highest_score() {
        for password in [
            "a river of green tea",
            "a lake of black coffee",
            "purple monkey dishwasher lamp",
            "seven umbrellas sing quietly",
            "the lorry lost its password again",
            "löwenzahn im märz ißt",
            "дождь над старым мостом",
            "雨が降る日は本を読む犬とねこ達",
            "qmzkxvwbhtrpdlc",
            "8!fK2#pQ9z",
            "qmzkxvwb",
        ] {
            assert_eq!(refused(password, &["ann", "ann@example.test"], 4), None, "{password}");
        }
    }

    #[test]
    fn the_score_decides_and_the_reason_is_told() {
        let why = |password| check(password, &["tidewater"], MinScore(Score::Four)).err();
        for (password, reason) in [
            ("uytrewasdfg", ROWS),
            ("lamplamplamplamp", REPEATS),
            ("abcdefghijklmnopqrs", SEQUENCES),
            ("13.05.1985", DATES),
        ] {
            assert_eq!(why(password), Some(reason), "{password}");
        }
        assert_eq!(why("Tidewater2024").map(|refusal| refusal.code), Some("too_guessable"));
        assert_eq!(refused("lamplamplamplamp", &[], 0), None);
    }

    #[test]
    fn a_long_password_is_judged_by_its_better_end() {
        let good = "purple monkey dishwasher lamp";
        for password in [format!("{}{good}", "a".repeat(60)), format!("{good}{}", "a".repeat(60))] {
            assert_eq!(refused(&password, &[], 4), None, "{password}");
        }
        assert_eq!(refused(&"ab".repeat(60), &[], 3), Some("too_guessable"));
    }

    #[test]
    fn a_long_input_costs_no_more_than_a_short_one() {
        let start = std::time::Instant::now();
        for unit in
            ["a", "4@8({[<6931!|70$5+2%x", "password1", "1!|7l", "zxcvbn", "\u{1F600}", "q7Zk2m"]
        {
            let long = unit.repeat(100_000);
            check(&long, &[], MinScore::default()).ok();
        }
        // Some milliseconds each where the code is optimised.
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}
