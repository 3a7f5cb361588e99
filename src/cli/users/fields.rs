//! The fields of one exported account, read one by one. What is wrong with them is gathered, with
//! names and without values.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{
    features::imports::model::Fault,
    kernel::{clock::Timestamp, refusal::Refusal},
};

pub const NOT_AN_OBJECT: Refusal = Refusal::new("not_an_object", "This is not a JSON object.");
pub const MALFORMED: Refusal = Refusal::new("malformed", "This is not well-formed.");
const NOT_TEXT: Refusal = Refusal::new("wrong_type", "This must be a text.");
const NOT_A_FLAG: Refusal = Refusal::new("wrong_type", "This must be true or false.");
const NOT_A_TIME: Refusal =
    Refusal::new("time_invalid", "This must be a time such as 2026-11-25T12:00:00Z.");
const NOT_A_LIST: Refusal = Refusal::new("wrong_type", "This must be a list of texts.");
const UNKNOWN: Refusal = Refusal::new("unknown_field", "No field has this name.");

/// Numbers below this are seconds since 1970, those from it on milliseconds: the year 5138, and
/// March 1973.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// One object, and the faults found in it.
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Fields<'a> {
    pub fn new(map: &'a Map<String, Value>) -> Self {
        Self { map, faults: Vec::new() }
    }

    /// What was read, or all faults.
    pub fn done<T>(self, read: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() { Ok(read) } else { Err(self.faults) }
    }

    pub fn note(&mut self, field: &'static str, why: Refusal) {
        self.faults.push(Fault::new(field, why));
    }

    /// Refuses every name that is not among these.
    pub fn only(&mut self, known: &[&str]) {
        for name in self.map.keys().filter(|name| !known.contains(&name.as_str())) {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            // A name that does not look like one may be a value.
            let shown = if name.len() <= 40 && name.bytes().all(is_name) {
                Cow::Owned(name.clone())
            } else {
                Cow::Borrowed("(a field)")
            };
            self.faults.push(Fault { field: shown, why: UNKNOWN });
        }
    }

    /// The first of these fields that is there and not null. The first name is the one reported.
    fn find(&self, names: &[&'static str]) -> Option<&'a Value> {
        names.iter().filter_map(|name| self.map.get(*name)).find(|value| !value.is_null())
    }

    /// A text, or a number as its digits: many ids are numbers.
    pub fn text(&mut self, names: &[&'static str]) -> Option<String> {
        match self.find(names)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if number.is_i64() => Some(number.to_string()),
            _ => {
                self.note(names[0], NOT_TEXT);
                None
            }
        }
    }

    /// A switch, also as a number or as the text that a table's export has.
    pub fn flag(&mut self, names: &[&'static str]) -> bool {
        match self.find(names) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) if number.as_i64() == Some(0) => false,
            Some(Value::Number(number)) if number.as_i64() == Some(1) => true,
            Some(Value::String(text)) if matches!(&**text, "t" | "true" | "1") => true,
            Some(Value::String(text)) if matches!(&**text, "f" | "false" | "0") => false,
            Some(_) => {
                self.note(names[0], NOT_A_FLAG);
                false
            }
        }
    }

    /// A moment as RFC 3339 has it.
    pub fn moment(&mut self, name: &'static str) -> Option<Timestamp> {
        let moment = match self.find(&[name])? {
            Value::String(text) => Timestamp::parse(text),
            _ => None,
        };
        if moment.is_none() {
            self.note(name, NOT_A_TIME);
        }
        moment
    }

    /// A moment as other systems write it: RFC 3339, PostgreSQL's text, or a number since 1970.
    pub fn any_moment(&mut self, names: &[&'static str]) -> Option<Timestamp> {
        let moment = match self.find(names)? {
            Value::String(text) => loose(text),
            Value::Number(number) => number.as_i64().map(since_1970),
            _ => None,
        };
        if moment.is_none() {
            self.note(names[0], NOT_A_TIME);
        }
        moment
    }

    /// A list of texts.
    pub fn list(&mut self, name: &'static str) -> Vec<String> {
        let Some(value) = self.find(&[name]) else { return Vec::new() };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect()
        });
        texts.unwrap_or_else(|| {
            self.note(name, NOT_A_LIST);
            Vec::new()
        })
    }

    /// An object, also where it stands as the text of one.
    pub fn object(&mut self, names: &[&'static str]) -> Map<String, Value> {
        let object = match self.find(names) {
            None => Some(Map::new()),
            Some(Value::Object(map)) => Some(map.clone()),
            Some(Value::String(text)) => serde_json::from_str(text).ok(),
            Some(_) => None,
        };
        object.unwrap_or_else(|| {
            self.note(names[0], MALFORMED);
            Map::new()
        })
    }
}

fn since_1970(number: i64) -> Timestamp {
    let is_seconds = number.abs() < FIRST_MILLISECONDS;
    Timestamp::from_micros(number.saturating_mul(if is_seconds { 1_000_000 } else { 1000 }))
}

/// `2026-11-25 12:00:00.5+01` as well as RFC 3339; without an offset it is UTC.
fn loose(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse() {
        return Some(since_1970(number));
    }
    let text = text.trim().replacen(' ', "T", 1);
    let (_, time) = text.split_once('T')?;
    let offset = time.find(['+', '-', 'Z']).map_or("", |at| &time[at..]);
    let digits = offset.bytes().filter(u8::is_ascii_digit).count();
    let bare = &text[..text.len() - offset.len()];
    match (offset, digits) {
        ("", _) => Timestamp::parse(&format!("{text}Z")),
        (_, 2) => Timestamp::parse(&format!("{bare}{offset}:00")),
        (_, 4) if !offset.contains(':') => {
            Timestamp::parse(&format!("{bare}{}:{}", offset.get(..3)?, offset.get(3..)?))
        }
        _ => Timestamp::parse(&text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_tables_write_them() {
        let wanted = Timestamp::parse("2024-03-01T10:20:30.5Z");
        for text in [
            "2024-03-01T10:20:30.5Z", "2024-03-01 10:20:30.5", "2024-03-01 10:20:30.500+00",
            "2024-03-01 12:20:30.5+0200", "2024-03-01T05:20:30.5-05:00", "1709288430500",
        ] {
            assert_eq!(loose(text), wanted, "{text}");
        }
        assert_eq!(loose("1709288430"), Timestamp::parse("2024-03-01T10:20:30Z"));
        for text in ["", "yesterday", "2024-13-01 00:00:00", "T", "2024-03-01", "é 12:00:00+é1"] {
            assert_eq!(loose(text), None, "{text}");
        }
    }

    #[test]
    fn a_fault_names_the_field_and_never_its_value() {
        let value = json!({
            "email": ["canary7Kq"], "flag": "canary7Kq", "at": "canary7Kq", "roles": [1],
            "canary7Kq@example.test": 1,
        });
        let map = value.as_object().expect("an object");
        let mut fields = Fields::new(map);
        fields.only(&["email", "flag", "at", "roles"]);
        fields.text(&["email"]);
        fields.flag(&["flag"]);
        fields.any_moment(&["at"]);
        fields.list("roles");
        let faults = fields.done(()).expect_err("faults");
        let told = format!("{faults:?}");
        assert_eq!(faults.len(), 5, "{told}");
        assert!(!told.contains("canary7Kq"), "{told}");
    }
}
