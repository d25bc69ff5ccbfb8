// What the fence asks PostgreSQL and Redis: the statements and scripts that tests/unit/sequence models. Stage:
// backplane.
#pragma once

#include "store/postgres/pg_session.h"

namespace plumbline::serve::fence {

inline constexpr PgStatement kReadEpoch{
    "seq_read_epoch", "SELECT epoch, mode, run, address, config_epoch, settle, intent FROM seq_epoch WHERE id = 1"};

// Epoch and intent as they must be, then the new row.
inline constexpr PgStatement kChangeEpoch{
    "seq_change_epoch",
    "UPDATE seq_epoch SET epoch = $3, mode = $4, run = $5, address = $6, config_epoch = $7, settle = $8, intent = $9, "
    "changed_by = $10, changed_at = now() WHERE id = 1 AND epoch = $1 AND intent = $2 "
    "RETURNING epoch, mode, run, address, config_epoch, settle, intent"};

// Name, process, acknowledged intent, whether this process takes the name over. No row: another process has it.
inline constexpr PgStatement kBeat{
    "seq_beat",
    "INSERT INTO seq_member AS m (name, process, beat, acked) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE "
    "SET process = EXCLUDED.process, beat = m.beat + 1, acked = EXCLUDED.acked "
    "WHERE m.process = EXCLUDED.process OR $4::boolean RETURNING beat"};

inline constexpr PgStatement kMembers{"seq_members",
                                      "SELECT name || '/' || process, beat, acked FROM seq_member WHERE name <> $1"};

inline constexpr PgStatement kLeave{"seq_leave", "DELETE FROM seq_member WHERE name = $1 AND process = $2"};

// Conversations, the gen of each that is no good any more (0: none), epoch, size of a block. Rows are locked in one
// order, whoever asks. A new row has the gen after the bad one, which is how that comes into the condition.
inline constexpr PgStatement kReserve{
    "seq_reserve",
    "INSERT INTO seq_lease AS l (conversation_id, epoch, gen, lo, hi) "
    "SELECT c, $3::bigint, bad + 1, 1, $4::bigint FROM unnest($1::text[], $2::bigint[]) AS asked(c, bad) ORDER BY c "
    "ON CONFLICT (conversation_id) DO UPDATE SET epoch = EXCLUDED.epoch, gen = l.gen + 1, lo = l.hi + 1, "
    "hi = l.hi + EXCLUDED.hi "
    "WHERE l.epoch < EXCLUDED.epoch OR (l.epoch = EXCLUDED.epoch AND l.gen = EXCLUDED.gen - 1) "
    "RETURNING conversation_id, epoch, gen, lo, hi"};

inline constexpr PgStatement kReadLeases{
    "seq_read_leases",
    "SELECT conversation_id, epoch, gen, lo, hi FROM seq_lease WHERE conversation_id = ANY($1::text[])"};

inline constexpr PgStatement kExtend{
    "seq_extend", "UPDATE seq_lease SET hi = GREATEST(hi, $4) WHERE conversation_id = $1 AND epoch = $2 AND gen = $3"};

// Conversations, how many numbers each, epoch. The row's epoch is the fence: it is looked at under the row's lock.
inline constexpr PgStatement kTake{
    "seq_take",
    "INSERT INTO seq_lease AS l (conversation_id, epoch, gen, lo, hi) "
    "SELECT c, $3::bigint, 1, 1, n FROM unnest($1::text[], $2::bigint[]) AS asked(c, n) ORDER BY c "
    "ON CONFLICT (conversation_id) DO UPDATE SET epoch = EXCLUDED.epoch, "
    "gen = CASE WHEN l.epoch < EXCLUDED.epoch THEN 1 ELSE l.gen + 1 END, lo = l.hi + 1, "
    "hi = l.hi + EXCLUDED.hi WHERE l.epoch <= EXCLUDED.epoch RETURNING conversation_id, hi, gen"};

// The companion key says "epoch:gen:number": whoever deletes or sets one of the two keys makes them differ.
// ARGV: "epoch:gen". Returns the number, or -1 when the counter is not the one that was seeded for this.
inline constexpr const char* kIncrement = R"lua(
local n = redis.pcall('GET', KEYS[1])
local tag = redis.pcall('GET', KEYS[2])
if type(n) ~= 'string' or type(tag) ~= 'string' or tag ~= ARGV[1] .. ':' .. n then
  return -1
end
local v = redis.call('INCR', KEYS[1])
redis.call('SET', KEYS[2], ARGV[1] .. ':' .. string.format('%.0f', v))
return v
)lua";

// ARGV: epoch, gen, number before the first, whether to seed. Returns SeedResult.
inline constexpr const char* kSeed = R"lua(
local n = redis.pcall('GET', KEYS[1])
local tag = redis.pcall('GET', KEYS[2])
local epoch, gen, last
if type(tag) == 'string' then
  epoch, gen, last = string.match(tag, '^(%d+):(%d+):(%d+)$')
end
if epoch then
  local e, g = tonumber(epoch) - tonumber(ARGV[1]), tonumber(gen) - tonumber(ARGV[2])
  if e > 0 or (e == 0 and g > 0) then
    return 2
  end
  if e == 0 and g == 0 then
    return n == last and 1 or 0
  end
end
if ARGV[4] ~= '1' then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[1] .. ':' .. ARGV[2] .. ':' .. ARGV[3])
return 1
)lua";

}  // namespace plumbline::serve::fence
