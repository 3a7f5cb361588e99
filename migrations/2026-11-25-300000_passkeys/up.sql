-- By which authenticators know whose a passkey is (WebAuthn Level 3, section 14.6.1): random, and
-- told to nobody but them.
CREATE TABLE passkey_users (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    handle BYTEA NOT NULL UNIQUE
);

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    credential_id BYTEA NOT NULL UNIQUE,
    -- The public key with its counter and flags, sealed: whoever writes to the table can neither
    -- put in a key of their own nor give one to another account.
    sealed BYTEA NOT NULL,
    name TEXT NOT NULL,
    -- How the authenticator may be reached, with commas between: a hint for browsers.
    transports TEXT NOT NULL,
    -- Whether the authenticator keeps a copy elsewhere.
    synced BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- Ceremonies on their way: each counts once, for one purpose.
CREATE TABLE passkey_ceremonies (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    -- Nobody yet, where it shall tell who signs in.
    user_id TEXT REFERENCES users (id),
    -- The session or the half-done sign-in that it counts for.
    bound_to TEXT,
    -- The challenge and what was asked, in JSON.
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkey_ceremonies_user ON passkey_ceremonies (user_id);
CREATE INDEX passkey_ceremonies_expiry ON passkey_ceremonies (expires_at);
