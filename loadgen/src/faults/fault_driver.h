// Does the faults of a run on a thread of its own, so that measuring never waits for them. Stage: faults.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "faults/fault_run.h"

namespace plumbline::load {

class FaultDriver final : public FaultHooks {
 public:
  FaultDriver(std::vector<PlannedFault> faults, std::size_t phases, std::unique_ptr<ControlPort> port);
  ~FaultDriver() override;  // waits for the healing
  FaultDriver(const FaultDriver&) = delete;
  FaultDriver& operator=(const FaultDriver&) = delete;

  void phase_started(std::uint32_t phase, Time at) override;
  void load_ended() override { ended_ = true; }
  [[nodiscard]] bool healed() const override { return healed_; }

  // Any thread: how many have been done, or left out, so far; the records of those.
  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] std::vector<FaultRecord> records() const;

 private:
  void work();

  SteadyClock clock_;
  std::unique_ptr<ControlPort> port_;
  FaultRun run_;  // the thread's
  mutable std::mutex lock_;
  std::vector<std::pair<std::uint32_t, Time>> started_;  // phases, on their way to the thread
  std::vector<FaultRecord> shown_;                       // a copy for others
  std::atomic<std::size_t> done_{0};
  std::atomic<bool> ended_{false};
  std::atomic<bool> healed_{false};
  std::thread thread_;
};

}  // namespace plumbline::load
