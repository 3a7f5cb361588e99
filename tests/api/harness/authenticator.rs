//! An authenticator in software, with the browser around it: it makes passkeys and proves them as
//! real ones do, and as real ones should not.

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::{Aaguid, Ctap2Error, get_assertion},
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Actor, House};

/// Whether the person is verified (by a finger, a face, a PIN), and not just there.
struct Finger(bool);

#[async_trait]
impl UserValidationMethod for Finger {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence: true, verification: self.0 })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(self.0)
    }
}

/// An authenticator with at most one passkey.
pub struct SoftKey {
    key: Option<Passkey>,
    origin: Url,
    counts: bool,
    verifies: bool,
}

impl SoftKey {
    /// A new one, used on the service's page at `localhost`.
    pub fn new(house: &House) -> Self {
        Self::at_port(house.address.port())
    }

    /// The same for a service on this port.
    pub fn at_port(port: u16) -> Self {
        let origin = format!("http://localhost:{port}");
        let origin = Url::parse(&origin).expect("an origin");
        Self { key: None, origin, counts: false, verifies: true }
    }

    /// One that counts its uses.
    pub fn counting(house: &House) -> Self {
        Self { counts: true, ..Self::new(house) }
    }

    /// The same key, used on a page of another origin.
    pub fn at(&self, origin: &str) -> Self {
        Self { origin: Url::parse(origin).expect("an origin"), ..self.copy() }
    }

    /// A second authenticator with the same key and counter.
    pub fn copy(&self) -> Self {
        Self { key: self.key.clone(), origin: self.origin.clone(), ..*self }
    }

    /// The same key in an authenticator that takes everybody for its owner.
    pub fn blind(&self) -> Self {
        Self { verifies: false, ..self.copy() }
    }

    /// The same key, with another number for the account in it.
    pub fn of_another(&self, handle: Option<&[u8]>) -> Self {
        let mut other = self.copy();
        let key = other.key.as_mut().expect("a key");
        key.user_handle = handle.map(|bytes| bytes.to_vec().into());
        other
    }

    /// The number by which it knows the account.
    pub fn handle(&self) -> Vec<u8> {
        let key = self.key.as_ref().expect("a key");
        key.user_handle.as_ref().expect("a handle").to_vec()
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Finger, RustCryptoBackend> {
        let (id, finger) = (Aaguid::new_empty(), Finger(self.verifies));
        let mut made = Authenticator::new(id, self.key.clone(), finger, RustCryptoBackend);
        made.set_make_credentials_with_signature_counter(self.counts);
        made
    }

    /// What the browser sends after a passkey was made, as these options ask.
    pub async fn make(&mut self, options: &Value) -> Value {
        let options = match self.verifies {
            true => options.clone(),
            false => without_verification(options, "/authenticatorSelection/userVerification"),
        };
        let asked = serde_json::from_value(json!({ "publicKey": options })).expect("options");
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = client.register(&self.origin, asked, DefaultClientData).await;
        let made = made.expect("a credential");
        self.key.clone_from(client.authenticator().store());
        as_browsers_write(serde_json::to_value(made).expect("JSON"))
    }

    /// What the browser sends after the passkey was used, as these options ask.
    pub async fn prove(&mut self, options: &Value) -> Value {
        let options = match self.verifies {
            true => options.clone(),
            false => without_verification(options, "/userVerification"),
        };
        let asked = serde_json::from_value(json!({ "publicKey": options })).expect("options");
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let proof = client.authenticate(&self.origin, asked, DefaultClientData).await;
        let proof = proof.expect("a proof");
        self.key.clone_from(client.authenticator().store());
        as_browsers_write(serde_json::to_value(proof).expect("JSON"))
    }

    /// A proof made by a browser that says of the page whatever `change` makes of it, for a domain.
    pub async fn prove_oddly(
        &mut self,
        options: &Value,
        domain: &str,
        change: impl FnOnce(&mut Value),
    ) -> Value {
        let origin = self.origin.origin().ascii_serialization();
        let challenge = &options["challenge"];
        let mut data = json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin });
        change(&mut data);
        let data = data.to_string();
        let mut authenticator = self.authenticator();
        let request = get_assertion::Request {
            rp_id: domain.to_owned(),
            client_data_hash: Sha256::digest(data.as_bytes()).to_vec().into(),
            allow_list: None,
            extensions: None,
            options: get_assertion::Options { up: true, uv: true },
            pin_auth: None,
            pin_protocol: None,
        };
        let proof = authenticator.get_assertion(request).await.expect("a proof");
        self.key.clone_from(authenticator.store());
        let key = self.key.as_ref().expect("a key");
        let (id, text) = (key.credential_id.to_vec(), |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes));
        json!({
            "id": text(&id), "rawId": text(&id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": text(&proof.auth_data.to_vec()),
                "clientDataJSON": text(data.as_bytes()),
                "signature": text(&proof.signature),
                "userHandle": text(&self.handle()),
            },
        })
    }
}

/// Lists of bytes as base64url, which is how `toJSON()` gives them.
fn as_browsers_write(value: Value) -> Value {
    let byte = |item: &Value| item.as_u64().and_then(|number| u8::try_from(number).ok());
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(|it| byte(it).is_some()) => {
            let bytes: Vec<_> = items.iter().filter_map(byte).collect();
            BASE64URL_NOPAD.encode(&bytes).into()
        }
        Value::Object(fields) => {
            let written = fields.into_iter().map(|(name, field)| (name, as_browsers_write(field)));
            Value::Object(written.collect())
        }
        other => other,
    }
}

fn without_verification(options: &Value, at: &str) -> Value {
    let mut options = options.clone();
    *options.pointer_mut(at).expect("it is asked for") = "discouraged".into();
    options
}

impl Actor {
    /// Adds a passkey to the actor's account; answers what the service did.
    pub async fn add_passkey(&self, key: &mut SoftKey, name: &str) -> Value {
        let begun = self.call("/v1/me/passkeys/begin").await.created();
        let credential = key.make(&begun["options"]).await;
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential, "name": name });
        self.post("/v1/me/passkeys", body).await.created()
    }

    /// Begins to sign in with a passkey, and proves it.
    pub async fn passkey_proof(&self, key: &mut SoftKey) -> Value {
        let begun = self.call("/v1/auth/passkey/begin").await.created();
        let credential = key.prove(&begun["options"]).await;
        json!({ "ceremony": begun["ceremony"], "credential": credential })
    }

    /// Signs in with a passkey alone; the reply tells how it went.
    pub async fn sign_in_by_passkey(&self, key: &mut SoftKey) -> super::Reply {
        let proof = self.passkey_proof(key).await;
        self.post("/v1/auth/passkey", proof).await
    }
}
