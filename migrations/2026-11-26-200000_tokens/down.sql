ALTER TABLE sessions DROP COLUMN token_until;
DROP TABLE revocations;
DROP TABLE signing_keys;
