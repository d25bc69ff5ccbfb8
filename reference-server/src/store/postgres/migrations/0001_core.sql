-- Conversations, who is in them, messages, and what their readers have seen.
--
-- A conversation's key is two uuids, as ConversationKey in the code: 32 bytes that compare like memory, where its text
-- form would take 73 in each of the indexes. A group has the nil uuid second. Times are unix milliseconds.

CREATE TABLE conversations (
  conv_first  uuid   NOT NULL,
  conv_second uuid   NOT NULL,
  name        text   NOT NULL DEFAULT '',
  created_at  bigint NOT NULL,
  newest      bigint NOT NULL DEFAULT 0,  -- highest sequence id among its messages
  messages    bigint NOT NULL DEFAULT 0,  -- how many there are; kept by the trigger below
  PRIMARY KEY (conv_first, conv_second)
) WITH (fillfactor = 60);  -- each message updates the row: room for that on the same page

-- unread = conversations.messages - sent - read_others: three counters, so that no count ever reads a history.
CREATE TABLE conversation_members (
  conv_first   uuid   NOT NULL,
  conv_second  uuid   NOT NULL,
  user_id      uuid   NOT NULL,
  read_to      bigint NOT NULL DEFAULT 0,
  read_at      bigint NOT NULL DEFAULT 0,  -- of the newest read mark
  read_others  bigint NOT NULL DEFAULT 0,  -- messages of others up to read_to
  sent         bigint NOT NULL DEFAULT 0,  -- messages of this member
  delivered_to bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (conv_first, conv_second, user_id),
  FOREIGN KEY (conv_first, conv_second) REFERENCES conversations
) WITH (fillfactor = 60);
CREATE INDEX conversation_members_of_user ON conversation_members (user_id);

-- When a member's cursor came where: the first mark at or beyond a message says when it was read or delivered.
CREATE TABLE member_marks (
  conv_first  uuid     NOT NULL,
  conv_second uuid     NOT NULL,
  user_id     uuid     NOT NULL,
  kind        smallint NOT NULL,  -- 0 delivered, 1 read
  up_to       bigint   NOT NULL,
  at          bigint   NOT NULL,
  PRIMARY KEY (conv_first, conv_second, user_id, kind, up_to)
);

-- Rows are written once and never changed. Whoever inserts says ON CONFLICT DO NOTHING and looks at what came back.
CREATE TABLE messages (
  conv_first       uuid   NOT NULL,
  conv_second      uuid   NOT NULL,
  sequence_id      bigint NOT NULL,
  message_id       uuid   NOT NULL,
  sender_id        uuid   NOT NULL,
  previous_id      bigint NOT NULL,  -- sequence id of the message before, 0 for the first
  epoch            bigint NOT NULL DEFAULT 0,
  sent_at          bigint NOT NULL,
  content          text   NOT NULL,
  type             text   NOT NULL,
  metadata         text   NOT NULL,  -- text of a JSON object, kept byte for byte
  resequenced_from bigint,           -- the sequence id that another message had taken
  PRIMARY KEY (conv_first, conv_second, sequence_id),
  -- The message id first: with two indexes that begin with the conversation the planner takes either for a sequence id,
  -- and the wrong one reads the whole conversation.
  UNIQUE (message_id, conv_first, conv_second)
) PARTITION BY HASH (conv_first, conv_second);
-- Eight: with their parent they fit the sixteen table locks that a connection takes without asking the lock manager.
CREATE TABLE messages_0 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE messages_1 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE messages_2 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE messages_3 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE messages_4 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE messages_5 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE messages_6 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE messages_7 PARTITION OF messages FOR VALUES WITH (MODULUS 8, REMAINDER 7);
-- Keeps the counters whoever inserts, once per statement. Locks conversations, then members, each in key order: two
-- batches that meet wait for each other and do not deadlock. A late message below a member's cursor counts as read.
CREATE FUNCTION count_messages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  total  bigint;
  wanted bigint;
  known  bigint;
BEGIN
  SELECT count(*), count(DISTINCT (conv_first, conv_second)) INTO total, wanted FROM fresh;
  IF total = 0 THEN
    RETURN NULL;
  END IF;
  IF total > 1 THEN
    PERFORM 1 FROM conversations c
      WHERE (c.conv_first, c.conv_second) IN (SELECT conv_first, conv_second FROM fresh)
      ORDER BY c.conv_first, c.conv_second FOR NO KEY UPDATE;
  END IF;
  UPDATE conversations c SET messages = c.messages + f.n, newest = greatest(c.newest, f.top)
    FROM (SELECT conv_first, conv_second, count(*) AS n, max(sequence_id) AS top FROM fresh GROUP BY 1, 2) f
    WHERE c.conv_first = f.conv_first AND c.conv_second = f.conv_second;
  GET DIAGNOSTICS known = ROW_COUNT;
  IF known <> wanted THEN
    RAISE EXCEPTION 'message of an unknown conversation' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF total > 1 THEN
    PERFORM 1 FROM conversation_members m
      JOIN (SELECT DISTINCT conv_first, conv_second FROM fresh) f USING (conv_first, conv_second)
      WHERE EXISTS (SELECT 1 FROM fresh g WHERE g.conv_first = m.conv_first AND g.conv_second = m.conv_second
                                            AND (g.sender_id = m.user_id OR g.sequence_id <= m.read_to))
      ORDER BY m.conv_first, m.conv_second, m.user_id FOR NO KEY UPDATE OF m;
  END IF;
  UPDATE conversation_members m SET sent = m.sent + f.mine, read_others = m.read_others + f.seen
    FROM (SELECT k.conv_first, k.conv_second, k.user_id, count(*) FILTER (WHERE g.sender_id = k.user_id) AS mine,
                 count(*) FILTER (WHERE g.sender_id <> k.user_id AND g.sequence_id <= k.read_to) AS seen
          FROM fresh g JOIN conversation_members k USING (conv_first, conv_second)
          WHERE g.sender_id = k.user_id OR g.sequence_id <= k.read_to GROUP BY 1, 2, 3) f
    WHERE m.conv_first = f.conv_first AND m.conv_second = f.conv_second AND m.user_id = f.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER count_messages AFTER INSERT ON messages REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION count_messages();
