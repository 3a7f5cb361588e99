-- Where accounts came from that another system had before. The address is the one of the import, by
-- which a second run knows what the first has done, whatever its owner changed since.
CREATE TABLE imported_users (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    source TEXT NOT NULL,
    -- The id in that system, where it had one.
    external_id TEXT,
    email_key BYTEA NOT NULL UNIQUE,
    imported_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX imported_users_external ON imported_users (source, external_id);

-- Puzzles that have served, until they would have expired anyway.
CREATE TABLE used_challenges (
    id TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_challenges_expiry ON used_challenges (expires_at);
