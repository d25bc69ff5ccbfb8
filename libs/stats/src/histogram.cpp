#include "plumbline/stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace plumbline::stats {
namespace {

constexpr std::int64_t kTopNs = 3'600'000'000'000;  // one hour
constexpr std::uint32_t kSubBits = 10;              // 1,024 buckets per power of two: width / value <= 1 / 1024
constexpr std::uint32_t kPageBits = 6;
constexpr std::uint32_t kPage = 1U << kPageBits;

constexpr std::uint32_t index_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const auto width = static_cast<std::uint32_t>(std::bit_width(bits | 1U));
  const std::uint32_t shift = width > kSubBits + 1 ? width - (kSubBits + 1) : 0;
  return (shift << kSubBits) + static_cast<std::uint32_t>(bits >> shift);
}

constexpr std::uint32_t shift_of(std::uint32_t index) {
  return index < (2U << kSubBits) ? 0 : (index >> kSubBits) - 1;
}

constexpr std::int64_t lower_of(std::uint32_t index) {
  const std::uint32_t shift = shift_of(index);
  return static_cast<std::int64_t>(index - (shift << kSubBits)) << shift;
}

constexpr std::int64_t upper_of(std::uint32_t index) {
  return lower_of(index) + (std::int64_t{1} << shift_of(index)) - 1;
}

static_assert(index_of(0) == 0 && index_of(2047) == 2047 && index_of(2048) == 2048 && index_of(2049) == 2048);
static_assert(lower_of(2048) == 2048 && upper_of(2048) == 2049 && index_of(4096) == 3072 && lower_of(3072) == 4096);
constexpr std::uint32_t kBuckets = index_of(kTopNs) + 1;

}  // namespace

std::uint32_t Histogram::bucket_count() {
  return kBuckets;
}

std::uint64_t& Histogram::cell(std::uint32_t index) {
  const std::uint32_t page = index >> kPageBits;
  if (page >= directory_.size()) {
    directory_.resize(page + 1, 0);
  }
  if (directory_[page] == 0) {
    pages_.resize(pages_.size() + kPage, 0);
    directory_[page] = static_cast<std::uint16_t>(pages_.size() >> kPageBits);
  }
  return pages_[((directory_[page] - 1U) << kPageBits) + (index & (kPage - 1))];
}

void Histogram::record(Duration value, std::uint64_t times) {
  if (times == 0) {
    return;
  }
  const std::int64_t ns = value.count();
  min_ns_ = count_ == 0 ? ns : std::min(min_ns_, ns);
  max_ns_ = count_ == 0 ? ns : std::max(max_ns_, ns);
  count_ += times;
  sum_ns_ += static_cast<WideInt>(ns) * static_cast<WideInt>(times);
  if (ns < 0) {
    negative_ += times;
  } else if (ns > kTopNs) {
    overflow_ += times;
  } else {
    cell(index_of(ns)) += times;
  }
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) {
    return;
  }
  min_ns_ = count_ == 0 ? other.min_ns_ : std::min(min_ns_, other.min_ns_);
  max_ns_ = count_ == 0 ? other.max_ns_ : std::max(max_ns_, other.max_ns_);
  const Parts parts = other.parts();  // a copy, so that a histogram may be merged into itself
  count_ += other.count_;
  sum_ns_ += parts.sum_ns;
  overflow_ += parts.overflow;
  negative_ += parts.negative;
  for (const Cell& part : parts.cells) {
    cell(part.index) += part.count;
  }
}

void Histogram::clear() {
  std::fill(pages_.begin(), pages_.end(), 0);
  count_ = overflow_ = negative_ = 0;
  min_ns_ = max_ns_ = 0;
  sum_ns_ = 0;
}

double Histogram::mean_ns() const {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_ns_) / static_cast<double>(count_);
}

Duration Histogram::percentile(double q) const {
  if (count_ == 0) {
    return Duration{0};
  }
  // 0.07 * 100 is 7.000000000000001 in binary: without the slack such a product would skip to the next value.
  const double wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted - wanted * 1e-12)));
  std::uint64_t below = negative_;
  if (rank <= below || rank <= 1) {
    return min();
  }
  for (std::uint32_t page = 0; page < directory_.size(); ++page) {
    if (directory_[page] == 0) {
      continue;
    }
    for (std::uint32_t i = 0; i < kPage; ++i) {
      below += pages_[((directory_[page] - 1U) << kPageBits) + i];
      if (rank <= below) {
        return Duration{std::min(upper_of((page << kPageBits) + i), max_ns_)};
      }
    }
  }
  return max();
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> found;
  for (const Cell& cell : parts().cells) {
    found.push_back({lower_of(cell.index), upper_of(cell.index), cell.count});
  }
  return found;
}

Histogram::Parts Histogram::parts() const {
  Parts parts{overflow_, negative_, min_ns_, max_ns_, sum_ns_, {}};
  for (std::uint32_t page = 0; page < directory_.size(); ++page) {
    if (directory_[page] == 0) {
      continue;
    }
    for (std::uint32_t i = 0; i < kPage; ++i) {
      const std::uint64_t count = pages_[((directory_[page] - 1U) << kPageBits) + i];
      if (count != 0) {
        parts.cells.push_back({(page << kPageBits) + i, count});
      }
    }
  }
  return parts;
}

Histogram Histogram::from_parts(const Parts& parts) {
  Histogram made;
  made.overflow_ = parts.overflow;
  made.negative_ = parts.negative;
  made.count_ = parts.overflow + parts.negative;
  made.min_ns_ = parts.min_ns;
  made.max_ns_ = parts.max_ns;
  made.sum_ns_ = parts.sum_ns;
  for (const Cell& cell : parts.cells) {
    made.cell(cell.index) += cell.count;
    made.count_ += cell.count;
  }
  return made;
}

bool Histogram::operator==(const Histogram& other) const {
  const Parts a = parts();
  const Parts b = other.parts();
  const auto same = [](const Cell& x, const Cell& y) {
    return x.index == y.index && x.count == y.count;
  };
  return count_ == other.count_ && a.overflow == b.overflow && a.negative == b.negative && a.min_ns == b.min_ns &&
         a.max_ns == b.max_ns && a.sum_ns == b.sum_ns &&
         std::equal(a.cells.begin(), a.cells.end(), b.cells.begin(), b.cells.end(), same);
}

}  // namespace plumbline::stats
