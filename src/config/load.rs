//! Makes the settings from what the sources give. Every problem is found before any is reported,
//! and none of them repeats a value.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt,
    net::SocketAddr,
};

use url::{Host, Url};

use super::{
    key::{Form, Key},
    keys::Config,
    provider::Provider,
    sources::{Found, Source, Sources},
    unset::HostName,
    values::{MailTls, Setting, items},
    web::{Issuer, WebAddress},
};
use crate::kernel::color::Color;

/// All that is wrong with the settings, one line each.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl Problems {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Error for Problems {}

/// A setting that has been read: its text as others may see it, and where that came from.
pub(super) struct Line {
    pub key: &'static Key,
    /// Its full name.
    pub name: String,
    pub text: String,
    pub source: Source,
}

impl Line {
    /// The value in TOML.
    pub fn value(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        match self.key.form {
            Form::Text => quoted(&self.text),
            Form::Number | Form::Switch => self.text.clone(),
            Form::List => {
                let list = items(&self.text).map(quoted).collect::<Vec<_>>();
                format!("[{}]", list.join(", "))
            }
        }
    }
}

/// Reads and checks everything, giving the settings and a line for each.
pub(super) fn read(sources: &Sources) -> Result<(Config, Vec<Line>), Problems> {
    let mut reader = Reader::new(Found::gather(sources));
    let config = Config::read(&mut reader);
    check(&config, &mut reader);
    if reader.found.problems.is_empty() {
        Ok((config, reader.lines))
    } else {
        Err(Problems(reader.found.problems))
    }
}

/// Hands out one setting after the other, and goes on with the default where one is wrong.
pub(super) struct Reader {
    found: Found,
    lines: Vec<Line>,
    wrong: BTreeSet<String>,
}

impl Reader {
    fn new(found: Found) -> Self {
        Self { found, lines: Vec::new(), wrong: BTreeSet::new() }
    }

    /// The value from the strongest source. The weaker ones must be right all the same: their turn
    /// may come.
    pub fn read<T: Setting>(&mut self, name: &str) -> T {
        let key = Key::find(name).expect("the table reads its own rows");
        let mut best = None;
        for (text, source) in self.found.texts.remove(name).unwrap_or_default() {
            match T::parse(&text, key.limits) {
                Some(value) => best = Some((value, T::shown(&text), source)),
                None => {
                    let message = format!("{source}: {name} must be {}", key.expected());
                    self.found.problems.push(message);
                    self.wrong.insert(name.to_owned());
                }
            }
        }
        let (value, text, source) = best.unwrap_or_else(|| self.default(key));
        self.lines.push(Line { key, name: name.to_owned(), text, source });
        value
    }

    /// The members of a group of which anything is set, by their names. `read` gets the beginning
    /// of the names of a member's settings.
    pub fn each<G>(
        &mut self,
        group: &str,
        read: impl Fn(&mut Self, &str) -> G,
    ) -> BTreeMap<String, G> {
        let start = format!("{group}.");
        let member = |name: &String| {
            let (member, _) = name.strip_prefix(&start)?.split_once('.')?;
            Some(member.to_owned())
        };
        let members: BTreeSet<_> = self.found.texts.keys().filter_map(member).collect();
        let read = |member: String| {
            let value = read(self, &format!("{start}{member}"));
            (member, value)
        };
        members.into_iter().map(read).collect()
    }

    fn default<T: Setting>(&mut self, key: &'static Key) -> (T, String, Source) {
        if key.default.is_empty() {
            let value = T::unset().expect("only a type that can be unset has no default");
            return (value, String::new(), Source::Default);
        }
        let text = self.filled(key.default);
        let value = T::parse(&text, key.limits).expect("a default fits its own row");
        (value, T::shown(&text), Source::Default)
    }

    /// A default with the values of earlier settings in the place of their names.
    fn filled(&self, default: &str) -> String {
        let mut text = default.to_owned();
        for line in &self.lines {
            let name = format!("{{{}}}", line.name);
            if text.contains(&name) {
                text = text.replace(&name, &in_url(line));
            }
        }
        // "All addresses" is nowhere to go to; on this machine the loopback is meant.
        text.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    }

    /// Reports a broken rule between settings, at the place of the first one. A rule on a setting
    /// that is wrong in itself says nothing.
    fn rule(&mut self, names: &[&str], holds: bool, message: &str) {
        if holds || names.iter().any(|name| self.wrong.contains(*name)) {
            return;
        }
        let line = self.lines.iter().find(|line| line.name == names[0]);
        let line = line.expect("rules name rows of the table");
        self.found.problems.push(format!("{}: {} {message}", line.source, names[0]));
    }
}

/// The value as a part of a URL: an address as it is, a path with its special characters encoded.
fn in_url(line: &Line) -> String {
    if line.text.parse::<SocketAddr>().is_ok() {
        return line.text.clone();
    }
    let mut out = String::with_capacity(line.text.len());
    for byte in line.text.trim_end_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The rules between settings.
fn check(config: &Config, reader: &mut Reader) {
    let session = &config.session;
    reader.rule(
        &["session.idle_seconds", "session.absolute_seconds"],
        session.idle_seconds <= session.absolute_seconds,
        "must not be above session.absolute_seconds",
    );
    reader.rule(
        &["session.remember_idle_seconds", "session.remember_absolute_seconds"],
        session.remember_idle_seconds <= session.remember_absolute_seconds,
        "must not be above session.remember_absolute_seconds",
    );
    reader.rule(
        &["session.idle_seconds", "session.remember_idle_seconds"],
        session.idle_seconds <= session.remember_idle_seconds,
        "must not be above session.remember_idle_seconds",
    );
    reader.rule(
        &["session.absolute_seconds", "session.remember_absolute_seconds"],
        session.absolute_seconds <= session.remember_absolute_seconds,
        "must not be above session.remember_absolute_seconds",
    );
    reader.rule(
        &["metrics_listen", "listen"],
        config.metrics_listen.is_none_or(|it| it != config.listen || it.port() == 0),
        "must not be the address of listen",
    );
    reader.rule(
        &["master_key_other", "master_key"],
        config.master_key_other.is_none()
            || (config.master_key.is_some() && config.master_key != config.master_key_other),
        "must be another key than master_key, and is of no use without that",
    );
    check_mail(config, reader);
    check_brand(config, reader);
    check_transport(config, reader);
    check_providers(config, reader);
    // A set domain in which no page of the service lies would make every passkey useless.
    reader.rule(
        &["passkeys.rp_id", "public_url"],
        config.passkeys.rp_id.is_none() || config.relying_party().is_some(),
        "must be the host of public_url or a domain above it",
    );
}

/// A mail server needs an address to send from, and its password must not cross a network in the
/// clear.
fn check_mail(config: &Config, reader: &mut Reader) {
    let mail = &config.mail;
    reader.rule(
        &["mail.from", "mail.host"],
        mail.host.is_none() || mail.from.is_some(),
        "must be set where mail.host is",
    );
    let at_home = mail.host.as_ref().is_none_or(HostName::is_loopback);
    reader.rule(
        &["mail.tls", "mail.host"],
        mail.tls != MailTls::Unencrypted || at_home,
        "must be `starttls` or `tls` unless mail.host is this machine",
    );
    reader.rule(
        &["mail.password", "mail.username"],
        mail.username.is_some() == mail.password.is_some(),
        "must be set where mail.username is, and only there",
    );
}

/// Text stands on the backgrounds, more of it than on buttons: it needs more than can just be read.
fn check_brand(config: &Config, reader: &mut Reader) {
    const CLEAR: f64 = 10.0;
    let clear = |ground: Option<Color>, ink: Color| {
        ground.is_none_or(|ground| ground.contrast(ink) >= CLEAR)
    };
    reader.rule(
        &["brand.background"],
        clear(config.brand.background, Color::BLACK),
        "must be so light that dark text is read well on it",
    );
    reader.rule(
        &["brand.background_dark"],
        clear(config.brand.background_dark, Color::WHITE),
        "must be so dark that light text is read well on it",
    );
}

/// Passwords and cookies must not cross a network in the clear.
fn check_transport(config: &Config, reader: &mut Reader) {
    let told = config.allow_insecure_http;
    let at_home = config.listen.ip().to_canonical().is_loopback();
    let proxied = config.is_https() && !config.trusted_proxies.is_empty();
    reader.rule(
        &["listen", "public_url", "trusted_proxies", "allow_insecure_http"],
        at_home || proxied || told,
        "can be reached by other machines over plain HTTP: set an https public_url and the \
         trusted_proxies that end TLS, or allow_insecure_http = true",
    );
    reader.rule(
        &["public_url", "listen", "allow_insecure_http"],
        config.is_https() || is_loopback(&config.public_url) || !at_home || told,
        "must be https unless its host is this machine, or allow_insecure_http = true",
    );
}

/// Each provider has what it takes, and none is asked in the clear but where that is told.
fn check_providers(config: &Config, reader: &mut Reader) {
    for (name, settings) in &config.providers {
        let setting = |last: &str| format!("providers.{name}.{last}");
        if let Err((last, why)) = Provider::of(name, settings) {
            reader.rule(&[&setting(last)], false, why);
        }
        let web = |address: &Option<WebAddress>| address.as_ref().map(|it| it.url().clone());
        for (last, url) in [
            ("issuer", settings.issuer.as_ref().and_then(Issuer::url)),
            ("authorization_url", web(&settings.authorization_url)),
            ("token_url", web(&settings.token_url)),
            ("userinfo_url", web(&settings.userinfo_url)),
            ("emails_url", web(&settings.emails_url)),
        ] {
            let is_told = |url: &Url| {
                let host = url.host().map(|host| host.to_owned());
                config.http.private_hosts.iter().any(|listed| Some(listed.host()) == host.as_ref())
            };
            reader.rule(
                &[&setting(last), "http.private_hosts"],
                url.is_none_or(|url| url.scheme() == "https" || is_told(&url)),
                "must be https unless http.private_hosts names its host",
            );
        }
    }
}

/// Whether an address leads to this machine alone.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
