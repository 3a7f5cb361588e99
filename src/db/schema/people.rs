//! People: accounts, how they prove who they are, what they may do, and what happened.

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
