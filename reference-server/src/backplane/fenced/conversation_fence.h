// The fence of one conversation in one shard: what has to happen before a number may be handed out, and whether a
// number that came back may be. No I/O, no clock, so that the server and the model checker run the same code.
// Stage: backplane.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backplane/fenced/epoch_row.h"
#include "backplane/fenced/fence_times.h"

namespace plumbline::serve {

// Row of seq_lease: in this epoch the counter of Redis may give out lo..hi. `gen` rises with every new start.
struct LeaseRow {
  std::int64_t epoch{0};
  std::int64_t gen{0};
  std::uint64_t lo{0};
  std::uint64_t hi{0};
  bool operator==(const LeaseRow&) const = default;
};

enum class FenceStep : std::uint8_t {
  wait,       // for another epoch, for its time, or for somebody else's seed
  reserve,    // a block in PostgreSQL: see `bad_gen`
  seed,       // the counter in Redis: see `may_seed`
  confirm,    // read the row again
  extend,     // the block is used up: move its end
  increment,  // ask Redis for numbers; several questions may be under way
  take        // ask PostgreSQL for numbers
};

enum class SeedResult : std::uint8_t { absent, present, newer };  // of the counter under our epoch and gen
enum class Judgement : std::uint8_t { accept, burn };

class ConversationFence {
 public:
  // What to do for this conversation when somebody waits for a number.
  [[nodiscard]] FenceStep step(const EpochView& view, Time now) const;

  [[nodiscard]] const LeaseRow& lease() const { return lease_; }
  // For `reserve`: the row moves if its epoch is older, or if it still has this gen in the same epoch.
  [[nodiscard]] std::int64_t bad_gen(const EpochView& view) const;
  // For `seed`: only who moved the row may, and only once; everybody else looks.
  [[nodiscard]] bool may_seed() const { return winner_; }
  // For `extend`, which is due as well, without haste, when the end is near.
  [[nodiscard]] std::uint64_t extend_to(std::uint64_t block) const { return std::max(last_, beyond_) + block; }
  [[nodiscard]] bool near_end(std::uint64_t block) const {
    return stage_ == Stage::open && lease_.hi - last_ < block / 2;
  }

  void reserved(const LeaseRow& row, bool winner);
  void seed_begun() { seed_spent_ = true; }
  void seed_not_sent() { seed_spent_ = false; }
  void seeded(SeedResult result, Time now, const FenceTimes& times);
  void seed_lost();  // asked, and nobody knows whether it happened
  void confirmed(const LeaseRow& row);
  void extended(const LeaseRow& row);  // as it is now, whether we moved it or not

  // A number that was asked for under the lease `asked`; -1: the counter is not the one that was seeded for it.
  [[nodiscard]] Judgement judge(std::int64_t number, const LeaseRow& asked, const EpochView& view, Time now);
  // Numbers up to this one came from PostgreSQL.
  void took(std::int64_t epoch, std::uint64_t last);

  template <class Fold>
  void fold(Fold&& fold) const;

 private:
  enum class Stage : std::uint8_t { cold, reserved, seeded, open, full, lost };

  Stage stage_{Stage::cold};
  LeaseRow lease_;
  std::uint64_t last_{0};    // handed out
  std::uint64_t beyond_{0};  // came back, but was after the end
  bool winner_{false};
  bool seed_spent_{false};
  std::uint8_t misses_{0};
  Time look_from_{};
};

template <class Fold>
void ConversationFence::fold(Fold&& fold) const {
  fold(static_cast<int>(stage_)), fold(lease_.epoch), fold(lease_.gen), fold(lease_.lo), fold(lease_.hi), fold(last_);
  fold(beyond_);
  fold(winner_), fold(seed_spent_), fold(misses_), fold(look_from_);
}

}  // namespace plumbline::serve
