-- Mail on its way, and the one-time proofs that it carries. Times are microseconds since
-- 1970-01-01 UTC.

CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    -- Whose account it is about; none where the address has no account.
    user_id TEXT,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    -- A BCP 47 tag, or empty.
    locale TEXT NOT NULL,
    -- Sealed; empty once it is delivered.
    content BYTEA,
    -- `waiting`, `sent`, `dead`, `kept` or `void`.
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    -- When it is due, or until when the node that delivers it may take.
    next_at BIGINT NOT NULL,
    -- The delivery that has taken it.
    lease TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (status, next_at);
CREATE INDEX outbox_user ON outbox (user_id);

CREATE TABLE mailed_proofs (
    id TEXT PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    -- No reference: for an address without an account the same row is written, for nobody.
    user_id TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    code_hash BYTEA,
    -- The address that it was sent to.
    email TEXT NOT NULL,
    -- What it counts for alone, such as a sign-in that is half done.
    binding TEXT,
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mailed_proofs_user ON mailed_proofs (user_id, purpose);
CREATE INDEX mailed_proofs_expiry ON mailed_proofs (expires_at);
