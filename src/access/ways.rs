//! The ways into an account: none loses its last one by its owner's hand.

use diesel::prelude::*;

use super::{identities, steps};
use crate::{
    app::App,
    config::Delivery,
    db::{Conn, schema::users},
    http::{code::Code, problem::Problem},
    kernel::{assurance::Method, id::UserId},
};

/// Refuses a change after which nobody could sign in to the account: it needs a password or a
/// passkey that works, an identity at a provider that is set up here, or a verified address to
/// which a mail server takes links. Call it after the change, inside its transaction.
///
/// Errors: `factors.last_way_in`.
pub fn must_remain(db: &mut Conn, app: &App, user: &UserId) -> Result<(), Problem> {
    let is_way = |method: &Method| matches!(method, Method::Password | Method::Passkey);
    if steps::usable(db, user)?.iter().any(is_way) || identities::any_usable(db, &app.config, user)?
    {
        return Ok(());
    }
    // A mail that is shown on this machine alone, or waits, leads nobody in.
    let mails = app.config.delivery() == Delivery::Smtp;
    let verified: Option<i64> =
        users::table.find(user).select(users::email_verified_at).get_result(db)?;
    if mails && verified.is_some() { Ok(()) } else { Err(Code::LastWayIn.into()) }
}
