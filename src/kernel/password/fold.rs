//! A text as a guesser sees it: case, look-alike digits and separators make no difference.
//! Both forms have the same length, so that a position in one is the same place in the other.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A text in lower case, and the same with its look-alikes as letters.
pub(super) struct Folded {
    lower: Zeroizing<Vec<char>>,
    folded: Zeroizing<Vec<char>>,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        Self::from_chars(text.nfc().flat_map(char::to_lowercase))
    }

    fn from_chars(chars: impl Iterator<Item = char>) -> Self {
        let lower: Vec<char> = chars.collect();
        let folded = lower.iter().copied().map(fold).collect();
        Self { lower: Zeroizing::new(lower), folded: Zeroizing::new(folded) }
    }

    /// Without spaces and the marks that people put between words.
    pub fn without_separators(&self) -> Self {
        let is_separator = |c: &char| c.is_whitespace() || "-_.,:;/+'\"".contains(*c);
        Self::from_chars(self.lower.iter().copied().filter(|c| !is_separator(c)))
    }

    /// With each run of one character as a single one: `112233` is `123`.
    pub fn without_doubles(&self) -> Self {
        let mut chars = self.lower.clone();
        chars.dedup();
        Self::from_chars(chars.iter().copied())
    }

    pub fn part(&self, range: Range<usize>) -> Self {
        Self {
            lower: Zeroizing::new(self.lower[range.clone()].to_vec()),
            folded: Zeroizing::new(self.folded[range].to_vec()),
        }
    }

    pub fn len(&self) -> usize {
        self.lower.len()
    }

    pub fn lower(&self) -> &[char] {
        &self.lower
    }

    pub fn has_letter(&self) -> bool {
        self.lower.iter().any(|c| c.is_alphabetic())
    }

    /// The characters by which a stretch is compared with a word. Digits alone are compared as
    /// digits: 1337 is a number, while l33t is a word.
    pub fn key(&self, range: Range<usize>) -> &[char] {
        let spells = self.lower[range.clone()].iter().any(|c| c.is_alphabetic());
        if spells { &self.folded[range] } else { &self.lower[range] }
    }

    /// The characters by which the whole is compared with a word.
    pub fn whole_key(&self) -> &[char] {
        self.key(0..self.len())
    }
}

/// The letter that a character stands for. `i` and `l` are one, as `1` and `!` stand for both.
fn fold(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' | 'l' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}
