#include "runner/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace plumbline::conform {
namespace {

constexpr std::string_view kRecovery = "sio.recovery";

// Its cases see the offsets of events; all others are about the event that the application emitted.
bool about_recovery(const Clause& clause) {
  return std::find(clause.required.begin(), clause.required.end(), kRecovery) != clause.required.end();
}

// A machine that stands still can make a good target look so.
bool doubtful_when_late(const Clause& clause, const Finding& finding) {
  if (finding.witnessed) {
    return false;
  }
  if (finding.kind == Finding::Kind::violated || finding.kind == Finding::Kind::unmet) {
    return true;
  }
  return finding.kind == Finding::Kind::took && clause.is_timed(finding.alternative);
}

Finding doubt_when_late(Finding finding, const Context& context, Time start, Time end) {
  Medium& medium = context.wire.medium();
  const Duration suite_late = medium.worst_lag(Who::suite, start, end);
  const Duration target_late = medium.worst_lag(Who::target, start, end);
  std::string why;
  if (context.starved() > Duration::zero()) {
    why = fmt::format("the client waited {} for a processor", ms_text(context.starved()));
  } else if (context.pong_held() > context.target.timing.ping_timeout / 2) {
    why = fmt::format("a pong waited {} for a POST to be answered", ms_text(context.pong_held()));
  } else if (suite_late > context.fast() / 5 || target_late > context.fast() / 3) {
    why = fmt::format("the suite up to {} late, the target {}", ms_text(suite_late), ms_text(target_late));
  } else {
    return finding;
  }
  Finding doubt = unclear(fmt::format("{}; but this machine was overloaded: {}", finding.observed, why));
  doubt.expected = finding.expected;
  doubt.target_gone = finding.target_gone;
  return doubt;
}

// What a target sends must not end the run of all others, even where a case has not thought of it.
Finding run_guarded(const CaseRecord& record, Context& context) {
  try {
    return record.run(context);
  } catch (const std::exception& broken) {
    return unclear(fmt::format("a defect of the suite, not of the target: {} broke off ({}); please report it",
                               record.id, broken.what()));
  }
}

}  // namespace

Examined examine(const CaseRecord& record, const Clause& clause, const Target& target, Medium& medium,
                 const std::function<void(Time)>& settle) {
  for (const std::string& capability : clause.required) {
    if (!target.has(capability)) {
      return {
          optional(capability) ? not_supported(capability) : not_applicable("the capability " + capability), {}, {}};
    }
  }
  const Time start = medium.time();
  const LastEventClock log_clock(medium);
  WireLog log(log_clock);
  Wire wire(target.endpoint, log, medium);
  for (const Endpoint& node : target.nodes) {
    wire.add_node(node);
  }
  if (target.has(kRecovery) && !about_recovery(clause)) {
    wire.take_offsets_off();
  }
  Context context(target, wire);
  Finding finding = run_guarded(record, context);
  finding.target_gone = wire.any_refused() && !clause.restarts();
  const Time end = medium.read_clock();
  if (doubtful_when_late(clause, finding)) {
    settle(end);
    finding = doubt_when_late(std::move(finding), context, start, end);
  }
  return {std::move(finding), log.render(), end - start};
}

}  // namespace plumbline::conform
