//! An account as another system tells of it, and what makes it one of ours. A fault names the field
//! and never its value.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    access::state,
    app::App,
    features::accounts::{model::language, store::AccountRow},
    kernel::{
        clock::Timestamp, email::Email, id::RoleId, id::UserId, password::PasswordHash,
        refusal::Refusal,
    },
};

/// Why an account can't be imported: a field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: Cow<'static, str>,
    pub why: Refusal,
}

impl Fault {
    pub const fn new(field: &'static str, why: Refusal) -> Self {
        Self { field: Cow::Borrowed(field), why }
    }
}

pub const REQUIRED: Refusal = Refusal::new("required", "This field is required.");
const CONTROL: Refusal = Refusal::new("control_character", "Control characters are not allowed.");
const NAME_TOO_LONG: Refusal = Refusal::new("too_long", "A name has at most 100 characters.");
const REASON_TOO_LONG: Refusal = Refusal::new("too_long", "A reason has at most 200 characters.");
const ID_TOO_LONG: Refusal = Refusal::new("too_long", "An id has at most 200 characters.");
const ROLE_UNKNOWN: Refusal =
    Refusal::new("role_unknown", "There is no role of this name; make it first.");
const LOCALE_INVALID: Refusal =
    Refusal::new("language_invalid", "This is not a language tag such as `de` or `pt-BR`.");
const IN_THE_FUTURE: Refusal = Refusal::new("in_the_future", "This time is still to come.");
pub const EMAIL_TAKEN: Refusal = Refusal::new(
    "email_taken",
    "An account that was not imported has this address: somebody has signed up with it.",
);
pub const ID_TAKEN: Refusal =
    Refusal::new("id_taken", "Another account was imported with this id from the same system.");

/// The longest language tag in characters.
const MAX_LOCALE: usize = 35;

/// An account as another system tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The id that it had there.
    pub id: Option<String>,
    pub email: Option<String>,
    pub email_verified: bool,
    /// The address's local part where there is none.
    pub name: Option<String>,
    pub password_hash: Option<String>,
    pub created_at: Option<Timestamp>,
    /// Names of roles, all of which exist.
    pub roles: Vec<String>,
    pub disabled: bool,
    pub disabled_reason: Option<String>,
    /// When that ends by itself.
    pub disabled_until: Option<Timestamp>,
    /// The language in which its owner is written to (BCP 47).
    pub locale: Option<String>,
}

/// An account that can be written.
#[derive(Clone, Debug)]
pub struct Account {
    pub row: AccountRow,
    pub external_id: Option<String>,
    pub hash: Option<PasswordHash>,
    pub roles: Vec<RoleId>,
}

impl Record {
    /// The account, or everything that is wrong with it. `roles` are those that exist, by name.
    pub fn check(self, app: &App, roles: &HashMap<String, RoleId>) -> Result<Account, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut note = |field, why| faults.push(Fault::new(field, why));
        let now = app.now();
        let email = match self.email.as_deref().filter(|text| !text.trim().is_empty()) {
            None => Err(REQUIRED),
            Some(text) => text.parse::<Email>(),
        };
        let email = email.map_err(|why| note("email", why)).ok();
        check_text(self.id.as_deref(), 200, ID_TOO_LONG).unwrap_or_else(|why| note("id", why));
        let name = self.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        check_text(name.as_deref(), 100, NAME_TOO_LONG).unwrap_or_else(|why| note("name", why));
        check_text(self.disabled_reason.as_deref(), 200, REASON_TOO_LONG)
            .unwrap_or_else(|why| note("disabled_reason", why));
        let locale = self.locale.unwrap_or_default();
        if locale.len() > MAX_LOCALE || language(&locale).is_err() {
            note("locale", LOCALE_INVALID);
        }
        let created_at = self.created_at.unwrap_or(now);
        if created_at > now {
            note("created_at", IN_THE_FUTURE);
        }
        let hash = self.password_hash.as_deref().map(PasswordHash::import).transpose();
        let hash = hash.unwrap_or_else(|why| {
            note("password_hash", why);
            None
        });
        let mut held: Vec<RoleId> = Vec::new();
        for role in &self.roles {
            match roles.get(role) {
                Some(id) if held.contains(id) => {}
                Some(id) => held.push(id.clone()),
                None => note("roles", ROLE_UNKNOWN),
            }
        }
        let Some(email) = email.filter(|_| faults.is_empty()) else { return Err(faults) };
        let local = email.as_str().split('@').next().unwrap_or_default();
        let mut row = AccountRow::new(app, &email, name.as_deref().unwrap_or(local));
        // Ids sort by age, and so do the accounts that had theirs before.
        row.id = UserId::make(created_at, &app.chance);
        row.created_at = created_at;
        row.locale = locale;
        row.email_verified_at = self.email_verified.then_some(now);
        if self.disabled {
            state::DISABLED.clone_into(&mut row.status);
            row.disabled_until = self.disabled_until;
            row.disabled_reason = self.disabled_reason.filter(|reason| !reason.is_empty());
        }
        Ok(Account { row, external_id: self.id, hash, roles: held })
    }
}

fn check_text(text: Option<&str>, most: usize, too_long: Refusal) -> Result<(), Refusal> {
    let Some(text) = text else { return Ok(()) };
    if text.chars().any(char::is_control) {
        return Err(CONTROL);
    }
    if text.chars().count() > most { Err(too_long) } else { Ok(()) }
}
