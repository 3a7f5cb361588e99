//! One row of the table of settings: what is known of a setting beside its value. A row of a group
//! stands for as many settings as the group has members, each under a name of its own.

use super::{keys::KEYS, values::Setting};

/// One row of the table.
pub struct Key {
    /// The dotted name in the file, such as `session.idle_seconds`. In a group `<name>` stands for
    /// the name of the member: `providers.<name>.issuer`.
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

    /// The row of a setting, by its full name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.is_of(name))
    }

    fn is_of(&self, name: &str) -> bool {
        match self.ends() {
            None => self.name == name,
            Some((start, end)) => {
                let member = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
                member.is_some_and(is_member)
            }
        }
    }

    /// What stands before and behind the name of a member, for a row of a group.
    fn ends(&self) -> Option<(&'static str, &'static str)> {
        self.name.split_once(MEMBER)
    }

    /// Whether it belongs to a group.
    pub fn is_of_group(&self) -> bool {
        self.ends().is_some()
    }

    /// The variable that sets it.
    pub fn variable(&self) -> String {
        format!("DOORWARD_{}", self.flat_name().to_uppercase())
    }

    /// The name with underscores for dots: the file's name among the service's credentials.
    pub fn flat_name(&self) -> String {
        self.name.replace('.', "_")
    }

    /// The setting that goes by a flat name: its row, and its full name.
    pub fn find_flat(flat: &str) -> Option<(&'static Self, String)> {
        let plain = KEYS.iter().find(|key| !key.is_of_group() && key.flat_name() == flat);
        if let Some(key) = plain {
            return Some((key, key.name.to_owned()));
        }
        let member = |key: &'static Self| {
            let (start, end) = key.ends()?;
            let (start, end) = (start.replace('.', "_"), end.replace('.', "_"));
            let member = flat.strip_prefix(&*start)?.strip_suffix(&*end)?;
            is_member(member).then(|| (end.len(), key, key.name.replace(MEMBER, member)))
        };
        // The longest end leaves no part of a key in the name of a member.
        let found = KEYS.iter().filter_map(member).max_by_key(|(length, ..)| *length);
        found.map(|(_, key, name)| (key, name))
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

/// What stands for the name of a member in the rows of a group.
const MEMBER: &str = "<name>";

/// Whether a member of a group may be called this: no name has a dot or a capital, so that
/// variables can hold it.
pub fn is_member(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 32
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('_')
        && name.bytes().all(is_inner)
}
