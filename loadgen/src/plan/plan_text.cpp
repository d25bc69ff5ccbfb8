// Prints a plan for people (--plan) and for the run directory (plan.json). Stage: plan.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "plan/plan.h"

namespace plumbline::load {
namespace {

std::string in_seconds(Duration length) {
  return fmt::format("{:g} s", static_cast<double>(length.count()) / 1e9);
}

std::string target_text(const Target& target) {
  if (target.kind == Target::Kind::stack) {
    return fmt::format("{} stack, {} instance{}", target.profile, target.instances, target.instances == 1 ? "" : "s");
  }
  return target.kind == Target::Kind::embedded ? "embedded " + target.app + " server, started as a child process"
                                               : target.url;
}

// "9 x 500, 1 x 499": long phases stay one line.
std::string offered_text(const std::vector<std::uint64_t>& per_second) {
  if (per_second.empty()) {
    return "none";
  }
  const auto [low, high] = std::minmax_element(per_second.begin(), per_second.end());
  return *low == *high ? fmt::format("{} in every second", *low) : fmt::format("{} to {} a second", *low, *high);
}

void append_phases(std::string& out, const Plan& plan) {
  out += "\nphases\n";
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    const Phase& phase = plan.scenario.phases[i];
    if (phase.kind == Phase::Kind::ramp) {
      out +=
          fmt::format("  {:<16} {:>8}   connect up to {} users\n", phase.name, in_seconds(phase.length), phase.users);
      continue;
    }
    out += fmt::format("  {:<16} {:>8}   {:g}/s   {} arrivals, {}{}\n", phase.name, in_seconds(phase.length),
                       phase.rate, plan.phases[i].arrivals, offered_text(plan.phases[i].per_second),
                       phase.measure ? "" : "   (not measured)");
  }
  out +=
      plan.faults.empty()
          ? "  settle           at once when all is delivered and one full read agrees, 15 s at most\n"
          : "  settle           everything healed, all devices back; then until all is delivered and two full reads,\n"
            "                   2 s apart, agree, 120 s at most\n";
}

void append_faults(std::string& out, const Plan& plan) {
  if (plan.faults.empty()) {
    return;
  }
  constexpr std::size_t kShown = 100;
  out +=
      fmt::format("\nfaults   {}, while the load goes on; the process is chosen at the moment\n", plan.faults.size());
  for (std::size_t i = 0; i < plan.faults.size() && i < kShown; ++i) {
    const PlannedFault& fault = plan.faults[i];
    const bool restarts = fault.hold == Duration{0};
    out += fmt::format("  {:<16} {:>8}   {} {}{}   {}\n", plan.scenario.phases[fault.phase].name,
                       "+" + in_seconds(fault.offset), to_string(fault.action), to_string(fault.role),
                       fault.of.empty() ? "" : " (" + fault.of + ")",
                       fault.never ? "not healed before the load ends"
                       : restarts  ? "comes back by itself"
                                   : "healed after " + in_seconds(fault.hold));
  }
  if (plan.faults.size() > kShown) {
    out += fmt::format("  and {} more\n", plan.faults.size() - kShown);
  }
}

void append_gates(std::string& out, const Plan& plan) {
  out += "\ngates\n";
  for (const Gate& gate : plan.scenario.gates) {
    const std::string where = gate.phase.empty() ? "all measured phases" : "phase " + gate.phase;
    switch (gate.kind) {
      case Gate::Kind::anomalies:
        out += "  anomalies        none of severity S0 or S1\n";
        break;
      case Gate::Kind::errors:
        out += fmt::format("  {:<16} < {:g} %   {}\n", gate.name, gate.below * 100, where);
        break;
      case Gate::Kind::outage:
      case Gate::Kind::lag:
        out += fmt::format("  {:<16} < {:g} s\n", gate.name, gate.below / 1e3);
        break;
      case Gate::Kind::latency:
        out += fmt::format("  {:<16} < {:g} ms   {}{}\n", gate.name, gate.below, where,
                           gate.except_faults ? ", outside fault windows" : "");
        break;
    }
  }
  if (plan.scenario.gates.empty()) {
    out += "  none\n";
  }
}

void append_limits(std::string& out, const Plan& plan) {
  const Thresholds& limit = plan.thresholds;
  out += "\ngenerator\n";
  out += "  one event loop thread; a watchdog thread; a signing thread during the ramp\n";
  out += fmt::format("  descriptors      about {} sockets\n", plan.descriptors);
  out += fmt::format(
      "  a second is flagged when send slip p99 > {:g} ms, the loop is late by > {:g} ms, the loop is > {:g} % busy,\n"
      "    a CPU quota throttles, it waits for a CPU > {:g} % of the time and that shows in slip or lag, or > {} calls "
      "queue\n",
      limit.slip_p99_ms, limit.lag_ms, limit.busy * 100, limit.runnable_wait * 100, limit.queue);
  out +=
      fmt::format("  INVALID          > {:g} % of the measured seconds flagged, or < {:g} % of the arrivals offered\n",
                  limit.flagged_share * 100, limit.offered_share * 100);
}

}  // namespace

std::string plan_text(const Plan& plan) {
  const Scenario& scenario = plan.scenario;
  const auto groups = std::count_if(plan.population.conversations.begin(), plan.population.conversations.end(),
                                    [](const Conversation& conversation) { return conversation.group; });
  std::string out =
      fmt::format("{}   seed {}   target {}\n", scenario.name, scenario.seed, target_text(scenario.target));
  if (!scenario.question.empty()) {
    out += scenario.question + "\n";
  }
  append_phases(out, plan);
  out += "\nmix\n";
  for (const auto& [kind, share] : scenario.mix.shares) {
    out += fmt::format("  {:<16} {:g} %\n", to_string(kind), share * 100);
  }
  out += fmt::format("  text size        {:.0f} B on average\n", scenario.mix.size.mean());
  out += fmt::format("\npopulation\n  users            {}\n  devices          {}\n", scenario.users.count,
                     plan.population.devices());
  out += fmt::format("  conversations    {} ({} direct, {} groups)\n", plan.population.conversations.size(),
                     plan.population.conversations.size() - static_cast<std::size_t>(groups), groups);
  out += fmt::format("  expected fan-out {:.2f} devices per message\n", plan.expected_deliveries_per_send);
  append_faults(out, plan);
  append_gates(out, plan);
  append_limits(out, plan);
  out += "\ndecided by default\n";
  for (const std::string& line : scenario.defaults) {
    out += "  " + line + "\n";
  }
  return scenario.defaults.empty() ? out + "  nothing\n" : out;
}

std::string plan_json(const Plan& plan) {
  boost::json::array phases;
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    const Phase& phase = plan.scenario.phases[i];
    boost::json::array per_second(plan.phases[i].per_second.begin(), plan.phases[i].per_second.end());
    phases.push_back({{"name", phase.name},
                      {"kind", phase.kind == Phase::Kind::ramp ? "ramp" : "hold"},
                      {"length_s", static_cast<double>(phase.length.count()) / 1e9},
                      {"rate_per_s", phase.rate},
                      {"users", phase.users},
                      {"measured", phase.measure},
                      {"arrivals", plan.phases[i].arrivals},
                      {"offered_per_second", std::move(per_second)}});
  }
  boost::json::array faults;
  for (const PlannedFault& fault : plan.faults) {
    faults.push_back({{"number", fault.number},
                      {"phase", plan.scenario.phases[fault.phase].name},
                      {"offset_s", static_cast<double>(fault.offset.count()) / 1e9},
                      {"do", to_string(fault.action)},
                      {"role", to_string(fault.role)},
                      {"of", fault.of},
                      {"hold_s", static_cast<double>(fault.hold.count()) / 1e9},
                      {"heal", !fault.never},
                      {"seed", fault.seed}});
  }
  boost::json::object mix;
  for (const auto& [kind, share] : plan.scenario.mix.shares) {
    mix[to_string(kind)] = share;
  }
  boost::json::array defaults(plan.scenario.defaults.begin(), plan.scenario.defaults.end());
  const Thresholds& limit = plan.thresholds;
  const boost::json::object root{{"schema", "plumbline/plan/1"},
                                 {"name", plan.scenario.name},
                                 {"seed", plan.scenario.seed},
                                 {"target", target_text(plan.scenario.target)},
                                 {"users", plan.scenario.users.count},
                                 {"devices", plan.population.devices()},
                                 {"conversations", plan.population.conversations.size()},
                                 {"expected_deliveries_per_send", plan.expected_deliveries_per_send},
                                 {"descriptors", plan.descriptors},
                                 {"phases", std::move(phases)},
                                 {"faults", std::move(faults)},
                                 {"mix", std::move(mix)},
                                 {"thresholds",
                                  {{"slip_p99_ms", limit.slip_p99_ms},
                                   {"lag_ms", limit.lag_ms},
                                   {"busy", limit.busy},
                                   {"runnable_wait", limit.runnable_wait},
                                   {"flagged_share", limit.flagged_share},
                                   {"offered_share", limit.offered_share},
                                   {"queue", limit.queue}}},
                                 {"defaults", std::move(defaults)}};
  return boost::json::serialize(root) + "\n";
}

}  // namespace plumbline::load
