-- The keys that tokens are signed with, sealed.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    retired_at BIGINT,
    removed_at BIGINT
);

-- What has ended while access tokens of it may still be about.
CREATE TABLE revocations (
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (target, kind, at)
);
CREATE INDEX revocations_until ON revocations (until);

-- Until when tokens of the session may count.
ALTER TABLE sessions ADD COLUMN token_until BIGINT;
