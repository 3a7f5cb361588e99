//! What is sent back from a mail.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::features::accounts::model::{mailbox, six_digits};

/// The token of a link that came by mail.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailedToken {
    /// The `token` of the link.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub token: String,
}

/// A code that came by mail, for whoever is signed in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailedCode {
    /// The six digits.
    #[validate(custom(function = six_digits))]
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$", examples("012345"))]
    pub code: String,
}

/// A code that came by mail, with the address that it came to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressedCode {
    #[validate(custom(function = mailbox))]
    #[schema(
        max_length = 254,
        format = "idn-email",
        pattern = "^[^@ ]+@[^@ ]+$",
        examples("ann@example.com")
    )]
    pub email: String,
    /// The six digits.
    #[validate(custom(function = six_digits))]
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$", examples("012345"))]
    pub code: String,
}
