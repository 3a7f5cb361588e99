//! Programs: their keys and clients, the tokens that they get, and what has ended.

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
