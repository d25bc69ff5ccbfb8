// The one row of PostgreSQL that says who counts now, and what one instance may conclude from having read it.
// Stage: backplane.
#pragma once

#include <cstdint>
#include <string>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

enum class CountingMode : std::uint8_t { none, redis, postgres };

// Row of seq_epoch.
struct EpochRow {
  std::int64_t epoch{0};  // 0: nobody counted yet
  CountingMode mode{CountingMode::none};
  std::string run;      // which life of which Redis master counts; empty in the other modes
  std::string address;  // of that master, host:port
  std::int64_t config_epoch{-1};
  bool settle{true};  // who learns of this epoch waits `FenceTimes::settle`: members of the old one may not know yet
  std::int64_t intent{0};  // > 0: somebody is about to leave Redis, so nobody may rely on Sentinels alone
  bool operator==(const EpochRow&) const = default;
};

// A compare-and-set of that row: `next` replaces it if epoch and intent are still these.
struct EpochChange {
  std::int64_t epoch{0};
  std::int64_t intent{0};
  EpochRow next;
};

// What the allocators of an instance go by. Points in time are of this machine's monotonic clock.
struct EpochView {
  std::int64_t epoch{0};
  CountingMode mode{CountingMode::none};
  std::string run;
  Time usable_from{};
  Time valid_until{};

  // A number from Redis may be accepted at this moment.
  [[nodiscard]] bool redis_open(Time now) const {
    return mode == CountingMode::redis && now >= usable_from && now < valid_until;
  }
  // Numbers may be taken from PostgreSQL; its row lock is the fence then, so no lease is needed.
  [[nodiscard]] bool postgres_open(Time now) const { return mode == CountingMode::postgres && now >= usable_from; }
  bool operator==(const EpochView&) const = default;
};

}  // namespace plumbline::serve
