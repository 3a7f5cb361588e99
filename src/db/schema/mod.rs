//! The tables as Diesel sees them, in the types that SQLite and PostgreSQL share. Written by hand
//! beside `migrations/`; a test compares every column with both migrated databases.

mod people;
mod programs;

pub use people::*;
pub use programs::*;

diesel::joinable!(passwords -> users (user_id));
diesel::joinable!(api_keys -> users (user_id));
diesel::joinable!(oauth_clients -> users (user_id));
diesel::joinable!(refresh_families -> users (user_id));
diesel::joinable!(refresh_tokens -> refresh_families (family_id));
diesel::joinable!(imported_users -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(role_grants -> users (user_id));
diesel::joinable!(role_grants -> roles (role_id));
diesel::joinable!(role_permissions -> roles (role_id));
diesel::joinable!(role_permissions -> permissions (permission));

diesel::allow_tables_to_appear_in_same_query!(
    users, passwords, sessions, permissions, roles, role_permissions, role_grants, audit_events,
    audit_head, throttles, setup_links, settings, devices, pending_sign_ins, factor_failures,
    totp_factors, recovery_codes, outbox, mailed_proofs, imported_users, used_challenges,
    passkey_users, passkeys, passkey_ceremonies, api_keys, signing_keys, revocations,
    oauth_clients, refresh_families, refresh_tokens, used_proofs, identities, identity_tokens,
    provider_flows,
);
