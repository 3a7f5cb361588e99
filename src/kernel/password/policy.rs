//! Which passwords are taken (NIST SP 800-63B-4, section 3.1.1.2): length and guessability count.
//! No rule asks for a kind of character, and none makes a password expire.

#[cfg(test)]
mod tests;

use std::{cmp::Reverse, sync::Arc};

use unicode_normalization::UnicodeNormalization;

use super::{
    breached::Breached,
    common,
    fold::Folded,
    strength::{self, MinScore},
};
use crate::kernel::refusal::Refusal;

/// The name that every installation is known under, whatever it calls itself.
const PRODUCT: &str = "doorward";

/// Words below this length are no words to build a password from.
const MIN_WORD: usize = 3;

/// Numbers below this length turn up in other numbers by chance.
const MIN_NUMBER: usize = 6;

/// The longest password in characters, and all that is ever looked at of one.
pub(super) const MAX_CHARS: usize = 128;

const MINIMUM_INVALID: Refusal = Refusal::new(
    "password_minimum_invalid",
    "The shortest password allowed is between 8 and 128 characters long.",
);
const TOO_SHORT: Refusal = Refusal::new(
    "too_short",
    "This password is too short. A few words that have nothing to do with each other work well.",
);
const TOO_LONG: Refusal = Refusal::new("too_long", "A password has at most 128 characters.");
const SCORE_INVALID: Refusal =
    Refusal::new("password_score_invalid", "The least score of a password is from 0 to 4.");
const BREACHED: Refusal = Refusal::new(
    "breached",
    "This password has turned up in a data breach, so others may know it. Choose another.",
);
pub(super) const TOO_COMMON: Refusal = Refusal::new(
    "too_common",
    "This password is among the first that are guessed. Choose another.",
);
const TOO_GUESSABLE: Refusal = Refusal::new(
    "too_guessable",
    "This password is your name, your e-mail address or the name of this service, or close to it. \
     Choose another.",
);

/// Which passwords an account may have.
#[derive(Clone, Debug)]
pub struct Policy {
    min_length: usize,
    min_score: MinScore,
    breached: Option<Arc<Breached>>,
}

/// Whose password it is, and where: words that a guesser knows. Each may be empty.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub service: &'a str,
    pub email: &'a str,
    pub name: &'a str,
}

impl Policy {
    /// The least that the shortest password may be set to, in characters.
    pub const FLOOR: usize = 8;

    /// The shortest password in characters where a password alone signs in.
    pub const DEFAULT_MIN: usize = 15;

    /// The longest password in characters.
    pub const MAX: usize = MAX_CHARS;

    /// A policy with another shortest password, between [`Policy::FLOOR`] and [`Policy::MAX`].
    pub fn new(min_length: usize) -> Result<Self, Refusal> {
        if (Self::FLOOR..=Self::MAX).contains(&min_length) {
            Ok(Self { min_length, min_score: MinScore::default(), breached: None })
        } else {
            Err(MINIMUM_INVALID)
        }
    }

    /// The same with another least score of zxcvbn, from 0 (any) to 4; 3 unless it is set.
    pub fn with_min_score(self, score: u32) -> Result<Self, Refusal> {
        let min_score = MinScore::new(score).ok_or(SCORE_INVALID)?;
        Ok(Self { min_score, ..self })
    }

    /// The same with a filter of breached passwords.
    pub fn with_breached(self, filter: Breached) -> Self {
        Self { breached: Some(Arc::new(filter)), ..self }
    }

    /// The shortest password, in characters.
    pub fn min_length(&self) -> usize {
        self.min_length
    }

    /// Refuses a new password that is easy to guess. A character is a Unicode scalar value of
    /// the normalised (NFC) password.
    pub fn check(&self, password: &str, about: &About) -> Result<(), Refusal> {
        let length = password.nfc().take(Self::MAX + 1).count();
        if length < self.min_length {
            return Err(TOO_SHORT);
        }
        if length > Self::MAX {
            return Err(TOO_LONG);
        }
        let folded = Folded::new(password);
        if is_made_of(&folded.without_separators(), &about.words()) {
            return Err(TOO_GUESSABLE);
        }
        if common::is_common(&folded) {
            return Err(TOO_COMMON);
        }
        if self.is_breached(password) {
            return Err(BREACHED);
        }
        strength::check(password, &about.inputs(), self.min_score)
    }

    /// A filter that can't be read any more refuses nobody: the other rules hold, and the operator
    /// is told.
    fn is_breached(&self, password: &str) -> bool {
        let found = self.breached.as_ref().map(|filter| filter.contains(password));
        found.is_some_and(|found| {
            found.unwrap_or_else(|error| {
                tracing::error!("the filter of breached passwords was of no use: {error}");
                false
            })
        })
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MIN).expect("the default is within the limits")
    }
}

impl About<'_> {
    /// What a guesser knows, as it is and in parts.
    fn inputs(&self) -> Vec<&str> {
        let wholes = [PRODUCT, self.service, self.email, self.name];
        let parts = wholes.iter().flat_map(|whole| whole.split(|c: char| !c.is_alphanumeric()));
        let words = wholes.iter().copied().chain(parts);
        words.filter(|word| word.chars().count() >= MIN_WORD).collect()
    }

    /// The words to be found in a password, whole and in parts, the longest first.
    fn words(&self) -> Vec<Folded> {
        let (local, domain) = self.email.rsplit_once('@').unwrap_or((self.email, ""));
        let wholes = [PRODUCT, self.service, self.email, local, domain, self.name];
        let parts = wholes.iter().flat_map(|whole| whole.split(|c: char| !c.is_alphanumeric()));
        let mut words: Vec<Folded> = wholes
            .iter()
            .copied()
            .chain(parts)
            .map(|word| Folded::new(word).without_separators())
            .filter(|word| {
                let least = if word.has_letter() { MIN_WORD } else { MIN_NUMBER };
                word.len() >= least
            })
            .collect();
        words.sort_by_key(|word| Reverse(word.len()));
        words
    }
}

/// Whether nothing but digits and marks is left of a password when the words are taken out.
fn is_made_of(password: &Folded, words: &[Folded]) -> bool {
    let chars = password.lower();
    let (mut at, mut found) = (0, false);
    while at < chars.len() {
        let here = words.iter().find(|word| {
            let end = at + word.len();
            end <= chars.len() && password.key(at..end) == word.whole_key()
        });
        if let Some(word) = here {
            at += word.len();
            found = true;
        } else if chars[at].is_alphabetic() {
            return false;
        } else {
            at += 1;
        }
    }
    found
}
