// PostgreSQL and Redis as far as the fence asks them, in memory, for tests of its I/O. They answer at once, or not at
// all while away.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backplane/fenced/conversation_fence.h"
#include "backplane/fenced/fence_statements.h"
#include "backplane/redis/redis_session.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve::test {

class Table final : public PgRows {
 public:
  explicit Table(std::vector<std::vector<std::string>> rows, std::uint64_t affected = 0)
      : rows_(std::move(rows)), affected_(affected) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] bool is_null(std::size_t, std::size_t) const override { return false; }
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const override {
    return rows_.at(row).at(column);
  }
  [[nodiscard]] std::uint64_t affected() const override { return affected_; }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::uint64_t affected_;
};

// Elements of an array literal without escapes.
inline std::vector<std::string> elements(const PgValue& literal) {
  std::vector<std::string> all;
  std::string one;
  for (const char c : literal.value_or("{}")) {
    if (c == ',' || c == '}') {
      if (!one.empty()) {
        all.push_back(std::exchange(one, {}));
      }
    } else if (c != '{' && c != '"') {
      one += c;
    }
  }
  return all;
}

inline std::int64_t number_of(const PgValue& text) {
  return std::stoll(text.value_or("0"));
}

// The tables seq_epoch, seq_member and seq_lease.
struct FenceDatabase {
  struct Member {
    std::string process;
    std::int64_t beat{0};
    std::int64_t acked{0};
  };
  std::vector<std::string> epoch{"0", "none", "", "", "-1", "t", "0"};
  std::map<std::string, Member> members;
  std::map<std::string, LeaseRow> leases;
  bool away{false};
  std::vector<std::string> asked;  // names of statements

  std::shared_ptr<Table> run(const PgStatement& statement, const std::vector<PgValue>& p) {
    const std::string_view name = statement.name;
    asked.emplace_back(name);
    if (name == fence::kReadEpoch.name) {
      return std::make_shared<Table>(Rows{epoch});
    }
    if (name == fence::kChangeEpoch.name) {
      return change(p);
    }
    if (name == fence::kBeat.name) {
      return beat(p);
    }
    if (name == fence::kMembers.name) {
      Rows rows;
      for (const auto& [who, member] : members) {
        if (who != p[0]) {
          rows.push_back({who + '/' + member.process, std::to_string(member.beat), std::to_string(member.acked)});
        }
      }
      return std::make_shared<Table>(rows);
    }
    if (name == fence::kLeave.name) {
      members.erase(p[0].value_or(""));
      return std::make_shared<Table>(Rows{}, 1);
    }
    if (name == fence::kReserve.name) {
      return reserve(p);
    }
    if (name == fence::kExtend.name) {
      LeaseRow& row = leases[p[0].value_or("")];
      if (row.epoch == number_of(p[1]) && row.gen == number_of(p[2])) {
        row.hi = std::max(row.hi, static_cast<std::uint64_t>(number_of(p[3])));
      }
      return std::make_shared<Table>(Rows{});
    }
    return name == fence::kTake.name ? take(p) : read_leases(elements(p[0]));
  }

 private:
  using Rows = std::vector<std::vector<std::string>>;

  std::shared_ptr<Table> change(const std::vector<PgValue>& p) {
    if (epoch[0] != p[0] || epoch[6] != p[1]) {
      return std::make_shared<Table>(Rows{});
    }
    for (std::size_t i = 0; i < 7; ++i) {
      epoch[i] = p[i + 2].value_or("");
    }
    return std::make_shared<Table>(Rows{epoch});
  }
  std::shared_ptr<Table> beat(const std::vector<PgValue>& p) {
    Member& member = members[p[0].value_or("")];
    if (!member.process.empty() && member.process != p[1] && p[3] != "t") {
      return std::make_shared<Table>(Rows{});
    }
    member = {p[1].value_or(""), member.beat + 1, number_of(p[2])};
    return std::make_shared<Table>(Rows{{std::to_string(member.beat)}});
  }
  static std::vector<std::string> row_of(const std::string& id, const LeaseRow& row) {
    return {id, std::to_string(row.epoch), std::to_string(row.gen), std::to_string(row.lo), std::to_string(row.hi)};
  }
  std::shared_ptr<Table> reserve(const std::vector<PgValue>& p) {
    const std::vector<std::string> ids = elements(p[0]);
    const std::vector<std::string> bad = elements(p[1]);
    Rows won;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      LeaseRow& row = leases[ids[i]];
      const std::int64_t wanted = number_of(p[2]);
      if (row.hi == 0 || row.epoch < wanted || (row.epoch == wanted && row.gen == std::stoll(bad[i]))) {
        row = {wanted, row.gen + 1, row.hi + 1, row.hi + static_cast<std::uint64_t>(number_of(p[3]))};
        won.push_back(row_of(ids[i], row));
      }
    }
    return std::make_shared<Table>(won);
  }
  std::shared_ptr<Table> take(const std::vector<PgValue>& p) {
    const std::vector<std::string> ids = elements(p[0]);
    const std::vector<std::string> counts = elements(p[1]);
    Rows taken;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      LeaseRow& row = leases[ids[i]];
      const std::int64_t wanted = number_of(p[2]);
      if (row.epoch <= wanted) {
        row = {wanted, row.epoch < wanted ? 1 : row.gen + 1, row.hi + 1,
               row.hi + static_cast<std::uint64_t>(std::stoll(counts[i]))};
        taken.push_back({ids[i], std::to_string(row.hi), std::to_string(row.gen)});
      }
    }
    return std::make_shared<Table>(taken);
  }
  std::shared_ptr<Table> read_leases(const std::vector<std::string>& ids) {
    Rows rows;
    for (const std::string& id : ids) {
      if (leases.contains(id)) {
        rows.push_back(row_of(id, leases[id]));
      }
    }
    return std::make_shared<Table>(rows);
  }
};

class FenceSession final : public PgSession {
 public:
  explicit FenceSession(FenceDatabase& database) : database_(database) {}
  void query(const PgStatement& statement, std::vector<PgValue> params, Done<PgRowsPtr> done) override {
    if (database_.away) {
      done(Error{Errc::unavailable, "away"});
    } else {
      done(PgRowsPtr{database_.run(statement, params)});
    }
  }
  void transaction(std::vector<PgCall> calls, Done<std::vector<PgRowsPtr>> done) override {
    if (database_.away) {
      done(Error{Errc::unavailable, "away"});
      return;
    }
    std::vector<PgRowsPtr> all;
    for (const PgCall& call : calls) {
      all.push_back(database_.run(*call.statement, call.params));
    }
    done(std::move(all));
  }
  [[nodiscard]] bool usable() const override { return !database_.away; }

 private:
  FenceDatabase& database_;
};

// One master: counters with their companions.
struct FenceRedis final : RedisSession {
  struct Counter {
    std::int64_t number{0};
    std::string tag;  // "epoch:gen" of the seed
  };
  std::map<std::string, Counter> counters;
  RedisIncarnation here{"run-1", "127.0.0.1:1", 1};
  bool away{false};
  bool silent{false};  // takes questions and never answers

  void command(std::vector<std::string>, Done<RedisReply> done) override {
    if (away) {
      done(Error{Errc::unavailable, "away"});
    } else if (!silent) {
      done(RedisReply{RedisReply::Kind::text, 0, "OK", {}});
    }
  }
  void eval(const char* script, std::vector<std::string> keys, std::vector<std::string> args,
            Done<RedisReply> done) override {
    if (away) {
      done(Error{Errc::unavailable, "away"});
      return;
    }
    Counter& counter = counters[keys[0]];
    std::int64_t answer = 0;
    if (std::string_view(script) == fence::kIncrement) {
      answer = !counter.tag.empty() && counter.tag == args[0] ? ++counter.number : -1;
    } else if (counter.tag == args[0] + ':' + args[1]) {
      answer = 1;
    } else if (args[3] == "1") {
      counter = {std::stoll(args[2]), args[0] + ':' + args[1]};
      answer = 1;
    }
    if (!silent) {
      done(RedisReply{RedisReply::Kind::integer, answer, {}, {}});
    }
  }
  [[nodiscard]] const RedisIncarnation* incarnation() const override { return away ? nullptr : &here; }
};

}  // namespace plumbline::serve::test
