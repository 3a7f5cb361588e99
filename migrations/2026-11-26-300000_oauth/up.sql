-- Clients of the token endpoint: programs that act as a service account.
CREATE TABLE oauth_clients (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- How it shows who it is: client_secret or private_key_jwt.
    auth_method TEXT NOT NULL,
    secret_hash BYTEA,
    -- The beginning of the secret, by which people tell theirs apart.
    secret_prefix TEXT,
    -- The public keys, as a JWK set (RFC 7517).
    jwks TEXT,
    -- What its tokens may be used for at most, and where, with spaces between.
    scope TEXT NOT NULL,
    audiences TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    -- Tokens that were issued until then don't count any more.
    tokens_after BIGINT NOT NULL,
    -- Since when it is disabled.
    revoked_at BIGINT
);
CREATE INDEX oauth_clients_user ON oauth_clients (user_id, id);

-- What one sign-in handed to one program: the refresh tokens that follow each other.
CREATE TABLE refresh_families (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    client_id TEXT,
    audience TEXT NOT NULL,
    -- What its access tokens may be used for at most; nothing for all that the session may.
    scope TEXT,
    -- The thumbprint of the key that has to be proved (RFC 9449).
    jkt TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX refresh_families_session ON refresh_families (session_id);
CREATE INDEX refresh_families_user ON refresh_families (user_id);
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at);

CREATE TABLE refresh_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    family_id TEXT NOT NULL REFERENCES refresh_families (id),
    token_hash BYTEA NOT NULL UNIQUE,
    -- The access tokens that went out with it, with spaces between.
    access_ids TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    -- The token that followed, sealed: whoever lost the answer gets the same again for a moment.
    successor BYTEA
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id, created_at);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

-- Proofs of possession and assertions that were used: each counts once.
CREATE TABLE used_proofs (
    id BYTEA PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_proofs_expiry ON used_proofs (expires_at);
