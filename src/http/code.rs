//! The closed table of problem codes. A code, once published, keeps its meaning for ever.

use actix_web::http::StatusCode;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! codes {
    ($($name:ident $status:literal $text:literal: $title:literal, $advice:literal;)*) => {
        /// Why a request was refused. Each has one status, one stable text and one title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable text that clients compare.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The one status that goes with it.
            pub const fn status_number(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// What happened, in a few words for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What the caller can do about it.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

codes! {
    BodyMalformed 400 "request.body_malformed": "The body is not well-formed JSON.",
        "Send one JSON object in UTF-8, each key once, numbers within range.";
    FormMalformed 400 "request.form_malformed": "The form can't be read.",
        "Send the form of the page as it is.";
    PathInvalid 400 "request.path_invalid": "The path holds a value of the wrong form.",
        "Compare the id in the path with the pattern in the contract.";
    QueryInvalid 400 "request.query_invalid": "The query holds an unknown or wrong parameter.",
        "Compare the parameters with the contract; `errors` names the one at fault.";
    HeaderInvalid 400 "request.header_invalid": "A header holds a value of the wrong form.",
        "Compare the header with the contract.";
    CursorInvalid 400 "paging.cursor_invalid": "The cursor was not made by this list.",
        "Start again without `cursor`, and keep the filters unchanged from page to page.";
    TooManyCredentials 400 "auth.too_many_credentials":
        "More than one token or key came with the request.",
        "Send one `Authorization` or one `X-Api-Key`, once.";
    TokenTargetInvalid 400 "tokens.invalid_target": "There are no tokens for this API.",
        "Name one of `token.audiences`, or none for this service.";
    OauthInvalidRequest 400 "oauth.invalid_request": "The request can't be understood.",
        "Compare the form with the contract: each parameter once, and one way to show who calls.";
    OauthInvalidGrant 400 "oauth.invalid_grant": "The refresh token is not valid here.",
        "It was used, is too old or another's, or its session is over: sign in again.";
    OauthUnsupportedGrantType 400 "oauth.unsupported_grant_type":
        "There is no such grant.",
        "Use `client_credentials` or `refresh_token`.";
    OauthInvalidScope 400 "oauth.invalid_scope": "The scope is wider than what was granted.",
        "Ask for permissions that the client or the first token has.";
    OauthInvalidTarget 400 "oauth.invalid_target": "The token can't be for this audience.",
        "Name one of the client's audiences as `resource`, or none.";
    NotSignedIn 401 "auth.not_signed_in": "Sign in first.",
        "Sign in; a session also ends by sign-out, by time and when it is revoked.";
    TokenInvalid 401 "auth.token_invalid": "The bearer token or API key is not valid.",
        "Send a valid one, or none to use the session cookie.";
    OauthInvalidClient 401 "oauth.invalid_client": "The client has not shown who it is.",
        "Send its secret or an assertion that it has signed; each assertion counts once.";
    DpopInvalid 401 "auth.dpop_invalid": "The proof of the token's key is not valid.",
        "Send one `DPoP` header with a new proof for exactly this request (RFC 9449).";
    DpopNonceNeeded 401 "auth.dpop_nonce_needed": "The proof needs a newer nonce.",
        "Put the value of the header `DPoP-Nonce` into the proof, and repeat the request.";
    InvalidCredentials 401 "auth.invalid_credentials": "E-mail and password don't match.",
        "Try again. The answer is the same for an address without an account.";
    PermissionMissing 403 "auth.permission_missing": "A permission is missing.",
        "Ask for a role with the permission that `required_permission` names.";
    SessionRequired 403 "auth.session_required":
        "This needs a person who has signed in.",
        "Sign in and call with the session; a program's key or token can't do this.";
    StepUpRequired 403 "auth.step_up_required": "This needs a more recent or a stronger proof.",
        "Prove who you are at `/v1/auth/step-up` by one of `methods`, then repeat the request.";
    SecondFactorNeeded 403 "auth.second_factor_needed": "Set up a second factor first.",
        "Your role asks for one: set it up at `/v1/me/factors`, then repeat the request.";
    EmailUnverified 403 "auth.email_unverified": "The e-mail address is not verified yet.",
        "Open the link that was mailed, or have it mailed again.";
    MethodRefused 403 "factors.method_refused": "This method is not enough here.",
        "Use one of `methods`.";
    FactorRefused 403 "factors.refused": "The code is wrong, used or too old.",
        "Enter the newest code. After many failures a factor is switched off.";
    PasskeyRefused 403 "passkeys.refused": "The passkey was not accepted.",
        "Begin again: each beginning counts once, for five minutes, and for one purpose.";
    PendingInvalid 403 "auth.pending_invalid": "This sign-in can't be continued.",
        "It took too long, was finished or failed too often: sign in again.";
    AccountDisabled 403 "auth.account_disabled": "The account is disabled.",
        "Ask the people who run the service.";
    SignUpClosed 403 "accounts.sign_up_closed": "Sign-up is closed.",
        "Ask the people who run the service for an account.";
    CurrentPasswordWrong 403 "passwords.current_wrong": "The current password is wrong.",
        "Try again with the password that you sign in with.";
    FlowInvalid 403 "providers.flow_invalid": "This way through a provider can't be continued.",
        "It took too long, was finished, or was begun in another browser: begin again.";
    ProviderDenied 403 "providers.denied": "The provider was told not to say who you are.",
        "Begin again, and agree at the provider; or use another way.";
    ProviderRefused 403 "providers.refused": "The provider's answer was not accepted.",
        "Begin again. If it stays, the provider or its settings here are in disorder.";
    ProviderEmailUnverified 403 "providers.email_unverified":
        "The provider names no address that it has verified.",
        "Verify your address at the provider, or sign in another way and add the account then.";
    OriginRefused 403 "csrf.origin_refused": "The request comes from a page of another origin.",
        "Call from the service's own origin, or have the origin listed in `allowed_origins`.";
    SetupTokenInvalid 403 "setup.token_invalid": "The set-up link is not valid any more.",
        "Restart the service to get a new link.";
    ProofInvalid 403 "proofs.invalid": "The link or code is not valid.",
        "It may have been used, have expired or been replaced by a newer one: ask for another.";
    GrantExceedsOwn 403 "grants.exceeds_own":
        "You can't give or touch more than you hold yourself.",
        "Ask somebody who holds every permission in question.";
    ChallengeRequired 403 "challenge.required": "A puzzle has to be solved first.",
        "Get one at `/v1/auth/challenge` and send its answer as `challenge`.";
    ChallengeInvalid 403 "challenge.invalid": "The puzzle's answer is wrong, too late or used.",
        "Solve a new puzzle; each serves once.";
    NotFound 404 "request.not_found": "There is nothing at this path.",
        "Compare the path with the contract.";
    FactorNotFound 404 "factors.not_found": "There is no such factor.",
        "List your factors again; it may have been removed.";
    DeviceNotFound 404 "devices.not_found": "There is no such device.",
        "List your devices again; it may have been forgotten.";
    AccountNotFound 404 "accounts.not_found": "There is no such account.",
        "Check the id; the account may have been deleted.";
    SessionNotFound 404 "sessions.not_found": "There is no such session.",
        "List the sessions again; it may have ended.";
    RoleNotFound 404 "roles.not_found": "There is no such role.",
        "List the roles again; it may have been deleted.";
    GrantNotFound 404 "grants.not_found": "There is no such grant.",
        "List the grants again; it may have been revoked or have expired.";
    ApiKeyNotFound 404 "api_keys.not_found": "There is no such API key.",
        "List the keys again; it may have been revoked or have expired.";
    ClientNotFound 404 "clients.not_found": "There is no such client.",
        "List the clients again; it may have been deleted.";
    ProviderNotFound 404 "providers.not_found": "There is no such provider.",
        "List the providers again; it may have been taken out of the settings.";
    IdentityNotFound 404 "identities.not_found": "There is no such identity.",
        "List your identities again; it may have been removed.";
    ProviderTokensMissing 404 "identities.no_tokens": "No token of the provider is at hand.",
        "Sign in with the provider again; the service must be set to keep its tokens.";
    MethodNotAllowed 405 "request.method_not_allowed": "This path does not know the method.",
        "Use one of the methods in the `Allow` header.";
    RequestTimeout 408 "request.timeout": "The body took too long to arrive.",
        "Send the whole body at once.";
    EmailTaken 409 "accounts.email_taken": "Another account has this e-mail address.",
        "Choose another address, or use the account that has it.";
    FactorExists 409 "factors.exists": "There is such a factor already.",
        "Remove the old one first.";
    FactorMissing 409 "factors.missing": "There is no second factor yet.",
        "Set up an authenticator app or a passkey first.";
    PasskeysUnavailable 409 "passkeys.unavailable": "Passkeys can't be used at this address.",
        "They need a host name: have `public_url` or `passkeys.rp_id` name one.";
    LastWayIn 409 "factors.last_way_in": "This is the only way to sign in.",
        "Set a password, add another passkey or link an account at another service first.";
    ProviderAccountExists 409 "providers.account_exists":
        "There is an account with this address already.",
        "Sign in to it as before, and add the provider there.";
    IdentityTaken 409 "identities.taken": "Another account has this identity.",
        "Remove it there first, or use the account that has it.";
    TooManyIdentities 409 "identities.too_many": "The account has 20 identities already.",
        "Remove those that are not used.";
    OwnAccount 409 "accounts.own": "This is your own account.",
        "Change your own account below `/v1/me`, soon after signing in.";
    SetupDone 409 "setup.already_done": "The service has an administrator already.",
        "Sign in as the administrator.";
    RoleNameTaken 409 "roles.name_taken": "Another role has this name.",
        "Choose another name.";
    RoleInUse 409 "roles.in_use": "The role is still granted.",
        "Revoke its grants first.";
    RoleBuiltIn 409 "roles.built_in": "A built-in role can't be changed.",
        "Create a role of your own.";
    PermissionTaken 409 "permissions.name_taken": "There is a permission of this name.",
        "Use the one that exists, or choose another name.";
    GrantExists 409 "grants.exists": "The account holds this role in this scope already.",
        "Revoke the grant first if its expiry shall change.";
    NotAService 409 "accounts.not_a_service": "This is a person's account.",
        "Let the person do it, or name a service account.";
    NotAPerson 409 "accounts.not_a_person": "This is a service account.",
        "Nobody signs in to it: give it an API key or a client instead.";
    TooManyApiKeys 409 "api_keys.too_many": "The account has 100 API keys already.",
        "Revoke those that are not used.";
    TooManyClients 409 "clients.too_many": "The service account has 100 clients already.",
        "Delete those that are not used.";
    ClientHasNoSecret 409 "clients.no_secret": "The client has no secret.",
        "It signs with a key of its own: make another client for another key.";
    LastAdmin 409 "grants.last_admin": "The last administrator can't be removed.",
        "Grant the role `admin` to another active account first.";
    PreconditionStale 412 "precondition.stale": "The resource has changed since it was read.",
        "Read it again and repeat the change with its new `ETag`.";
    BodyTooLarge 413 "request.body_too_large": "The body is too large.",
        "Send at most as many bytes as the service accepts (65536 by default).";
    ContentTypeUnsupported 415 "request.content_type_unsupported": "The body must be JSON.",
        "Send `Content-Type: application/json`.";
    FormExpected 415 "request.form_expected": "The body must be a form.",
        "Send `Content-Type: application/x-www-form-urlencoded`.";
    FieldsInvalid 422 "validation.failed": "Some fields are not valid.",
        "Each entry of `errors` points at a field and says what is wrong with it.";
    PreconditionMissing 428 "precondition.missing": "The change needs an `If-Match` header.",
        "Send the `ETag` that you got when you read the resource.";
    RateLimited 429 "rate_limit.exceeded": "Too many attempts.",
        "Wait for the number of seconds in `Retry-After`.";
    HeadersTooLarge 431 "request.headers_too_large": "The headers are too large.",
        "Send fewer or shorter headers and cookies.";
    Internal 500 "server.internal": "The service failed.",
        "Try again; if it stays, give the people who run the service the `instance`.";
    Busy 503 "server.busy": "The service has too much to do.",
        "Wait for the number of seconds in `Retry-After`, then repeat the request.";
    Unavailable 503 "server.unavailable": "The database can't be reached.",
        "Wait for the number of seconds in `Retry-After`, then repeat the request.";
    ProviderUnavailable 503 "providers.unavailable": "The provider does not answer.",
        "Wait for the number of seconds in `Retry-After`, or use another way.";
    NotReady 503 "server.not_ready": "The service is starting or stopping.",
        "Send requests to another instance.";
}

impl Code {
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_number()).expect("the table holds valid statuses")
    }

    /// What any operation may answer, whatever it does.
    pub const EVERYWHERE: &[Self] =
        &[Self::HeadersTooLarge, Self::Internal, Self::Busy, Self::Unavailable, Self::NotReady];

    /// Those of them that a handler itself may answer.
    pub const OF_HANDLERS: &[Self] = &[Self::Internal, Self::Busy, Self::Unavailable];
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "Stable code of a problem. New codes may come; none changes its meaning.",
            ))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }
}
