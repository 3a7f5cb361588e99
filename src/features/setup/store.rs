//! One-time set-up links: only their hashes are stored, and each works once.

use diesel::prelude::*;

use crate::{
    access::{
        admins,
        audit::{self, Event, Kind},
        caller::SYSTEM,
        find,
        grants::{self, GrantRow},
        sessions::{self, Which},
        state, steps,
    },
    app::App,
    db::{Conn, schema::setup_links},
    features::accounts::{
        sign_up,
        store::{self, AccountRow, Change, Inserted},
    },
    http::{code::Code, problem::Problem},
    kernel::{
        clock::Timestamp,
        id::{GrantId, RoleId, SetupLinkId},
        password::PasswordHash,
        secret::{Token, TokenHash},
    },
};

/// A fresh link's token while the service has no administrator, else nothing.
pub async fn offer(app: &App) -> Result<Option<Token>, Problem> {
    let (now, token) = (app.now(), Token::random(&app.chance));
    let (id, hash) = (SetupLinkId::make(now, &app.chance), token.hash());
    let expires_at = now.plus_seconds(i64::from(app.config.setup.link_seconds));
    let event = Event::new(app, Kind::SetupLinkMade).subject(id.as_str());
    let offered = app
        .db
        .write(move |db| {
            admins::lock(db)?;
            if admins::count(db, now)? > 0 {
                return Ok(false);
            }
            diesel::insert_into(setup_links::table)
                .values((
                    setup_links::id.eq(&id),
                    setup_links::token_hash.eq(&hash),
                    setup_links::created_at.eq(now),
                    setup_links::expires_at.eq(expires_at),
                ))
                .execute(db)?;
            audit::record(db, event)?;
            Ok::<_, Problem>(true)
        })
        .await?;
    Ok(offered.then_some(token))
}

/// Refuses a token that would not burn. Errors: `setup.already_done`, `setup.token_invalid`.
pub fn check(db: &mut Conn, token: &TokenHash, now: Timestamp) -> Result<(), Problem> {
    if admins::count(db, now)? > 0 {
        return Err(Code::SetupDone.into());
    }
    let good = setup_links::table
        .filter(setup_links::token_hash.eq(token))
        .filter(setup_links::used_at.is_null())
        .filter(setup_links::expires_at.gt(now))
        .select(setup_links::id);
    let found: Option<SetupLinkId> = good.first(db).optional()?;
    if found.is_some() { Ok(()) } else { Err(Code::SetupTokenInvalid.into()) }
}

/// Burns the link of a token. Errors: `setup.already_done`, `setup.token_invalid`.
pub fn burn(db: &mut Conn, token: &TokenHash, now: Timestamp) -> Result<(), Problem> {
    admins::lock(db)?;
    check(db, token, now)?;
    let unused = setup_links::table
        .filter(setup_links::token_hash.eq(token))
        .filter(setup_links::used_at.is_null());
    let burnt = diesel::update(unused).set(setup_links::used_at.eq(now)).execute(db)?;
    if burnt == 1 { Ok(()) } else { Err(Code::SetupTokenInvalid.into()) }
}

/// An administrator about to be made.
pub struct NewAdmin {
    pub row: AccountRow,
    pub hash: PasswordHash,
    pub grant_id: GrantId,
}

/// Makes an account that holds the role `admin`, or gives the role and the password to the account
/// that has the address. Answers the account as it is then.
///
/// Whoever made that account may be a stranger: their sessions and all their ways in end. Who runs
/// the service vouches for the address.
pub fn make_admin(db: &mut Conn, new: NewAdmin, now: Timestamp) -> Result<AccountRow, Problem> {
    let new = NewAdmin { row: AccountRow { email_verified_at: Some(now), ..new.row }, ..new };
    let row = match store::insert(db, &new.row, Some(&new.hash))? {
        Inserted::Yes => new.row,
        Inserted::EmailTaken => take_over(db, &new, now)?,
    };
    let role: RoleId = admin_role(db)?;
    // A grant that ends by itself makes no lasting administrator: the new one takes its place.
    for held in find::held(db, &row.id, now)? {
        if held.role_id == role && held.scope == SYSTEM {
            grants::revoke(db, &held.grant_id, now)?;
        }
    }
    let grant = GrantRow {
        id: new.grant_id,
        user_id: row.id.clone(),
        role_id: role,
        scope: SYSTEM.to_owned(),
        granted_by: None,
        created_at: now,
        expires_at: None,
    };
    grants::insert(db, &grant)?;
    Ok(row)
}

/// Gives the account that has the address the new password, and makes it active.
fn take_over(db: &mut Conn, new: &NewAdmin, now: Timestamp) -> Result<AccountRow, Problem> {
    let owner = sign_up::owner(db, &new.row.email)?.ok_or(Code::AccountNotFound)?;
    let row = store::lock(db, &owner.id)?.ok_or(Code::AccountNotFound)?;
    sessions::revoke_many(db, &row.id, &Which::All, now)?;
    store::put_password(db, &row.id, &new.hash, now)?;
    steps::remove_all(db, &row.id)?;
    let change = Change {
        status: Some(state::ACTIVE),
        disabled_reason: Some(None),
        disabled_until: Some(None),
        email_verified_at: Some(Some(now)),
        ..Change::default()
    };
    store::update(db, &row, &change, now)?;
    Ok(store::find(db, &row.id)?.ok_or(Code::AccountNotFound)?)
}

fn admin_role(db: &mut Conn) -> Result<RoleId, Problem> {
    use crate::db::schema::roles;
    let role = roles::table
        .filter(roles::name.eq(admins::ADMIN))
        .filter(roles::built_in.eq(true))
        .select(roles::id)
        .first(db)
        .optional()?;
    role.ok_or_else(|| Problem::internal("the role `admin` is missing"))
}
