//! The guards: the types that handlers take first. Each is admitted only if its rule lets the
//! caller in, and the same rule is written into the contract.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use actix_web::{HttpRequest, web::Data};

use crate::{
    access::{
        caller::{self, Caller},
        decide::{Whose, decide},
        handoff,
        throttle::{self, Bucket, Open, RateClass},
    },
    app::App,
    db::Conn,
    http::{
        code::Code,
        endpoint::Guard,
        peer::Peer,
        problem::Problem,
        rule::{Rate, Rule, Who},
    },
    kernel::{clock::Timestamp, id::UserId, permission::Permission},
};

/// Anybody. `R` says how often one address may call.
pub struct Public<R = Open> {
    pub peer: Arc<Peer>,
    /// Where the tries of the caller's address are counted; the handler takes them.
    pub address: Option<Bucket>,
    class: PhantomData<R>,
}

/// Anybody who is signed in.
pub struct SignedIn<R = Open> {
    visit: Visit,
    /// Where the tries of the caller's address are counted; the handler takes them.
    pub address: Option<Bucket>,
    class: PhantomData<R>,
}

/// Who signed in, or proved to be who they are again, at most `SECS` seconds ago.
pub struct Fresh<const SECS: u32>(Visit);

/// Who holds the permission `P`.
pub struct Can<P>(Visit, PhantomData<P>);

/// The account that the path's `id` names, and who holds the permission `P`.
pub struct OwnOr<P>(Visit, PhantomData<P>);

/// A caller, where they call from, and what the guard asked of them.
#[derive(Clone)]
pub struct Visit {
    pub caller: Arc<Caller>,
    pub peer: Arc<Peer>,
    rule: Rule,
}

impl Visit {
    /// The caller's account.
    pub fn user(&self) -> &UserId {
        &self.caller.user_id
    }

    /// Asks the guard's question again, inside a transaction: between the door and here a body was
    /// awaited, and the session, the account or the grant may have ended. Every change that a
    /// caller makes begins with this. Answers the caller as they are now.
    ///
    /// Errors: `auth.not_signed_in` and what the guard itself refuses with.
    pub fn recheck(&self, db: &mut Conn, now: Timestamp) -> Result<Caller, Problem> {
        let caller = caller::find_again(db, &self.caller.session.id, now)?;
        decide(&self.rule, caller.as_ref(), Whose::Account(self.user().as_str()), now)?;
        Ok(caller.ok_or(Code::NotSignedIn)?)
    }
}

macro_rules! visits {
    ($([$($generics:tt)*] $guard:ty, $field:tt;)*) => {$(
        impl<$($generics)*> Deref for $guard {
            type Target = Visit;

            fn deref(&self) -> &Visit {
                &self.$field
            }
        }
    )*};
}

visits! {
    [R] SignedIn<R>, visit;
    [const SECS: u32] Fresh<SECS>, 0;
    [P] Can<P>, 0;
    [P] OwnOr<P>, 0;
}

const fn rule(who: Who) -> Rule {
    Rule { who, rate: Rate::OPEN }
}

fn app(request: &HttpRequest) -> Result<&Data<App>, Problem> {
    request.app_data::<Data<App>>().ok_or_else(|| Problem::internal("no app is mounted"))
}

/// The caller, if the rule lets them in.
fn enter(request: &HttpRequest, rule: &Rule) -> Result<Visit, Problem> {
    handoff::pick_up(request);
    let found = caller::of(request)?;
    let caller = found.as_ref().map(|found| &found.caller);
    let whose = request.match_info().get("id").map_or(Whose::Nobodys, Whose::Account);
    decide(rule, caller.map(Arc::as_ref), whose, app(request)?.now())?;
    let caller = caller.ok_or(Code::NotSignedIn)?;
    Ok(Visit { caller: Arc::clone(caller), peer: Peer::of(request), rule: *rule })
}

/// Refuses an address that has no try left, where the class has a limit. The handler takes the try
/// with the rest of its work, once it knows that the request can be read.
async fn look_at_address<R: RateClass>(request: &HttpRequest) -> Result<Option<Bucket>, Problem> {
    if !R::RATE.throttled {
        return Ok(None);
    }
    let app = app(request)?;
    let Some(policy) = R::policy(&app.config.throttle) else { return Ok(None) };
    let (bucket, now) = (Bucket::address(policy, &Peer::of(request)), app.now());
    let asked = bucket.clone();
    app.db.look(move |db| throttle::look(db, &asked, now)).await?;
    Ok(Some(bucket))
}

impl<R: RateClass> Guard for Public<R> {
    const RULE: Rule = Rule { who: Who::Public, rate: R::RATE };

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        handoff::pick_up(request);
        let address = look_at_address::<R>(request).await?;
        Ok(Self { peer: Peer::of(request), address, class: PhantomData })
    }
}

impl<R: RateClass> Guard for SignedIn<R> {
    const RULE: Rule = Rule { who: Who::SignedIn, rate: R::RATE };

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        let visit = enter(request, &Self::RULE)?;
        let address = look_at_address::<R>(request).await?;
        Ok(Self { visit, address, class: PhantomData })
    }
}

impl<const SECS: u32> Guard for Fresh<SECS> {
    const RULE: Rule = rule(Who::Fresh { seconds: SECS });

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        enter(request, &Self::RULE).map(Self)
    }
}

impl<P: Permission> Guard for Can<P> {
    const RULE: Rule = rule(Who::Can { permission: P::NAME });

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        Ok(Self(enter(request, &Self::RULE)?, PhantomData))
    }
}

impl<P: Permission> Guard for OwnOr<P> {
    const RULE: Rule = rule(Who::OwnOr { permission: P::NAME });

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        Ok(Self(enter(request, &Self::RULE)?, PhantomData))
    }
}
