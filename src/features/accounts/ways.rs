//! The ways into an account: none loses its last one by its owner's hand.

use super::store;
use crate::{
    access::steps,
    app::App,
    config::Delivery,
    db::Conn,
    http::{code::Code, problem::Problem},
    kernel::{assurance::Method, id::UserId},
};

/// Refuses a change after which nobody could sign in to the account: it needs a password or a
/// passkey that works, or a verified address to which a mail server takes links. Call it after the
/// change, inside its transaction.
///
/// Errors: `factors.last_way_in`.
pub fn must_remain(db: &mut Conn, app: &App, user: &UserId) -> Result<(), Problem> {
    let is_way = |method: &Method| matches!(method, Method::Password | Method::Passkey);
    if steps::usable(db, user)?.iter().any(is_way) {
        return Ok(());
    }
    // A mail that is shown on this machine alone, or waits, leads nobody in.
    let mails = app.config.delivery() == Delivery::Smtp;
    let row = store::find(db, user)?.ok_or(Code::NotSignedIn)?;
    if mails && row.email_verified_at.is_some() { Ok(()) } else { Err(Code::LastWayIn.into()) }
}
