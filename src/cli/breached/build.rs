//! From a list to a filter, in memory that does not grow with the list: about a hundredth of the
//! list's size, with two temporary copies of 8 bytes for each line beside the output.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER_PERMISSIVE;
use unicode_normalization::UnicodeNormalization;

use super::{
    Form,
    spill::{Sorted, Spill},
};
use crate::{
    cli::{Failure, progress::Progress},
    kernel::password::breached::{Breached, HEADER, Shape, hash_of, key_of},
};

/// The longest line in bytes.
const MAX_LINE: u64 = 4096;

/// Hexadecimal digits of SHA-1, and of NTLM's MD4, which is of no use.
const SHA1_DIGITS: usize = 40;
const NTLM_DIGITS: usize = 32;

/// Makes the filter and reads it again; answers how many lines the list had.
pub fn build(file: &Path, output: &Path, form: Form, min_count: u64) -> Result<u64, Failure> {
    let list: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file_of = |path: &Path| File::open(path);
        Box::new(file_of(file).map_err(|error| format!("{}: {error}", file.display()))?)
    };
    let name = output.file_name().ok_or("the output must have a name")?.to_string_lossy();
    let beside =
        |kind: &str| output.with_file_name(format!(".{name}.{kind}-{}", std::process::id()));
    let mut spill = Spill::new(&beside("sorting"))
        .map_err(|error| format!("nothing can be written beside {}: {error}", output.display()))?;
    let lines = read(BufReader::with_capacity(1 << 20, list), form, min_count, &mut spill)?;
    let draft = Draft(beside("draft"));
    write(&spill.sort()?, &draft.0)?;
    Breached::open(&draft.0)?.check()?;
    fs::rename(&draft.0, output)?;
    let folder = output.parent().filter(|path| !path.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(lines)
}

/// A file that is removed unless it got another name.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Renamed already, where all went well.
        let _ = fs::remove_file(&self.0);
    }
}

/// Reads the list line by line; answers how many lines that were.
fn read(
    mut list: impl BufRead,
    mut form: Form,
    min_count: u64,
    spill: &mut Spill,
) -> Result<u64, Failure> {
    let progress = Progress::new("lines read", 0);
    let (mut line, mut number) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        if (&mut list).take(MAX_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(number);
        }
        number += 1;
        if line.len() as u64 > MAX_LINE {
            return Err(format!("line {number} has more than {MAX_LINE} bytes").into());
        }
        let text = line.trim_ascii_end();
        if text.is_empty() {
            continue;
        }
        if form == Form::Auto {
            form = form_of(text)?;
        }
        let key = match form {
            Form::Sha1 => hash(text, min_count)
                .ok_or_else(|| format!("line {number} is no SHA-1 hash, or its count no number"))?,
            _ => Some(word(&line)),
        };
        if let Some(key) = key {
            spill.push(key)?;
        }
        if number.is_multiple_of(1 << 16) {
            progress.at(number);
        }
    }
}

/// What the first line tells of all.
fn form_of(text: &[u8]) -> Result<Form, Failure> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let ends = digits == text.len() || text[digits] == b':';
    match digits {
        SHA1_DIGITS if ends => Ok(Form::Sha1),
        NTLM_DIGITS if ends => {
            Err("this looks like a list of NTLM hashes, of which no filter can \
            be made; `--form words` takes the lines for passwords"
                .into())
        }
        _ => Ok(Form::Words),
    }
}

/// The key of a line with a hash. The outer nothing is a broken line, the inner a rare password.
fn hash(text: &[u8], min_count: u64) -> Option<Option<u64>> {
    let (digits, count) = text.split_at_checked(SHA1_DIGITS)?;
    let bytes = HEXLOWER_PERMISSIVE.decode(digits).ok()?;
    let count = match count {
        [] => u64::MAX,
        [b':', count @ ..] => std::str::from_utf8(count).ok()?.trim().parse().ok()?,
        _ => return None,
    };
    let key = u64::from_be_bytes(*bytes.first_chunk()?);
    Some((count >= min_count).then_some(key))
}

/// The key of a password, normalised as it is when somebody chooses it.
fn word(line: &[u8]) -> u64 {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) if !text.is_ascii() => key_of(text.nfc().collect::<String>().as_bytes()),
        _ => key_of(line),
    }
}

/// Writes the whole file: index and entries side by side, then the header.
fn write(sorted: &Sorted, path: &Path) -> Result<(), Failure> {
    let shape = Shape::of(sorted.count);
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    let at = |place: u64| -> io::Result<BufWriter<File>> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.seek(SeekFrom::Start(place))?;
        Ok(BufWriter::with_capacity(1 << 18, file))
    };
    let (mut index, mut entries) = (at(HEADER as u64)?, at(shape.entries_at())?);
    let progress = Progress::new("written", shape.entries());
    let (mut written, mut bucket) = (0_u64, 0);
    for part in sorted.parts() {
        for key in part? {
            while bucket <= shape.bucket(key) {
                index.write_all(&written.to_le_bytes())?;
                bucket += 1;
            }
            entries.write_all(&shape.entry(key))?;
            written += 1;
        }
        progress.at(written);
    }
    while bucket <= shape.buckets() {
        index.write_all(&written.to_le_bytes())?;
        bucket += 1;
    }
    index.flush()?;
    entries.flush()?;
    file.seek(SeekFrom::Start(HEADER as u64))?;
    let body = hash_of(&file)?;
    file.rewind()?;
    file.write_all(&shape.header(body))?;
    Ok(file.sync_all()?)
}
