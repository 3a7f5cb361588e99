//! What browsers send back: the JSON of `PublicKeyCredential.toJSON()`. Its form belongs to the
//! standard, so members that we do not look at may be there.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, Unexpected},
};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::AdditionalProperties},
};
use validator::ValidationError;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::{
    http::{json::refuse, problem::Problem},
    kernel::refusal::Refusal,
};

/// Members that an answer has at most; the standard knows six.
const MOST: usize = 20;

const WRONG: Refusal =
    Refusal::new("credential_invalid", "Send what `PublicKeyCredential.toJSON()` gives.");
const TOO_MANY: Refusal = Refusal::new("too_long", "At most 20 are allowed.");

/// An authenticator's answer as the browser gives it (WebAuthn Level 3, section 5.1).
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct ClientAnswer(Map<String, Value>);

impl<'de> Deserialize<'de> for ClientAnswer {
    /// The map's own reading takes null for an empty one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(D::Error::invalid_type(Unexpected::Other("no object"), &"an object")),
        }
    }
}

impl ClientAnswer {
    /// The answer of a registration. Errors: `validation.failed`.
    pub fn registration(self) -> Result<RegisterPublicKeyCredential, Problem> {
        self.read()
    }

    /// The answer of a sign-in or another proof. Errors: `validation.failed`.
    pub fn proof(mut self) -> Result<PublicKeyCredential, Problem> {
        if let Some(Value::Object(response)) = self.0.get_mut("response") {
            response.entry("userHandle").or_insert(Value::Null);
        }
        self.read()
    }

    /// What extensions say is not signed, so it is not read.
    fn read<T: DeserializeOwned>(mut self) -> Result<T, Problem> {
        for unsigned in ["clientExtensionResults", "extensions"] {
            self.0.remove(unsigned);
        }
        let read = serde_json::from_value(Value::Object(self.0));
        read.map_err(|_| Problem::field("/credential", WRONG))
    }
}

/// For `#[validate(custom(..))]`: not more members than an answer has.
pub fn few(answer: &ClientAnswer) -> Result<(), ValidationError> {
    if answer.0.len() > MOST { Err(refuse(TOO_MANY)) } else { Ok(()) }
}

impl PartialSchema for ClientAnswer {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "What `PublicKeyCredential.toJSON()` gives (WebAuthn Level 3, section 5.1).",
            ))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .max_properties(Some(MOST))
            .into()
    }
}

impl ToSchema for ClientAnswer {
    fn name() -> Cow<'static, str> {
        "PasskeyCredential".into()
    }
}
