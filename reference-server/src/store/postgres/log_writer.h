// Puts batches of the log into PostgreSQL so that each record has its effect exactly once, whatever breaks in between
// (failover.md d.5). Stage: store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "service/message.h"
#include "store/postgres/blocking_session.h"

namespace plumbline::serve {

// One record of the log: a message, or what could not be read as one.
struct LogRecord {
  std::int32_t partition{0};
  std::int64_t offset{0};
  MessagePtr message;
  std::string reason;  // why there is no message; then also the bytes
  std::string key;
  std::string value;
  bool left_out{false};  // void: nothing is done but to move on
};

// The right to store a partition, until somebody else claims it.
struct PartitionClaim {
  std::int64_t generation{0};
  std::int64_t next{0};  // the first offset that is not stored
};
using PartitionClaims = std::map<std::int32_t, PartitionClaim>;

struct Renumbered {
  MessagePtr message;
  std::uint64_t stored_as{0};
};

struct WriteOutcome {
  enum class Result {
    stored,  // all of it, claims moved on
    again,   // nothing, or not known: the same batch again, which does the rest
    fenced,  // nothing: `lost` belong to somebody else now
  };
  Result result{Result::again};
  std::vector<std::int32_t> lost;
  std::uint64_t stored{0};
  std::uint64_t copies{0};           // were stored before
  std::vector<Renumbered> collided;  // their sequence ids were other messages'
  std::vector<LogRecord> dead;       // in dead_letters
};

// Used on one thread.
class LogWriter {
 public:
  LogWriter(const std::string& postgres, std::string topic, std::string owner, const std::atomic<bool>& stopping)
      : session_(postgres, stopping), topic_(std::move(topic)), owner_(std::move(owner)) {}

  // Takes the partitions over from whoever stored them before.
  [[nodiscard]] Result<PartitionClaims> claim(const std::vector<std::int32_t>& partitions);
  // Ascending offsets within each partition; every partition is claimed. One transaction. `claims` move with `stored`.
  [[nodiscard]] WriteOutcome write(const std::vector<LogRecord>& batch, PartitionClaims& claims);
  // How far all partitions are, whoever stores them.
  [[nodiscard]] Result<std::map<std::int32_t, std::int64_t>> positions();
  [[nodiscard]] const std::string& sentence() const { return session_.sentence(); }

 private:
  using Records = std::vector<const LogRecord*>;
  enum class Manner { together, one_by_one };

  [[nodiscard]] Errc fence(const PartitionClaims& claims, WriteOutcome& outcome, PartitionClaims& reached);
  [[nodiscard]] Errc store(const Records& records, Manner manner, WriteOutcome& outcome);
  [[nodiscard]] Errc insert(const Records& messages, WriteOutcome& outcome);
  [[nodiscard]] Errc insert_one_by_one(const Records& messages, WriteOutcome& outcome);
  [[nodiscard]] Errc settle_clashes(const Records& messages, WriteOutcome& outcome);
  [[nodiscard]] Errc renumber(const LogRecord& record, WriteOutcome& outcome);
  [[nodiscard]] Errc bury(const LogRecord& record, const std::string& reason, WriteOutcome& outcome);
  [[nodiscard]] Errc move_on(const PartitionClaims& from, const PartitionClaims& to);
  [[nodiscard]] Errc step(const char* sql);
  void roll_back();
  [[nodiscard]] WriteOutcome attempt(const std::vector<LogRecord>& batch, PartitionClaims& claims, Manner manner);

  BlockingSession session_;
  std::string topic_;
  std::string owner_;
  bool row_refused_{false};
};

}  // namespace plumbline::serve
