//! Which ways to prove who one is an account has, and which of them are enough for what.

use diesel::prelude::*;

use crate::{
    access::{devices, failures, passkeys, recovery, totp},
    app::App,
    db::{
        Conn,
        schema::{factor_failures, passwords, users},
    },
    http::{code::Code, problem::Problem},
    kernel::{assurance::Method, clock::Timestamp, id::UserId},
};

/// The ways of an account that work now, the strongest first.
pub fn usable(db: &mut Conn, user: &UserId) -> QueryResult<Vec<Method>> {
    let mut methods = Vec::new();
    for method in Method::ALL {
        if exists(db, user, method)? && !failures::is_off(db, user, method)? {
            methods.push(method);
        }
    }
    Ok(methods)
}

fn exists(db: &mut Conn, user: &UserId, method: Method) -> QueryResult<bool> {
    match method {
        Method::Password => {
            diesel::select(diesel::dsl::exists(passwords::table.find(user))).get_result(db)
        }
        Method::Totp => totp::has_any(db, user),
        Method::RecoveryCode => Ok(recovery::left(db, user)? > 0),
        Method::Passkey => passkeys::store::has_any(db, user),
        Method::Email => {
            let verified: Option<Timestamp> =
                users::table.find(user).select(users::email_verified_at).first(db)?;
            Ok(verified.is_some())
        }
    }
}

/// The ways that finish a sign-in of an account that asks for more than the first factor: its
/// second factors, or a code by mail where it has none.
pub fn finishing(db: &mut Conn, user: &UserId) -> QueryResult<Vec<Method>> {
    let has_factor = has_factor(db, user)?;
    let methods = usable(db, user)?.into_iter();
    Ok(methods
        .filter(|method| if has_factor { is_factor(*method) } else { *method == Method::Email })
        .collect())
}

fn has_factor(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    users::table.find(user).select(users::second_factor).first(db)
}

fn is_factor(method: Method) -> bool {
    matches!(method, Method::Passkey | Method::Totp | Method::RecoveryCode)
}

/// The ways that are enough to prove again who one is: the second factor where there is one, else
/// the password, else the mailbox.
pub fn again(db: &mut Conn, user: &UserId) -> QueryResult<Vec<Method>> {
    let has_factor = has_factor(db, user)?;
    let mut methods = usable(db, user)?;
    methods.retain(|method| is_factor(*method) == has_factor);
    if !has_factor {
        methods.truncate(1);
    }
    Ok(methods)
}

/// Refuses a way that would not be enough: the refusal names those that would.
///
/// Errors: `factors.method_refused`.
pub fn must_do(db: &mut Conn, user: &UserId, method: Method) -> Result<(), Problem> {
    let enough = again(db, user)?;
    if enough.contains(&method) {
        return Ok(());
    }
    Err(Problem::from(Code::MethodRefused).with_methods(enough))
}

/// Names in a refusal what would have been enough.
pub async fn name(app: &App, user: &UserId, refusal: Problem) -> Problem {
    let user = user.clone();
    match app.db.look(move |db| Ok::<_, Problem>(again(db, &user)?)).await {
        Ok(methods) => refusal.with_methods(methods),
        Err(problem) => problem,
    }
}

/// Removes every factor of an account and what was counted for it; its password stays.
pub fn remove_all(db: &mut Conn, user: &UserId) -> QueryResult<()> {
    totp::remove_many(db, user, totp::Which::All)?;
    passkeys::store::remove_all(db, user)?;
    diesel::delete(factor_failures::table.filter(factor_failures::user_id.eq(user))).execute(db)?;
    let without = (users::email_step.eq(false), users::locked_at.eq(None::<Timestamp>));
    diesel::update(users::table.find(user)).set(without).execute(db)?;
    devices::distrust(db, user)?;
    note_second_factor(db, user).map(drop)
}

/// Brings in step what the account's row says of its second factor. Call it after every change of
/// the factors, in the same transaction.
pub fn note_second_factor(db: &mut Conn, user: &UserId) -> QueryResult<bool> {
    let has = totp::has_any(db, user)? || passkeys::store::has_any(db, user)?;
    diesel::update(users::table.find(user)).set(users::second_factor.eq(has)).execute(db)?;
    if !has {
        // Codes that stand in for a factor go with the last one.
        recovery::delete_all(db, user)?;
    }
    Ok(has)
}
