//! Making an account: by its owner, by an administrator, or from the command line.

use diesel::QueryResult;

use crate::{
    access::{
        once::{self, Proof, VerifyEmail},
        throttle::{self, Bucket},
    },
    app::App,
    db::Conn,
    features::accounts::{
        model::{SignUp, parse_email},
        store::{self, AccountRow, Inserted},
    },
    http::{code::Code, problem::Problem},
    kernel::{
        email::Email,
        mail::Mail,
        password::{About, PasswordHash},
        secret::Secret,
        texts::Lang,
    },
    work::outbox::{self, Letter},
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
    locale: Option<String>,
}

/// Refuses what makes no account. Errors: `validation.failed`.
pub fn check(app: &App, body: SignUp) -> Result<Wanted, Problem> {
    let email = parse_email(&body.email)?;
    let password = Secret::new(body.password);
    check_password(app, &password, email.as_str(), &body.name, "/password")?;
    Ok(Wanted { email, name: body.name, password, locale: body.locale })
}

/// The mail of a sign-up, to a new account or to the one that has the address already. Either is
/// written with the same work.
pub struct Mails {
    proof: Proof<VerifyEmail>,
    welcome: Letter,
    in_use: Letter,
}

impl Mails {
    /// Takes a try of the mails that strangers can cause to be sent to an address. Where none is
    /// left the mail goes nowhere, and nobody is told.
    pub async fn new(app: &App, email: &Email) -> Result<Self, Problem> {
        let bucket = Bucket::account_mails(&app.config.throttle, email);
        let may_send = match throttle::take_try(app, Some(bucket)).await {
            Err(problem) if problem.code() == Code::RateLimited => false,
            other => other.map(|()| true)?,
        };
        let proof = Proof::<VerifyEmail>::new(app);
        let welcome = Mail::VerifyEmail { link: proof.link(&app.config), code: proof.code() };
        let in_use = Mail::AddressInUse { link: app.config.page("/sign-in") };
        let letter = |mail: &Mail| {
            let letter = Letter::new(app, mail);
            if may_send { letter } else { letter.void() }
        };
        Ok(Self { welcome: letter(&welcome), in_use: letter(&in_use), proof })
    }

    /// To a new account: the address has to be proved.
    pub fn welcome(self, db: &mut Conn, row: &AccountRow) -> QueryResult<()> {
        once::issue(db, &self.proof, &row.id, &row.email)?;
        outbox::put(db, &self.welcome, row.reader())
    }

    /// To the owner of an address: somebody wanted it. `row` was not inserted; its id is nobody's.
    pub fn tell(self, db: &mut Conn, row: &AccountRow, owner: &AccountRow) -> QueryResult<()> {
        once::issue(db, &self.proof, &row.id, &row.email)?;
        outbox::put(db, &self.in_use, owner.reader())
    }
}

impl Wanted {
    pub fn email(&self) -> &Email {
        &self.email
    }

    /// The same, written to in this language unless another was asked for.
    pub fn reading(mut self, accepted: Option<Lang>) -> Self {
        self.locale = self.locale.or_else(|| accepted.map(|lang| lang.tag().to_owned()));
        self
    }

    /// The row to insert and the hash of its password. Errors: `server.busy`.
    pub async fn hash(self, app: &App) -> Result<(AccountRow, PasswordHash), Problem> {
        // Hashed whether the address is free or not: both answers take the same time.
        let hash = app.hasher.hash(self.password).await?;
        let row = AccountRow::new(app, &self.email, &self.name);
        Ok((AccountRow { locale: self.locale.unwrap_or_default(), ..row }, hash))
    }
}

/// Inserts an account. Errors: `accounts.email_taken`.
pub fn insert(db: &mut Conn, row: &AccountRow, hash: Option<&PasswordHash>) -> Result<(), Problem> {
    match store::insert(db, row, hash)? {
        Inserted::Yes => Ok(()),
        Inserted::EmailTaken => Err(Code::EmailTaken.into()),
    }
}

/// The account that has an address by now, whose owner a sign-up with it concerns.
pub fn owner(db: &mut Conn, email: &str) -> Result<Option<AccountRow>, Problem> {
    let email: Email = parse_email(email)?;
    Ok(store::find_by_email(db, &email)?)
}
