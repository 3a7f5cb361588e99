//! The public keys of a client as the API takes them: a JWK set (RFC 7517) without private parts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    http::{
        json::present,
        problem::{FieldError, Problem},
    },
    kernel::{jwk::PublicKey, refusal::Refusal},
};

/// Public keys.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientKeySet)]
pub struct JwkSet {
    #[validate(length(min = 1, max = 10), nested)]
    #[schema(min_items = 1, max_items = 10)]
    pub keys: Vec<Jwk>,
}

/// One public key: P-256, Ed25519, or RSA with 3072 bits or more.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientKey)]
pub struct Jwk {
    #[validate(length(max = 10))]
    #[schema(max_length = 10, examples("OKP"))]
    pub kty: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 20))]
    #[schema(max_length = 20, nullable = false, examples("Ed25519"))]
    pub crv: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 43))]
    #[schema(
        max_length = 43,
        nullable = false,
        examples("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    )]
    pub x: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 43))]
    #[schema(max_length = 43, nullable = false)]
    pub y: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 1400))]
    #[schema(max_length = 1400, nullable = false)]
    pub n: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 10))]
    #[schema(max_length = 10, nullable = false)]
    pub e: Option<String>,
    /// Which of the keys it is, as assertions name it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100))]
    #[schema(max_length = 100, nullable = false)]
    pub kid: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 10))]
    #[schema(max_length = 10, nullable = false)]
    pub alg: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 10))]
    #[schema(max_length = 10, nullable = false)]
    pub r#use: Option<String>,
}

const SAME_NAME: Refusal = Refusal::new("repeated", "Two keys have the same `kid`.");

impl JwkSet {
    /// The set as it is kept. Errors: `validation.failed` at each key that is none.
    pub fn checked(&self) -> Result<String, Problem> {
        let mut faults = Vec::new();
        for (at, key) in self.keys.iter().enumerate() {
            let jwk = serde_json::to_value(key).map_err(Problem::internal)?;
            if let Err(refusal) = PublicKey::parse(&jwk) {
                faults.push(FieldError::new(&format!("/jwks/keys/{at}"), refusal));
            }
            let is_same = |other: &Jwk| other.kid.is_some() && other.kid == key.kid;
            if self.keys[..at].iter().any(is_same) {
                faults.push(FieldError::new(&format!("/jwks/keys/{at}/kid"), SAME_NAME));
            }
        }
        if faults.is_empty() {
            serde_json::to_string(self).map_err(Problem::internal)
        } else {
            Err(Problem::fields(faults))
        }
    }
}
