#include "bus/kafka/circuit_breaker.h"

namespace plumbline::serve {

bool CircuitBreaker::trip(Time now) {
  const std::lock_guard lock(mutex_);
  if (open()) {
    return false;
  }
  confirmed_ = false;
  opened_at_ = now;
  last_probe_ = now;
  ++opened_;
  open_.store(true, std::memory_order_release);
  return true;
}

void CircuitBreaker::add_stuck(std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  stuck_ += records;
}

bool CircuitBreaker::stuck_reported(bool confirmed, Time now) {
  const std::lock_guard lock(mutex_);
  stuck_ -= stuck_ > 0 ? 1 : 0;
  confirmed_ = confirmed_ || confirmed;
  if (!open() || stuck_ > 0 || !confirmed_) {
    return false;
  }
  closed_outages_ += now - opened_at_;
  open_.store(false, std::memory_order_release);
  return true;
}

bool CircuitBreaker::wants_probe(Time now) {
  if (!open()) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (stuck_ > 0 || now - last_probe_ < kProbeEvery) {
    return false;
  }
  last_probe_ = now;
  return open();
}

CircuitBreaker::Figures CircuitBreaker::figures(Time now) const {
  const std::lock_guard lock(mutex_);
  return {open(), opened_, closed_outages_ + (open() ? now - opened_at_ : Duration{0})};
}

}  // namespace plumbline::serve
