//! The table as people read it: the reference page, the sample file and the settings in force.
//! Secrets never show.

use super::{
    key::Key,
    keys::{KEYS, SECTIONS},
    load::{self, Line, Problems},
    sources::{Source, Sources},
};

/// The settings in force, one `key = value  # source` per line, secrets as `[secret]`.
pub fn show(sources: &Sources) -> Result<String, Problems> {
    let (_, lines) = load::read(sources)?;
    Ok(lines
        .iter()
        .map(|line| format!("{} = {}  # {}\n", line.name, line.value(), line.source))
        .collect())
}

/// A `doorward.toml` with every setting, its meaning and its default, all commented out.
pub fn sample() -> String {
    let (_, lines) = load::read(&Sources::default()).expect("the defaults are right");
    let mut out = String::from(
        "# Settings of Doorward. Each line that begins with `#` and a name shows a default: take\n\
         # the `#` away to change it. Variables (DOORWARD_LISTEN, ...) win over this file.\n",
    );
    let mut section = "";
    for line in &lines {
        if line.key.section() != section {
            section = line.key.section();
            out.push('\n');
            comment(&mut out, about(section));
            out.push_str(&format!("[{section}]\n"));
        }
        sample_line(&mut out, line);
    }
    sample_groups(&mut out);
    out
}

/// What a member of each group can have. It is all comment: there is no member by default.
fn sample_groups(out: &mut String) {
    let mut section = "";
    for key in KEYS.iter().filter(|key| key.is_of_group()) {
        if key.section() != section {
            section = key.section();
            out.push('\n');
            comment(out, about(section));
            out.push_str(&format!("#\n# [{section}.example]\n"));
        }
        let name = key.name.rsplit('.').next().unwrap_or(key.name);
        out.push_str("#\n");
        comment(out, key.doc.trim());
        comment(out, &format!("It must be {}.", key.expected()));
        out.push_str(&format!("# {name} = {}\n", written(key)));
    }
}

/// The default of a row in TOML.
fn written(key: &'static Key) -> String {
    let (text, source) = (key.default.to_owned(), Source::Default);
    Line { key, name: key.name.to_owned(), text, source }.value()
}

fn sample_line(out: &mut String, line: &Line) {
    let key = line.key;
    let name = key.name.rsplit('.').next().unwrap_or(key.name);
    out.push('\n');
    comment(out, key.doc.trim());
    comment(out, &format!("It must be {}.", key.expected()));
    out.push_str(&format!("#{name} = {}\n", line.value()));
}

/// `text` in lines of comment of at most 100 characters.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > 100 {
            out.push_str(&line);
            out.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}

fn about(section: &str) -> &'static str {
    SECTIONS.iter().find(|(name, _)| *name == section).map_or("", |(_, about)| about.trim())
}

/// The reference page in Markdown.
pub fn reference() -> String {
    let mut out = String::from(INTRODUCTION);
    let mut section = None;
    for key in KEYS {
        if section != Some(key.section()) {
            section = Some(key.section());
            out.push_str(&heading(key));
            out.push_str("| key | variable | default | must be | meaning |\n");
            out.push_str("| --- | --- | --- | --- | --- |\n");
        }
        out.push_str(&row(key));
    }
    out
}

fn heading(key: &Key) -> String {
    let member = if key.is_of_group() { ".<name>" } else { "" };
    match key.section() {
        "" => "\n## Top of the file\n\n".to_owned(),
        section => format!("\n## `[{section}{member}]`\n\n{}\n\n", about(section)),
    }
}

fn row(key: &Key) -> String {
    let default = match key.default {
        "" => "unset".to_owned(),
        text => format!("`{}`", text.replace('{', "<").replace('}', ">")),
    };
    let secret = if key.secret { " Secret." } else { "" };
    format!(
        "| `{}` | `{}` | {default} | {} | {}{secret} |\n",
        key.name,
        key.variable(),
        key.expected().replace('|', "\\|"),
        key.doc.trim().replace('|', "\\|"),
    )
}

const INTRODUCTION: &str = "\
# Configuration

Made from the table in `src/config/keys.rs`; a test compares the two.

Doorward starts without any setting. Settings come from, the later ones winning:

1. the default;
2. the TOML file: `--config FILE`, or else the one that `DOORWARD_CONFIG` names, or else
   `doorward.toml` in the working folder when there is one;
3. for secrets, a file in `$CREDENTIALS_DIRECTORY` (systemd's `LoadCredential=`) that has the key's
   name with underscores for dots, such as `master_key`;
4. a variable: `DOORWARD_` and the key's name in capitals with underscores for dots. With `_FILE`
   after it (`DOORWARD_MASTER_KEY_FILE`) the variable names a file that holds the value; white
   space around the value is dropped. Setting both forms is an error.

In a variable, the items of a list stand between commas. A key or variable that is not on this page
is refused, and so is a wrong value, also where a stronger source overrides it. All problems are
reported at once, each with its place, and no message repeats a value.

A section `[providers.<name>]` stands once for each provider, with its name in the place of
`<name>`: `[providers.google]`, and in a variable `DOORWARD_PROVIDERS_GOOGLE_CLIENT_ID`.

`doorward config check` reports the problems, `doorward config show` prints each setting with its
value and source (secrets as `[secret]`), `doorward config sample` prints a commented file.
";
