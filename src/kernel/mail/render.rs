//! From a mail to what is read: a subject, a text and a page of HTML, in the reader's language.
//! Every value is escaped in HTML, and a template that can't render every mail stops the start.

use std::{
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use minijinja::{Environment, UndefinedBehavior, context};

use super::{CODE_SECONDS, FactorChange, Mail, sample};
use crate::kernel::{
    clock::Timestamp,
    texts::{self, Arg, Lang},
};

/// The templates that serve every mail that has none of its own.
const BUILT_IN: [(&str, &str); 2] = [
    ("mail.txt", include_str!("../../../templates/mail/mail.txt")),
    ("mail.html", include_str!("../../../templates/mail/mail.html")),
];

/// The longest name of a device in a mail, in characters.
const DEVICE: usize = 100;

/// A mail as it is read.
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a template can't be used. It names the file and what is wrong, and holds no value of a mail.
#[derive(Debug)]
pub enum TemplateError {
    /// The folder or a file could not be read.
    Io(PathBuf, io::Error),
    /// No mail has a template of this name.
    Unknown(PathBuf),
    /// It is wrong, or does not render.
    Wrong(String, minijinja::Error),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Unknown(path) => write!(
                f,
                "{}: no mail has a template of this name; there are mail.txt, mail.html, and for \
                 one kind of mail such names as {}.html",
                path.display(),
                sample::all()[0].kind(),
            ),
            Self::Wrong(name, error) => write!(f, "the mail template {name}: {error}"),
        }
    }
}

impl Error for TemplateError {}

/// The templates of mails. Cheap to clone.
#[derive(Clone)]
pub struct Templates(Arc<Inner>);

struct Inner {
    environment: Environment<'static>,
    service: String,
    address: String,
}

impl Templates {
    /// The built-in templates, and those of `folder` in their place. `service` and `address` are
    /// the service's name and public address. Renders every mail in every language once, so that a
    /// wrong template is found now.
    pub fn load(
        folder: Option<&Path>,
        service: &str,
        address: &str,
    ) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in BUILT_IN {
            add(&mut environment, name.to_owned(), source.to_owned())?;
        }
        if let Some(folder) = folder {
            for (name, source) in own(folder)? {
                add(&mut environment, name, source)?;
            }
        }
        let (service, address) = (service.to_owned(), address.to_owned());
        let templates = Self(Arc::new(Inner { environment, service, address }));
        for (mail, lang) in sample::all().iter().flat_map(|mail| Lang::ALL.map(|lang| (mail, lang)))
        {
            templates.render(mail, lang.tag())?;
        }
        Ok(templates)
    }

    /// The mail in the language that fits `locale`, a BCP 47 tag or empty, best.
    pub fn render(&self, mail: &Mail, locale: &str) -> Result<Rendered, TemplateError> {
        let lang = Lang::choose([locale]);
        let words = self.words(mail, lang);
        let get = |part: &str| {
            let args: Vec<_> =
                words.iter().map(|(name, word)| (*name, Arg::Text(word.as_str()))).collect();
            texts::get(lang, &format!("{}-{part}", mail.kind().replace('_', "-")), &args)
        };
        let code_key = if mail.link().is_some() { "mail-code" } else { "mail-code-alone" };
        let code_life = texts::duration(lang, CODE_SECONDS);
        let (service, address) = (Arg::Text(&self.0.service), Arg::Text(&self.0.address));
        let sender = [("service", service), ("address", address)];
        let subject = get("subject");
        let context = context! {
            kind => mail.kind(),
            lang => lang.tag(),
            service => self.0.service.as_str(),
            address => self.0.address.as_str(),
            subject => subject.as_str(),
            text => get("text"),
            note => get("note"),
            link => mail.link().unwrap_or_default(),
            button => if mail.link().is_some() { get("button") } else { String::new() },
            link_text => texts::get(lang, "mail-link", &[]),
            code => mail.code().unwrap_or_default(),
            code_text => texts::get(lang, code_key, &[("duration", Arg::Text(&code_life))]),
            footer => texts::get(lang, "mail-footer", &sender),
        };
        let text = self.file(mail.kind(), "txt", &context)?;
        let html = self.file(mail.kind(), "html", &context)?;
        Ok(Rendered { subject, text, html })
    }

    /// What the mail's own template makes of it, or else the one for all.
    fn file(
        &self,
        kind: &str,
        form: &str,
        context: &minijinja::Value,
    ) -> Result<String, TemplateError> {
        let (own, common) = (format!("{kind}.{form}"), format!("mail.{form}"));
        let environment = &self.0.environment;
        let found = environment.get_template(&own).or_else(|_| environment.get_template(&common));
        let wrong = |error| TemplateError::Wrong(own.clone(), error);
        found.map_err(wrong)?.render(context).map_err(wrong)
    }

    /// The values of a mail as its texts name them.
    fn words(&self, mail: &Mail, lang: Lang) -> Vec<(&'static str, String)> {
        let mut words = vec![("service", self.0.service.clone())];
        match mail {
            Mail::VerifyEmail { link, .. }
            | Mail::ResetPassword { link }
            | Mail::AccountMade { link }
            | Mail::ChoosePassword { link }
            | Mail::ConfirmEmail { link, .. }
            | Mail::MagicLink { link, .. } => {
                words.push(("duration", texts::duration(lang, link.seconds)));
            }
            Mail::EmailChanged { new, link } => {
                words.push(("address", new.clone()));
                words.push(("duration", texts::duration(lang, link.seconds)));
            }
            Mail::EmailChangeAsked { new } => words.push(("address", new.clone())),
            Mail::PasswordChanged { at, .. } => words.push(("time", minute(*at))),
            Mail::NewDevice { device, ip, at, .. } => {
                words.push(("device", one_line(device)));
                words.push(("ip", one_line(ip)));
                words.push(("time", minute(*at)));
            }
            Mail::FactorChanged { change, at, .. } => {
                words.push(("time", minute(*at)));
                words.push(("change", change_words(lang, *change)));
            }
            Mail::AddressInUse { .. }
            | Mail::AccountReady { .. }
            | Mail::EmailIsYours
            | Mail::MailedFactor { .. } => {}
        }
        words
    }
}

fn change_words(lang: Lang, change: FactorChange) -> String {
    texts::get(lang, &format!("change-{}", change.as_str()), &[])
}

/// A moment to the minute, alike in every language.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// What a browser says of itself, as a few words on one line.
fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    spaced.take(DEVICE).collect()
}

fn add(
    environment: &mut Environment<'static>,
    name: String,
    source: String,
) -> Result<(), TemplateError> {
    let added = environment.add_template_owned(name.clone(), source);
    added.map_err(|error| TemplateError::Wrong(name, error))
}

/// The operator's templates: name and source of each.
fn own(folder: &Path) -> Result<Vec<(String, String)>, TemplateError> {
    let io_at = |path: &Path| {
        let path = path.to_owned();
        move |error| TemplateError::Io(path, error)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_at(folder))? {
        let path = entry.map_err(io_at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What editors and file systems leave behind.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if !is_known(&name) {
            return Err(TemplateError::Unknown(path));
        }
        let source = fs::read_to_string(&path).map_err(io_at(&path))?;
        found.push((name, source));
    }
    Ok(found)
}

fn is_known(name: &str) -> bool {
    let Some((kind, "txt" | "html")) = name.rsplit_once('.') else { return false };
    kind == "mail" || sample::all().iter().any(|mail| mail.kind() == kind)
}
