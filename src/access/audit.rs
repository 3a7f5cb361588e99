//! What happened, for good: each event holds the hash of the one before, so that a changed or
//! missing one is found. An event is recorded in the transaction of what it tells.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    db::{
        Conn,
        schema::{audit_events, audit_head, users},
    },
    http::peer::Peer,
    kernel::{
        clock::Timestamp,
        id::{EventId, SessionId, UserId},
    },
};

macro_rules! kinds {
    ($($name:ident $text:literal;)*) => {
        /// What an event tells.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($name,)* }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    SetupLinkMade "setup.link_made";
    FirstAdminCreated "setup.first_admin_created";
    SignedUp "account.signed_up";
    SignUpRefused "account.sign_up_refused";
    AccountCreated "account.created";
    AccountUpdated "account.updated";
    AccountDisabled "account.disabled";
    AccountEnabled "account.enabled";
    AccountDeleted "account.deleted";
    AccountExported "account.exported";
    AccountImported "account.imported";
    PasswordChanged "password.changed";
    PasswordRefused "password.refused";
    PasswordResetAsked "password.reset_asked";
    PasswordReset "password.reset";
    PasswordRemoved "password.removed";
    PasswordLinkMade "password.link_made";
    VerificationAsked "email.verification_asked";
    EmailVerified "email.verified";
    EmailChangeAsked "email.change_asked";
    EmailChanged "email.changed";
    EmailChangeUndone "email.change_undone";
    ProofRefused "proof.refused";
    MailRetried "mail.retried";
    SignedIn "sign_in.succeeded";
    SignInRefused "sign_in.refused";
    MagicLinkAsked "sign_in.link_asked";
    SecondFactorAsked "sign_in.second_factor_asked";
    SecondFactorRefused "sign_in.second_factor_refused";
    SteppedUp "session.stepped_up";
    StepUpRefused "session.step_up_refused";
    FactorAdded "factor.added";
    FactorRefused "factor.refused";
    FactorRemoved "factor.removed";
    FactorRenamed "factor.renamed";
    PasskeyCloned "factor.passkey_cloned";
    FactorsReset "factor.all_reset";
    RecoveryCodesMade "factor.recovery_codes_made";
    DeviceForgotten "device.forgotten";
    SignedOut "session.signed_out";
    SessionRevoked "session.revoked";
    SessionsRevoked "session.all_revoked";
    RoleCreated "role.created";
    RoleUpdated "role.updated";
    RoleDeleted "role.deleted";
    PermissionCreated "permission.created";
    GrantCreated "grant.created";
    GrantRevoked "grant.revoked";
    ApiKeyCreated "api_key.created";
    ApiKeyRevoked "api_key.revoked";
    SigningKeyMade "signing_key.created";
    SigningKeyRemoved "signing_key.removed";
    MasterKeyReplaced "master_key.replaced";
    TokenRefused "token.refused";
    ClientCreated "client.created";
    ClientSecretRotated "client.secret_rotated";
    ClientDisabled "client.disabled";
    ClientEnabled "client.enabled";
    ClientDeleted "client.deleted";
    ClientSignedIn "client.signed_in";
    ClientRefused "client.refused";
    RefreshRefused "refresh.refused";
    RefreshReplayed "refresh.replayed";
    TokensIssued "token.issued";
    TokenRevoked "token.revoked";
    IdentityLinked "identity.linked";
    IdentityRefused "identity.refused";
    IdentityUnlinked "identity.unlinked";
    ProviderTokenGiven "identity.token_given";
}

/// An event about to be recorded.
pub struct Event {
    id: EventId,
    at: Timestamp,
    kind: Kind,
    actor_id: Option<String>,
    subject_id: Option<String>,
    session_id: Option<String>,
    ip: Option<String>,
    request_id: Option<String>,
    via: Option<String>,
    detail: Value,
}

impl Event {
    /// An event that happens now.
    pub fn new(app: &App, kind: Kind) -> Self {
        let at = app.now();
        Self {
            id: EventId::make(at, &app.chance),
            at,
            kind,
            actor_id: None,
            subject_id: None,
            session_id: None,
            ip: None,
            request_id: None,
            via: None,
            detail: json!({}),
        }
    }

    /// Who did it.
    pub fn actor(mut self, id: &UserId) -> Self {
        self.actor_id = Some(id.to_string());
        self
    }

    /// To what it was done: the id of an account, a role, a grant…
    pub fn subject(mut self, id: &str) -> Self {
        self.subject_id = Some(id.to_owned());
        self
    }

    /// The session in which it was done, or to which.
    pub fn session<'a>(mut self, id: impl Into<Option<&'a SessionId>>) -> Self {
        self.session_id = id.into().map(ToString::to_string);
        self
    }

    /// From where, by which request, and with which key if it was one.
    pub fn peer(mut self, peer: &Peer) -> Self {
        self.ip = Some(peer.ip.to_string());
        self.request_id = Some(peer.request_id.clone());
        self.via.clone_from(&peer.via);
        self
    }

    /// More, without secrets and without addresses of people: events can't be deleted.
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// An event as it is stored.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct EventRow {
    pub seq: i64,
    /// An [`EventId`], as text: a row that somebody has tampered with can still be read.
    pub id: String,
    pub at: Timestamp,
    pub kind: String,
    pub actor_id: Option<String>,
    pub subject_id: Option<String>,
    pub session_id: Option<String>,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    pub detail: String,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl EventRow {
    /// More about the event, or null where it can't be read.
    pub fn detail(&self) -> Value {
        serde_json::from_str(&self.detail).unwrap_or(Value::Null)
    }

    /// SHA-256 over every column but `hash`, each with its length in front.
    fn digest(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(bytes);
        };
        add(&self.seq.to_be_bytes());
        add(self.id.as_bytes());
        add(&self.at.micros().to_be_bytes());
        add(self.kind.as_bytes());
        let optional =
            [&self.actor_id, &self.subject_id, &self.session_id, &self.ip, &self.request_id];
        for field in optional {
            // One byte tells a missing text from an empty one.
            add(&field.as_ref().map_or(vec![0], |text| [&[1], text.as_bytes()].concat()));
        }
        add(self.detail.as_bytes());
        add(&self.previous_hash);
        hasher.finalize().to_vec()
    }
}

/// Appends an event to the chain. Call it last in a transaction: from here to the commit all
/// others who record wait on PostgreSQL.
pub fn record(db: &mut Conn, event: Event) -> QueryResult<()> {
    record_all(db, vec![event])
}

/// Appends events in their order, as [`record`] does one.
pub fn record_all(db: &mut Conn, events: Vec<Event>) -> QueryResult<()> {
    crate::db::lock(db, "audit")?;
    let (mut seq, mut hash) = head(db)?;
    for mut event in events {
        if let Some(via) = event.via {
            event.detail["via"] = via.into();
        }
        let mut row = EventRow {
            seq: seq + 1,
            id: event.id.to_string(),
            at: event.at,
            kind: event.kind.as_str().to_owned(),
            actor_id: event.actor_id,
            subject_id: event.subject_id,
            session_id: event.session_id,
            ip: event.ip,
            request_id: event.request_id,
            detail: event.detail.to_string(),
            previous_hash: hash,
            hash: Vec::new(),
        };
        row.hash = row.digest();
        diesel::insert_into(audit_events::table).values(&row).execute(db)?;
        (seq, hash) = (row.seq, row.hash);
    }
    let end = (audit_head::seq.eq(seq), audit_head::hash.eq(&hash));
    if diesel::update(audit_head::table.find(1)).set(end).execute(db)? == 0 {
        diesel::insert_into(audit_head::table).values((audit_head::id.eq(1), end)).execute(db)?;
    }
    Ok(())
}

fn head(db: &mut Conn) -> QueryResult<(i64, Vec<u8>)> {
    let head = audit_head::table.find(1).select((audit_head::seq, audit_head::hash)).first(db);
    Ok(head.optional()?.unwrap_or((0, Vec::new())))
}

/// The latest events that an account did or that were done to it, newest first.
pub fn about(db: &mut Conn, user: &UserId, limit: i64) -> QueryResult<Vec<EventRow>> {
    let did = audit_events::actor_id.eq(user.as_str());
    let met = audit_events::subject_id.eq(user.as_str());
    audit_events::table
        .filter(did.or(met))
        .order(audit_events::seq.desc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(db)
}

/// Whether the database is so new that there can be no event: no account has been made.
fn nothing_happened(db: &mut Conn) -> QueryResult<bool> {
    Ok(users::table.select(users::id).first::<UserId>(db).optional()?.is_none())
}

/// What a check of the chain found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All events stand as they were recorded.
    Whole { events: i64 },
    /// The event of this number is missing, or what stands in its place is not what was recorded.
    Broken { seq: i64, why: &'static str },
}

/// Walks the whole chain, a thousand events at a time.
pub fn verify(db: &mut Conn) -> QueryResult<Verdict> {
    let (end, end_hash) = head(db)?;
    if end == 0 && !nothing_happened(db)? {
        return Ok(Verdict::Broken { seq: 1, why: "the whole log is missing" });
    }
    let (mut seq, mut hash) = (0, Vec::new());
    loop {
        let rows: Vec<EventRow> = audit_events::table
            .filter(audit_events::seq.gt(seq))
            .order(audit_events::seq)
            .limit(1000)
            .select(EventRow::as_select())
            .load(db)?;
        for row in &rows {
            let why = if row.seq != seq + 1 {
                Some("the event is missing")
            } else if row.previous_hash != hash {
                Some("the event does not continue the one before")
            } else if row.digest() != row.hash {
                Some("the event was changed")
            } else {
                None
            };
            if let Some(why) = why {
                return Ok(Verdict::Broken { seq: seq + 1, why });
            }
            seq = row.seq;
            hash.clone_from(&row.hash);
        }
        if rows.is_empty() {
            break;
        }
    }
    match (seq == end, hash == end_hash) {
        (true, true) => Ok(Verdict::Whole { events: seq }),
        (true, false) => Ok(Verdict::Broken { seq, why: "the last event is not the recorded one" }),
        (false, _) => Ok(Verdict::Broken { seq: seq.min(end) + 1, why: "the event is missing" }),
    }
}
