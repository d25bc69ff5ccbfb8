#include "runner/canary.h"

#include "wire/wire.h"

namespace plumbline::conform {
namespace {

constexpr Duration kBetweenRequests = std::chrono::milliseconds{25};
constexpr Duration kAnswerBound = std::chrono::seconds{2};

}  // namespace

Canary::Canary(const Endpoint& endpoint, LagTrack& track, const Clock& clock) {
  thread_ = std::thread([this, endpoint, &track, &clock] { sing(endpoint, track, clock); });
}

Canary::~Canary() {
  stop_ = true;
  thread_.join();
}

bool Canary::waits_since_before(Time at) const {
  const Time::rep sent = sent_;
  return sent != 0 && sent <= at.time_since_epoch().count();
}

void Canary::sing(const Endpoint& endpoint, LagTrack& track, const Clock& clock) {
  while (!stop_) {
    WireLog log(clock);
    Wire wire(endpoint, log, clock);
    const Time sent = clock.now();
    sent_ = sent.time_since_epoch().count();
    HttpExchange& request = wire.http("GET", "EIO=4&transport=polling&sid=plumbline-canary");
    wire.until([&] { return request.done() || stop_; }, kAnswerBound);
    if (request.answer()) {
      track.record(sent, request.answer()->at);
    }
    sent_ = 0;
    wire.until([&] { return stop_.load(); }, kBetweenRequests);
  }
}

}  // namespace plumbline::conform
