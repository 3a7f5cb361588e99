-- The language in which a person is written to (BCP 47), empty where none was chosen.
ALTER TABLE users ADD COLUMN locale TEXT NOT NULL DEFAULT '';
-- When a pause that an administrator ordered ends by itself.
ALTER TABLE users ADD COLUMN disabled_until BIGINT;
-- Since when the password is switched off, after too many failures in a row.
ALTER TABLE users ADD COLUMN locked_at BIGINT;
-- Whether the account has a second factor that counts: kept in step with the factors' tables.
ALTER TABLE users ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE;
-- Whether a mailed code is asked for where there is no second factor.
ALTER TABLE users ADD COLUMN email_step BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE sessions ADD COLUMN device_id TEXT;

-- Browsers from which somebody has signed in. The cookie's token is hashed with the account's id,
-- so one browser serves several accounts.
CREATE TABLE devices (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    key_hash BYTEA NOT NULL UNIQUE,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    -- Until when it stands in for the second factor.
    trusted_until BIGINT
);
CREATE INDEX devices_user ON devices (user_id, id);

-- Sign-ins whose second factor is still missing. Such a row is no session and opens nothing.
CREATE TABLE pending_sign_ins (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE,
    amr TEXT NOT NULL,
    remember BOOLEAN NOT NULL,
    failures BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX pending_sign_ins_user ON pending_sign_ins (user_id);
CREATE INDEX pending_sign_ins_expiry ON pending_sign_ins (expires_at);

-- Failures of each way to prove who one is, since it last succeeded.
CREATE TABLE factor_failures (
    user_id TEXT NOT NULL REFERENCES users (id),
    method TEXT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (user_id, method)
);

CREATE TABLE totp_factors (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- The secret, encrypted under the master key.
    sealed BYTEA NOT NULL,
    confirmed_at BIGINT,
    -- The last time step whose code was used: each counts once.
    last_step BIGINT NOT NULL,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX totp_factors_user ON totp_factors (user_id);

CREATE TABLE recovery_codes (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    code_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);
