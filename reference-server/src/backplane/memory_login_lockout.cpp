#include "backplane/memory_login_lockout.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "plumbline/base/ids.h"

namespace plumbline::serve {

NameDigest digest_of(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  std::vector<unsigned char> bytes(lower.begin(), lower.end());
  NameDigest digest{};
  crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
  return digest;
}

std::size_t NameDigestHash::operator()(const NameDigest& digest) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::uint32_t LockoutTable::wait_of(const NameDigest& name, Time now) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || now >= found->second.blocked_until) {
    return 0;
  }
  ++counters_.refused;
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(found->second.blocked_until - now).count());
}

void LockoutTable::failed(const NameDigest& name, Time now) {
  if (ladder_.empty()) {
    return;
  }
  if (entries_.size() >= limit_ && !entries_.contains(name)) {
    make_room(now);
  }
  Entry& entry = entries_[name];
  if (entry.failures == 0 || now - entry.first >= kFailureMemory) {
    entry.failures = 0;
    entry.first = now;
  }
  ++entry.failures;
  const auto above = std::find_if(ladder_.begin(), ladder_.end(),
                                  [&entry](const LockoutStep& step) { return step.failures > entry.failures; });
  if (above != ladder_.begin()) {
    entry.blocked_until = std::max(entry.blocked_until, now + std::prev(above)->block);
  }
}

void LockoutTable::tick(Time now) {
  if (now < next_sweep_) {
    return;
  }
  next_sweep_ = now + std::chrono::minutes{1};
  std::erase_if(entries_, [now](const auto& entry) { return spent(entry.second, now); });
}

// A full table drops what has run out, else the entry with the fewest failures, of these the oldest: a flood of made-up
// names pushes out its own kind before it frees a name that is refused.
void LockoutTable::make_room(Time now) {
  std::erase_if(entries_, [now](const auto& entry) { return spent(entry.second, now); });
  if (entries_.size() < limit_) {
    return;
  }
  const auto least = std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return std::pair{a.second.failures, a.second.first} < std::pair{b.second.failures, b.second.first};
  });
  entries_.erase(least);
  ++counters_.dropped;
}

void MemoryLoginLockout::wait_of(std::string name, Done<std::uint32_t> done) {
  const NameDigest key = digest_of(name);
  const Time now = clock_.now();
  partitions_.ask<Result<std::uint32_t>>(
      shard_, partitions_.owner(NameDigestHash{}(key)),
      [key, now](LockoutTable& here) { return Result<std::uint32_t>{here.wait_of(key, now)}; }, std::move(done));
}

void MemoryLoginLockout::failed(std::string name, Done<void> done) {
  const NameDigest key = digest_of(name);
  const Time now = clock_.now();
  partitions_.ask<Result<void>>(
      shard_, partitions_.owner(NameDigestHash{}(key)),
      [key, now](LockoutTable& here) {
        here.failed(key, now);
        return Result<void>{};
      },
      std::move(done));
}

void MemoryLoginLockout::succeeded(std::string name, Done<void> done) {
  const NameDigest key = digest_of(name);
  partitions_.ask<Result<void>>(
      shard_, partitions_.owner(NameDigestHash{}(key)),
      [key](LockoutTable& here) {
        here.succeeded(key);
        return Result<void>{};
      },
      std::move(done));
}

}  // namespace plumbline::serve
