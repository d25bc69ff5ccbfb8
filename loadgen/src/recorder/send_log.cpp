#include "recorder/send_log.h"

#include <utility>

namespace plumbline::load {
namespace {

constexpr Duration kWorthNoting = std::chrono::milliseconds{20};  // shorter waits are ordinary fan-out

}  // namespace

void SendLog::on_send(Time sched, Time done, std::uint32_t conversation, SendEnd end) {
  if (sends_.size() >= kMaxSends) {
    full_ = true;
    return;
  }
  sends_.push_back({since_start(sched), since_start(done), conversation, end});
}

void SendLog::on_error(std::string_view why) {
  auto found = errors_.find(why);
  if (found == errors_.end()) {
    const std::string_view name = errors_.size() < kMaxErrorTexts ? why : std::string_view{"others"};
    found = errors_.emplace(name, 0).first;
  }
  ++found->second;
}

void SendLog::on_waited(Time from, Time to) {
  if (to - from < kWorthNoting) {
    return;
  }
  if (waits_.size() >= kMaxWaits) {
    full_ = true;
    return;
  }
  waits_.push_back({since_start(from), since_start(to)});
}

void SendLog::on_away(Time from, Time to) {
  if (away_.size() < kMaxWaits) {
    away_.push_back({since_start(from), since_start(to)});
  }
}

RulerInput SendLog::take(Time from) {
  RulerInput input;
  input.sends = std::exchange(sends_, {});
  input.overdue = waits_;
  input.from_ns = since_start(from);
  input.until_ns = since_start(end_);
  return input;
}

}  // namespace plumbline::load
