//! The guards of the endpoints of OAuth. A client may show who it is in the form itself, so these
//! read the form, within its limits, before they decide; nothing else of the request counts.

use std::{marker::PhantomData, sync::Arc};

use actix_web::{HttpRequest, dev::Payload};

use crate::{
    access::{
        caller::Caller,
        client_auth::{self, Client},
        decide::{Asked, Whose, decide},
        guard::{self, Visit, app},
        handoff,
        throttle::{Clients, RateClass},
    },
    http::{
        endpoint::Guard,
        form::Fields,
        offered,
        peer::Peer,
        problem::Problem,
        rule::{Rule, Who},
    },
    kernel::permission::Permission,
};

/// A client that shows who it is, or somebody who shows nothing; one that fails is refused.
pub struct ClientAuth {
    client: Option<Client>,
    pub peer: Arc<Peer>,
}

impl ClientAuth {
    /// The client. Errors: `oauth.invalid_client` where none has shown itself.
    pub fn client(&self) -> Result<&Client, Problem> {
        self.client.as_ref().ok_or_else(client_auth::invalid_client)
    }

    /// The client, if one has shown itself.
    pub fn perhaps(&self) -> Option<&Client> {
        self.client.as_ref()
    }
}

impl Guard for ClientAuth {
    const RULE: Rule = Rule { rate: Clients::RATE, ..Rule::new(Who::PerhapsClient) };

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        Self::admit_with(request, &mut Payload::None).await
    }

    async fn admit_with(request: &HttpRequest, body: &mut Payload) -> Result<Self, Problem> {
        handoff::pick_up(request);
        guard::look_at_address(request, &Self::RULE).await?;
        let fields = Fields::of(request, body).await?;
        let client = client_auth::of(app(request)?, request, Some(&fields)).await?;
        Ok(Self { client, peer: Peer::of(request) })
    }
}

/// A client whose service account holds the permission `P`, and anybody else who does.
pub struct ClientOr<P> {
    pub caller: Arc<Caller>,
    client: Option<Client>,
    permission: PhantomData<P>,
}

impl<P> ClientOr<P> {
    /// The client, where it is one that has shown itself.
    pub fn client(&self) -> Option<&Client> {
        self.client.as_ref()
    }

    fn of_visit(visit: &Visit) -> Self {
        let caller = Arc::clone(&visit.caller);
        Self { caller, client: None, permission: PhantomData }
    }
}

impl<P: Permission> Guard for ClientOr<P> {
    const RULE: Rule =
        Rule { rate: Clients::RATE, ..Rule::new(Who::ClientOr { permission: P::NAME }) };

    async fn admit(request: &HttpRequest) -> Result<Self, Problem> {
        Self::admit_with(request, &mut Payload::None).await
    }

    async fn admit_with(request: &HttpRequest, body: &mut Payload) -> Result<Self, Problem> {
        if offered::is_any(request) {
            return Ok(Self::of_visit(&guard::enter(request, &Self::RULE).await?));
        }
        handoff::pick_up(request);
        guard::look_at_address(request, &Self::RULE).await?;
        let (app, fields) = (app(request)?, Fields::of(request, body).await);
        let Some(client) = client_auth::of(app, request, fields.as_ref().ok()).await? else {
            let visit = guard::enter(request, &Self::RULE).await?;
            return fields.map(|_| Self::of_visit(&visit));
        };
        let asked = Asked::of(&app.config, app.now());
        decide(&Self::RULE, Some(client.caller.as_ref()), Whose::Nobodys, &asked)?;
        fields?;
        let caller = Arc::clone(&client.caller);
        Ok(Self { caller, client: Some(client), permission: PhantomData })
    }
}
