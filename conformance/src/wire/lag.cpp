#include "wire/lag.h"

#include <algorithm>

namespace plumbline::conform {
namespace {

constexpr Duration kTick = std::chrono::milliseconds{5};
constexpr Duration kWorthKeeping = std::chrono::milliseconds{1};

}  // namespace

void LagTrack::record(Time due, Time seen) {
  if (seen - due > kWorthKeeping) {
    const std::lock_guard lock(mutex_);
    late_.push_back({due, seen});
  }
}

Duration worst_of(const std::vector<Late>& marks, Time from, Time to) {
  Duration worst{};
  for (const Late& late : marks) {
    if (late.seen >= from && late.due <= to) {
      worst = std::max<Duration>(worst, late.seen - late.due);
    }
  }
  return worst;
}

Duration covered_by(std::vector<Late> marks, Time from, Time to) {
  std::sort(marks.begin(), marks.end(), [](const Late& a, const Late& b) { return a.due < b.due; });
  Duration covered{};
  for (const Late& late : marks) {
    const Time begin = std::max<Time>(late.due, from);
    const Time end = std::min<Time>(late.seen, to);
    if (end > begin) {
      covered += end - begin;
      from = end;
    }
  }
  return covered;
}

Duration LagTrack::worst(Time from, Time to) const {
  const std::lock_guard lock(mutex_);
  return worst_of(late_, from, to);
}

std::vector<Late> LagTrack::news(std::size_t& cursor) const {
  const std::lock_guard lock(mutex_);
  std::vector<Late> marks(late_.begin() + static_cast<std::ptrdiff_t>(cursor), late_.end());
  cursor = late_.size();
  return marks;
}

LagTicker::LagTicker(LagTrack& track, const Clock& clock) {
  thread_ = std::thread([this, &track, &clock] {
    std::unique_lock lock(mutex_);
    Time due = clock.now() + kTick;
    while (!wake_.wait_until(lock, due, [this] { return stop_; })) {
      const Time seen = clock.now();
      track.record(due, seen);
      due = std::max<Time>(due + kTick, seen);
    }
  });
}

LagTicker::~LagTicker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace plumbline::conform
