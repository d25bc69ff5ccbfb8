// Samples what the generator and the target cost, and how late this machine runs its threads, from a thread of its own:
// nothing here touches the event loop. Stage: watch.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::load {

struct MachineSample {
  Time at{};                // end of the interval that begins at the sample before
  double loop_busy{0};      // 0..1
  double generator_cpu{0};  // percent of one core, all threads
  double target_cpu{0};     // 0 when the target is not a child
  double generator_rss_mb{0};
  double target_rss_mb{0};
  double longest_stall_ms{0};  // the watchdog slept that much longer than it asked for
  std::optional<double> throttled_ms;
  std::optional<double> runnable_wait;  // share of the interval that the loop thread was runnable and not running
};

class MachineWatch {
 public:
  struct Watched {
    pid_t loop{0};     // kernel id of the event loop's thread
    pid_t target{0};   // child server, 0 for none
    bool tree{false};  // with everything below it
  };
  explicit MachineWatch(const Watched& watched);
  ~MachineWatch();
  MachineWatch(const MachineWatch&) = delete;
  MachineWatch& operator=(const MachineWatch&) = delete;

  // One sample per second since the start. Any thread.
  [[nodiscard]] std::vector<MachineSample> samples() const;
  // Takes a last sample and ends the thread.
  void stop();

 private:
  void work();

  Watched watched_;
  mutable std::mutex lock_;
  std::vector<MachineSample> samples_;
  std::condition_variable wake_;
  bool stop_{false};
  std::thread thread_;
};

}  // namespace plumbline::load
