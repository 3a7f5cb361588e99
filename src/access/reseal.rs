//! Puts every sealed value under the master key that seals now, in small lots while the service
//! runs. Every column of sealed values stands here; a test looks for one that does not.

use diesel::prelude::*;

use super::{identities, keys, passkeys, refresh, totp};
use crate::{
    app::App,
    db::{
        Conn,
        schema::{
            identity_tokens, outbox as mails, passkeys as passkey_rows, provider_flows,
            refresh_tokens, signing_keys, totp_factors,
        },
    },
    http::problem::Problem,
    kernel::{
        id::{FactorId, FlowId, IdentityId, MailId, PasskeyId, RefreshTokenId, UserId},
        vault::Vault,
    },
    work::outbox,
};

/// How many rows one write looks at.
const LOT: i64 = 200;

/// What came of one lot.
struct Lot {
    /// How many values were sealed anew.
    resealed: usize,
    /// The last row that was looked at; nothing when there are no more.
    last: Option<String>,
}

/// Goes through the rows of one table behind `$after`. What has changed since it was read is left
/// alone: who changed it has sealed it.
macro_rules! lot {
    ($db:expr, $table:ident, $id:ident, $column:expr, $after:expr, $rows:ty, $select:expr,
     |$row:pat_param| ($key:expr, $old:expr, $new:expr)) => {{
        let rows: Vec<$rows> = $table::table
            .filter($table::$id.gt($after))
            .order($table::$id)
            .limit(LOT)
            .select($select)
            .load($db)?;
        let mut lot = Lot { resealed: 0, last: None };
        for $row in &rows {
            lot.last = Some($key.to_string());
            let Some(new) = $new.map_err(Problem::internal)? else { continue };
            let same = $table::table.find($key).filter($column.eq($old));
            lot.resealed += diesel::update(same).set($column.eq(new)).execute($db)?;
        }
        Ok::<_, Problem>(lot)
    }};
}

type Reseal = fn(&mut Conn, &Vault, &str) -> Result<Lot, Problem>;

/// Every column of sealed values.
const COLUMNS: &[Reseal] = &[
    totp_secrets, credentials, letters, private_keys, successors, provider_tokens, flows, returns,
];

fn totp_secrets(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    let column = totp_factors::sealed;
    lot!(
        db,
        totp_factors,
        id,
        column,
        after,
        (FactorId, Vec<u8>),
        (totp_factors::id, column),
        |(id, old)| (id, old, vault.reseal(totp::place(id), old))
    )
}

fn credentials(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use passkey_rows::{id, sealed, user_id};
    lot!(
        db,
        passkey_rows,
        id,
        sealed,
        after,
        (PasskeyId, UserId, Vec<u8>),
        (id, user_id, sealed),
        |(row, user, old)| (row, old, passkeys::store::reseal(vault, row, user, old))
    )
}

fn letters(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use mails::{content, id};
    lot!(db, mails, id, content, after, (MailId, Option<Vec<u8>>), (id, content), |(row, old)| (
        row,
        old,
        outbox::reseal(vault, row, old.as_deref())
    ))
}

fn private_keys(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use signing_keys::{kid, sealed};
    lot!(db, signing_keys, kid, sealed, after, (String, Vec<u8>), (kid, sealed), |(row, old)| (
        row,
        old,
        vault.reseal(keys::place(row), old)
    ))
}

fn successors(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use refresh_tokens::{id, successor};
    type Row = (RefreshTokenId, Option<Vec<u8>>);
    lot!(db, refresh_tokens, id, successor, after, Row, (id, successor), |(row, old)| (
        row,
        old,
        vault.reseal_some(refresh::place(row), old.as_deref())
    ))
}

fn provider_tokens(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use identity_tokens::{identity_id, sealed};
    type Row = (IdentityId, Vec<u8>);
    lot!(db, identity_tokens, identity_id, sealed, after, Row, (identity_id, sealed), |(
        id,
        old,
    )| (
        id,
        old,
        vault.reseal(identities::tokens_place(id), old)
    ))
}

fn flows(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use provider_flows::{id, sealed};
    lot!(db, provider_flows, id, sealed, after, (FlowId, Vec<u8>), (id, sealed), |(row, old)| (
        row,
        old,
        vault.reseal(identities::flow_place("sealed", row), old)
    ))
}

/// What a provider has answered, while the person decides what to do with it.
fn returns(db: &mut Conn, vault: &Vault, after: &str) -> Result<Lot, Problem> {
    use provider_flows::{id, returned};
    type Row = (FlowId, Option<Vec<u8>>);
    lot!(db, provider_flows, id, returned, after, Row, (id, returned), |(row, old)| (
        row,
        old,
        vault.reseal_some(identities::flow_place("returned", row), old.as_deref())
    ))
}

/// Goes through everything once; answers how many values were sealed anew. A value that does not
/// open is an error: nothing that can't be read is given up.
pub async fn all(app: &App) -> Result<usize, Problem> {
    let mut resealed = 0;
    for reseal in COLUMNS {
        let mut after = String::new();
        loop {
            let vault = app.vault.clone();
            let lot = app.db.write_quiet(move |db| reseal(db, &vault, &after)).await?;
            resealed += lot.resealed;
            let Some(last) = lot.last else { break };
            after = last;
        }
    }
    Ok(resealed)
}
