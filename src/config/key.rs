//! One row of the table of settings: what is known of a setting beside its value.

use super::{keys::KEYS, values::Setting};

/// One row of the table.
pub struct Key {
    /// The dotted name in the file, such as `session.idle_seconds`.
    pub name: &'static str,
    /// What the setting does, in Markdown.
    pub doc: &'static str,
    /// The default, written as a variable would be; `{name}` stands for the value of a setting
    /// higher up in the table, and nothing at all for "unset".
    pub default: &'static str,
    /// The smallest and the largest value, or length of a text.
    pub limits: Option<(u64, u64)>,
    /// How the value is written in TOML.
    pub form: Form,
    /// Whether the value is, or may contain, a secret.
    pub secret: bool,
    expected: &'static str,
}

/// How a value is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Number,
    Switch,
    List,
}

impl Key {
    pub(super) const fn new<T: Setting>(
        name: &'static str,
        doc: &'static str,
        default: &'static str,
        limits: Option<(u64, u64)>,
    ) -> Self {
        Self { name, doc, default, limits, form: T::FORM, secret: T::SECRET, expected: T::EXPECTED }
    }

    /// The row of a name from the table.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The variable that sets it.
    pub fn variable(&self) -> String {
        format!("DOORWARD_{}", self.flat_name().to_uppercase())
    }

    /// The name with underscores for dots: the file's name among the service's credentials.
    pub fn flat_name(&self) -> String {
        self.name.replace('.', "_")
    }

    /// What a value has to be, as the end of the sentence "it must be …".
    pub fn expected(&self) -> String {
        match self.limits {
            Some((min, max)) => format!("{} from {min} to {max}", self.expected),
            None => self.expected.to_owned(),
        }
    }

    /// The section of the file that holds it, empty for the top.
    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }
}
