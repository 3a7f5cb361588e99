//! What came by mail: read from the outbox, as the development mailbox shows it.

use doorward::{
    db,
    work::outbox::{self, Status},
};

use super::House;

/// A mail that was kept for the development mailbox.
#[derive(Debug)]
pub struct Received {
    pub kind: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    link: Option<String>,
    code: Option<String>,
}

impl Received {
    /// The link in it.
    #[track_caller]
    pub fn link(&self) -> &str {
        self.link.as_deref().expect("a link")
    }

    /// The token in its link.
    #[track_caller]
    pub fn token(&self) -> &str {
        self.link().split_once("?token=").expect("a token").1
    }

    /// The code in it.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.code.as_deref().expect("a code")
    }
}

impl House {
    /// All mails so far, the oldest first.
    pub async fn mails(&self) -> Vec<Received> {
        self.mails_of_status(Status::Kept).await
    }

    /// The mails that wait for a mail server, the oldest first.
    pub async fn waiting_mails(&self) -> Vec<Received> {
        self.mails_of_status(Status::Waiting).await
    }

    async fn mails_of_status(&self, status: Status) -> Vec<Received> {
        let rows =
            self.app.db.read(move |db| Ok::<_, db::Error>(outbox::list(db, status, 10_000)?));
        let rows = rows.await.expect("the outbox can be read");
        let shown = rows.into_iter().rev().map(|row| {
            let mail = row.mail(&self.app.vault).expect("it opens");
            let rendered = self.app.templates.render(&mail, &row.locale).expect("it renders");
            Received {
                link: mail.link().map(ToOwned::to_owned),
                code: mail.code().map(ToOwned::to_owned),
                kind: row.kind,
                to: row.recipient,
                subject: rendered.subject,
                text: rendered.text,
                html: rendered.html,
            }
        });
        shown.collect()
    }

    /// The mails to an address, the oldest first.
    pub async fn mails_to(&self, email: &str) -> Vec<Received> {
        let mut mails = self.mails().await;
        mails.retain(|mail| mail.to == email);
        mails
    }

    /// The latest mail to an address.
    pub async fn mail_to(&self, email: &str) -> Received {
        self.mails_to(email).await.pop().expect("a mail")
    }

    /// The latest mail of a kind to an address.
    pub async fn mail_of(&self, kind: &str, email: &str) -> Received {
        let mut mails = self.mails_to(email).await.into_iter();
        mails.rfind(|mail| mail.kind == kind).unwrap_or_else(|| panic!("no {kind} to {email}"))
    }
}
