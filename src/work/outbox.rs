//! The outbox: mail is a row, written in the transaction of what caused it. What it says is sealed
//! and is erased once it is delivered.

use diesel::prelude::*;

use crate::{
    app::App,
    config::Delivery,
    db::{Conn, schema::outbox},
    kernel::{
        clock::Timestamp,
        id::{MailId, UserId},
        mail::Mail,
        vault::{Place, Unopened, Vault},
    },
};

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// To be delivered when it is due.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// Given up; an operator may try again.
    Dead,
    /// For the development mailbox.
    Kept,
    /// Written for the sake of the work alone: the address has no account.
    Void,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Kept => "kept",
            Self::Void => "void",
        }
    }
}

/// A mail about to be written, already sealed.
pub struct Letter {
    id: MailId,
    kind: &'static str,
    content: Vec<u8>,
    status: Status,
    at: Timestamp,
}

/// Who gets a mail.
#[derive(Clone, Copy)]
pub struct To<'a> {
    /// Whose account it is about; with the account goes the mail.
    pub user: Option<&'a UserId>,
    pub email: &'a str,
    /// A BCP 47 tag, or empty.
    pub locale: &'a str,
}

impl Letter {
    /// Seals a mail. It is delivered by SMTP, kept for the development mailbox, or waits until
    /// there is a mail server, as the configuration says.
    pub fn new(app: &App, mail: &Mail) -> Self {
        let at = app.now();
        let id = MailId::next(at, &app.chance);
        let plain = serde_json::to_vec(mail).expect("texts and numbers make JSON");
        let status = match app.config.delivery() {
            Delivery::Smtp | Delivery::Later => Status::Waiting,
            Delivery::Mailbox => Status::Kept,
        };
        let content = app.vault.seal(place(&id), &plain);
        Self { id, kind: mail.kind(), content, status, at }
    }

    /// The same for nobody: written like any other, never delivered and shown nowhere.
    pub fn void(self) -> Self {
        Self { status: Status::Void, ..self }
    }
}

fn place(id: &MailId) -> Place<'_> {
    Place { table: "outbox", column: "content", row: id.as_str() }
}

/// A sealed mail under the key that seals now; `None` where it is already, and where the mail was
/// delivered and says nothing any more.
pub fn reseal(
    vault: &Vault,
    id: &MailId,
    sealed: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, Unopened> {
    vault.reseal_some(place(id), sealed)
}

/// Writes a mail into the outbox, within the transaction of what it tells.
pub fn put(db: &mut Conn, letter: &Letter, to: To<'_>) -> QueryResult<()> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(&letter.id),
            outbox::user_id.eq(to.user),
            outbox::kind.eq(letter.kind),
            outbox::recipient.eq(to.email),
            outbox::locale.eq(to.locale),
            outbox::content.eq(Some(&letter.content)),
            outbox::status.eq(letter.status.as_str()),
            outbox::attempts.eq(0_i64),
            outbox::next_at.eq(letter.at),
            outbox::created_at.eq(letter.at),
        ))
        .execute(db)
        .map(drop)
}

/// A mail as it is stored.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct MailRow {
    pub id: MailId,
    pub kind: String,
    pub recipient: String,
    pub locale: String,
    pub content: Option<Vec<u8>>,
    pub status: String,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
}

impl MailRow {
    /// What it says. Fails once it is delivered, and where another key sealed it.
    pub fn mail(&self, vault: &Vault) -> Result<Mail, Unopened> {
        let sealed = self.content.as_deref().ok_or(Unopened)?;
        let plain = vault.open(place(&self.id), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Unopened)
    }
}

/// The latest mails of a status, newest first, at most `limit`.
pub fn list(db: &mut Conn, status: Status, limit: i64) -> QueryResult<Vec<MailRow>> {
    outbox::table
        .filter(outbox::status.eq(status.as_str()))
        .order(outbox::id.desc())
        .limit(limit)
        .select(MailRow::as_select())
        .load(db)
}

/// A mail of the development mailbox.
pub fn find_kept(db: &mut Conn, id: &MailId) -> QueryResult<Option<MailRow>> {
    let kept = outbox::table.find(id).filter(outbox::status.eq(Status::Kept.as_str()));
    kept.select(MailRow::as_select()).first(db).optional()
}

/// Removes the mails of an account, for its deletion.
pub fn delete_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    diesel::delete(outbox::table.filter(outbox::user_id.eq(user))).execute(db).map(drop)
}
