//! Ways in that the owner of an account has chosen. No change of one's own takes the last one away.

use diesel::prelude::*;

use super::{identities, passkeys};
use crate::{
    app::App,
    db::{Conn, schema::passwords},
    http::{code::Code, problem::Problem},
    kernel::id::UserId,
};

/// Refuses what has taken the last way in: a password, a passkey or an identity at a provider has to
/// be left. Lock the account first.
///
/// Errors: `factors.last_way_in`.
pub fn must_remain(db: &mut Conn, app: &App, user: &UserId) -> Result<(), Problem> {
    let has_password: bool =
        diesel::select(diesel::dsl::exists(passwords::table.find(user))).get_result(db)?;
    let remains = has_password
        || passkeys::store::has_any(db, user)?
        || identities::any_usable(db, &app.config, user)?;
    if remains { Ok(()) } else { Err(Code::LastWayIn.into()) }
}
