//! The guards: the types that handlers take first. Each is admitted only if its rule lets the
//! caller in, and the same rule is written into the contract.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use actix_web::{HttpRequest, web::Data};

use crate::{
    access::{
        caller::{self, Caller},
        decide::{Asked, Whose, decide},
        find, handoff,
        sessions::SessionRow,
        steps,
        throttle::{self, Bucket, Open, RateClass},
    },
    app::App,
    config::Config,
    db::Conn,
    http::{
        code::Code,
        endpoint::Guard,
        peer::Peer,
        problem::Problem,
        rule::{Rule, Who},
    },
    kernel::{assurance::Assurance, clock::Timestamp, id::UserId, permission::Permission},
};

/// Seconds for which a proof counts as recent where an account's ways in, or other people's
/// accounts and rights, are changed.
pub const RECENTLY: u32 = 900;

/// Anybody. `R` says how often one address may call.
pub struct Public<R = Open> {
    pub peer: Arc<Peer>,
    /// Where the tries of the caller's address are counted; the handler takes them.
    pub address: Option<Bucket>,
    class: PhantomData<R>,
}

/// Anybody who is signed in. `R` says how often one address may call.
pub struct SignedIn<R = Open>(Visit, PhantomData<R>);

/// Whom `G` lets in, if they proved to be who they are at most `SECS` seconds ago; with their
/// second factor, where they have one. A program with an account of its own does so at each call.
pub struct Fresh<const SECS: u32 = RECENTLY, G = SignedIn>(Visit, PhantomData<G>);

/// Whom `G` lets in, if their session is worth `A`.
pub struct Assured<A = Aal2, G = SignedIn>(Visit, PhantomData<(A, G)>);

/// Whom `G` lets in, if they have signed in themselves: no program with a key.
pub struct InPerson<G = SignedIn>(Visit, PhantomData<G>);

/// Whom `G` lets in, even if they have yet to set up the second factor that is asked of them.
pub struct Enrolling<G = SignedIn>(Visit, PhantomData<G>);

/// Who holds the permission `P`.
pub struct Can<P>(Visit, PhantomData<P>);

/// The account that the path's `id` names, and who holds the permission `P`.
pub struct OwnOr<P>(Visit, PhantomData<P>);

/// How sure it must be who somebody is; a type, so that a guard names it.
pub trait Level: 'static {
    const ASSURANCE: Assurance;
}

/// Two different factors (NIST SP 800-63B-4, section 2.2).
pub struct Aal2;

impl Level for Aal2 {
    const ASSURANCE: Assurance = Assurance::Aal2;
}

/// A caller, where they call from, and what the guard asked of them.
#[derive(Clone)]
pub struct Visit {
    pub caller: Arc<Caller>,
    pub peer: Arc<Peer>,
    /// Where the tries of the caller's address are counted; the handler takes them.
    pub address: Option<Bucket>,
    rule: Rule,
    config: Arc<Config>,
}

impl Visit {
    /// The caller's account.
    pub fn user(&self) -> &UserId {
        &self.caller.user_id
    }

    /// The session in which it is.
    ///
    /// Errors: `auth.session_required` for a program with a key.
    pub fn session(&self) -> Result<&SessionRow, Problem> {
        Ok(self.caller.session().ok_or(Code::SessionRequired)?)
    }

    /// Asks the guard's question again, inside a transaction: between the door and here a body was
    /// awaited, and the session, the account or the grant may have ended. Every change that a
    /// caller makes begins with this. Answers the caller as they are now.
    ///
    /// Errors: `auth.not_signed_in` and what the guard itself refuses with.
    pub fn recheck(&self, db: &mut Conn, now: Timestamp) -> Result<Caller, Problem> {
        let caller = find::again(db, &self.caller.credential, now)?;
        let whose = Whose::Account(self.user().as_str());
        decide(&self.rule, caller.as_ref(), whose, &Asked::of(&self.config, now))?;
        Ok(caller.ok_or(Code::NotSignedIn)?)
    }
}

macro_rules! visitors {
    ($([$($generics:tt)*] $guard:ty: $rule:expr;)*) => {$(
        impl<$($generics)*> Deref for $guard {
            type Target = Visit;

            fn deref(&self) -> &Visit {
                &self.0
            }
        }

        impl<$($generics)*> Guard for $guard {
            const RULE: Rule = $rule;

            async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
                Ok(Self(enter(request, &Self::RULE).await?, PhantomData))
            }
        }
    )*};
}

visitors! {
    [R: RateClass] SignedIn<R>: Rule { rate: R::RATE, ..Rule::new(Who::SignedIn) };
    [P: Permission] Can<P>: Rule::new(Who::Can { permission: P::NAME });
    [P: Permission] OwnOr<P>: Rule::new(Who::OwnOr { permission: P::NAME });
    [const SECS: u32, G: Guard] Fresh<SECS, G>: Rule { fresh: Some(SECS), ..G::RULE };
    [A: Level, G: Guard] Assured<A, G>: Rule { assurance: A::ASSURANCE, ..G::RULE };
    [G: Guard] Enrolling<G>: Rule { enrolling: true, ..G::RULE };
    [G: Guard] InPerson<G>: Rule { in_person: true, ..G::RULE };
}

/// The app of a request.
pub(super) fn app(request: &HttpRequest) -> Result<&Data<App>, Problem> {
    request.app_data::<Data<App>>().ok_or_else(|| Problem::internal("no app is mounted"))
}

/// The caller, if the rule lets them in.
pub(super) async fn enter(request: &HttpRequest, rule: &Rule) -> Result<Visit, Problem> {
    handoff::pick_up(request);
    let app = app(request)?;
    let found = caller::of(request).await?;
    let caller = found.as_ref().map(|found| &found.caller);
    let whose = request.match_info().get("id").map_or(Whose::Nobodys, Whose::Account);
    let decision = decide(rule, caller.map(Arc::as_ref), whose, &Asked::of(&app.config, app.now()));
    let caller = caller.ok_or(Code::NotSignedIn);
    match decision {
        Ok(()) => {}
        Err(problem) if problem.code() == Code::StepUpRequired => {
            return Err(steps::name(app, &caller?.user_id, problem).await);
        }
        Err(problem) => return Err(scoped(problem, caller.ok())),
    }
    let address = look_at_address(request, rule).await?;
    let (caller, config) = (Arc::clone(caller?), Arc::clone(&app.config));
    let peer = match caller.credential.id() {
        Some(via) => Arc::new(Peer { via: Some(via), ..Peer::clone(&Peer::of(request)) }),
        None => Peer::of(request),
    };
    Ok(Visit { caller, peer, address, rule: *rule, config })
}

/// Tells a program that its key is good, but not for this (RFC 6750, section 3.1).
fn scoped(problem: Problem, caller: Option<&Arc<Caller>>) -> Problem {
    let has_scope = caller.is_some_and(|caller| caller.credential.scope().is_some());
    if problem.code() == Code::PermissionMissing && has_scope {
        return problem.with_header("www-authenticate", "Bearer error=\"insufficient_scope\"");
    }
    problem
}

/// Refuses an address that has no try left, where the class has a limit. The handler takes the try
/// with the rest of its work, once it knows that the request can be read.
pub(super) async fn look_at_address(
    request: &HttpRequest,
    rule: &Rule,
) -> Result<Option<Bucket>, Problem> {
    if !rule.rate.throttled {
        return Ok(None);
    }
    let app = app(request)?;
    let Some(policy) = throttle::policy(rule.rate, &app.config.throttle) else { return Ok(None) };
    let (bucket, now) = (Bucket::address(policy, &Peer::of(request)), app.now());
    let asked = bucket.clone();
    app.db.look(move |db| throttle::look(db, &asked, now)).await?;
    Ok(Some(bucket))
}

impl<R: RateClass> Guard for Public<R> {
    const RULE: Rule = Rule { rate: R::RATE, ..Rule::new(Who::Public) };

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        handoff::pick_up(request);
        let address = look_at_address(request, &Self::RULE).await?;
        Ok(Self { peer: Peer::of(request), address, class: PhantomData })
    }
}
