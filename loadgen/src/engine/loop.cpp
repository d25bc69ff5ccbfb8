#include "engine/loop.h"

#include <algorithm>
#include <csignal>

namespace plumbline::load {
namespace {

constexpr Duration kBeat = std::chrono::milliseconds{10};
constexpr double kDense = 2000;  // arrivals per second above which they are released in small batches
// A wake-up costs more than an arrival at such rates; half a millisecond is half of what a second may slip (T6).
constexpr Duration kQuantum = std::chrono::microseconds{500};

}  // namespace

Loop::Loop(const Parts& parts)
    : parts_(parts),
      arrivals_(parts.context),
      heartbeat_(parts.context),
      signals_(parts.context, SIGINT, SIGTERM),
      quantum_(parts.peak_rate > kDense ? kQuantum : Duration{0}) {}

void Loop::run() {
  on_signal();
  const Time now = parts_.clock.now();
  parts_.engine.begin(now);
  beat_ = now + kBeat;
  arm_heartbeat();
  turn();
  parts_.context.run();
}

void Loop::turn() {
  const Time now = parts_.clock.now();
  const Time next = parts_.engine.turn(now);
  if (parts_.engine.ending() != Ending::running) {
    parts_.context.stop();
    return;
  }
  arm(std::max(next, now + quantum_));
}

void Loop::arm(Time at) {
  arrivals_.expires_at(std::min(at, parts_.clock.now() + std::chrono::seconds{1}));
  arrivals_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) {
      turn();
    }
  });
}

void Loop::arm_heartbeat() {
  heartbeat_.expires_at(beat_);
  heartbeat_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) {
      return;
    }
    const Time now = parts_.clock.now();
    parts_.recorder.on_lag(beat_, now - beat_);
    // Beats that were missed are lag too, each by its own lateness: a pause weighs as much as it lasted.
    for (beat_ += kBeat; beat_ <= now; beat_ += kBeat) {
      parts_.recorder.on_lag(beat_, now - beat_);
    }
    if (++beats_ % 10 == 0) {
      parts_.recorder.on_gauges(now, parts_.workload.undelivered(), parts_.engine.fleet().connected(),
                                parts_.wire.http_waiting());
      if (parts_.each_tick) {
        parts_.each_tick(now);
      }
    }
    arm_heartbeat();
  });
}

void Loop::on_signal() {
  signals_.async_wait([this](boost::system::error_code cancelled, int /*signal*/) {
    if (cancelled) {
      return;
    }
    ++interrupts_;
    parts_.engine.interrupt(parts_.clock.now());
    if (interrupts_ > 1) {
      parts_.context.stop();
      return;
    }
    on_signal();
    arm(parts_.clock.now());
  });
}

}  // namespace plumbline::load
