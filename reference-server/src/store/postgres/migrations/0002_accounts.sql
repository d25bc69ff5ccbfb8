-- Users, their log-ins, friendships and the friend events that no device has got yet.
--
-- Letter case counts nowhere, and only that of ASCII is known: "C" lowers A to Z and nothing else, as the code does.

CREATE TABLE users (
  user_id       uuid   PRIMARY KEY,
  username      text   NOT NULL,
  email         text   NOT NULL DEFAULT '',
  first_name    text   NOT NULL DEFAULT '',
  last_name     text   NOT NULL DEFAULT '',
  password_hash text   NOT NULL DEFAULT '',  -- empty: known by tokens only, cannot log in
  created       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  lower_full    text   GENERATED ALWAYS AS (lower((first_name || ' ' || last_name) COLLATE "C")) STORED,
  lower_last    text   GENERATED ALWAYS AS (lower(last_name COLLATE "C")) STORED,
  lower_name    text   GENERATED ALWAYS AS (lower(username COLLATE "C")) STORED
);

-- What a registered user logs in by: user name and e-mail, in lower case, share one space. Users that only tokens know
-- have no row, so that a name stays with who registered it.
CREATE TABLE user_logins (
  login   text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users
);

-- A log-in and its chain of refresh tokens. Only digests are kept. The successor of a token is made from that token and
-- `salt`, so that a second use within the grace gets the same one although nobody stored it.
CREATE TABLE login_families (
  family     uuid   PRIMARY KEY,
  user_id    uuid   NOT NULL,
  current    bytea  NOT NULL,
  expires_at bigint NOT NULL,  -- of `current`; unix milliseconds
  previous   bytea,            -- the token that `current` succeeded
  salt       bytea,
  rotated_at bigint NOT NULL DEFAULT 0
);
CREATE INDEX login_families_by_expiry ON login_families (expires_at);

CREATE TABLE spent_tokens (
  family uuid  NOT NULL REFERENCES login_families ON DELETE CASCADE,
  token  bytea NOT NULL,
  PRIMARY KEY (family, token)
);

-- Families that ended early: every instance refuses their access tokens until those expire by themselves.
CREATE TABLE ended_families (
  family   uuid        PRIMARY KEY,
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ended_families_by_time ON ended_families (ended_at);

CREATE FUNCTION end_family(which uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM login_families WHERE family = which;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO ended_families (family) VALUES (which) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

-- Spends `token`: `next` becomes current. The row's lock makes one of two uses at once the first.
CREATE FUNCTION refresh_login(which uuid, token bytea, next bytea, next_salt bytea, at_ms bigint, life bigint,
                              grace bigint, OUT outcome text, OUT owner uuid, OUT used_salt bytea)
LANGUAGE plpgsql AS $$
DECLARE
  known login_families;
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
    INSERT INTO spent_tokens VALUES (which, token);
    UPDATE login_families SET previous = token, current = next, salt = next_salt, rotated_at = at_ms,
                              expires_at = at_ms + life WHERE family = which;
    outcome := 'rotated';
    used_salt := next_salt;
  ELSIF known.previous = token AND at_ms - known.rotated_at <= grace THEN
    outcome := 'rotated';
    used_salt := known.salt;
  ELSIF EXISTS (SELECT 1 FROM spent_tokens s WHERE s.family = which AND s.token = refresh_login.token) THEN
    PERFORM end_family(which);
    outcome := 'reused';
  END IF;
END $$;

-- One row per pair, whoever asked first.
CREATE TABLE friendships (
  low      uuid     NOT NULL,
  high     uuid     NOT NULL,
  asked_by uuid     NOT NULL,
  accepted boolean  NOT NULL DEFAULT false,
  since    bigint   NOT NULL,  -- unix milliseconds: asked, then accepted
  outcome  smallint NOT NULL,  -- what the latest request was answered: 0 sent, 1 accepted by it, 2 friends, 3 sent before
  created  bigint   GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (low, high),
  CHECK (low < high)
);
CREATE INDEX friendships_of_high ON friendships (high);

CREATE TABLE kept_notices (
  user_id uuid   NOT NULL,
  id      bigint GENERATED ALWAYS AS IDENTITY,
  event   text   NOT NULL,
  payload text   NOT NULL,  -- text of a JSON object, kept byte for byte
  PRIMARY KEY (user_id, id)
);

-- What a user's write with a client id was answered, for a day. A claim without an answer belongs to an instance that
-- renews it; one that is not renewed may be taken over.
CREATE TABLE idempotency (
  user_id    uuid        NOT NULL,
  operation  text        NOT NULL,
  client_id  text        NOT NULL,
  claimed_by uuid        NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz,
  status     integer,
  body       text,
  PRIMARY KEY (user_id, operation, client_id)
);
CREATE INDEX idempotency_by_age ON idempotency (claimed_at);
