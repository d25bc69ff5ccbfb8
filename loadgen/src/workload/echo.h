// The echo application: every emit asks for an acknowledgement that must bring the same text back. No REST, no users.
// Lives on the event loop thread. Stage: workload.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "recorder/recorder.h"
#include "workload/workload.h"

namespace plumbline::load {

class Echo final : public Workload {
 public:
  struct Setting {
    client::Endpoint socketio;
    std::string nsp{"/"};
  };
  Echo(const Plan& plan, Recorder& recorder, const Clock& clock, Setting setting);

  bool connect_options(std::uint32_t device, client::ConnectOptions& into) override;
  void on_up(std::uint32_t device, Link& link, Time now) override;
  void on_down(std::uint32_t device, Departure why, Time now) override;
  void on_event(std::uint32_t /*device*/, std::string_view /*data*/, Time /*received*/) override {}
  void on_ack(std::uint32_t device, std::uint64_t id, std::string_view array, Time received) override;
  bool prepare(Time /*now*/) override { return true; }
  std::string_view failure() const override { return {}; }
  void start(const Operation& op, Time intended, Time now) override;
  Time run_due(Time now) override;
  void stop_offering() override {}
  std::uint64_t in_flight() const override { return in_flight_; }
  std::uint64_t undelivered() const override { return in_flight_; }
  std::uint64_t anomalies() const override;
  void on_fault(Time /*at*/) override {}
  bool final_read(Time /*now*/, bool /*last*/) override { return true; }
  checker::CheckerReport finish() override;

 private:
  struct Pending {
    Time intended;
    Time began;
    std::uint32_t device;
    std::uint32_t size;
    bool open;
  };
  // The text that belongs to an id: made again for comparison instead of kept.
  void make_text(std::uint64_t id, std::size_t size);
  void give_up(Pending& pending, Time now);
  void note(checker::Anomaly anomaly, std::uint32_t device, std::uint64_t id, const char* what);
  void drop_settled();

  Recorder& recorder_;
  const Clock& clock_;
  Setting setting_;
  std::vector<Link*> links_;
  std::deque<Pending> pending_;  // ids first_ .. first_ + size - 1
  std::uint64_t first_{0};
  std::uint64_t in_flight_{0};
  std::string data_;  // ["message-with-ack","<id, hex><filler>"], built in place
  std::string expected_;
  checker::CheckerReport report_;
};

}  // namespace plumbline::load
