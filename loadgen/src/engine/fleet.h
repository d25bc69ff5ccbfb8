// The devices of a run and their connections: connects when due, reconnects as the official client does (1 s doubling
// to 5 s, +-50 %). Lives on the event loop thread. Stage: engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "engine/ports.h"
#include "plumbline/base/clock.h"
#include "workload/workload.h"

namespace plumbline::load {

class Fleet {
 public:
  Fleet(Wire& wire, Workload& workload, const Clock& clock, std::size_t devices, std::uint64_t seed);
  ~Fleet();

  // From `at` on the device shall be connected.
  void want(std::uint32_t device, Time at);
  // Starts every connect that is due; returns when the next one is (Time::max() when none).
  Time run_due(Time now);
  // A lost network: the connection vanishes, the device comes back after the client's back-off. False when it was down.
  bool drop(std::uint32_t device, Time now);
  void close_all();
  // Called when a dropped device is connected again: when it was dropped, when it was back.
  using Return = std::function<void(std::uint32_t device, Time dropped, Time back)>;
  void on_return(Return callback) { returned_ = std::move(callback); }
  // Called when every device that the target had lost is connected again: when the first was lost, when the last was
  // back. Devices that were dropped on purpose do not count.
  using Away = std::function<void(Time from, Time to)>;
  void on_away(Away callback) { away_ = std::move(callback); }

  [[nodiscard]] bool up(std::uint32_t device) const;
  [[nodiscard]] Link* link(std::uint32_t device);  // null while down
  [[nodiscard]] std::size_t connected() const { return connected_; }
  [[nodiscard]] std::size_t wanted() const { return wanted_; }
  [[nodiscard]] bool ever_connected() const { return ever_connected_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }  // connections that ended unasked
  [[nodiscard]] Time last_change() const { return last_change_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }  // CONNECT_ERROR, as JSON
  [[nodiscard]] const Error& last_error() const { return last_error_; }

 private:
  class Device;
  struct Due {
    Time at;
    std::uint32_t device;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  void on_up(Device& device);
  void on_down(Device& device, const Error& why);
  void retry(Device& device, Time now);

  Wire& wire_;
  Workload& workload_;
  const Clock& clock_;
  std::uint64_t seed_;
  Return returned_;
  Away away_;
  std::size_t lost_now_{0};  // lost by the target's doing and not back
  Time first_lost_{};
  std::vector<std::unique_ptr<Device>> devices_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::size_t connected_{0};
  std::size_t wanted_{0};
  bool ever_connected_{false};
  std::uint64_t lost_{0};
  Time last_change_{};
  std::string last_refusal_;
  Error last_error_{};
};

}  // namespace plumbline::load
