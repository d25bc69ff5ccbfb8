// Drives the engine on one event loop thread: one timer for arrivals, one heartbeat for the loop's own lateness,
// signals. Stage: engine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "engine/engine.h"
#include "plumbline/base/clock.h"

namespace plumbline::load {

class Loop {
 public:
  struct Parts {
    boost::asio::io_context& context;
    Engine& engine;
    Workload& workload;
    Recorder& recorder;
    const Wire& wire;
    const Clock& clock;
    double peak_rate{0};                  // arrivals per second
    std::function<void(Time)> each_tick;  // about ten times a second, for progress lines
  };
  explicit Loop(const Parts& parts);

  // Returns when the engine has ended. The first SIGINT or SIGTERM ends the run early, the second one at once.
  void run();

 private:
  void arm(Time at);
  void turn();
  void arm_heartbeat();
  void on_signal();

  Parts parts_;
  boost::asio::steady_timer arrivals_;
  boost::asio::steady_timer heartbeat_;
  boost::asio::signal_set signals_;
  Duration quantum_{0};
  Time beat_{};
  std::uint64_t beats_{0};
  int interrupts_{0};
};

}  // namespace plumbline::load
