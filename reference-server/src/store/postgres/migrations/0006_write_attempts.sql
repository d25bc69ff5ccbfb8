-- How often a write was claimed and not answered: whoever claims it again must look what the others did.
ALTER TABLE idempotency ADD COLUMN attempts integer NOT NULL DEFAULT 1;
