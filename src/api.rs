//! Every feature of the service. Nothing is mounted that is not listed here.

use crate::{features, http::endpoint::Endpoint};

/// The tags under which operations stand in the document, with what they are about.
pub const TAGS: &[(&str, &str)] = &[
    ("auth", "Sign up, sign in, sign out, and the session that comes of it."),
    ("me", "What a person does with their own account."),
    ("factors", "Second factors, and the devices that may stand in for them."),
    ("api_keys", "Keys by which programs call, in the name of an account."),
    ("tokens", "Access tokens for APIs, and what checks them."),
    ("oauth", "Tokens for programs, as OAuth 2 has them."),
    ("clients", "Clients of service accounts, which get tokens."),
    ("users", "Accounts, for administrators."),
    ("roles", "Roles and the permissions that they hold."),
    ("grants", "Who holds which role, where and until when."),
    ("checks", "Who may do what, and why."),
    ("audit", "What happened."),
    ("setup", "The first administrator."),
    ("health", "Whether the service lives and takes work."),
];

/// All endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    [
        features::health::endpoints(),
        features::setup::routes::endpoints(),
        features::challenges::routes::endpoints(),
        features::sessions::sign_in::endpoints(),
        features::sessions::magic::endpoints(),
        features::social::routes::endpoints(),
        features::social::tokens::endpoints(),
        features::sessions::second::endpoints(),
        features::sessions::step_up::endpoints(),
        features::tokens::routes::endpoints(),
        features::accounts::me::endpoints(),
        features::accounts::export::endpoints(),
        features::passwords::routes::endpoints(),
        features::email::verify::endpoints(),
        features::email::change::endpoints(),
        features::email::settle::endpoints(),
        features::recovery::reset::endpoints(),
        features::recovery::link::endpoints(),
        features::sessions::mine::endpoints(),
        features::factors::routes::endpoints(),
        features::passkeys::sign_in::endpoints(),
        features::passkeys::second::endpoints(),
        features::passkeys::step_up::endpoints(),
        features::passkeys::routes::endpoints(),
        features::devices::routes::endpoints(),
        features::api_keys::mine::endpoints(),
        features::accounts::routes::endpoints(),
        features::accounts::service::endpoints(),
        features::api_keys::others::endpoints(),
        features::clients::routes::endpoints(),
        features::oauth::token::endpoints(),
        features::oauth::introspect::endpoints(),
        features::oauth::revoke::endpoints(),
        features::oauth::metadata::endpoints(),
        features::factors::admin::endpoints(),
        features::sessions::others::endpoints(),
        features::roles::routes::endpoints(),
        features::roles::permissions::endpoints(),
        features::grants::routes::endpoints(),
        features::checks::check::endpoints(),
        features::checks::matrix::endpoints(),
        features::audit::routes::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
