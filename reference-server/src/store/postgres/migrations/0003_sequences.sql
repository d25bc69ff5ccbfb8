-- Who may count the messages of a conversation, and how far (docs/sequence-allocation.md).

-- One row. A new epoch begins whenever Redis lost its memory or another way of counting takes over.
CREATE TABLE seq_epoch (
  id           integer     PRIMARY KEY CHECK (id = 1),
  epoch        bigint      NOT NULL,
  mode         text        NOT NULL CHECK (mode IN ('none', 'redis', 'postgres')),
  run          text        NOT NULL DEFAULT '',  -- the life of the Redis master that counts
  address      text        NOT NULL DEFAULT '',  -- of it
  config_epoch bigint      NOT NULL DEFAULT -1,  -- of the Sentinels that named it
  settle       boolean     NOT NULL DEFAULT true,  -- whoever reads a new epoch waits first
  intent       bigint      NOT NULL DEFAULT 0,   -- positive: somebody is about to leave Redis
  changed_by   text        NOT NULL DEFAULT '',
  changed_at   timestamptz NOT NULL DEFAULT now()
);
-- Starts with the time of day in seconds, so that a new database never meets the epochs of an older one in Redis.
INSERT INTO seq_epoch (id, epoch, mode) VALUES (1, extract(epoch FROM now())::bigint, 'none');

-- The instances that may rely on Sentinels while they cannot reach this database.
CREATE TABLE seq_member (
  name    text   PRIMARY KEY,
  process text   NOT NULL,  -- the life of that instance
  beat    bigint NOT NULL,
  acked   bigint NOT NULL   -- the intent it knows of
);

-- In this epoch the counter in Redis may give out lo..hi of the conversation; gen rises with every new start.
CREATE TABLE seq_lease (
  conversation_id text   PRIMARY KEY,
  epoch           bigint NOT NULL,
  gen             bigint NOT NULL,
  lo              bigint NOT NULL,
  hi              bigint NOT NULL
) WITH (fillfactor = 50);
