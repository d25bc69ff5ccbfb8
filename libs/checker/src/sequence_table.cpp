#include "sequence_table.h"

namespace plumbline::checker {
namespace {

constexpr std::uint64_t kStretch = 4096;  // how far beyond its end the array grows at once
constexpr std::uint64_t kSlack = 64;      // room below the first id seen, for those still on their way

}  // namespace

Binding& SequenceTable::at(std::uint64_t sequence_id) {
  if (!stray_.empty()) {
    const auto stray = stray_.find(sequence_id);
    if (stray != stray_.end()) {
      return stray->second;  // the array may have grown past it since
    }
  }
  if (dense_.empty()) {
    origin_ = sequence_id <= kStretch ? 1 : sequence_id - kSlack;
  }
  if (sequence_id < origin_ || sequence_id - origin_ >= dense_.size() + kStretch) {
    return stray_[sequence_id];
  }
  const std::uint64_t offset = sequence_id - origin_;
  if (offset >= dense_.size()) {
    dense_.resize(offset + 1);
  }
  return dense_[offset];
}

Binding* SequenceTable::find(std::uint64_t sequence_id) {
  if (!stray_.empty()) {
    const auto stray = stray_.find(sequence_id);
    if (stray != stray_.end()) {
      return &stray->second;
    }
  }
  const bool dense = sequence_id >= origin_ && sequence_id - origin_ < dense_.size();
  return dense ? &dense_[sequence_id - origin_] : nullptr;
}

}  // namespace plumbline::checker
