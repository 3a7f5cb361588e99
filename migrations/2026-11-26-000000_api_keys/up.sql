-- Whether an account is a person's, or a machine's: then no way of signing in leads to it.
ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';

-- Keys by which programs call in the name of an account.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    key_hash BYTEA NOT NULL UNIQUE,
    -- The beginning of the key, by which people tell theirs apart.
    prefix TEXT NOT NULL,
    -- What it may be used for at most, with spaces between.
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_user ON api_keys (user_id, id);
