//! Second factors as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    access::{passkeys::model::Passkey, totp::TotpFactor},
    features::accounts::model::plain,
    kernel::{assurance::Method, id::FactorId},
};

/// The second factors of an account.
#[derive(Serialize, ToSchema)]
pub struct Factors {
    /// Authenticator apps, oldest first.
    #[schema(max_items = 5)]
    pub totp: Vec<TotpFactor>,
    /// Passkeys, oldest first.
    #[schema(max_items = 20)]
    pub passkeys: Vec<Passkey>,
    /// How many recovery codes are left.
    #[schema(minimum = 0, maximum = 10)]
    pub recovery_codes_left: u32,
    /// Whether sign-ins ask for a mailed code, where there is no second factor.
    pub email_step: bool,
    /// The ways to prove who one is that work now, the strongest first.
    #[schema(max_items = 5)]
    pub methods: Vec<Method>,
}

/// An authenticator app about to be set up.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpFactorInput {
    /// By which its owner knows it.
    #[serde(default = "TotpFactorInput::usual_name")]
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("Phone"))]
    pub name: String,
}

impl TotpFactorInput {
    fn usual_name() -> String {
        "Authenticator app".to_owned()
    }
}

/// Another name for an authenticator app.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorRename {
    #[validate(length(min = 1, max = 60), custom(function = plain))]
    #[schema(min_length = 1, max_length = 60, examples("Phone"))]
    pub name: String,
}

/// What the app needs. Shown once.
#[derive(Serialize, ToSchema)]
pub struct TotpSetUp {
    pub id: FactorId,
    /// The secret in base32, for who types it.
    #[schema(max_length = 32)]
    pub secret: String,
    /// The same for apps that read it: `otpauth://totp/…`.
    #[schema(max_length = 1000)]
    pub otpauth_uri: String,
    /// The same as an SVG image, for apps that scan it.
    #[schema(max_length = 100_000)]
    pub qr_svg: String,
}

/// A code that shows that the app is set up.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirmation {
    #[validate(length(max = 64))]
    #[schema(max_length = 64, examples("287082"))]
    pub code: String,
}

/// Whether sign-ins ask for a mailed code.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailStep {
    pub enabled: bool,
}

/// Recovery codes. Shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodeList {
    /// Empty where older codes stay good.
    #[schema(max_items = 10)]
    pub recovery_codes: Vec<String>,
}

/// The factor that the path names.
#[derive(Deserialize, IntoParams)]
pub struct FactorPath {
    /// The factor's id.
    #[param(inline)]
    pub id: FactorId,
}
