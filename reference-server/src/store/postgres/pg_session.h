// Port of one shard to PostgreSQL: statements in, rows out, pipelined, never blocking. Stage: store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/done.h"

namespace plumbline::serve {

// A statement that each connection prepares once, under its name. Both are string literals.
struct PgStatement {
  const char* name;
  const char* sql;
};

// A parameter in text format; nullopt is SQL NULL. Several rows travel as array literals (see pg_array) and `unnest`.
using PgValue = std::optional<std::string>;

struct PgCall {
  const PgStatement* statement;
  std::vector<PgValue> params;
};

// The rows of one statement. Values are text; valid as long as the object.
class PgRows {
 public:
  virtual ~PgRows() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual bool is_null(std::size_t row, std::size_t column) const = 0;
  [[nodiscard]] virtual std::string_view text(std::size_t row, std::size_t column) const = 0;
  [[nodiscard]] virtual std::uint64_t affected() const = 0;  // rows that INSERT, UPDATE or DELETE touched

  [[nodiscard]] std::int64_t number(std::size_t row, std::size_t column) const;  // 0 for NULL
  [[nodiscard]] bool truth(std::size_t row, std::size_t column) const;           // 't'
};
using PgRowsPtr = std::shared_ptr<const PgRows>;

// One instance per shard, called and answering there. Errors: Errc::unavailable when the server cannot be reached or
// the bounded queue is full (nothing was done); Errc::timeout when the connection broke or the deadline passed while
// the statement was under way (the outcome is unknown); Errc::conflict for a unique or serialization failure;
// Errc::malformed for every other refusal of the server, which is a defect and is logged.
class PgSession {
 public:
  virtual ~PgSession() = default;
  virtual void query(const PgStatement& statement, std::vector<PgValue> params, Done<PgRowsPtr> done) = 0;
  // All calls in one transaction: all of them happen or none. Rows of each call, in order.
  virtual void transaction(std::vector<PgCall> calls, Done<std::vector<PgRowsPtr>> done) = 0;
  // The last statement succeeded or nothing was asked yet.
  [[nodiscard]] virtual bool usable() const = 0;
};

// PostgreSQL array literal of these values: {"a","b"}, quoted and escaped.
[[nodiscard]] std::string pg_array(const std::vector<std::string>& values);
[[nodiscard]] std::string pg_array(const std::vector<std::int64_t>& values);

}  // namespace plumbline::serve
