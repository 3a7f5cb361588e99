//! Passkeys and their ceremonies as the API takes and shows them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::passkeys::{
        answer::{ClientAnswer, few},
        ceremony::Begun,
        model::Passkey,
        party::Question,
    },
    features::accounts::model::plain,
    kernel::{clock::Timestamp, id::PasskeyId},
};

/// What the browser shall ask of an authenticator.
#[derive(Serialize, ToSchema)]
pub struct PasskeyCeremony {
    /// Names the ceremony when it is finished. Good once, and for no other purpose.
    #[schema(max_length = 43)]
    pub ceremony: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON()` where a passkey is made, else for
    /// `parseRequestOptionsFromJSON()` (WebAuthn Level 3, section 5.1).
    #[schema(value_type = Object)]
    pub options: Value,
    /// Until when it can be finished.
    pub expires: Timestamp,
}

impl PasskeyCeremony {
    pub fn new(begun: &Begun, question: Question) -> Self {
        Self {
            ceremony: begun.token.reveal().to_owned(),
            options: question.options,
            expires: begun.expires_at,
        }
    }
}

/// A passkey that an authenticator has made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyInput {
    /// What the beginning answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub ceremony: String,
    #[validate(custom(function = few))]
    pub credential: ClientAnswer,
    /// By which its owner knows it.
    #[serde(default = "PasskeyInput::usual_name")]
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("Laptop"))]
    pub name: String,
}

impl PasskeyInput {
    fn usual_name() -> String {
        "Passkey".to_owned()
    }
}

/// A passkey that was added.
#[derive(Serialize, ToSchema)]
pub struct AddedPasskey {
    pub passkey: Passkey,
    /// Shown once. Empty where older codes stay good.
    #[schema(max_items = 10)]
    pub recovery_codes: Vec<String>,
}

/// Another name for a passkey.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRename {
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("Laptop"))]
    pub name: String,
}

/// A proof by a passkey, to sign in with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// What the beginning answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub ceremony: String,
    #[validate(custom(function = few))]
    pub credential: ClientAnswer,
    /// Whether the session outlives the browser; it does not if absent.
    #[serde(default)]
    pub remember: bool,
}

/// The sign-in whose second step a passkey shall be.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySecondStep {
    /// What the first step of the sign-in answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub token: String,
}

/// A proof by a passkey, as the second step of a sign-in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySecondFactor {
    /// What the first step of the sign-in answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub token: String,
    /// What the beginning answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub ceremony: String,
    #[validate(custom(function = few))]
    pub credential: ClientAnswer,
    /// Whether this browser stands in for the second factor for the next 30 days.
    #[serde(default)]
    pub trust_device: bool,
}

/// A further proof by a passkey.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyProof {
    /// What the beginning answered.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    pub ceremony: String,
    #[validate(custom(function = few))]
    pub credential: ClientAnswer,
}

/// The passkey that the path names.
#[derive(Deserialize, IntoParams)]
pub struct PasskeyPath {
    /// The passkey's id.
    #[param(inline)]
    pub id: PasskeyId,
}
