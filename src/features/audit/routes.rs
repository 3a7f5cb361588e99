//! `list_audit_events`.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{audit::EventRow, guard::Can},
    app::App,
    db::{Backend, Conn, schema::audit_events},
    endpoints,
    http::{
        argument::Query,
        endpoint::Endpoint,
        page::{Page, Paging},
        problem::Problem,
        reply::Ok200,
    },
    kernel::{clock::Timestamp, id::EventId, permission::AuditRead},
};

pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        list_audit_events: [],
    ]
}

/// An audit event.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct EventView {
    #[schema(value_type = EventId)]
    pub id: String,
    /// Its place in the chain, from 1 on without a gap.
    #[schema(minimum = 1)]
    pub seq: i64,
    pub at: Timestamp,
    #[schema(max_length = 60, examples("sign_in.refused"))]
    pub kind: String,
    /// Who did it: an account's id, or null where nobody was signed in.
    #[schema(required, max_length = 60)]
    pub actor_id: Option<String>,
    /// To what it was done: the id of an account or role, or a permission's name.
    #[schema(required, max_length = 100)]
    pub subject_id: Option<String>,
    #[schema(required, max_length = 60)]
    pub session_id: Option<String>,
    #[schema(required, max_length = 45)]
    pub ip: Option<String>,
    #[schema(required, max_length = 60)]
    pub request_id: Option<String>,
    /// More, depending on the kind.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// SHA-256 over this event and the hash of the one before, in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub hash: String,
}

impl From<EventRow> for EventView {
    fn from(row: EventRow) -> Self {
        Self {
            detail: row.detail(),
            id: row.id,
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            actor_id: row.actor_id,
            subject_id: row.subject_id,
            session_id: row.session_id,
            ip: row.ip,
            request_id: row.request_id,
            hash: data_encoding::HEXLOWER.encode(&row.hash),
        }
    }
}

/// Which events are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Only events of this kind.
    #[param(max_length = 60, min_length = 1)]
    pub kind: Option<String>,
    /// Only what this account did.
    #[param(max_length = 60, min_length = 1)]
    pub actor_id: Option<String>,
    /// Only what was done to this account, role or permission.
    #[param(max_length = 100, min_length = 1)]
    pub subject_id: Option<String>,
}

/// List audit events, newest first.
#[utoipa::path(get, path = "/v1/audit-events", tag = "audit")]
pub async fn list_audit_events(
    _by: Can<AuditRead>,
    app: Data<App>,
    Query(filter): Query<EventFilter>,
    paging: Paging,
) -> Result<Ok200<Page<EventView>>, Problem> {
    let list = format!("audit {:?} {:?} {:?}", filter.kind, filter.actor_id, filter.subject_id);
    let after = paging.after(&app.cursors, &list, |key| key.try_into().ok().and_then(parse_seq))?;
    let limit = paging.limit + 1;
    let rows = app.db.read(move |db| Ok::<_, Problem>(find(db, filter, after, limit)?)).await?;
    let seal = |row: &EventRow| app.cursors.seal(&list, &row.seq.to_be_bytes());
    Ok(Ok200(Page::cut(rows, paging.limit, seal, EventView::from)))
}

/// The number of an event; they count from 1.
fn parse_seq(key: [u8; 8]) -> Option<i64> {
    Some(i64::from_be_bytes(key)).filter(|seq| *seq > 0)
}

fn find(
    db: &mut Conn,
    filter: EventFilter,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<EventRow>> {
    let mut query = audit_events::table.select(EventRow::as_select()).into_boxed::<Backend>();
    if let Some(kind) = filter.kind {
        query = query.filter(audit_events::kind.eq(kind));
    }
    if let Some(actor) = filter.actor_id {
        query = query.filter(audit_events::actor_id.eq(actor));
    }
    if let Some(subject) = filter.subject_id {
        query = query.filter(audit_events::subject_id.eq(subject));
    }
    if let Some(after) = after {
        query = query.filter(audit_events::seq.lt(after));
    }
    query.order(audit_events::seq.desc()).limit(limit).load(db)
}
