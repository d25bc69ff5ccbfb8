// Two instances that count the same conversations on private servers, and what their clients saw of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backplane/fenced/sequence_fence.h"
#include "backplane/redis/redis_client.h"
#include "backplane/redis/sentinels.h"
#include "integration/real/private_postgres.h"
#include "integration/real/private_redis.h"
#include "store/postgres/pg_link.h"

namespace plumbline::serve {

// One request that was answered with a number.
struct Given {
  std::size_t conversation{0};
  Time asked{};
  Time answered{};
  std::uint64_t sequence{0};
  std::int64_t epoch{0};
};

struct Findings {
  std::size_t given{0};
  std::size_t refused{0};
  std::size_t reused{0};
  std::size_t inversions{0};   // a lower number for a request that began after a higher one was acknowledged
  std::size_t epoch_falls{0};  // a higher number of an older epoch
  Duration longest_gap{};      // between two answers with a number, of whomever
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Findings examine(std::vector<Given> all, std::size_t refused);

class CountingInstance {
 public:
  CountingInstance(std::string name, const std::string& database, RedisOptions redis, std::size_t conversations,
                   std::uint64_t block);
  CountingInstance(const CountingInstance&) = delete;
  CountingInstance& operator=(const CountingInstance&) = delete;
  ~CountingInstance();

  void start();
  void stop();  // asks no more, waits for what is under way, ends the thread
  // Between start() and stop(): how many numbers it got so far.
  [[nodiscard]] std::size_t given() const { return given_; }
  [[nodiscard]] std::vector<Given> take_given() { return std::move(log_); }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::vector<Metric> metrics() const { return fence_.metrics(0); }  // after stop()

 private:
  void ask_all();
  void ask(std::size_t conversation);

  net::ShardPool pool_{1};
  SteadyClock clock_;
  RedisOptions options_;
  Sentinels sentinels_;
  RedisClient redis_;
  PgLink epochs_;
  PgLink hot_;
  SequenceFence fence_;
  std::unique_ptr<SequenceAllocator> allocator_;
  IoTimer timer_;
  std::vector<bool> waiting_;
  std::vector<Given> log_;
  std::atomic<std::size_t> given_{0};
  std::atomic<std::size_t> refused_{0};
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> asking_{true};
};

class SequenceWorld {
 public:
  explicit SequenceWorld(real::PrivateRedis::Options redis = {}, std::uint64_t block = 10'000);
  ~SequenceWorld();

  void run_for(std::chrono::milliseconds time) const;  // of the wall, while the instances work by themselves
  // Both instances got that many numbers from here on; false when that took longer.
  [[nodiscard]] bool both_get(std::size_t numbers, std::chrono::seconds within = std::chrono::seconds{40}) const;
  [[nodiscard]] Findings finish();
  [[nodiscard]] double metric(const std::string& name) const;  // sum of both, after finish()

  real::PrivateRedis redis;
  std::string database;
  std::vector<std::unique_ptr<CountingInstance>> instances;
};

// The name of that conversation in the keys of Redis.
[[nodiscard]] std::string conversation_text(std::size_t conversation);

}  // namespace plumbline::serve
