//! Making an account: by its owner, by an administrator, or from the command line.

use crate::{
    app::App,
    features::accounts::{
        model::{SignUp, parse_email},
        store::{self, AccountRow, Inserted},
    },
    http::{code::Code, problem::Problem},
    kernel::{
        email::Email,
        password::{About, PasswordHash},
        secret::Secret,
    },
};

/// Refuses a password that is too weak for this account.
///
/// `pointer` names the field. Errors: `validation.failed`.
pub fn check_password(
    app: &App,
    password: &Secret,
    email: &str,
    name: &str,
    pointer: &str,
) -> Result<(), Problem> {
    let about = About { service: &app.config.service.name, email, name };
    app.policy.check(password.reveal(), &about).map_err(|refusal| Problem::field(pointer, refusal))
}

/// A sign-up whose fields are in order.
pub struct Wanted {
    email: Email,
    name: String,
    password: Secret,
}

/// Refuses what makes no account. Errors: `validation.failed`.
pub fn check(app: &App, body: SignUp) -> Result<Wanted, Problem> {
    let email = parse_email(&body.email)?;
    let password = Secret::new(body.password);
    check_password(app, &password, email.as_str(), &body.name, "/password")?;
    Ok(Wanted { email, name: body.name, password })
}

impl Wanted {
    /// The row to insert and the hash of its password. Errors: `server.busy`.
    pub async fn hash(self, app: &App) -> Result<(AccountRow, PasswordHash), Problem> {
        // Hashed whether the address is free or not: both answers take the same time.
        let hash = app.hasher.hash(self.password).await?;
        Ok((AccountRow::new(app, &self.email, &self.name), hash))
    }
}

/// Inserts an account. Errors: `accounts.email_taken`.
pub fn insert(
    db: &mut crate::db::Conn,
    row: &AccountRow,
    hash: Option<&PasswordHash>,
) -> Result<(), Problem> {
    match store::insert(db, row, hash)? {
        Inserted::Yes => Ok(()),
        Inserted::EmailTaken => Err(Code::EmailTaken.into()),
    }
}

/// The account that has an address by now, whose owner a sign-up with it concerns.
pub fn owner(db: &mut crate::db::Conn, email: &str) -> Result<Option<AccountRow>, Problem> {
    let email: Email = parse_email(email)?;
    Ok(store::find_by_email(db, &email)?)
}
