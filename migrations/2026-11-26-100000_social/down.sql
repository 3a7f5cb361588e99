DROP TABLE provider_flows;
DROP TABLE identity_tokens;
DROP TABLE identities;
