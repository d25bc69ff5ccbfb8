// A target that its target file can start (control.start): ours while we judge it. Stage: target.
#pragma once

#include <optional>
#include <string>

#include "plumbline/net/child_process.h"
#include "target/target.h"

namespace plumbline::conform {

inline constexpr Duration kStartsWithin = std::chrono::seconds{15};

// Use it from one thread: what it started dies with the thread that did.
class StartedTarget {
 public:
  // The commands run in `folder`, their stdout goes nowhere, their stderr to ours.
  StartedTarget(Control control, std::string folder) : control_(std::move(control)), folder_(std::move(folder)) {}
  ~StartedTarget();
  StartedTarget(const StartedTarget&) = delete;
  StartedTarget& operator=(const StartedTarget&) = delete;

  // Ends what runs (control.stop, then signals), starts it anew and waits until it answers a request. False: it did not
  // within kStartsWithin. Blocks.
  [[nodiscard]] bool restart(const Endpoint& endpoint, const Clock& clock);

  [[nodiscard]] std::optional<pid_t> pid() const;  // nothing: not started by us
  bool ask_to_end();                               // control.stop or SIGTERM; does not wait. False: not started by us

 private:
  void stop();
  [[nodiscard]] net::ChildProcess::Options shell(const std::string& command) const;

  Control control_;
  std::string folder_;
  std::optional<net::ChildProcess> child_;
  std::optional<net::ChildProcess> stopping_;  // control.stop, while it runs
  bool started_{false};
};

}  // namespace plumbline::conform
