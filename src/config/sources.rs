//! Where settings come from, and the texts found there. Names are matched against the table here;
//! a name that is not in the table is refused.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    key::{Form, Key, is_member},
    keys::KEYS,
};

const PREFIX: &str = "DOORWARD_";
/// Names the file itself, so it is no setting.
const FILE_VARIABLE: &str = "DOORWARD_CONFIG";
const DEFAULT_FILE: &str = "doorward.toml";
/// Far above any real file: a mistaken path must not fill the memory.
const LARGEST_FILE: u64 = 1 << 20;

/// The places that settings are read from. A default gives way to the file, the file to a
/// credential, a credential to a variable.
#[derive(Clone, Default)]
pub struct Sources {
    /// The TOML file. It must exist when it is named.
    pub file: Option<PathBuf>,
    /// Variables by name. Those that do not begin with `DOORWARD_` are ignored.
    pub variables: BTreeMap<String, String>,
    /// The folder of the service's credentials, one file per secret.
    pub credentials: Option<PathBuf>,
}

impl Sources {
    /// The sources of this process: the named file, or else the one that `DOORWARD_CONFIG` names,
    /// or else `doorward.toml` in the working folder when there is one. Reads the environment once.
    pub fn from_process(file: Option<PathBuf>) -> Self {
        let mut sources = Self { file, ..Self::default() };
        let mut named = None;
        for (name, value) in std::env::vars_os() {
            if name == FILE_VARIABLE {
                named = Some(PathBuf::from(value));
            } else if name == "CREDENTIALS_DIRECTORY" {
                sources.credentials = Some(PathBuf::from(value));
            } else if name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
                sources.variables.insert(lossy(name), lossy(value));
            }
        }
        sources.file = sources.file.or(named).or_else(default_file);
        sources
    }
}

fn default_file() -> Option<PathBuf> {
    let path = PathBuf::from(DEFAULT_FILE);
    // A file that cannot be looked at is reported when it is read.
    path.try_exists().unwrap_or(true).then_some(path)
}

fn lossy(text: OsString) -> String {
    text.into_string().unwrap_or_else(|text| text.to_string_lossy().into_owned())
}

/// The place that gave a setting its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    Line { file: PathBuf, line: usize },
    Credential(String),
    Variable(String),
    VariableFile(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Line { file, line } => write!(f, "{}:{line}", file.display()),
            Self::Credential(name) => write!(f, "credential {name}"),
            Self::Variable(name) => f.write_str(name),
            Self::VariableFile(name) => write!(f, "the file that {name} names"),
        }
    }
}

/// The texts that the sources give to each setting, the weakest source first, and what was wrong
/// with the sources themselves.
#[derive(Default)]
pub(super) struct Found {
    pub texts: BTreeMap<String, Vec<(String, Source)>>,
    pub problems: Vec<String>,
}

impl Found {
    pub fn gather(sources: &Sources) -> Self {
        let mut found = Self::default();
        if let Some(path) = &sources.file {
            match read_text(path) {
                Ok(text) => found.file(path, &text),
                Err(error) => found.problem(&path.display(), format!("cannot be read: {error}")),
            }
        }
        if let Some(folder) = &sources.credentials {
            found.credentials(folder);
        }
        found.variables(&sources.variables);
        found
    }

    fn file(&mut self, path: &Path, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let start = error.span().map_or(0, |span| span.start);
            // Only the parser's own words: its `Display` quotes the line, which may hold a secret.
            self.problem(&line(path, text, start), error.message().to_owned());
        }
        self.table(path, text, "", table.get_ref());
    }

    fn table(&mut self, path: &Path, text: &str, section: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let source = line(path, text, name.span().start);
            let name = dotted(section, name);
            match (Key::find(&name), value.get_ref()) {
                (Some(key), value) => match written(key.form, value) {
                    Some(text) => self.texts.entry(name).or_default().push((text, source)),
                    None => self.problem(&source, misfit(key, &name, value)),
                },
                (None, DeValue::Table(inner)) if is_section(&name) || !inner.is_empty() => {
                    self.table(path, text, &name, inner);
                }
                (None, _) if is_section(&name) => {
                    let message = format!("`{name}` is a section: write its keys below [{name}]");
                    self.problem(&source, message);
                }
                (None, _) => {
                    let known = KEYS.iter().map(|key| key.name.to_owned());
                    self.problem(&source, unknown("key", &name, known));
                }
            }
        }
    }

    fn credentials(&mut self, folder: &Path) {
        let plain = KEYS.iter().filter(|key| key.secret && !key.is_of_group());
        let mut wanted: Vec<_> = plain.map(|key| (key.flat_name(), key.name.to_owned())).collect();
        // The names of a group's members are told by the files that there are.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if let Some((key, name)) = Key::find_flat(&file)
                && key.secret
                && key.is_of_group()
            {
                wanted.push((file, name));
            }
        }
        for (file, name) in wanted {
            match read_text(&folder.join(&file)) {
                Ok(text) => {
                    let text = text.trim().to_owned();
                    let source = Source::Credential(file);
                    self.texts.entry(name).or_default().push((text, source));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    self.problem(&Source::Credential(file), format!("cannot be read: {error}"));
                }
            }
        }
    }

    fn variables(&mut self, variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            if !name.starts_with(PREFIX) || name == FILE_VARIABLE {
                continue;
            }
            let plain = name.strip_suffix("_FILE").unwrap_or(name);
            let Some(setting) = of_variable(plain) else {
                let known = KEYS.iter().map(Key::variable);
                let known = known.flat_map(|name| [format!("{name}_FILE"), name]);
                self.problems.push(unknown("variable", name, known));
                continue;
            };
            let from_file = plain != name;
            if from_file && variables.contains_key(plain) {
                self.problem(name, format!("is set, and so is {plain}: set one of the two"));
            } else if value.contains(char::REPLACEMENT_CHARACTER) {
                self.problem(name, "is not valid UTF-8".to_owned());
            } else if !from_file {
                let source = Source::Variable(name.clone());
                self.texts.entry(setting).or_default().push((value.clone(), source));
            } else {
                self.variable_file(setting, name, Path::new(value));
            }
        }
    }

    fn variable_file(&mut self, setting: String, name: &str, path: &Path) {
        match read_text(path) {
            Ok(text) => {
                let source = Source::VariableFile(name.to_owned());
                self.texts.entry(setting).or_default().push((text.trim().to_owned(), source));
            }
            // The path stays out of it: a secret may have been put there by mistake.
            Err(error) => self.problem(name, format!("names a file that cannot be read: {error}")),
        }
    }

    fn problem(&mut self, place: &(impl fmt::Display + ?Sized), message: String) {
        self.problems.push(format!("{place}: {message}"));
    }
}

/// The full name of the setting that a variable sets.
fn of_variable(variable: &str) -> Option<String> {
    let flat = variable.strip_prefix(PREFIX)?;
    let is_upper = !flat.bytes().any(|byte| byte.is_ascii_lowercase());
    Key::find_flat(&flat.to_lowercase()).filter(|_| is_upper).map(|(_, name)| name)
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if read as u64 > LARGEST_FILE {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

fn line(path: &Path, text: &str, offset: usize) -> Source {
    let before = text.as_bytes().iter().take(offset);
    let line = 1 + before.filter(|byte| **byte == b'\n').count();
    Source::Line { file: path.to_owned(), line }
}

/// The full name of a key. A part with a dot or other marks is quoted, so that it equals no name.
fn dotted(section: &str, name: &Spanned<impl AsRef<str>>) -> String {
    let name = name.get_ref().as_ref();
    let bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let name = if bare { name.to_owned() } else { format!("{name:?}") };
    if section.is_empty() { name } else { format!("{section}.{name}") }
}

/// Whether keys stand below this name: of a section, or of a member of a group.
fn is_section(name: &str) -> bool {
    let is_group = |group: &str| KEYS.iter().any(|key| key.is_of_group() && key.section() == group);
    let member = name.split_once('.').filter(|(group, _)| is_group(group));
    KEYS.iter().any(|key| key.section() == name) || member.is_some_and(|(_, it)| is_member(it))
}

/// The value as a variable would write it, or nothing when it has another form.
fn written(form: Form, value: &DeValue<'_>) -> Option<String> {
    match (form, value) {
        (Form::Text, DeValue::String(text)) => Some(text.to_string()),
        (Form::Switch, DeValue::Boolean(on)) => Some(on.to_string()),
        (Form::Number, DeValue::Integer(number)) if number.radix() == 10 => {
            Some(number.as_str().to_owned())
        }
        (Form::List, DeValue::Array(items)) => {
            let items = items.iter().map(|item| {
                let text = item.get_ref().as_str()?;
                (!text.contains(',')).then(|| text.to_owned())
            });
            Some(items.collect::<Option<Vec<_>>>()?.join(","))
        }
        _ => None,
    }
}

fn misfit(key: &Key, name: &str, value: &DeValue<'_>) -> String {
    let hint = match (key.form, value) {
        (Form::Number | Form::Switch, DeValue::String(_)) => ", without quotes",
        (Form::Text, _) => ", in quotes",
        (Form::List, _) => ", each in quotes, in brackets",
        _ => "",
    };
    format!("{name} must be {}{hint}", key.expected())
}

fn unknown(kind: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    let likeness = |known: &String| {
        // A key that stands in the wrong section, or in none.
        if known.rsplit('.').next() == Some(name) {
            return 1.0;
        }
        let (name, known) = (name.trim_start_matches(PREFIX), known.trim_start_matches(PREFIX));
        strsim::normalized_damerau_levenshtein(name, known)
    };
    let closest = known
        .map(|known| (likeness(&known), known))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    let name = name.escape_debug();
    match closest {
        Some((_, known)) => format!("unknown {kind} `{name}`; did you mean `{known}`?"),
        None => format!("unknown {kind} `{name}`"),
    }
}
