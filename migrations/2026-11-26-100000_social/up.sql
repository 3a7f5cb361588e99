-- Accounts at other services with which somebody signs in here.
CREATE TABLE identities (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- The provider's name in the settings.
    provider TEXT NOT NULL,
    -- These two are the whole key: whatever else a provider tells of somebody may change, or may be
    -- somebody else's by tomorrow.
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What the provider last called the person, to be shown and nothing else.
    email TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id, id);

-- The provider's own tokens, where its settings ask to keep them.
CREATE TABLE identity_tokens (
    identity_id TEXT PRIMARY KEY NOT NULL REFERENCES identities (id),
    sealed BYTEA NOT NULL,
    -- When the access token ends; nothing where the provider does not tell.
    expires_at BIGINT,
    -- Until when somebody is refreshing them: a refresh token may count only once.
    lease_until BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Ways through a provider that somebody has begun: each leads back once, in the same browser.
CREATE TABLE provider_flows (
    id TEXT PRIMARY KEY NOT NULL,
    state_hash BYTEA NOT NULL UNIQUE,
    browser_hash BYTEA NOT NULL,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL,
    -- Whose account gets the identity, in which session: nobody's where it shall tell who signs in.
    user_id TEXT REFERENCES users (id),
    session_id TEXT,
    -- The nonce and the code verifier.
    sealed BYTEA NOT NULL,
    return_to TEXT NOT NULL,
    remember BOOLEAN NOT NULL,
    -- What came back as a form from another site, until the browser asks for it as its own.
    returned BYTEA,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX provider_flows_user ON provider_flows (user_id);
CREATE INDEX provider_flows_expiry ON provider_flows (expires_at);
