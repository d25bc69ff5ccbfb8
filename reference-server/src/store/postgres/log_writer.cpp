#include "store/postgres/log_writer.h"

#include <algorithm>
#include <unordered_set>

#include "mutant/mutant.h"
#include "store/postgres/pg_text.h"

namespace plumbline::serve {
namespace {

constexpr const char* kClaimPartitions =
    "INSERT INTO consumer_progress (topic, partition, generation, owner) SELECT $1::text, p, 1, $3::text "
    "FROM unnest($2::int[]) AS p ORDER BY p ON CONFLICT (topic, partition) DO UPDATE SET "
    "generation = consumer_progress.generation + 1, owner = excluded.owner RETURNING partition, generation, "
    "next_offset";

constexpr const char* kPositions = "SELECT partition, next_offset FROM consumer_progress WHERE topic = $1::text";

constexpr const char* kFence =
    "SELECT partition, generation, next_offset FROM consumer_progress WHERE topic = $1::text AND "
    "partition = ANY ($2::int[]) ORDER BY partition FOR UPDATE";

constexpr const char* kInsert =
    "INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, previous_id, epoch, sent_at, "
    "content, type, metadata) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], "
    "$6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[]) "
    "ON CONFLICT DO NOTHING RETURNING message_id";

constexpr const char* kStored =
    "SELECT m.message_id FROM messages m JOIN unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS w (first, second, id) "
    "ON m.conv_first = w.first AND m.conv_second = w.second AND m.message_id = w.id";

// The conversation's row is locked first, as by the trigger of every insert: nobody takes the number in between.
constexpr const char* kRenumber =
    "WITH place AS (SELECT newest + 1 AS number FROM conversations WHERE conv_first = $1::uuid AND conv_second = "
    "$2::uuid FOR UPDATE) INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, "
    "previous_id, epoch, sent_at, content, type, metadata, resequenced_from) SELECT $1::uuid, $2::uuid, place.number, "
    "$4::uuid, $5::uuid, $6::bigint, $7::bigint, $8::bigint, $9::text, $10::text, $11::text, $3::bigint FROM place "
    "ON CONFLICT DO NOTHING RETURNING sequence_id";

constexpr const char* kBury =
    "INSERT INTO dead_letters (topic, partition, record_offset, reason, key, value) VALUES ($1::text, $2::int, "
    "$3::bigint, $4::text, $5::bytea, $6::bytea) ON CONFLICT DO NOTHING";

constexpr const char* kMoveOn =
    "UPDATE consumer_progress p SET next_offset = v.next FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS "
    "v (partition, expected, next) WHERE p.topic = $1::text AND p.partition = v.partition AND "
    "p.next_offset = v.expected";

std::string bytea_text(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string numbers(const PartitionClaims& claims, std::int64_t (*value)(const PartitionClaims::value_type&)) {
  std::vector<std::int64_t> all;
  for (const auto& claim : claims) {
    all.push_back(value(claim));
  }
  return pg_array(all);
}

std::int64_t partition_of(const PartitionClaims::value_type& claim) {
  return claim.first;
}
std::int64_t next_of(const PartitionClaims::value_type& claim) {
  return claim.second.next;
}

std::vector<std::string> columns_of(const Message& message) {
  return {message.conversation->key.first.text(),
          message.conversation->key.second.text(),
          std::to_string(message.sequence),
          message.id.text(),
          message.sender.text(),
          std::to_string(message.previous),
          std::to_string(message.epoch),
          std::to_string(message.timestamp),
          pg_text(message.text),
          pg_text(message.type),
          pg_text(message.metadata)};
}

// One array per column.
std::vector<PgValue> arrays_of(const std::vector<const LogRecord*>& messages) {
  std::vector<std::vector<std::string>> columns(11);
  for (const LogRecord* record : messages) {
    std::vector<std::string> row = columns_of(*record->message);
    for (std::size_t i = 0; i < row.size(); ++i) {
      columns[i].push_back(std::move(row[i]));
    }
  }
  std::vector<PgValue> arrays;
  arrays.reserve(columns.size());
  for (const std::vector<std::string>& column : columns) {
    arrays.emplace_back(pg_array(column));
  }
  return arrays;
}

// Data exception or broken constraint.
bool blames_row(const std::string& sqlstate) {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23");
}

Errc code_of(const Result<BlockingRows>& rows) {
  return rows.has_error() ? rows.error().code : Errc::ok;
}

}  // namespace

Result<PartitionClaims> LogWriter::claim(const std::vector<std::int32_t>& partitions) {
  const std::vector<std::int64_t> wanted{partitions.begin(), partitions.end()};
  const Result<BlockingRows> rows = session_.run(kClaimPartitions, {topic_, pg_array(wanted), owner_});
  if (rows.has_error()) {
    return rows.error();
  }
  PartitionClaims claims;
  for (int i = 0; i < rows.value().size(); ++i) {
    claims[static_cast<std::int32_t>(rows.value().number(i, 0))] = {rows.value().number(i, 1),
                                                                    rows.value().number(i, 2)};
  }
  return claims;
}

Result<std::map<std::int32_t, std::int64_t>> LogWriter::positions() {
  const Result<BlockingRows> rows = session_.run(kPositions, {topic_});
  if (rows.has_error()) {
    return rows.error();
  }
  std::map<std::int32_t, std::int64_t> all;
  for (int i = 0; i < rows.value().size(); ++i) {
    all[static_cast<std::int32_t>(rows.value().number(i, 0))] = rows.value().number(i, 1);
  }
  return all;
}

WriteOutcome LogWriter::write(const std::vector<LogRecord>& batch, PartitionClaims& claims) {
  row_refused_ = false;
  WriteOutcome outcome = attempt(batch, claims, Manner::together);
  if (row_refused_) {  // one of them is to blame: find out which
    outcome = attempt(batch, claims, Manner::one_by_one);
  }
  return outcome;
}

WriteOutcome LogWriter::attempt(const std::vector<LogRecord>& batch, PartitionClaims& claims, Manner manner) {
  WriteOutcome outcome;
  PartitionClaims touched;
  for (const LogRecord& record : batch) {
    touched[record.partition] = claims[record.partition];
  }
  PartitionClaims reached;
  Errc failure = step("BEGIN");
  failure = failure == Errc::ok ? fence(touched, outcome, reached) : failure;
  if (failure != Errc::ok || !outcome.lost.empty()) {
    roll_back();
    outcome.result = outcome.lost.empty() ? WriteOutcome::Result::again : WriteOutcome::Result::fenced;
    return outcome;
  }
  Records records;  // a batch whose commit was not confirmed comes again: what it did is not done twice
  PartitionClaims after = reached;
  for (const LogRecord& record : batch) {
    if (record.offset >= reached[record.partition].next) {
      records.push_back(&record);
      after[record.partition].next = record.offset + 1;
    }
  }
  if (active(Mutant::offset_before_store)) {
    failure = move_on(reached, after);
    failure = failure == Errc::ok ? step("COMMIT") : failure;
    failure = failure == Errc::ok ? step("BEGIN") : failure;
    failure = failure == Errc::ok ? step("SELECT pg_sleep(0.1)") : failure;  // time enough for the fault that shows it
    failure = failure == Errc::ok ? store(records, manner, outcome) : failure;
  } else {
    failure = store(records, manner, outcome);
    failure = failure == Errc::ok ? move_on(reached, after) : failure;
  }
  failure = failure == Errc::ok ? step("COMMIT") : failure;
  if (failure != Errc::ok) {
    row_refused_ = blames_row(session_.sqlstate());
    roll_back();
    return {};
  }
  for (const auto& [partition, claim] : after) {
    claims[partition] = claim;
  }
  outcome.result = WriteOutcome::Result::stored;
  return outcome;
}

// Locks the rows of progress; whoever claims a partition now waits for this transaction and then reads what it did.
Errc LogWriter::fence(const PartitionClaims& claims, WriteOutcome& outcome, PartitionClaims& reached) {
  const Result<BlockingRows> rows = session_.run(kFence, {topic_, numbers(claims, &partition_of)});
  if (rows.has_error()) {
    return rows.error().code;
  }
  for (int i = 0; i < rows.value().size(); ++i) {
    reached[static_cast<std::int32_t>(rows.value().number(i, 0))] = {rows.value().number(i, 1),
                                                                     rows.value().number(i, 2)};
  }
  for (const auto& [partition, claim] : claims) {
    if (!reached.contains(partition) || reached[partition].generation != claim.generation) {
      outcome.lost.push_back(partition);
    }
  }
  return Errc::ok;
}

Errc LogWriter::store(const Records& records, Manner manner, WriteOutcome& outcome) {
  Records messages;
  for (const LogRecord* record : records) {
    if (record->left_out) {
      continue;
    }
    if (record->message) {
      messages.push_back(record);
    } else if (const Errc failure = bury(*record, record->reason, outcome); failure != Errc::ok) {
      return failure;
    }
  }
  if (messages.empty()) {
    return Errc::ok;
  }
  return manner == Manner::together ? insert(messages, outcome) : insert_one_by_one(messages, outcome);
}

Errc LogWriter::insert(const Records& messages, WriteOutcome& outcome) {
  const Result<BlockingRows> rows = session_.run(kInsert, arrays_of(messages));
  if (rows.has_error()) {
    return rows.error().code;
  }
  std::unordered_set<std::string> inserted;
  for (int i = 0; i < rows.value().size(); ++i) {
    inserted.emplace(rows.value().text(i, 0));
  }
  outcome.stored += inserted.size();
  Records clashes;
  for (const LogRecord* record : messages) {
    // Once per id: a second record of the same message in this batch is a copy.
    if (inserted.erase(record->message->id.text()) == 0) {
      clashes.push_back(record);
    }
  }
  return clashes.empty() ? Errc::ok : settle_clashes(clashes, outcome);
}

// What was not inserted is there already, or another message has its sequence id. The first is as it should be, the
// second must not lose a message that somebody was told is safe.
Errc LogWriter::settle_clashes(const Records& messages, WriteOutcome& outcome) {
  if (active(Mutant::dedup_on_sequence)) {
    outcome.copies += messages.size();
    return Errc::ok;
  }
  std::vector<PgValue> columns = arrays_of(messages);
  const Result<BlockingRows> rows = session_.run(kStored, {columns[0], columns[1], columns[3]});
  if (rows.has_error()) {
    return rows.error().code;
  }
  std::unordered_set<std::string> stored;
  for (int i = 0; i < rows.value().size(); ++i) {
    stored.emplace(rows.value().text(i, 0));
  }
  for (const LogRecord* record : messages) {
    if (!stored.insert(record->message->id.text()).second) {
      ++outcome.copies;
    } else if (const Errc failure = renumber(*record, outcome); failure != Errc::ok) {
      return failure;
    }
  }
  return Errc::ok;
}

Errc LogWriter::renumber(const LogRecord& record, WriteOutcome& outcome) {
  std::vector<PgValue> row;
  for (std::string& column : columns_of(*record.message)) {
    row.emplace_back(std::move(column));
  }
  const Result<BlockingRows> rows = session_.run(kRenumber, row);
  if (rows.has_error()) {
    return rows.error().code;
  }
  if (rows.value().size() == 0) {
    return Errc::conflict;  // somebody took that number at this moment: the whole batch again
  }
  ++outcome.stored;
  outcome.collided.push_back({record.message, static_cast<std::uint64_t>(rows.value().number(0, 0))});
  return Errc::ok;
}

Errc LogWriter::insert_one_by_one(const Records& messages, WriteOutcome& outcome) {
  for (const LogRecord* record : messages) {
    Errc failure = step("SAVEPOINT record");
    if (failure != Errc::ok) {
      return failure;
    }
    failure = insert({record}, outcome);
    if (failure != Errc::ok && blames_row(session_.sqlstate())) {
      const std::string why = session_.sentence();
      failure = step("ROLLBACK TO SAVEPOINT record");
      failure = failure == Errc::ok ? bury(*record, why, outcome) : failure;
    }
    if (failure != Errc::ok) {
      return failure;
    }
  }
  return Errc::ok;
}

Errc LogWriter::bury(const LogRecord& record, const std::string& reason, WriteOutcome& outcome) {
  const Errc failure =
      code_of(session_.run(kBury, {topic_, std::to_string(record.partition), std::to_string(record.offset),
                                   pg_text(reason), bytea_text(record.key), bytea_text(record.value)}));
  if (failure == Errc::ok) {
    outcome.dead.push_back(record);
    outcome.dead.back().reason = reason;
  }
  return failure;
}

Errc LogWriter::move_on(const PartitionClaims& from, const PartitionClaims& to) {
  const Result<BlockingRows> moved =
      session_.run(kMoveOn, {topic_, numbers(from, &partition_of), numbers(from, &next_of), numbers(to, &next_of)});
  if (moved.has_error()) {
    return moved.error().code;
  }
  return moved.value().affected() == static_cast<std::int64_t>(from.size()) ? Errc::ok : Errc::conflict;
}

void LogWriter::roll_back() {
  if (session_.connected()) {
    static_cast<void>(step("ROLLBACK"));
  }
}

Errc LogWriter::step(const char* sql) {
  return code_of(session_.run(sql));
}

}  // namespace plumbline::serve
