//! One-time set-up links: only their hashes are stored, and each works once.

use diesel::prelude::*;

use crate::{
    access::{
        admins,
        audit::{self, Event, Kind},
        caller::SYSTEM,
        sessions::{self, Which},
    },
    app::App,
    db::{
        Conn,
        schema::{role_grants, setup_links},
    },
    features::accounts::{
        sign_up,
        store::{self, AccountRow},
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

/// Burns the link of a token. Errors: `setup.already_done`, `setup.token_invalid`.
pub fn burn(db: &mut Conn, token: &TokenHash, now: Timestamp) -> Result<(), Problem> {
    admins::lock(db)?;
    if admins::count(db, now)? > 0 {
        return Err(Code::SetupDone.into());
    }
    let good = setup_links::table
        .filter(setup_links::token_hash.eq(token))
        .filter(setup_links::used_at.is_null())
        .filter(setup_links::expires_at.gt(now));
    let burnt = diesel::update(good).set(setup_links::used_at.eq(now)).execute(db)?;
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
/// Whoever made that account may be a stranger: their sessions end with their password.
pub fn make_admin(db: &mut Conn, new: NewAdmin, now: Timestamp) -> Result<AccountRow, Problem> {
    let row = match sign_up::owner(db, &new.row.email)? {
        None => {
            sign_up::insert(db, &new.row, Some(&new.hash))?;
            new.row
        }
        Some(owner) => {
            store::lock(db, &owner.id)?;
            sessions::revoke_many(db, &owner.id, &Which::All, now)?;
            store::put_password(db, &owner.id, &new.hash, now)?;
            owner
        }
    };
    let role: RoleId = admin_role(db)?;
    let held = crate::access::caller::held(db, &row.id, now)?;
    if held.iter().any(|held| held.role_id == role && held.scope == SYSTEM) {
        return Ok(row);
    }
    diesel::insert_into(role_grants::table)
        .values((
            role_grants::id.eq(&new.grant_id),
            role_grants::user_id.eq(&row.id),
            role_grants::role_id.eq(&role),
            role_grants::scope.eq(SYSTEM),
            role_grants::created_at.eq(now),
        ))
        .execute(db)?;
    Ok(row)
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
