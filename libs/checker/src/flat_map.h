// Open addressing from a 64-bit key to a 32-bit number, without a node per entry: the table of sends that are not
// settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plumbline/base/random.h"

namespace plumbline::checker {

class FlatMap {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::uint32_t find(std::uint64_t key) const {
    if (slots_.empty()) {
      return kNone;
    }
    for (std::size_t i = home(key);; i = (i + 1) & mask()) {
      if (slots_[i].value == kNone || slots_[i].key == key) {
        return slots_[i].value;
      }
    }
  }

  // `key` must be absent, `value` not kNone.
  void insert(std::uint64_t key, std::uint32_t value) {
    if ((size_ + 1) * 2 > slots_.size()) {
      grow();
    }
    place(key, value);
    ++size_;
  }

  void erase(std::uint64_t key) {
    if (slots_.empty()) {
      return;
    }
    std::size_t hole = home(key);
    while (slots_[hole].value != kNone && slots_[hole].key != key) {
      hole = (hole + 1) & mask();
    }
    if (slots_[hole].value == kNone) {
      return;
    }
    --size_;
    // Entries behind the hole that would no longer be found from their home move up: no tombstones.
    for (std::size_t i = (hole + 1) & mask(); slots_[i].value != kNone; i = (i + 1) & mask()) {
      const std::size_t distance_home = (i - home(slots_[i].key)) & mask();
      const std::size_t distance_hole = (i - hole) & mask();
      if (distance_home >= distance_hole) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole].value = kNone;
  }

 private:
  struct Slot {
    std::uint64_t key{0};
    std::uint32_t value{kNone};
  };

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  [[nodiscard]] std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>(mix64(key)) & mask(); }

  void place(std::uint64_t key, std::uint32_t value) {
    std::size_t i = home(key);
    while (slots_[i].value != kNone) {
      i = (i + 1) & mask();
    }
    slots_[i] = {key, value};
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != kNone) {
        place(slot.key, slot.value);
      }
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t size_{0};
};

}  // namespace plumbline::checker
