// How late the target itself is: a harmless request again and again beside the cases. Stage: runner.
#pragma once

#include <atomic>
#include <thread>

#include "wire/endpoint.h"
#include "wire/lag.h"

namespace plumbline::conform {

// A request with an unknown session id every 25 ms, on a thread of its own. The time of each answer goes into the
// track; a request that is never answered excuses nothing and is not recorded.
class Canary {
 public:
  Canary(const Endpoint& endpoint, LagTrack& track, const Clock& clock);
  ~Canary();
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;

  // Is a request out that was sent before `at`? Its answer may still tell that the target was late then.
  [[nodiscard]] bool waits_since_before(Time at) const;

 private:
  void sing(const Endpoint& endpoint, LagTrack& track, const Clock& clock);

  std::atomic<bool> stop_{false};
  std::atomic<Time::rep> sent_{0};  // 0: no request is out
  std::thread thread_;
};

}  // namespace plumbline::conform
