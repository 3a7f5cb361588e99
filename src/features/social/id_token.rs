//! ID tokens (OpenID Connect Core 1.0, section 2). One counts only if it is signed with a key of
//! the issuer that is configured, is for this client, for this flow, and not over.

use std::time::{Duration, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::Value;
use url::Url;

use super::talk::Fault;
use crate::{
    app::App,
    config::{Protocol, Provider, is_tenant, issuer_of_tenant},
    kernel::clock::Timestamp,
};

/// The algorithms that are taken: those with a public key, so that nobody signs with what this
/// service knows too.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

/// Seconds by which an issuer's clock may be ahead.
const SKEW: i64 = 300;

/// Whose token it is, and what else it tells.
pub struct Checked {
    pub issuer: String,
    pub subject: String,
    pub claims: Value,
}

/// Checks a token that came for the flow of this nonce.
pub async fn check(
    app: &App,
    provider: &Provider,
    keys: &Url,
    (token, nonce): (&str, &str),
) -> Result<Checked, Fault> {
    let claims = payload(token).ok_or(Fault::Wrong("the ID token can't be read"))?;
    let expected = Expected {
        issuer: issuer(provider, &claims)?,
        client: provider.client_id.clone(),
        nonce: nonce.to_owned(),
        now: app.now(),
    };
    let document = app.fetch.document(keys, app.now()).await?;
    let subject = match expected.verify(token, &document) {
        // The issuer may have begun to sign with a new key.
        Err(Unverified::UnknownKey) => {
            let document = app.fetch.newer_document(keys, app.now()).await?;
            expected.verify(token, &document)
        }
        other => other,
    };
    let subject = subject.map_err(Unverified::fault)?;
    Ok(Checked { issuer: expected.issuer, subject, claims })
}

/// The issuer that the token must name. Of many tenants it is the one that the token says it is of;
/// the keys are those of the provider all the same.
fn issuer(provider: &Provider, claims: &Value) -> Result<String, Fault> {
    if !matches!(provider.protocol, Protocol::Oidc { many_tenants: true, .. }) {
        return Ok(provider.issuer.clone());
    }
    let tenant = claims["tid"].as_str().filter(|tenant| is_tenant(tenant));
    let tenant = tenant.ok_or(Fault::Wrong("the ID token names no tenant"))?;
    Ok(issuer_of_tenant(&provider.issuer, tenant))
}

/// What a token says, believed or not.
fn payload(token: &str) -> Option<Value> {
    let body = token.split('.').nth(1)?;
    let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

/// What a token must be.
struct Expected {
    issuer: String,
    client: String,
    nonce: String,
    now: Timestamp,
}

enum Unverified {
    UnknownKey,
    Wrong(&'static str),
}

impl Unverified {
    fn fault(self) -> Fault {
        match self {
            Self::UnknownKey => Fault::Wrong("the ID token is signed with an unknown key"),
            Self::Wrong(why) => Fault::Wrong(why),
        }
    }
}

impl From<ClaimsVerificationError> for Unverified {
    fn from(error: ClaimsVerificationError) -> Self {
        use ClaimsVerificationError as Error;
        match error {
            Error::Expired(_) => Self::Wrong("the ID token is not of this time"),
            Error::InvalidAudience(_) => Self::Wrong("the ID token is for another client"),
            Error::InvalidIssuer(_) => Self::Wrong("the ID token is another issuer's"),
            Error::InvalidNonce(_) => Self::Wrong("the ID token is of another sign-in"),
            Error::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            Error::SignatureVerification(_) => Self::Wrong("the ID token's signature is wrong"),
            _ => Self::Wrong("the ID token was not accepted"),
        }
    }
}

impl Expected {
    /// The subject of a token that is all this.
    fn verify(&self, token: &str, keys: &[u8]) -> Result<String, Unverified> {
        let unreadable = || Unverified::Wrong("the ID token can't be read");
        let token: CoreIdToken = token.parse().map_err(|_| unreadable())?;
        let keys: CoreJsonWebKeySet = serde_json::from_slice(keys)
            .map_err(|_| Unverified::Wrong("the keys can't be read"))?;
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|_| unreadable())?;
        let now = u64::try_from(self.now.micros()).unwrap_or(0);
        let now = UNIX_EPOCH + Duration::from_micros(now);
        let latest = self.now.micros().div_euclid(1_000_000) + SKEW;
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.client.clone()),
            issuer,
            keys,
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now.into())
        .set_issue_time_verifier_fn(move |at| match at.timestamp() <= latest {
            true => Ok(()),
            false => Err("it was made in the future".to_owned()),
        });
        let claims = token.claims(&verifier, &Nonce::new(self.nonce.clone()))?;
        // A token that somebody else asked for is not ours, whoever else may read it
        // (OpenID Connect Core 1.0, section 3.1.3.7, 5).
        let party = claims.authorized_party().map(|party| party.as_str());
        if party.is_some_and(|party| party != self.client) {
            return Err(Unverified::Wrong("the ID token is for another client"));
        }
        Ok(claims.subject().as_str().to_owned())
    }
}
