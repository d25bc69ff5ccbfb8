// Answers to repeated writes in memory, on the shard the user's id hashes to; kept 24 hours. Stage: backplane.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backplane/idempotency.h"
#include "plumbline/base/clock.h"
#include "store/partitions.h"

namespace plumbline::serve {

inline constexpr std::chrono::hours kKeepAnswers{24};

class WriteLedger {
 public:
  using Waiter = std::function<void(const WriteClaim&)>;

  // Answers beyond `limit` push out the oldest.
  explicit WriteLedger(std::size_t limit = SIZE_MAX) : limit_(limit) {}

  void claim(const WriteKey& key, Time now, Waiter waiter);
  void settle(const WriteKey& key, const std::optional<WriteAnswer>& answer, Time now);
  void doubt(const WriteKey& key, Time now);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::optional<WriteAnswer> answer;
    std::vector<Waiter> waiters;
    bool free{false};
    Standing standing{Standing::first};  // of whoever claims it next
  };
  void forget_old(Time now);
  static void pass_on(Entry& entry);  // to the first that waits

  std::size_t limit_;
  std::unordered_map<WriteKey, Entry, WriteKeyHash> entries_;
  std::deque<std::pair<Time, WriteKey>> settled_;  // or doubted; oldest first
};

class MemoryIdempotency final : public Idempotency {
 public:
  MemoryIdempotency(net::ShardPool& pool, Partitions<WriteLedger>& partitions, std::size_t shard, const Clock& clock)
      : pool_(pool), partitions_(partitions), shard_(shard), clock_(clock) {}
  void claim(const WriteKey& key, Done<WriteClaim> done) override;
  bool settle(const WriteKey& key, std::optional<WriteAnswer> answer) override;
  void doubt(const WriteKey& key) override;

 private:
  [[nodiscard]] std::size_t owner(const WriteKey& key) const { return partitions_.owner(std::hash<Uuid>{}(key.user)); }

  net::ShardPool& pool_;
  Partitions<WriteLedger>& partitions_;
  std::size_t shard_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
