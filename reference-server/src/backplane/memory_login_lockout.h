// Log-in lockouts in memory: a name's failures are counted on the shard the name hashes to. Stage: backplane.
#pragma once

#include <array>
#include <unordered_map>

#include "backplane/login_lockout.h"
#include "plumbline/base/clock.h"
#include "store/partitions.h"

namespace plumbline::serve {

// Names are kept as digests, so that an entry has one size whatever was typed, and nobody can aim at another's entry.
using NameDigest = std::array<unsigned char, 16>;
[[nodiscard]] NameDigest digest_of(std::string_view name);  // ASCII case does not matter

struct NameDigestHash {
  std::size_t operator()(const NameDigest& digest) const noexcept;
};

class LockoutTable {
 public:
  struct Counters {
    std::uint64_t refused{0};
    std::uint64_t dropped{0};  // entries that gave way to others because the table was full
  };
  explicit LockoutTable(LockoutLadder ladder, std::size_t limit = 16'384) : ladder_(std::move(ladder)), limit_(limit) {}

  [[nodiscard]] std::uint32_t wait_of(const NameDigest& name, Time now);
  void failed(const NameDigest& name, Time now);
  void succeeded(const NameDigest& name) { entries_.erase(name); }
  void tick(Time now);  // forgets what has run out, once a minute
  [[nodiscard]] std::size_t tracked() const { return entries_.size(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Entry {
    std::uint32_t failures{0};
    Time first{};
    Time blocked_until{};
  };
  static bool spent(const Entry& entry, Time now) {
    return now - entry.first >= kFailureMemory && now >= entry.blocked_until;
  }
  void make_room(Time now);

  const LockoutLadder ladder_;
  const std::size_t limit_;
  std::unordered_map<NameDigest, Entry, NameDigestHash> entries_;
  Time next_sweep_{};
  Counters counters_;
};

class MemoryLoginLockout final : public LoginLockout {
 public:
  MemoryLoginLockout(Partitions<LockoutTable>& partitions, std::size_t shard, const Clock& clock)
      : partitions_(partitions), shard_(shard), clock_(clock) {}
  void wait_of(std::string name, Done<std::uint32_t> done) override;
  void failed(std::string name, Done<void> done) override;
  void succeeded(std::string name, Done<void> done) override;

 private:
  Partitions<LockoutTable>& partitions_;
  std::size_t shard_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
