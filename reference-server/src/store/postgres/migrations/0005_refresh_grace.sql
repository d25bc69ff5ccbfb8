-- Every spent token remembers what its successor was made of, so that each use within its own grace gets that one: also
-- when the successor has been spent meanwhile.
ALTER TABLE spent_tokens ADD COLUMN salt bytea, ADD COLUMN spent_at bigint NOT NULL DEFAULT 0;  -- unix milliseconds

CREATE OR REPLACE FUNCTION refresh_login(which uuid, token bytea, next bytea, next_salt bytea, at_ms bigint, life bigint,
                                         grace bigint, OUT outcome text, OUT owner uuid, OUT used_salt bytea)
LANGUAGE plpgsql AS $$
DECLARE
  known login_families;
  spent spent_tokens;
BEGIN
  SELECT * INTO known FROM login_families WHERE family = which FOR UPDATE;
  outcome := 'unknown';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  owner := known.user_id;
  IF known.current = token THEN
    IF at_ms >= known.expires_at THEN
      DELETE FROM login_families WHERE family = which;
      outcome := 'expired';
      RETURN;
    END IF;
    INSERT INTO spent_tokens (family, token, salt, spent_at) VALUES (which, token, next_salt, at_ms);
    UPDATE login_families SET current = next, expires_at = at_ms + life WHERE family = which;
    outcome := 'rotated';
    used_salt := next_salt;
    RETURN;
  END IF;
  SELECT * INTO spent FROM spent_tokens s WHERE s.family = which AND s.token = refresh_login.token;
  IF NOT FOUND THEN
    RETURN;
  ELSIF spent.salt IS NOT NULL AND at_ms - spent.spent_at <= grace THEN
    outcome := 'rotated';
    used_salt := spent.salt;
  ELSE
    PERFORM end_family(which);
    outcome := 'reused';
  END IF;
END $$;

ALTER TABLE login_families DROP COLUMN previous, DROP COLUMN salt, DROP COLUMN rotated_at;
