#include "seen_set.h"

#include <algorithm>
#include <limits>

namespace plumbline::checker {
namespace {

constexpr std::uint64_t bit_of(std::uint64_t id) {
  return std::uint64_t{1} << (id % 64);
}
constexpr std::size_t word_of(std::uint64_t id) {
  return (id % 256) / 64;
}

}  // namespace

bool SeenSet::insert(std::uint64_t sequence_id) {
  if (sequence_id < base_) {
    return fill_gap(sequence_id);
  }
  if (sequence_id - base_ >= kWindow) {
    slide_to(sequence_id - kWindow + 1);
  }
  std::uint64_t& word = window_[word_of(sequence_id)];
  const bool fresh = (word & bit_of(sequence_id)) == 0;
  word |= bit_of(sequence_id);
  max_ = std::max(max_, sequence_id);
  return fresh;
}

bool SeenSet::contains(std::uint64_t sequence_id) const {
  if (sequence_id >= base_) {
    return sequence_id - base_ < kWindow && (window_[word_of(sequence_id)] & bit_of(sequence_id)) != 0;
  }
  if (!gaps_) {
    return true;
  }
  const auto gap = gap_of(sequence_id);
  return gap == gaps_->end() || gap->first > sequence_id;
}

void SeenSet::slide_to(std::uint64_t base) {
  const std::uint64_t stop = std::min(base, base_ + kWindow);
  for (std::uint64_t id = base_; id < stop; ++id) {
    if ((window_[word_of(id)] & bit_of(id)) == 0) {
      add_gap(id, id);
    }
    window_[word_of(id)] &= ~bit_of(id);
  }
  if (base > stop) {
    add_gap(stop, base - 1);
  }
  base_ = base;
}

void SeenSet::add_gap(std::uint64_t first, std::uint64_t last) {
  if (!gaps_) {
    gaps_ = std::make_unique<std::vector<Gap>>();
  }
  if (!gaps_->empty() && gaps_->back().last + 1 == first) {
    gaps_->back().last = last;
  } else {
    gaps_->push_back({first, last});
  }
}

// The first gap that ends at or after the id.
std::vector<SeenSet::Gap>::const_iterator SeenSet::gap_of(std::uint64_t sequence_id) const {
  return std::lower_bound(gaps_->begin(), gaps_->end(), sequence_id,
                          [](const Gap& gap, std::uint64_t id) { return gap.last < id; });
}

bool SeenSet::fill_gap(std::uint64_t sequence_id) {
  if (!gaps_) {
    return false;
  }
  const auto found = gap_of(sequence_id);
  if (found == gaps_->end() || found->first > sequence_id) {
    return false;
  }
  const auto gap = gaps_->begin() + (found - gaps_->cbegin());
  if (gap->first == sequence_id && gap->last == sequence_id) {
    gaps_->erase(gap);
  } else if (gap->first == sequence_id) {
    ++gap->first;
  } else if (gap->last == sequence_id) {
    --gap->last;
  } else {
    const Gap right{sequence_id + 1, gap->last};
    gap->last = sequence_id - 1;
    gaps_->insert(gap + 1, right);
  }
  return true;
}

}  // namespace plumbline::checker
