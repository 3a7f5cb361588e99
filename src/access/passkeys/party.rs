//! What is asked of authenticators, and whether their answers are right: challenge, origin, domain,
//! signature, user verification and counter (WebAuthn Level 3, sections 7.1 and 7.2).

use serde_json::{Value, json};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
        RegisterPublicKeyCredential, Uuid, WebauthnError,
    },
};

use super::store::{self, PasskeyRow};
use crate::{
    app::App,
    http::{code::Code, problem::Problem},
};

/// Bytes that the standard gives to the id of a credential.
const LONGEST_ID: usize = 1023;

/// The service as authenticators know it.
pub struct Party(Webauthn);

/// Why an answer is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Wrong,
    /// The counter has gone back: there are two authenticators with the same key.
    Cloned,
}

/// What is asked: the options for the browser, and what must be known again when it answers.
pub struct Question {
    pub options: Value,
    pub state: String,
}

/// An account about to get a passkey, as authenticators show it.
pub struct Person<'a> {
    pub handle: Uuid,
    pub email: &'a str,
    pub name: &'a str,
}

/// A credential that was just made.
pub struct Made {
    pub credential_id: Vec<u8>,
    pub credential: Vec<u8>,
    pub transports: String,
    pub synced: bool,
}

impl Party {
    /// Errors: `passkeys.unavailable` where no page of ours lies in a domain.
    pub fn of(app: &App) -> Result<Self, Problem> {
        let party = app.config.relying_party().ok_or(Code::PasskeysUnavailable)?;
        let (first, rest) = party.origins.split_first().ok_or(Code::PasskeysUnavailable)?;
        let builder = WebauthnBuilder::new(&party.id, first).map_err(Problem::internal)?;
        let builder = builder.rp_name(&app.config.service.name);
        let builder = rest.iter().fold(builder, WebauthnBuilder::append_allowed_origin);
        Ok(Self(builder.build().map_err(Problem::internal)?))
    }

    /// Asks for a new credential that none of `known` has made. One that can sign in without a name
    /// is preferred.
    pub fn ask_for_new(
        &self,
        person: &Person<'_>,
        known: &[PasskeyRow],
    ) -> Result<Question, Problem> {
        let name = if person.name.is_empty() { person.email } else { person.name };
        let known = known.iter().map(|row| row.credential_id.clone()).collect();
        let (asked, state) = self
            .0
            .start_passkey_registration(person.handle, person.email, name, Some(known))
            .map_err(Problem::internal)?;
        let mut question = Question::new(&asked, &state)?;
        question.options["authenticatorSelection"]["residentKey"] = json!("preferred");
        Ok(question)
    }

    /// Asks for a proof of one of `allowed`, or of whichever the person chooses.
    pub fn ask_for_proof(&self, allowed: Option<&[PasskeyRow]>) -> Result<Question, Problem> {
        let (asked, state) =
            self.0.start_discoverable_authentication().map_err(Problem::internal)?;
        let mut question = Question::new(&asked, &state)?;
        if let Some(options) = question.options.as_object_mut() {
            options.remove("extensions");
            options.remove("allowCredentials");
            if let Some(allowed) = allowed {
                let allowed = allowed.iter().map(descriptor).collect();
                options.insert("allowCredentials".to_owned(), Value::Array(allowed));
            }
        }
        Ok(question)
    }

    /// The credential that an answer holds, if it is right.
    pub fn check_new(
        &self,
        answer: &RegisterPublicKeyCredential,
        state: &str,
    ) -> Result<Made, Fault> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(|_| Fault::Wrong)?;
        is_of_this_page(&answer.response.client_data_json)?;
        let made = self.0.finish_passkey_registration(answer, &state).map_err(fault)?;
        if made.cred_id().len() > LONGEST_ID {
            return Err(Fault::Wrong);
        }
        let credential = serde_json::to_value(&made).map_err(|_| Fault::Wrong)?;
        let transports = serde_json::to_value(&answer.response.transports);
        let transports = transports.unwrap_or_default();
        let transports = transports.as_array().into_iter().flatten().filter_map(Value::as_str);
        let transports: Vec<_> = transports.filter(|name| *name != "unknown").take(5).collect();
        Ok(Made {
            credential_id: made.cred_id().to_vec(),
            synced: credential["cred"]["backup_eligible"] == true,
            credential: credential.to_string().into_bytes(),
            transports: transports.join(","),
        })
    }

    /// The credential as the row shall hold it after a right proof, with the new counter.
    pub fn check_proof(
        &self,
        app: &App,
        answer: &PublicKeyCredential,
        state: &str,
        row: &PasskeyRow,
    ) -> Result<Vec<u8>, Fault> {
        let state: DiscoverableAuthentication =
            serde_json::from_str(state).map_err(|_| Fault::Wrong)?;
        let credential = store::open(app, row).ok_or(Fault::Wrong)?;
        let mut passkey: Passkey = serde_json::from_slice(&credential).map_err(|_| Fault::Wrong)?;
        is_of_this_page(&answer.response.client_data_json)?;
        let proved =
            self.0.finish_discoverable_authentication_v2(answer, state, &passkey).map_err(fault)?;
        if !proved.user_verified() {
            return Err(Fault::Wrong);
        }
        if passkey.update_credential(&proved) == Some(false) {
            return Ok(row.sealed.clone());
        }
        let credential = serde_json::to_vec(&passkey).map_err(|_| Fault::Wrong)?;
        Ok(store::seal(app, &row.id, &row.user_id, &credential))
    }
}

impl Question {
    fn new(asked: &impl serde::Serialize, state: &impl serde::Serialize) -> Result<Self, Problem> {
        let mut asked = serde_json::to_value(asked).map_err(Problem::internal)?;
        let state = serde_json::to_string(state).map_err(Problem::internal)?;
        Ok(Self { options: asked["publicKey"].take(), state })
    }
}

/// Refuses an answer that was given in a frame on somebody else's page.
fn is_of_this_page(client_data: &[u8]) -> Result<(), Fault> {
    let data: Value = serde_json::from_slice(client_data).map_err(|_| Fault::Wrong)?;
    let is_foreign = data["crossOrigin"] == true || !data["topOrigin"].is_null();
    if is_foreign { Err(Fault::Wrong) } else { Ok(()) }
}

fn descriptor(row: &PasskeyRow) -> Value {
    let transports: Vec<_> = row.transports.split(',').filter(|name| !name.is_empty()).collect();
    let id = data_encoding::BASE64URL_NOPAD.encode(&row.credential_id);
    json!({ "type": "public-key", "id": id, "transports": transports })
}

fn fault(error: WebauthnError) -> Fault {
    match error {
        WebauthnError::CredentialPossibleCompromise => Fault::Cloned,
        _ => Fault::Wrong,
    }
}
