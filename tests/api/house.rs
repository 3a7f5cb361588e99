//! The plan of the house: imports only fall, files and functions stay short, and each room opens
//! with a sentence. The sources are read as rustfmt leaves them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floors, the highest first. A room uses rooms of lower floors alone.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["server"],
    &["api"],
    &["authjs"],
    &["pages"],
    &["features"],
    &["access"],
    &["work"],
    &["app", "http"],
    &["config", "db"],
    &["kernel"],
];

/// Names behind `crate::` that are no rooms: macros, which stand where they are written.
const MACROS: &[&str] = &["endpoints"];

/// The feature that all features may use.
const SHARED: &str = "accounts";

struct Source {
    /// Below `src/`.
    path: PathBuf,
    text: String,
}

impl Source {
    /// The room: the first folder's or file's name.
    fn room(&self) -> String {
        let first = self.path.iter().next().expect("a name").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    /// Whether the whole file is there for tests.
    fn is_test(&self) -> bool {
        let is_test = |part: &std::ffi::OsStr| {
            matches!(&*part.to_string_lossy(), "tests" | "tests.rs" | "testing.rs")
        };
        self.path.iter().any(is_test)
    }

    /// The text before the tests at the end.
    fn without_tests(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        &self.text[..end]
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources were found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            let path = path.strip_prefix(root).expect("it is below").to_owned();
            found.push(Source { path, text });
        }
    }
}

/// Every path behind `crate::`, its braces resolved: `crate::{a::b, c}` gives `a::b` and `c`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line_and_rest in text.match_indices("crate::").map(|(at, _)| at) {
        let before = &text[..line_and_rest];
        let is_comment = before.rsplit('\n').next().is_some_and(|line| line.contains("//"));
        if is_comment {
            continue;
        }
        expand(String::new(), &text[line_and_rest + "crate::".len()..], &mut found);
    }
    found
}

/// Reads one tree of paths; answers how many bytes of `text` it took.
fn expand(prefix: String, text: &str, found: &mut Vec<String>) -> usize {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    if let Some(rest) = text[end..].strip_prefix("::") {
        return end + 2 + expand(format!("{path}::"), rest, found);
    }
    if !text.starts_with('{') {
        found.push(path);
        return end;
    }
    let mut at = 1;
    while !text[at..].starts_with('}') {
        let skip = text[at..].find(|c: char| is_name(c) || c == '}').expect("a brace ends");
        at += skip;
        if !text[at..].starts_with('}') {
            at += expand(prefix.clone(), &text[at..], found);
        }
    }
    at + 1
}

fn floor(room: &str) -> usize {
    let floor = FLOORS.iter().position(|floor| floor.contains(&room));
    floor.unwrap_or_else(|| panic!("the room {room} is on no floor"))
}

#[test]
fn the_reader_of_imports_sees_every_arrow() {
    let text = "use crate::{\n    access::{caller::{self, Caller}, guard::Can},\n    app::App,\n};\n\
        // crate::comment\nfn f() { crate::db::lock(1); }";
    let found = imports(text);
    let wanted =
        ["access::caller::self", "access::caller::Caller", "access::guard::Can", "app::App"];
    assert_eq!(found, [&wanted[..], &["db::lock"]].concat());
}

#[test]
fn imports_only_fall() {
    for source in sources() {
        let room = source.room();
        if room == "lib" {
            continue;
        }
        for import in imports(&source.text) {
            let mut parts = import.split("::");
            let target = parts.next().expect("a name");
            if MACROS.contains(&target) {
                continue;
            }
            let falls = target == room || floor(target) > floor(&room);
            assert!(falls, "{}: `{import}` does not fall", source.path.display());
            if room == "features" && target == "features" {
                let own = source.path.iter().nth(1).expect("a feature").to_string_lossy();
                let other = parts.next().expect("a feature");
                let is_allowed = other == SHARED || own.trim_end_matches(".rs") == other;
                assert!(is_allowed, "{}: `{import}` goes sideways", source.path.display());
            }
        }
        let climbs = source.without_tests().contains("super::super::");
        assert!(!climbs, "{}: name the path from `crate`", source.path.display());
    }
}

#[test]
fn every_room_is_on_the_plan() {
    for source in sources() {
        let room = source.room();
        assert!(room == "lib" || floor(&room) < FLOORS.len());
    }
}

#[test]
fn files_and_lines_are_short() {
    for source in sources() {
        let path = source.path.display();
        let lines: Vec<_> = source.text.lines().collect();
        assert!(lines.len() <= 400, "{path} has {} lines: it has two tenants", lines.len());
        for (at, line) in lines.iter().enumerate() {
            let length = line.chars().count();
            assert!(length <= 100, "{path}:{} has {length} characters", at + 1);
        }
    }
}

#[test]
fn every_file_opens_with_a_sentence() {
    for source in sources() {
        let opens = source.text.starts_with("//! ");
        assert!(opens, "{} does not say what lives there", source.path.display());
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        let text = source.without_tests();
        for (at, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            let found =
                line.contains(".unwrap()") || line.contains("todo!") || line.contains("TODO");
            assert!(is_comment || !found, "{}:{}: {line}", source.path.display(), at + 1);
        }
    }
}

/// A function: where it begins, its lines, its arguments.
struct Function {
    at: usize,
    name: String,
    lines: usize,
    arguments: usize,
}

/// The functions of a text that rustfmt has formatted: each ends with a brace of its own indent.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<_> = line.trim_start().split(' ').collect();
        let is_word =
            |word: &&str| matches!(*word, "pub" | "const" | "async" | "pub(crate)" | "pub(super)");
        let head = words.iter().take_while(|word| is_word(word)).count();
        if words.get(head) != Some(&"fn") {
            continue;
        }
        let signature = lines[at..].join("\n");
        let open = signature.find('(').expect("a function takes something or nothing");
        let name = signature[..open].rsplit("fn ").next().unwrap_or_default().to_owned();
        let end = format!("{}}}", " ".repeat(indent));
        let is_one_line = line.ends_with('}') || !has_body(&signature[open..]);
        let rest = lines[at..].iter().take_while(|line| **line != end).count();
        let length = if is_one_line { 1 } else { rest + 1 };
        let arguments = count_arguments(&signature[open..]);
        found.push(Function { at: at + 1, name, lines: length, arguments });
    }
    found
}

/// The characters of a signature with the depth of the brackets around each; an arrow's head is no
/// bracket.
fn depths(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut depth = 0_usize;
    let mut last = ' ';
    text.chars().map(move |c| {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if last != '-' => depth -= 1,
            _ => {}
        }
        last = c;
        (c, depth)
    })
}

/// Whether the signature at the beginning of `text` has a body and not just a semicolon.
fn has_body(text: &str) -> bool {
    let end = depths(text).find(|(c, depth)| *depth == 0 && matches!(c, '{' | ';'));
    end.is_some_and(|(c, _)| c == '{')
}

/// How many arguments stand between the parentheses at the beginning of `text`.
fn count_arguments(text: &str) -> usize {
    let inside = depths(text).skip(1).take_while(|(_, depth)| *depth > 0);
    let outer: String = inside.filter(|(_, depth)| *depth == 1).map(|(c, _)| c).collect();
    outer.split(',').filter(|argument| !argument.trim().is_empty()).count()
}

#[test]
fn functions_are_short_and_take_little() {
    let mut count = 0;
    for source in sources() {
        for function in functions(&source.text) {
            let Function { at, name, lines, arguments } = function;
            let place = format!("{}:{at}: {name}", source.path.display());
            assert!(lines <= 60, "{place} has {lines} lines");
            assert!(arguments <= 6, "{place} takes {arguments} arguments");
            count += 1;
        }
    }
    assert!(count > 400, "only {count} functions were found");
}

#[test]
fn the_reader_of_functions_counts_right() {
    let text = "impl A {\n    pub async fn one(\n        a: Vec<(u8, u8)>,\n        b: fn(u8) -> u8,\n    ) {\n\
        \n    }\n\n    fn two() {}\n}\n";
    let found: Vec<_> =
        functions(text).iter().map(|it| (it.name.clone(), it.lines, it.arguments)).collect();
    assert_eq!(found, [("one".to_owned(), 6, 2), ("two".to_owned(), 1, 0)]);
}

/// What is found about who holds what stays true only behind the lock: a caller who is read before
/// it may have lost by then what they pass on.
#[test]
fn who_asks_for_reach_has_taken_turns_before_reading_the_caller() {
    let mut count = 0;
    for source in sources().iter().filter(|source| source.room() == "features") {
        let text = source.without_tests();
        for (at, _) in text.match_indices("reach::check") {
            let write = text[..at].rfind(".write(").expect("it is checked in a write");
            let before = &text[write..at];
            let (lock, caller) =
                (before.find("reach::lock(db)?"), before.find(".recheck(db, now)?"));
            let is_ordered = lock.is_some_and(|lock| caller.is_some_and(|caller| lock < caller));
            assert!(is_ordered, "{}:{before}", source.path.display());
            count += 1;
        }
    }
    assert!(count >= 14, "only {count} places were found");
}
