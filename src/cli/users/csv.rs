//! Comma-separated values (RFC 4180) with a line of names on top, as databases export tables. One
//! row is held at a time.

use std::io::{self, BufRead};

use serde_json::{Map, Value};

/// The longest row in bytes.
const MAX_ROW: usize = 1 << 20;

/// Reads row after row. A row that has more or fewer fields than there are names is `None`.
pub struct Rows<R> {
    from: R,
    names: Vec<String>,
}

impl<R: BufRead> Rows<R> {
    /// Reads the names. Nothing where they are broken.
    pub fn new(mut from: R) -> io::Result<Option<Self>> {
        let names = match row(&mut from)? {
            Some(Some(names)) => names.into_iter().map(|name| name.unwrap_or_default()).collect(),
            _ => return Ok(None),
        };
        Ok(Some(Self { from, names }))
    }

    /// The next row by its names; an empty field is null. `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Option<Map<String, Value>>>> {
        let Some(fields) = row(&mut self.from)? else { return Ok(None) };
        let fields = fields.filter(|fields| fields.len() == self.names.len());
        let named = |fields: Vec<Option<String>>| {
            let values = fields.into_iter().map(|field| field.map_or(Value::Null, Value::String));
            self.names.iter().cloned().zip(values).collect()
        };
        Ok(Some(fields.map(named)))
    }
}

type Fields = Vec<Option<String>>;

/// One row: `None` at the end, `Some(None)` for one that can't be read.
fn row(from: &mut impl BufRead) -> io::Result<Option<Option<Fields>>> {
    let mut text = Vec::new();
    loop {
        let room = (MAX_ROW + 1 - text.len()) as u64;
        let read = io::Read::take(&mut *from, room).read_until(b'\n', &mut text)?;
        if read == 0 && text.is_empty() {
            return Ok(None);
        }
        let is_whole = text.iter().filter(|byte| **byte == b'"').count() % 2 == 0;
        if text == b"\n" || text == b"\r\n" {
            text.clear();
        } else if is_whole || read == 0 || text.len() > MAX_ROW {
            break;
        }
    }
    Ok(Some(String::from_utf8(text).ok().and_then(|text| split(&text))))
}

/// The fields of a row. An empty one without quotes is nothing, one with quotes an empty text.
fn split(row: &str) -> Option<Fields> {
    let mut rest = row.strip_suffix('\n').map_or(row, |row| row.strip_suffix('\r').unwrap_or(row));
    let mut fields = Vec::new();
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (text, after) = quoted_field(quoted)?;
                (Some(text), after)
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let text = &rest[..end];
                ((!text.is_empty()).then(|| text.to_owned()), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(fields),
            None => return None,
        }
    }
}

/// The text up to the closing quote, and what comes after that.
fn quoted_field(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let at = rest.find('"')?;
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                out.push('"');
                rest = next;
            }
            None => return Some((out, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_read_with_quotes_and_line_breaks_in_them() {
        let text = "id,name,note\r\n1,Ann,\n\n2,\"Lee, \"\"Al\"\"\",\"two\nlines\"\n3,,\"\"\n";
        let mut rows = Rows::new(text.as_bytes()).unwrap().expect("names");
        let mut next = || rows.next().unwrap().map(|row| row.map(Value::Object));
        assert_eq!(next(), Some(Some(json!({ "id": "1", "name": "Ann", "note": null }))));
        let second = json!({ "id": "2", "name": "Lee, \"Al\"", "note": "two\nlines" });
        assert_eq!(next(), Some(Some(second)));
        assert_eq!(next(), Some(Some(json!({ "id": "3", "name": null, "note": "" }))));
        assert_eq!(next(), None);
    }

    #[test]
    fn broken_rows_are_told_and_the_next_is_read() {
        let text = "a,b\n1\n1,2,3\n\"x\"y,2\n\u{fffd},2\n3,4";
        let mut rows = Rows::new(text.as_bytes()).unwrap().expect("names");
        let mut next = || rows.next().unwrap();
        assert_eq!((next(), next(), next()), (Some(None), Some(None), Some(None)));
        assert!(next().flatten().is_some());
        assert_eq!(next().flatten().map(Value::Object), Some(json!({ "a": "3", "b": "4" })));
        assert!(Rows::new(&b""[..]).unwrap().is_none());
        let open = format!("a\n\"{}", "x".repeat(MAX_ROW + 9));
        let mut rows = Rows::new(open.as_bytes()).unwrap().expect("names");
        assert_eq!(rows.next().unwrap(), Some(None));
    }
}
