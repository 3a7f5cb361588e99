//! The button that asks for a passkey. It is there once the script has found that the browser knows
//! passkeys; where it goes afterwards is always a path of ours.

use super::{return_to::Target, shell::Shell};

/// The button.
pub struct Passkey {
    /// What the script calls it.
    pub purpose: &'static str,
    pub next: String,
    /// The half-done sign-in that it finishes.
    pub token: Option<String>,
    pub words: String,
}

impl Passkey {
    /// A button that signs in, or proves again, and goes to the target.
    pub fn to(shell: &Shell, purpose: &'static str, target: &Target) -> Self {
        // A place of somebody else is looked at once more by the sign-in page, which leads on.
        let next = match target.as_str() {
            path if path.starts_with('/') => path.to_owned(),
            _ => target.carried_by("/sign-in"),
        };
        Self { purpose, next, token: None, words: shell.say("passkey-use") }
    }

    /// A button that adds a passkey.
    pub fn register(shell: &Shell) -> Self {
        let next = "/account/passkeys?done=passkey-added".to_owned();
        Self { purpose: "register", next, token: None, words: shell.say("passkey-add") }
    }

    pub fn finishing(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }
}
