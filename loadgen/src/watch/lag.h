// Asks the instances of a stack for their consumers' lag, once a second, on a thread of its own. Stage: watch.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::load {

struct LagSample {
  Time at{};
  double seconds{0};  // the worst of all groups and instances
};

class LagWatch {
 public:
  // Origins such as http://127.0.0.1:3001; none: nothing is watched.
  explicit LagWatch(std::vector<std::string> origins);
  ~LagWatch();
  LagWatch(const LagWatch&) = delete;
  LagWatch& operator=(const LagWatch&) = delete;

  void stop();
  // Empty when no instance shows the metric.
  [[nodiscard]] std::vector<LagSample> samples() const;

 private:
  void work();

  std::vector<std::string> origins_;
  mutable std::mutex lock_;
  std::vector<LagSample> samples_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// The highest value of `plumbline_kafka_lag_seconds` in a metrics page; negative when it is not there.
[[nodiscard]] double lag_in(std::string_view metrics);

}  // namespace plumbline::load
