//! A file of accounts, entry by entry. Lines and tables are read as they come; a JSON document is
//! held whole.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use serde_json::{Map, Value};

use super::{
    Form, auth_js, better_auth, csv, doorward,
    fields::{MALFORMED, NOT_AN_OBJECT},
    keycloak, supabase,
};
use crate::{
    cli::Failure,
    features::imports::model::{Fault, Record},
    kernel::refusal::Refusal,
};

/// The longest line in bytes.
const MAX_LINE: u64 = 1 << 20;

const LINE_TOO_LONG: Refusal = Refusal::new("too_long", "A line has at most 1048576 bytes.");
const NOT_A_ROW: Refusal =
    Refusal::new("malformed", "The row has not as many fields as there are names.");

type Object = Map<String, Value>;

/// What stands at one place of a file.
pub enum Entry {
    Account(Record),
    /// Something that is meant to stay behind, such as an account that was deleted.
    LeftOut,
    Faulty(Vec<Fault>),
}

impl From<Result<Record, Vec<Fault>>> for Entry {
    fn from(read: Result<Record, Vec<Fault>>) -> Self {
        read.map_or_else(Self::Faulty, Self::Account)
    }
}

/// The entries of a document, one after the other.
pub type Entries = Box<dyn Iterator<Item = Entry>>;

/// The entries of a file.
pub struct Source {
    /// What the numbers count: lines, rows or accounts.
    pub unit: &'static str,
    entries: Box<dyn Iterator<Item = io::Result<(u64, Entry)>>>,
}

impl Iterator for Source {
    type Item = io::Result<(u64, Entry)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next()
    }
}

impl Source {
    /// Opens a file. Fails where it can't be read, or where the whole of it is something else.
    pub fn open(path: &Path, form: Form) -> Result<Self, Failure> {
        let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let mut file = BufReader::new(File::open(path).map_err(|error| failed(&error))?);
        let first = first_byte(&mut file).map_err(|error| failed(&error))?;
        let read = match form {
            Form::Doorward => return Ok(Self::lines(file, doorward::entry)),
            Form::AuthJs => auth_js::entry,
            Form::Supabase => supabase::entry,
            Form::Keycloak | Form::BetterAuth => {
                let document = document(file).map_err(|error| failed(&error))?;
                let entries = match form {
                    Form::Keycloak => keycloak::entries(document),
                    _ => better_auth::entries(document),
                };
                return entries.map(Self::list).ok_or_else(|| {
                    failed(&"it is not the document that docs/IMPORT.md describes").into()
                });
            }
        };
        match first {
            Some(b'{') => Ok(Self::lines(file, read)),
            Some(b'[') => match document(file).map_err(|error| failed(&error))? {
                Value::Array(items) => Ok(Self::list(items.into_iter().map(move |item| {
                    object(item).map_or_else(|fault| Entry::Faulty(vec![fault]), |it| read(&it))
                }))),
                _ => Err(failed(&"it is not a list").into()),
            },
            _ => match csv::Rows::new(file).map_err(|error| failed(&error))? {
                Some(rows) => Ok(Self::rows(rows, read)),
                None => Err(failed(&"it has no line of names").into()),
            },
        }
    }

    /// One object on each line; empty lines are nothing.
    fn lines(mut file: BufReader<File>, read: fn(&Object) -> Entry) -> Self {
        let mut number = 0;
        let entries = std::iter::from_fn(move || {
            loop {
                number += 1;
                match line(&mut file) {
                    Err(error) => return Some(Err(error)),
                    Ok(None) => return None,
                    Ok(Some(Err(why))) => {
                        return Some(Ok((number, Entry::Faulty(vec![Fault::new("(line)", why)]))));
                    }
                    Ok(Some(Ok(text))) if text.iter().all(u8::is_ascii_whitespace) => {}
                    Ok(Some(Ok(text))) => {
                        let entry = match serde_json::from_slice(&text) {
                            Ok(value) => object(value).map(|object| read(&object)),
                            Err(_) => Err(Fault::new("(line)", MALFORMED)),
                        };
                        let entry = entry.unwrap_or_else(|fault| Entry::Faulty(vec![fault]));
                        return Some(Ok((number, entry)));
                    }
                }
            }
        });
        Self { unit: "line", entries: Box::new(entries) }
    }

    fn rows(mut rows: csv::Rows<BufReader<File>>, read: fn(&Object) -> Entry) -> Self {
        let mut number = 0;
        let entries = std::iter::from_fn(move || {
            number += 1;
            let row = rows.next().transpose()?;
            let faulty = || Entry::Faulty(vec![Fault::new("(row)", NOT_A_ROW)]);
            Some(row.map(|row| (number, row.map_or_else(faulty, |row| read(&row)))))
        });
        Self { unit: "row", entries: Box::new(entries) }
    }

    fn list(entries: impl Iterator<Item = Entry> + 'static) -> Self {
        let entries = entries.zip(1..).map(|(entry, number)| Ok((number, entry)));
        Self { unit: "account", entries: Box::new(entries) }
    }
}

/// The object that a value is.
pub fn object(value: Value) -> Result<Object, Fault> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Fault::new("(account)", NOT_AN_OBJECT)),
    }
}

fn document(file: BufReader<File>) -> Result<Value, &'static str> {
    // The library's own words may repeat what stands there.
    serde_json::from_reader(file).map_err(|_| "it is not well-formed JSON")
}

/// The first byte that is no white space. The file is left where that byte is.
fn first_byte(file: &mut BufReader<File>) -> io::Result<Option<u8>> {
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        if let Some(at) = buffer.iter().position(|byte| !byte.is_ascii_whitespace()) {
            let first = buffer[at];
            return Ok(Some(first));
        }
        let length = buffer.len();
        file.consume(length);
    }
}

/// The next line: `None` at the end. What is too long is skipped up to its end.
fn line(file: &mut BufReader<File>) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
    let mut text = Vec::new();
    if file.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut text)? == 0 {
        return Ok(None);
    }
    if text.len() as u64 <= MAX_LINE {
        return Ok(Some(Ok(text)));
    }
    file.skip_until(b'\n')?;
    Ok(Some(Err(LINE_TOO_LONG)))
}
