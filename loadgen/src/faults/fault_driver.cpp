#include "faults/fault_driver.h"

#include <algorithm>

namespace plumbline::load {

FaultDriver::FaultDriver(std::vector<PlannedFault> faults, std::size_t phases, std::unique_ptr<ControlPort> port)
    : port_(std::move(port)), run_(std::move(faults), phases, *port_, clock_), shown_(run_.records()) {
  thread_ = std::thread([this] { work(); });
}

FaultDriver::~FaultDriver() {
  ended_ = true;
  thread_.join();
}

void FaultDriver::phase_started(std::uint32_t phase, Time at) {
  const std::lock_guard<std::mutex> hold{lock_};
  started_.emplace_back(phase, at);
}

std::vector<FaultRecord> FaultDriver::records() const {
  const std::lock_guard<std::mutex> hold{lock_};
  return shown_;
}

void FaultDriver::work() {
  std::uint64_t shown = 0;
  while (!ended_) {
    {
      const std::lock_guard<std::mutex> hold{lock_};
      for (const auto& [phase, at] : started_) {
        run_.phase_started(phase, at);
      }
      started_.clear();
      if (run_.changes() != shown) {
        shown = run_.changes();
        shown_ = run_.records();
      }
    }
    done_ = static_cast<std::size_t>(std::count_if(shown_.begin(), shown_.end(), [](const FaultRecord& record) {
      return record.injection.has_value() || !record.error.empty();
    }));
    static_cast<void>(run_.step());
  }
  run_.finish();
  const std::lock_guard<std::mutex> hold{lock_};
  shown_ = run_.records();
  healed_ = true;
}

}  // namespace plumbline::load
