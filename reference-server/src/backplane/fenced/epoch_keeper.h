// Keeps one instance informed about the epoch in which it may count, and changes it when Redis fails or recovers: the
// I/O around EpochCore. Stage: backplane.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backplane/fenced/epoch_core.h"
#include "backplane/redis/redis_session.h"
#include "gateway/application.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// What a majority of Sentinels agrees on; config_epoch -1: no majority.
struct SentinelWord {
  std::string address;
  std::int64_t config_epoch{-1};
};

struct KeeperOptions {
  std::string instance;  // unique among the instances; a new process of the same name takes the place of the old one
  std::string process;   // unique for ever
  FenceTimes times;
};

struct KeeperCounters {
  std::uint64_t taken{0};        // epochs that this instance began
  std::uint64_t to_postgres{0};  // the part of those in PostgreSQL mode
  std::uint64_t overtaken{0};    // changes that another instance was faster with
  std::uint64_t alone{0};        // renewals by Sentinels only
  std::uint64_t expired{0};      // times that the lease ran out
  std::uint64_t unread{0};       // looks at the row without an answer
};

// One per instance, on one shard, with a PostgreSQL connection of its own whose deadline is short. Outlived by both
// sessions. `tick` every 25 ms.
class EpochKeeper {
 public:
  using AskSentinels = std::function<void(std::function<void(const SentinelWord&)>)>;
  using Publish = std::function<void(const EpochView&)>;

  EpochKeeper(PgSession& postgres, RedisSession& redis, AskSentinels sentinels, const Clock& clock,
              KeeperOptions options, Publish publish);
  EpochKeeper(const EpochKeeper&) = delete;
  EpochKeeper& operator=(const EpochKeeper&) = delete;

  void tick(Time now);
  // Publishes and asks nothing any more.
  void stop() { left_ = true; }
  // Nobody has to wait for this instance any more. Call when no allocator takes a number any longer; `done` after at
  // most two statements.
  void leave(std::function<void()> done);

  [[nodiscard]] const EpochView& view() const { return core_.view(); }
  [[nodiscard]] const KeeperCounters& counters() const { return counters_; }
  [[nodiscard]] std::vector<Metric> metrics() const;

 private:
  void look_at_postgres(Time now);
  void look_at_redis(Time now);
  void look_at_sentinels(Time now);
  void read_row();
  void change_row(const EpochChange& change);
  void beat();
  void read_members();
  void asked_row(Time sent, const Result<PgRowsPtr>& rows);
  void tell();

  PgSession& postgres_;
  RedisSession& redis_;
  AskSentinels ask_sentinels_;
  const Clock& clock_;
  KeeperOptions options_;
  Publish publish_;
  EpochCore core_;
  KeeperCounters counters_;
  EpochView told_;
  bool postgres_busy_{false};
  bool redis_busy_{false};
  bool sentinels_busy_{false};
  bool registered_{false};
  bool replaced_{false};  // by another process of the same name
  bool must_read_{true};  // the row, before it may be changed again
  bool left_{false};
  bool was_open_{false};
  std::int64_t acked_{0};
  Time last_tick_{};
  Time row_asked_{};
  Time beat_asked_{};
  Time members_asked_{};
  Time redis_asked_{};
  Time sentinels_asked_{};
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
