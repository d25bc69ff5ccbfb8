// What the outage ruler needs: every send with its end, what waited for delivery, when devices were away. Bounded.
// Lives on the event loop thread. Stage: recorder.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "ruler/outage.h"

namespace plumbline::load {

class SendLog {
 public:
  static constexpr std::size_t kMaxSends = 4'000'000;  // 96 MB: an hour at 1,000 a second
  static constexpr std::size_t kMaxWaits = 1'000'000;
  static constexpr std::size_t kMaxErrorTexts = 64;

  void start(Time at) { start_ = at; }
  void on_send(Time sched, Time done, std::uint32_t conversation, SendEnd end);
  void on_error(std::string_view why);  // "status 503", "timeout"
  void on_waited(Time from, Time to);   // an acknowledged message, for its last connected receiver
  void on_away(Time from, Time to);     // at least one device had been lost by the target's doing
  void end_load(Time at) { end_ = at; }

  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& errors() const { return errors_; }
  [[nodiscard]] const std::vector<Overdue>& away() const { return away_; }  // relative to the start
  // Everything up to the end of the load, relative to the start; `faults` are added. The sends are moved out.
  [[nodiscard]] RulerInput take(Time from);
  [[nodiscard]] std::int64_t since_start(Time at) const { return (at - start_).count(); }

 private:
  Time start_{};
  Time end_{};
  std::vector<SendEntry> sends_;
  std::vector<Overdue> waits_;
  std::vector<Overdue> away_;
  std::map<std::string, std::uint64_t, std::less<>> errors_;
  bool full_{false};
};

}  // namespace plumbline::load
