// What the devices of a run do and how their answers are understood: one implementation per application.
// Lives on the event loop thread. Stage: workload.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/ports.h"
#include "plan/operations.h"
#include "plumbline/base/clock.h"
#include "plumbline/checker/streaming_checker.h"

namespace plumbline::load {

// Why a connection ended: the network is played to be lost, or the target ended it or fell silent.
enum class Departure : std::uint8_t { dropped, lost };

class Workload {
 public:
  virtual ~Workload() = default;

  // False while the device's credentials are not ready: ask again later.
  [[nodiscard]] virtual bool connect_options(std::uint32_t device, client::ConnectOptions& into) = 0;
  virtual void on_up(std::uint32_t device, Link& link, Time now) = 0;
  virtual void on_down(std::uint32_t device, Departure why, Time now) = 0;
  virtual void on_event(std::uint32_t device, std::string_view data, Time received) = 0;
  virtual void on_ack(std::uint32_t device, std::uint64_t id, std::string_view array, Time received) = 0;

  // After the first ramp: whatever must exist before load. Called until it says true; failed() tells if it gave up.
  [[nodiscard]] virtual bool prepare(Time now) = 0;
  [[nodiscard]] virtual std::string_view failure() const = 0;  // one sentence, empty while all is well

  // One arrival. Never waits.
  virtual void start(const Operation& op, Time intended, Time now) = 0;
  // Steps that follow from arrivals (a message after its typing indicator) and deadlines. Returns the next due time.
  virtual Time run_due(Time now) = 0;
  // From here on nothing new may start.
  virtual void stop_offering() = 0;

  [[nodiscard]] virtual std::uint64_t in_flight() const = 0;
  [[nodiscard]] virtual std::uint64_t undelivered() const = 0;
  [[nodiscard]] virtual std::uint64_t anomalies() const = 0;  // so far, for progress lines

  // A fault struck the target; told within a second.
  virtual void on_fault(Time at) = 0;

  // Final reads, driven by calls until it says true. `last`: the time is up, one pass is all there is.
  [[nodiscard]] virtual bool final_read(Time now, bool last) = 0;
  [[nodiscard]] virtual checker::CheckerReport finish() = 0;
};

}  // namespace plumbline::load
