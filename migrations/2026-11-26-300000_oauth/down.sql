DROP TABLE used_proofs;
DROP TABLE refresh_tokens;
DROP TABLE refresh_families;
DROP TABLE oauth_clients;
