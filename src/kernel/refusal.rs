//! Why a value was refused, in words that never repeat the value.

use std::fmt;

/// A refused value: a stable code for programs and a sentence for people.
///
/// Both are fixed texts of ours, so that a refusal can be shown and logged whatever was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub text: &'static str,
}

impl Refusal {
    pub const fn new(code: &'static str, text: &'static str) -> Self {
        Self { code, text }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl std::error::Error for Refusal {}
