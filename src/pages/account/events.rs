//! What happened to an account, in words. What an administrator did to others is no part of it.

use diesel::QueryResult;

use crate::{
    access::audit::{self, EventRow},
    db::Conn,
    http::problem::Problem,
    kernel::id::UserId,
    pages::{asked::Asked, shell::Shell},
};

/// An event as a page tells of it.
pub struct Line {
    pub words: String,
    pub address: Option<String>,
    pub when: String,
    pub exactly: String,
    /// Whether the person should look twice.
    pub is_odd: bool,
}

/// Kinds that are worth a second look.
const ODD: &[&str] = &["sign_in.refused", "password.refused", "account.sign_up_refused"];

/// The latest events of an account, newest first, at most `limit`.
pub async fn latest(
    asked: &Asked,
    shell: &Shell,
    user: &UserId,
    limit: i64,
) -> Result<Vec<Line>, Problem> {
    let id = user.clone();
    let rows = asked.app.db.read(move |db| Ok::<_, Problem>(load(db, &id, limit)?)).await?;
    Ok(rows.iter().map(|row| line(shell, row, user)).collect())
}

fn load(db: &mut Conn, user: &UserId, limit: i64) -> QueryResult<Vec<EventRow>> {
    audit::about(db, user, limit)
}

fn line(shell: &Shell, row: &EventRow, user: &UserId) -> Line {
    Line {
        words: words(shell, row, user),
        address: row.ip.clone(),
        when: shell.ago(row.at),
        exactly: shell.exactly(row.at),
        is_odd: ODD.contains(&row.kind.as_str()),
    }
}

/// The words for an event: of another's doing, of what was done to another, or of one's own.
fn words(shell: &Shell, row: &EventRow, user: &UserId) -> String {
    let kind = row.kind.replace('.', "-");
    let is = |id: &Option<String>| id.as_deref() == Some(user.as_str());
    let by_other = row.actor_id.is_some() && !is(&row.actor_id);
    let relation = match (by_other, is(&row.subject_id)) {
        (true, _) => "-by-other",
        (false, false) => "-to-other",
        (false, true) => "",
    };
    let keys = [format!("event-{kind}{relation}"), format!("event-{kind}")];
    let known = keys.iter().find_map(|key| shell.find(key, &[]));
    known.unwrap_or_else(|| shell.say("event-other"))
}

#[cfg(test)]
mod tests {
    use crate::{
        access::audit::Kind,
        kernel::texts::{Lang, find},
    };

    /// Kinds that concern no account of a person.
    const NOBODYS: [Kind; 8] = [
        Kind::SetupLinkMade,
        Kind::MailRetried,
        Kind::SigningKeyMade,
        Kind::SigningKeyRemoved,
        Kind::MasterKeyReplaced,
        Kind::TokenRefused,
        Kind::ClientSignedIn,
        Kind::ClientRefused,
    ];

    #[test]
    fn every_event_has_its_words() {
        for kind in Kind::ALL.iter().filter(|kind| !NOBODYS.contains(kind)) {
            let key = format!("event-{}", kind.as_str().replace('.', "-"));
            let keys = ["", "-by-other", "-to-other"].map(|relation| format!("{key}{relation}"));
            let has = keys.iter().any(|key| find(Lang::En, key, &[]).is_some());
            assert!(has, "{key}");
        }
    }
}
