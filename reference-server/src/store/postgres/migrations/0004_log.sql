-- Between the log and the tables: how far the store's consumer is, what still has to go into the log, and what could
-- not be stored.

CREATE TABLE consumer_progress (
  topic       text    NOT NULL,
  partition   integer NOT NULL,
  next_offset bigint  NOT NULL DEFAULT 0,  -- the first record that is not stored; moves in the transaction that stores
  generation  bigint  NOT NULL DEFAULT 0,  -- rises with every owner: whoever holds an older one may not write
  owner       text    NOT NULL DEFAULT '',
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Written in the transaction of the fact that it tells; deleted once the log has it.
CREATE TABLE outbox (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid     xid8   NOT NULL DEFAULT pg_current_xact_id(),
  topic   text   NOT NULL,
  key     text   NOT NULL,
  payload text   NOT NULL  -- the record as it goes into the log
);
-- Readers go by transaction: a row with a lower id may become visible later.
CREATE INDEX outbox_by_transaction ON outbox (xid, id);

-- Who may empty the outbox, until when. Two at a time would only make duplicates, which every reader drops.
CREATE TABLE outbox_relay (
  id    integer     PRIMARY KEY CHECK (id = 1),
  owner text        NOT NULL,
  until timestamptz NOT NULL
);

CREATE TABLE dead_letters (
  topic         text        NOT NULL,
  partition     integer     NOT NULL,
  record_offset bigint      NOT NULL,
  reason        text        NOT NULL,
  key           bytea,
  value         bytea,
  at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition, record_offset)
);
