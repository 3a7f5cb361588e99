//! Passwords that are guessed first, as a list and as the rules by which people make them.
//! What is judged is always the whole password: it may contain any of this and be fine.

use std::{collections::HashSet, sync::LazyLock};

use super::fold::Folded;

/// Words and phrases in lower case without spaces, one a line.
pub(super) const LIST: &str = include_str!("common.txt");

static WORDS: LazyLock<Words> = LazyLock::new(Words::read);

/// Orders that fingers and minds follow. Each is also taken backwards and round its end.
const SEQUENCES: [&str; 26] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    // Rows of keyboards.
    "qwertyuiopasdfghjklzxcvbnm",
    "`1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "yxcvbnm",
    "asdfghjklöä",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    // Columns of keyboards.
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik",
    "qazwsxedcrfvtgbyhnujmikolp",
    "zaqxswcdevfrbgtnhymju",
    // Two rows or orders taken in turn.
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qawsedrftgyhujikolp",
    "a1b2c3d4e5f6g7h8i9j0",
    "1a2b3c4d5e6f7g8h9i0j",
];

/// The shortest stretch of a sequence that is seen as one.
const MIN_RUN: usize = 4;

/// The shortest word of the list.
const MIN_WORD: usize = 3;

/// The longest unit that is common however it looks, once it or each of its characters is repeated.
const MAX_UNIT: usize = 4;

/// How many digits and marks at either end are seen as decoration: a date, a year and two marks.
const MAX_DECORATION: usize = 6;

struct Words {
    keys: HashSet<Box<[char]>>,
    longest: usize,
}

impl Words {
    fn read() -> Self {
        let key = |line| Folded::new(line).whole_key().into();
        let keys: HashSet<Box<[char]>> = LIST.lines().map(key).collect();
        let longest = keys.iter().map(|key| key.len()).max().unwrap_or_default();
        Self { keys, longest }
    }
}

/// Whether a password is on the list, or is made in one of the usual ways: a listed word or a
/// straight run of keys, or two of them, decorated with a few digits or marks, or repeated.
pub(super) fn is_common(password: &Folded) -> bool {
    let single = password.without_doubles();
    let is_doubled = single.len() <= password.len() / 2;
    is_made_simply(password)
        || is_made_simply(&password.without_separators())
        || is_doubled && (single.len() <= MAX_UNIT || is_made_simply(&single))
}

fn is_made_simply(text: &Folded) -> bool {
    match repeated_unit(text.lower()) {
        Some(unit) if unit <= MAX_UNIT => true,
        Some(unit) => is_decorated(&text.part(0..unit)),
        None => is_decorated(text),
    }
}

/// The length of the shortest unit whose repetition is the whole text; the last may be cut off.
fn repeated_unit(text: &[char]) -> Option<usize> {
    (1..=text.len() / 2).find(|unit| text[*unit..] == text[..text.len() - unit])
}

/// Whether one or two words or runs are all there is, but for a few digits and marks around them.
fn is_decorated(text: &Folded) -> bool {
    let chars = text.lower();
    let is_mark = |c: &&char| !c.is_alphabetic();
    let heads = chars.iter().take(MAX_DECORATION).take_while(is_mark).count();
    let tails = chars.iter().rev().take(MAX_DECORATION).take_while(is_mark).count();
    let runs = run_lengths(chars);
    (0..=heads).any(|start| {
        let pieces = pieces(text, &runs, start);
        // The decoration must not be longer than what it decorates: the rest is no word then.
        let earliest = (chars.len() - tails).max(start + chars.len().div_ceil(2));
        pieces.iter().skip(earliest).any(|count| matches!(count, Some(1..=2)))
    })
}

/// For each position, with how few words and runs one gets there from `start`, if with two.
fn pieces(text: &Folded, runs: &[usize], start: usize) -> Vec<Option<u8>> {
    let len = text.len();
    let mut fewest: Vec<Option<u8>> = vec![None; len + 1];
    fewest[start] = Some(0);
    for from in start..len {
        let Some(count @ 0..=1) = fewest[from] else { continue };
        let longest = WORDS.longest.max(runs[from]).min(len - from);
        for length in MIN_WORD..=longest {
            let to = from + length;
            if length <= runs[from] || WORDS.keys.contains(text.key(from..to)) {
                let known = fewest[to].unwrap_or(u8::MAX);
                fewest[to] = Some(known.min(count + 1));
            }
        }
    }
    fewest
}

/// For each position, how long the longest run is that starts there; 0 if it is none.
fn run_lengths(text: &[char]) -> Vec<usize> {
    let mut longest = vec![0; text.len()];
    let sequences = SEQUENCES.map(|sequence| sequence.chars().collect::<Vec<_>>());
    for (from, found) in longest.iter_mut().enumerate() {
        let rest = &text[from..];
        let same = rest.iter().take_while(|c| **c == rest[0]).count();
        let along = sequences.iter().map(|sequence| run_along(rest, sequence)).max();
        let length = same.max(along.unwrap_or_default());
        *found = if length >= MIN_RUN { length } else { 0 };
    }
    longest
}

/// How far a text follows a sequence, in the better of the two directions.
fn run_along(text: &[char], sequence: &[char]) -> usize {
    let Some(at) = sequence.iter().position(|c| *c == text[0]) else { return 0 };
    let (size, same) = (sequence.len(), |(a, b): &(&char, &char)| a == b);
    let forward = sequence.iter().cycle().skip(at);
    let backward = sequence.iter().rev().cycle().skip(size - 1 - at);
    let forward = text.iter().zip(forward).take_while(same).count();
    let backward = text.iter().zip(backward).take_while(same).count();
    forward.max(backward)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(password: &str) -> bool {
        is_common(&Folded::new(password))
    }

    #[test]
    fn the_list_is_in_order_and_says_nothing_twice() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        for line in lines {
            assert!(line.chars().count() >= MIN_WORD, "{line:?} is too short to be found");
            assert!(!line.contains(char::is_whitespace), "{line:?} has a space");
            assert_eq!(line, line.to_lowercase());
        }
    }

    #[test]
    fn repetition_is_common() {
        for password in [
            "aaaaaaaaaaaaaaa", "ababababababababa", "abcabcabcabcabc", "ab7$ab7$ab7$ab7$",
            "1212121212121212", "????????????????", "               ", "😀😀😀😀😀😀😀😀",
            "welcome1welcome1", "abc123abc123abc", "111222333444555", "112233445566778899",
            "aabbccddeeffgghhii", "passwordpassword", "Password-Password", "aaaaaaaaaaaaaab",
            "111111112222222x",
        ] {
            assert!(common(password), "{password:?} was taken");
        }
    }

    #[test]
    fn straight_runs_are_common() {
        for password in [
            "123456789123456789", "12345678901234567890", "098765432109876", "890123456789012",
            "abcdefghijklmnopqrst", "zyxwvutsrqponmlkj", "uvwxyzabcdefghi", "qwertyuiopasdfgh",
            "qwertyuiop[]asdfghjkl;'", "poiuytrewqlkjhgf", "asdfghjkl;'zxcvbnm",
            "azertyuiopqsdfghjklm", "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y7u8i", "zaq1xsw2cde3vfr4",
            "!QAZ@WSX#EDC$RFV", "1234567890qwertyuiop", "qwerty1234567890", "!@#$%^&*()_+!@#",
            "1 2 3 4 5 6 7 8 9", "йцукенгшщзхъфыва", "a1b2c3d4e5f6g7h8",
        ] {
            assert!(common(password), "{password:?} was taken");
        }
    }

    #[test]
    fn listed_words_are_common_in_every_disguise() {
        for password in [
            "correcthorsebatterystaple", "Correct Horse Battery Staple", "iloveyouiloveyou",
            "P@ssw0rdP@ssw0rd", "Pa$$w0rd12345678", "administrator123", "Administrator2026!",
            "passwordpassword1", "iloveyou123456789", "I Love You Princess!", "!!Sunshine2024!!",
            "$unsh1neDragon77", "to be or not to be", "MichaelJordan23!", "letmeinletmein99",
            "password123456789!", "Пароль-Пароль-1", "motdepasse123456",
        ] {
            assert!(common(password), "{password:?} was taken");
        }
    }

    #[test]
    fn what_only_contains_something_common_is_fine() {
        for password in [
            "839201748392015",
            "616611456876449",
            "40817263549018",
            "83920174",
            "1337948133702",
            "3.1462643383279",
            "qmzkxvwbhtrpdlc",
            "fxqhzvkw",
            "password fell off the lorry",
            "monkey839201748392",
            "my dragon eats umbrellas",
            "purple monkey dishwasher",
            "horse staple seven lamp",
            "qwerty is how the row starts",
            "12345 is not my luggage code",
            "löwenzahn im märz ißt",
            "дождь над старым мостом",
            "雨が降る日は本を読む犬",
            "🦊🌧️🚲🎻🧀🪁🛶🌋🧭🪴🫖🎈🧵🥁🪐",
        ] {
            assert!(!common(password), "{password:?} was refused");
        }
    }
}
