//! The first mail to the owner of an account that an administrator has made. It never tells a
//! password: it leads to where one is chosen, or says that there is an account.

use diesel::QueryResult;

use super::store::AccountRow;
use crate::{
    access::once::{self, Proof, ResetPassword},
    app::App,
    db::Conn,
    kernel::mail::Mail,
    work::outbox::{self, Letter},
};

/// Seconds for which a link to choose a password is good that an administrator has caused: it has
/// to find its way to the person first.
pub const LINK_SECONDS: i64 = 86_400;

/// What the account has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    Password,
    NoPassword,
}

/// The mail, about to be written with the account.
pub struct Welcome {
    letter: Letter,
    proof: Option<Proof<ResetPassword>>,
}

impl Welcome {
    pub fn new(app: &App, has: Has) -> Self {
        match has {
            Has::Password => {
                let mail = Mail::AccountReady { link: app.config.page("/sign-in") };
                Self { letter: Letter::new(app, &mail), proof: None }
            }
            Has::NoPassword => {
                let proof = Proof::<ResetPassword>::new(app).lasting(LINK_SECONDS);
                let mail = Mail::AccountMade { link: proof.link(&app.config) };
                Self { letter: Letter::new(app, &mail), proof: Some(proof) }
            }
        }
    }

    /// Writes it, in the transaction that makes the account.
    pub fn send(self, db: &mut Conn, row: &AccountRow) -> QueryResult<()> {
        if let Some(proof) = self.proof {
            once::issue(db, &proof, &row.id, &row.email)?;
        }
        outbox::put(db, &self.letter, row.reader())
    }
}
