// Which sequence ids of one conversation one device has seen: exact, constant time and one cache line while ids come
// nearly in order; ids skipped for long go to a short list of intervals (failover.md b.5).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace plumbline::checker {

class SeenSet {
 public:
  // True when `sequence_id` (from 1 to 2^53) is new to the set.
  bool insert(std::uint64_t sequence_id);
  [[nodiscard]] bool contains(std::uint64_t sequence_id) const;
  [[nodiscard]] std::uint64_t max() const { return max_; }  // 0 when empty
  [[nodiscard]] std::size_t gaps() const { return gaps_ ? gaps_->size() : 0; }

 private:
  static constexpr std::uint64_t kWindow = 256;
  struct Gap {
    std::uint64_t first;
    std::uint64_t last;
  };

  void slide_to(std::uint64_t base);
  void add_gap(std::uint64_t first, std::uint64_t last);
  bool fill_gap(std::uint64_t sequence_id);
  [[nodiscard]] std::vector<Gap>::const_iterator gap_of(std::uint64_t sequence_id) const;

  std::uint64_t base_{1};                  // everything below was seen, but for the gaps
  std::array<std::uint64_t, 4> window_{};  // [base_, base_ + 256), a ring indexed by sequence id
  std::uint64_t max_{0};
  std::unique_ptr<std::vector<Gap>> gaps_;  // ascending, apart
};

}  // namespace plumbline::checker
