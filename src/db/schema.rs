//! The tables as Diesel sees them, in the types that SQLite and PostgreSQL share. Written by hand
//! beside `migrations/`; a test compares every column with both migrated databases.

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_key -> Binary,
        email_verified_at -> Nullable<BigInt>,
        name -> Text,
        status -> Text,
        disabled_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        locale -> Text,
        disabled_until -> Nullable<BigInt>,
        locked_at -> Nullable<BigInt>,
        second_factor -> Bool,
        email_step -> Bool,
        kind -> Text,
    }
}

diesel::table! {
    passwords (user_id) {
        user_id -> Text,
        hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        key_hash -> Binary,
        remember -> Bool,
        amr -> Text,
        auth_time -> BigInt,
        ip -> Text,
        user_agent -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        idle_seconds -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        device_id -> Nullable<Text>,
        token_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        user_id -> Text,
        key_hash -> Binary,
        ip -> Text,
        user_agent -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        trusted_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    pending_sign_ins (id) {
        id -> Text,
        user_id -> Text,
        token_hash -> Binary,
        amr -> Text,
        remember -> Bool,
        failures -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    factor_failures (user_id, method) {
        user_id -> Text,
        method -> Text,
        failures -> BigInt,
    }
}

diesel::table! {
    totp_factors (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        sealed -> Binary,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
        last_used_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> Text,
        user_id -> Text,
        code_hash -> Binary,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    permissions (name) {
        name -> Text,
        description -> Text,
        built_in -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    roles (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        built_in -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    role_permissions (role_id, permission) {
        role_id -> Text,
        permission -> Text,
    }
}

diesel::table! {
    role_grants (id) {
        id -> Text,
        user_id -> Text,
        role_id -> Text,
        scope -> Text,
        granted_by -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_events (seq) {
        seq -> BigInt,
        id -> Text,
        at -> BigInt,
        kind -> Text,
        actor_id -> Nullable<Text>,
        subject_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        ip -> Nullable<Text>,
        request_id -> Nullable<Text>,
        detail -> Text,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        full_at -> BigInt,
    }
}

diesel::table! {
    setup_links (id) {
        id -> Text,
        token_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        user_id -> Nullable<Text>,
        kind -> Text,
        recipient -> Text,
        locale -> Text,
        content -> Nullable<Binary>,
        status -> Text,
        attempts -> BigInt,
        next_at -> BigInt,
        lease -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    mailed_proofs (id) {
        id -> Text,
        purpose -> Text,
        user_id -> Text,
        token_hash -> Binary,
        code_hash -> Nullable<Binary>,
        email -> Text,
        binding -> Nullable<Text>,
        tries -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    imported_users (user_id) {
        user_id -> Text,
        source -> Text,
        external_id -> Nullable<Text>,
        email_key -> Binary,
        imported_at -> BigInt,
    }
}

diesel::table! {
    used_challenges (id) {
        id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    passkey_users (user_id) {
        user_id -> Text,
        handle -> Binary,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        credential_id -> Binary,
        sealed -> Binary,
        name -> Text,
        transports -> Text,
        synced -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkey_ceremonies (id) {
        id -> Text,
        token_hash -> Binary,
        purpose -> Text,
        user_id -> Nullable<Text>,
        bound_to -> Nullable<Text>,
        state -> Text,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        key_hash -> Binary,
        prefix -> Text,
        permissions -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        sealed -> Binary,
        created_at -> BigInt,
        active_at -> BigInt,
        retired_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_clients (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        auth_method -> Text,
        secret_hash -> Nullable<Binary>,
        secret_prefix -> Nullable<Text>,
        jwks -> Nullable<Text>,
        scope -> Text,
        audiences -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        tokens_after -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    revocations (target, kind, at) {
        target -> Text,
        kind -> Text,
        at -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    refresh_families (id) {
        id -> Text,
        session_id -> Text,
        user_id -> Text,
        client_id -> Nullable<Text>,
        audience -> Text,
        scope -> Nullable<Text>,
        jkt -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        family_id -> Text,
        token_hash -> Binary,
        access_ids -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        successor -> Nullable<Binary>,
    }
}

diesel::table! {
    used_proofs (id) {
        id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    identities (id) {
        id -> Text,
        user_id -> Text,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        email -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identity_tokens (identity_id) {
        identity_id -> Text,
        sealed -> Binary,
        expires_at -> Nullable<BigInt>,
        lease_until -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    provider_flows (id) {
        id -> Text,
        state_hash -> Binary,
        browser_hash -> Binary,
        provider -> Text,
        purpose -> Text,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        sealed -> Binary,
        return_to -> Text,
        remember -> Bool,
        returned -> Nullable<Binary>,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

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
