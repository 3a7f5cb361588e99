//! Mail to the owner of an account about what happens to it, in the transaction in which it does.

use diesel::prelude::*;

use crate::{
    app::App,
    db::{Conn, schema::users},
    kernel::{
        id::UserId,
        mail::{FactorChange, Mail},
    },
    work::outbox::{self, Letter, To},
};

/// Writes to the address that the account has.
pub fn owner(db: &mut Conn, app: &App, user: &UserId, mail: &Mail) -> QueryResult<()> {
    let row = users::table.find(user).select((users::email, users::locale));
    let found: Option<(String, String)> = row.first(db).optional()?;
    let Some((email, locale)) = found else { return Ok(()) };
    let to = To { user: Some(user), email: &email, locale: &locale };
    outbox::put(db, &Letter::new(app, mail), to)
}

/// Tells that the account's factors have changed.
pub fn factor_changed(
    db: &mut Conn,
    app: &App,
    user: &UserId,
    change: FactorChange,
) -> QueryResult<()> {
    let (at, link) = (app.now(), app.config.page("/account"));
    owner(db, app, user, &Mail::FactorChanged { change, at, link })
}
