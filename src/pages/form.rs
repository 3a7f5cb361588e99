//! Forms as pages show them: fields in order, what is wrong beside the field. A field keeps its
//! value when the form comes back, unless it is a secret.

use super::shell::Shell;
use crate::http::{code::Code, problem::Problem};

/// A form.
pub struct Form {
    pub action: &'static str,
    pub hidden: Vec<(&'static str, String)>,
    pub fields: Vec<Field>,
    pub button: String,
    pub weight: Weight,
    /// Further ways to send it, whatever is filled in: each a name, a value, and the words on it.
    pub switches: Vec<(&'static str, &'static str, String)>,
    /// Whose account it is about, for password managers.
    pub username: Option<String>,
    /// What the browser has to do before it is sent, where the service asks for that.
    pub work: Option<Work>,
    /// What is wrong, in order: the field's name, where it is one, and the words.
    pub faults: Vec<(Option<&'static str>, String)>,
    takes_focus: bool,
    blames: Vec<(Code, &'static str)>,
}

/// The words about a puzzle that the browser solves before a form is sent.
pub struct Work {
    pub working: String,
    pub still: String,
    pub done: String,
    pub failed: String,
    pub no_script: String,
}

impl Work {
    fn new(shell: &Shell) -> Self {
        Self {
            working: shell.say("work-working"),
            // The script puts the number in.
            still: shell.fill("work-still", &[("seconds", "{seconds}")]),
            done: shell.say("work-done"),
            failed: shell.say("work-failed"),
            no_script: shell.say("work-no-script"),
        }
    }
}

/// How grave it is to send a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Main,
    Danger,
}

impl Weight {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Danger => "danger",
        }
    }
}

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The address that one signs in with.
    Username,
    Name,
    Password,
    NewPassword,
    /// A code of digits, from an app or a mail.
    Digits,
    /// A code of letters and digits, from a sheet.
    Code,
    /// One of a list.
    Choice,
    Check,
    /// A box without which the form can't be sent.
    Consent,
}

/// A field of a form. Its label is the text `field-…`.
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub label: String,
    pub value: String,
    /// Values to choose from, with the words for each.
    pub choices: Vec<(&'static str, String)>,
    pub is_checked: bool,
    pub hint: Option<String>,
    pub error: Option<String>,
    pub has_focus: bool,
    /// Whether the browser may offer passkeys in its place.
    pub offers_passkeys: bool,
}

impl Kind {
    pub fn input(self) -> &'static str {
        match self {
            Self::Username => "email",
            Self::Name | Self::Digits | Self::Code | Self::Choice => "text",
            Self::Password | Self::NewPassword => "password",
            Self::Check | Self::Consent => "checkbox",
        }
    }

    pub fn autocomplete(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Name => "name",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Digits => "one-time-code",
            Self::Code | Self::Choice | Self::Check | Self::Consent => "off",
        }
    }

    /// The most characters.
    pub fn max(self) -> u32 {
        match self {
            Self::Username => 254,
            Self::Name => 100,
            Self::Password | Self::NewPassword => 128,
            Self::Digits | Self::Code => 64,
            Self::Choice | Self::Check | Self::Consent => 0,
        }
    }

    pub fn is_box(self) -> bool {
        matches!(self, Self::Check | Self::Consent)
    }

    pub fn is_required(self) -> bool {
        self != Self::Check
    }

    /// Whether it is typed as it stands somewhere, and no word.
    pub fn is_literal(self) -> bool {
        matches!(self, Self::Username | Self::Digits | Self::Code)
    }

    fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::NewPassword | Self::Digits | Self::Code)
    }
}

impl Field {
    pub fn new(shell: &Shell, name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            label: shell.say(&format!("field-{name}")),
            value: String::new(),
            choices: Vec::new(),
            is_checked: false,
            hint: None,
            error: None,
            has_focus: false,
            offers_passkeys: false,
        }
    }

    /// Has the browser offer passkeys where it fills in the field.
    pub fn or_passkey(mut self) -> Self {
        self.offers_passkeys = true;
        self
    }

    /// Another label than that of its name.
    pub fn label(mut self, words: String) -> Self {
        self.label = words;
        self
    }

    pub fn value(mut self, value: &str) -> Self {
        // A secret is never sent back.
        if !self.kind.is_secret() {
            value.clone_into(&mut self.value);
        }
        self
    }

    pub fn choices(mut self, choices: Vec<(&'static str, String)>) -> Self {
        self.choices = choices;
        self
    }

    pub fn checked(mut self, is_checked: bool) -> Self {
        self.is_checked = is_checked;
        self
    }

    pub fn hint(mut self, words: String) -> Self {
        self.hint = Some(words);
        self
    }

    /// The ids of what explains the field, for `aria-describedby`; empty where nothing does.
    pub fn explained_by(&self) -> String {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        error.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }
}

impl Form {
    /// A form that is sent to `action` by a button with these words.
    pub fn to(action: &'static str, button: String) -> Self {
        Self {
            action,
            hidden: Vec::new(),
            fields: Vec::new(),
            button,
            weight: Weight::Main,
            switches: Vec::new(),
            username: None,
            work: None,
            faults: Vec::new(),
            takes_focus: false,
            blames: Vec::new(),
        }
    }

    pub fn hidden(mut self, fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.hidden.extend(fields);
        self
    }

    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// A further way to send it.
    pub fn switch(mut self, name: &'static str, value: &'static str, words: String) -> Self {
        self.switches.push((name, value, words));
        self
    }

    pub fn about(mut self, username: &str) -> Self {
        self.username = Some(username.to_owned());
        self
    }

    /// Asks the browser for work before it is sent, where the service wants that.
    pub fn worked_for(mut self, shell: &Shell) -> Self {
        self.work = shell.look.asks_work.then(|| Work::new(shell));
        self
    }

    /// Puts the cursor into the first field that is empty: for pages that are about their form.
    pub fn focused(mut self) -> Self {
        self.takes_focus = true;
        self
    }

    /// A refusal with this code is the fault of this field.
    pub fn blame(mut self, code: Code, field: &'static str) -> Self {
        self.blames.push((code, field));
        self
    }

    /// The form again, with what is wrong beside its fields.
    pub fn refused(mut self, shell: &Shell, problem: &Problem) -> Self {
        for error in problem.errors() {
            let named = error.pointer.trim_start_matches('/');
            let field = self.fields.iter_mut().find(|field| field.name == named);
            let words = shell.fault(named, error);
            self.faults.push((field.as_ref().map(|field| field.name), words.clone()));
            if let Some(field) = field {
                field.error.get_or_insert(words);
            }
        }
        if problem.errors().is_empty() {
            let words = shell.refusal(problem);
            let blamed = self.blames.iter().find(|(code, _)| *code == problem.code());
            let blamed = blamed.map(|(_, name)| *name);
            if let Some(field) = self.fields.iter_mut().find(|field| Some(field.name) == blamed) {
                field.error = Some(words.clone());
            }
            self.faults.push((blamed, words));
        }
        self
    }

    /// The form with its focus, ready to be shown. What is wrong is read first.
    pub fn ready(mut self) -> Self {
        if self.takes_focus && self.faults.is_empty() {
            let is_typed = |kind: Kind| !kind.is_box() && kind != Kind::Choice;
            let mut empty = self.fields.iter_mut().filter(|field| is_typed(field.kind));
            if let Some(field) = empty.find(|field| field.value.is_empty()) {
                field.has_focus = true;
            }
        }
        self
    }
}
