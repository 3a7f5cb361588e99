DROP TABLE mailed_proofs;
DROP TABLE outbox;
