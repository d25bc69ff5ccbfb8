// Reads the phases: ramp, hold, and step, which is expanded into one hold per step. Stage: scenario.
#include <algorithm>
#include <cmath>

#include "scenario/sections.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

std::string rate_text(double rate) {
  std::string text = std::to_string(rate);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') {
    text.pop_back();
  }
  return text + "/s";
}

void read_ramp(MapReader& phase, Phase& into, std::uint32_t users) {
  into.kind = Phase::Kind::ramp;
  into.measure = false;
  into.users = users;
  into.length = std::chrono::seconds{1};
  MapReader ramp{phase.complaints(), phase.get("ramp"), "'ramp' of " + phase.what()};
  if (!ramp.ok()) {
    return;
  }
  ramp.count("users", into.users, 1, 1'000'000);
  ramp.need("over", "10s");
  ramp.duration("over", into.length);
  ramp.done();
  if (into.users > users) {
    phase.complaints().add_if_alone(ramp.mark(), phase.what() + " ramps to " + std::to_string(into.users) +
                                                     " users, but 'users.count' is " + std::to_string(users));
  }
}

constexpr double kMaxArrivals = 1e9;  // a plan walks every arrival: seconds, not minutes

void read_hold(MapReader& phase, Phase& into) {
  phase.duration("for", into.length);
  phase.need("rate", "500/s");
  phase.rate("rate", into.rate);
  phase.flag("measure", into.measure);
  const double arrivals = into.rate * std::chrono::duration<double>(into.length).count();
  if (arrivals > kMaxArrivals) {
    phase.complaints().add(phase.mark(), phase.what() + " offers more than a billion arrivals; lower 'rate' or 'for'");
  }
}

void read_step(MapReader& phase, const Phase& pattern, std::vector<Phase>& into) {
  MapReader step{phase.complaints(), phase.get("step"), "'step' of " + phase.what()};
  if (!step.ok()) {
    return;
  }
  double from = 0;
  double to = 0;
  double by = 0;
  Phase each = pattern;
  for (const char* key : {"from", "to", "by", "every"}) {
    step.need(key);
  }
  step.rate("from", from);
  step.rate("to", to);
  step.rate("by", by);
  step.duration("every", each.length);
  const std::size_t complaints = phase.complaints().all().size();
  step.done();
  phase.flag("measure", each.measure);
  if (phase.complaints().all().size() != complaints) {
    return;  // what is missing or misspelt explains the rest
  }
  const double steps = by > 0 ? std::floor((to - from) / by + 1e-9) : -1;
  if (steps < 0 || steps > 1000) {
    phase.complaints().add(step.mark(), phase.what() + " must rise from 'from' to 'to' in 1 to 1000 steps of 'by'");
    return;
  }
  for (int i = 0; i <= static_cast<int>(steps); ++i) {
    each.rate = from + by * i;
    each.name = pattern.name + "@" + rate_text(each.rate);
    into.push_back(each);
  }
}

void read_phase(Complaints& complaints, const YAML::Node& node, std::size_t number, Scenario& into) {
  Phase phase;
  phase.name = "phase-" + std::to_string(number);
  if (node.IsMap() && node["name"].IsDefined() && node["name"].IsScalar()) {
    phase.name = node["name"].Scalar();
  }
  phase.origin = phase.name;
  MapReader reader{complaints, node, "phase '" + phase.name + "'"};
  if (!reader.ok()) {
    return;
  }
  reader.text("name", phase.name);
  const bool twice = std::any_of(into.phases.begin(), into.phases.end(),
                                 [&](const Phase& other) { return other.origin == phase.origin; });
  if (twice) {
    complaints.add(node.Mark(), "two phases are named '" + phase.name + "'");
  }
  const int kinds = (reader.has("ramp") ? 1 : 0) + (reader.has("for") ? 1 : 0) + (reader.has("step") ? 1 : 0);
  if (reader.has("ramp")) {
    read_ramp(reader, phase, into.users.count);
    into.phases.push_back(phase);
  } else if (reader.has("step")) {
    read_step(reader, phase, into.phases);
  } else if (reader.has("for")) {
    read_hold(reader, phase);
    into.phases.push_back(phase);
  }
  static_cast<void>(reader.get("rate"));
  static_cast<void>(reader.get("measure"));
  if (reader.done() && kinds != 1) {
    complaints.add(node.Mark(), "phase '" + phase.name + "' needs exactly one of ramp, for, step");
  }
}

}  // namespace

void read_phases(Complaints& complaints, const YAML::Node& node, Scenario& into) {
  if (!node.IsSequence() || node.size() == 0) {
    complaints.add(node.Mark(), "'phases' must be a list with at least one phase");
    return;
  }
  std::size_t number = 0;
  for (const YAML::Node& entry : node) {
    read_phase(complaints, entry, ++number, into);
  }
}

}  // namespace plumbline::load
