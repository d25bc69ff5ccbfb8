// What a case is given: the target, a wire of its own, time bounds, and the lateness of the suite. Stage: cases.
// A case learns of the world through these only, so that it says the same of the same recorded run (ADR 0013).
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/verdict.h"
#include "judge/window.h"
#include "target/target.h"
#include "wire/medium_clock.h"
#include "wire/wire.h"

namespace plumbline::conform {

class Context {
 public:
  Context(const Target& judged, Wire& own_wire)
      : target(judged), wire(own_wire), clock(own_clock_), own_clock_(own_wire.medium()) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Target& target;
  Wire& wire;
  const Clock& clock;

  [[nodiscard]] Duration answer_bound() const { return target.timing.answer_bound; }
  [[nodiscard]] Duration fast() const { return fast_bound(target.timing.ping_interval, target.timing.ping_timeout); }
  // Nothing else may come: a quiet window after a fence.
  [[nodiscard]] Duration quiet() const { return std::chrono::milliseconds{250}; }
  [[nodiscard]] Duration slack_now(Time from) const { return slack(Duration::zero(), lag(from, clock.now())); }
  [[nodiscard]] Duration lag(Time from, Time to) const { return wire.medium().worst_lag(Who::suite, from, to); }
  // Where a span lies in a window, with the suite's lateness around both ends taken into account. Late is a client
  // under test only where it was that also without what it waited for a processor.
  [[nodiscard]] Placement place_span(Time start, Time end, Window window) const;
  // How long the client under test waited for a processor.
  [[nodiscard]] Duration waited(Time from, Time to) const { return wire.medium().waited(from, to); }
  // What was awaited of the client did not come within this span. Where the client had no processor for half of it or
  // more, nothing bad that the case finds is said of the client: examine() asks starved().
  void ran_out(Time from, Time to);
  [[nodiscard]] Duration starved() const { return starved_; }  // in such a span, the longest; zero: none
  // A pong waited so long for the answer to a POST: half a ping timeout, and the session may have ended by its timer.
  // examine() asks pong_held(), the longest.
  void hold_pong(Duration held) { pong_held_ = std::max(pong_held_, held); }
  [[nodiscard]] Duration pong_held() const { return pong_held_; }

 private:
  CaseClock own_clock_;
  Duration starved_{};
  Duration pong_held_{};
};

[[nodiscard]] double to_ms(Duration duration);
[[nodiscard]] std::string ms_text(Duration duration);  // "302 ms"

using CaseFunction = Finding (*)(Context&);

struct CaseRecord {
  std::string_view id;  // the clause's id and a letter: EIO-UP-04.a
  std::string_view clause;
  enum class Kind { positive, negative, boundary, timing, race, statistical } kind;
  CaseFunction run;
};

[[nodiscard]] std::string_view to_string(CaseRecord::Kind kind);
[[nodiscard]] std::optional<CaseRecord::Kind> kind_from(std::string_view word);

[[nodiscard]] const std::vector<CaseRecord>& all_cases();

}  // namespace plumbline::conform
