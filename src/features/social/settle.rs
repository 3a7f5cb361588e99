//! What a provider's word leads to, in one transaction: a sign-in, a new account, or one more
//! identity of an account. An address opens nothing unless both sides have verified it.

use serde_json::json;

use super::{flow::FlowRow, profile::Profile, talk::Granted, tokens};
use crate::{
    access::{
        audit::{self, Event, Kind},
        caller::Caller,
        entry::{self, Arrival, Entered, Proof},
        find,
        identities::{self, IdentityRow},
        notify,
        state::{State, Terms},
        throttle::{self, Bucket},
    },
    app::App,
    config::Provider,
    db::Conn,
    features::accounts::store::{self, AccountRow, Inserted},
    http::{code::Code, peer::Peer, problem::Problem},
    kernel::{
        account::AccountKind,
        assurance::Amr,
        email::Email,
        id::{IdentityId, UserId},
        mail::FactorChange,
    },
};

/// What came of a flow that led back, before anything is written of it.
pub struct Told {
    pub provider: Provider,
    pub profile: Profile,
    pub granted: Granted,
    /// Where the tries of the caller's address are counted.
    pub address: Option<Bucket>,
}

/// What is recorded besides the sign-in itself.
type News = Option<(Kind, UserId)>;

/// Signs in whoever has the identity, or who may be given it. The refusal is the inner result: it
/// is recorded.
pub fn sign_in(
    db: &mut Conn,
    app: &App,
    flow: &FlowRow,
    told: &Told,
    arrival: &Arrival,
) -> Result<Result<Entered, Code>, Problem> {
    identities::lock(db)?;
    let (user, news) = match whose(db, app, told)? {
        Ok(found) => found,
        Err(code) => {
            let event = Event::new(app, Kind::SignInRefused).peer(&arrival.peer);
            audit::record(db, event.detail(told.detail(code.as_str())))?;
            return Ok(Err(code));
        }
    };
    if let Some(address) = &told.address {
        throttle::give_back(db, address)?;
    }
    let proof =
        Proof { user, amr: Amr::federated(), remember: flow.remember(), trust: false, arrival };
    let entered = entry::enter(db, app, &proof)?;
    if let Some((kind, user)) = news {
        audit::record(db, about(app, kind, &user, &arrival.peer).detail(told.named()))?;
    }
    Ok(entered)
}

/// Whose the identity is, or becomes.
fn whose(db: &mut Conn, app: &App, told: &Told) -> Result<Result<(UserId, News), Code>, Problem> {
    let profile = &told.profile;
    if let Some(known) = identities::find(db, &profile.issuer, &profile.subject)? {
        store::lock(db, &known.user_id)?;
        let email = profile.email.as_ref().map(Email::as_str);
        identities::note_use(db, &known.id, email, app.now())?;
        tokens::keep(db, app, &told.provider, &known.id, &told.granted)?;
        return Ok(Ok((known.user_id, None)));
    }
    let Some(email) = profile.email.as_ref().filter(|_| profile.email_verified) else {
        // The same whether the address has an account or not: it may be somebody else's.
        return Ok(Err(Code::ProviderEmailUnverified));
    };
    let found = match store::find_by_email(db, email)? {
        Some(row) => store::lock(db, &row.id)?.filter(|row| row.email_key == email.key()),
        None => None,
    };
    match found {
        Some(row) if told.may_join(&row, app) => {
            give(db, app, &row.id, told)?;
            notify::factor_changed(db, app, &row.id, FactorChange::IdentityAdded)?;
            Ok(Ok((row.id.clone(), Some((Kind::IdentityLinked, row.id)))))
        }
        Some(_) => Ok(Err(Code::ProviderAccountExists)),
        None if !app.config.sign_up.enabled => Ok(Err(Code::SignUpClosed)),
        None => sign_up(db, app, email, told),
    }
}

/// Makes an account with an address that the provider has verified.
fn sign_up(
    db: &mut Conn,
    app: &App,
    email: &Email,
    told: &Told,
) -> Result<Result<(UserId, News), Code>, Problem> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    let name = told.profile.name.as_deref().unwrap_or(local);
    let new = AccountRow::new(app, email, name);
    let row = AccountRow { email_verified_at: Some(app.now()), ..new };
    if store::insert(db, &row, None)? == Inserted::EmailTaken {
        return Ok(Err(Code::ProviderAccountExists));
    }
    give(db, app, &row.id, told)?;
    Ok(Ok((row.id.clone(), Some((Kind::SignedUp, row.id)))))
}

/// Gives an account the identity.
fn give(db: &mut Conn, app: &App, user: &UserId, told: &Told) -> Result<(), Problem> {
    let (now, profile) = (app.now(), &told.profile);
    let row = IdentityRow {
        id: IdentityId::make(now, &app.chance),
        user_id: user.clone(),
        provider: told.provider.name.clone(),
        issuer: profile.issuer.clone(),
        subject: profile.subject.clone(),
        email: profile.email.as_ref().map(ToString::to_string),
        created_at: now,
        last_used_at: Some(now),
    };
    identities::insert(db, &row)?;
    tokens::keep(db, app, &told.provider, &row.id, &told.granted)
}

impl Told {
    /// Whether an address alone may join the identity to this account: both sides have verified it,
    /// and nothing more is asked of who signs in. Whoever has a second factor proves it first, and
    /// links the identity then.
    fn may_join(&self, row: &AccountRow, app: &App) -> bool {
        self.provider.link_by_email
            && row.kind == AccountKind::Person
            && row.email_verified_at.is_some()
            && !row.second_factor
            && !row.email_step
            && row.state(&Terms::of(app)) == State::Active
    }

    /// Which provider it is of.
    fn named(&self) -> serde_json::Value {
        json!({ "provider": self.provider.name })
    }

    fn detail(&self, why: &str) -> serde_json::Value {
        json!({ "provider": self.provider.name, "why": why })
    }
}

/// Gives the account of a running session the identity. The refusal is the inner result.
///
/// `caller` is who has the browser now.
pub fn link(
    db: &mut Conn,
    app: &App,
    told: &Told,
    caller: &Caller,
    peer: &Peer,
) -> Result<Result<(), Code>, Problem> {
    identities::lock(db)?;
    let (now, user) = (app.now(), &caller.user_id);
    store::lock(db, user)?;
    let code = match may_link(db, app, told, caller)? {
        Ok(Linking::Begin) => {
            give(db, app, user, told)?;
            notify::factor_changed(db, app, user, FactorChange::IdentityAdded)?;
            None
        }
        Ok(Linking::Done(known)) => {
            let email = told.profile.email.as_ref().map(Email::as_str);
            identities::note_use(db, &known, email, now)?;
            tokens::keep(db, app, &told.provider, &known, &told.granted)?;
            return Ok(Ok(()));
        }
        Err(code) => Some(code),
    };
    if let Some(address) = told.address.as_ref().filter(|_| code.is_none()) {
        throttle::give_back(db, address)?;
    }
    let (kind, detail) = match code {
        None => (Kind::IdentityLinked, told.named()),
        Some(code) => (Kind::IdentityRefused, told.detail(code.as_str())),
    };
    audit::record(db, about(app, kind, user, peer).detail(detail))?;
    Ok(code.map_or(Ok(()), Err))
}

enum Linking {
    Begin,
    /// The account has it already.
    Done(IdentityId),
}

fn may_link(
    db: &mut Conn,
    app: &App,
    told: &Told,
    caller: &Caller,
) -> Result<Result<Linking, Code>, Problem> {
    if find::again(db, &caller.credential, app.now())?.is_none() {
        return Ok(Err(Code::NotSignedIn));
    }
    let profile = &told.profile;
    Ok(match identities::find(db, &profile.issuer, &profile.subject)? {
        Some(known) if known.user_id == caller.user_id => Ok(Linking::Done(known.id)),
        Some(_) => Err(Code::IdentityTaken),
        None if identities::all(db, &caller.user_id)?.len() >= identities::MOST => {
            Err(Code::TooManyIdentities)
        }
        None => Ok(Linking::Begin),
    })
}

fn about(app: &App, kind: Kind, user: &UserId, peer: &Peer) -> Event {
    Event::new(app, kind).actor(user).subject(user.as_str()).peer(peer)
}
