// Reads the faults: what is done to which part of the target, and when. Stage: scenario.
#include <algorithm>

#include "plumbline/base/did_you_mean.h"
#include "scenario/scenario_parser.h"
#include "scenario/sections.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

template <class Enum, std::size_t N>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  names.reserve(N);
  for (std::size_t i = 0; i < N; ++i) {
    names.emplace_back(to_string(static_cast<Enum>(i)));
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text;
}

// One word out of a few; complains with the nearest one.
template <class Enum, std::size_t N>
void read_word(MapReader& fault, const char* key, Enum& into) {
  const YAML::Node node = fault.get(key);
  if (!node.IsDefined()) {
    return;
  }
  const auto word = scalar(fault.complaints(), node, "'" + std::string(key) + "'");
  if (!word) {
    return;
  }
  const std::vector<std::string> names = names_of<Enum, N>();
  const auto found = std::find(names.begin(), names.end(), *word);
  if (found != names.end()) {
    into = static_cast<Enum>(found - names.begin());
    return;
  }
  fault.complaints().add(node.Mark(), "'" + std::string(key) + "' must be " + listed(names) + ", not '" + *word + "'" +
                                          did_you_mean(*word, names));
}

std::vector<std::string> phase_names(const std::vector<Phase>& phases) {
  std::vector<std::string> names;
  for (const Phase& phase : phases) {
    if (phase.kind == Phase::Kind::hold && (names.empty() || names.back() != phase.origin)) {
      names.push_back(phase.origin);
    }
  }
  return names;
}

Duration length_of(const std::vector<Phase>& phases, const std::string& name) {
  Duration length{0};
  for (const Phase& phase : phases) {
    length += phase.origin == name ? phase.length : Duration{0};
  }
  return length;
}

// `steady+20s`: a phase that offers load, and how long after its start.
void read_at(MapReader& fault, const std::vector<Phase>& phases, Fault& into) {
  const YAML::Node node = fault.get("at");
  const auto word = node.IsDefined() ? scalar(fault.complaints(), node, "'at'") : std::nullopt;
  if (!word) {
    return;
  }
  const std::size_t plus = word->rfind('+');
  into.phase = word->substr(0, plus);
  const auto offset = plus == std::string::npos ? Duration{0} : parse_duration(word->substr(plus + 1));
  if (!offset) {
    fault.complaints().add(node.Mark(),
                           "'at' must be a phase and a time after its start such as steady+20s, not '" + *word + "'");
    return;
  }
  into.offset = *offset;
  const std::vector<std::string> names = phase_names(phases);
  if (std::find(names.begin(), names.end(), into.phase) == names.end()) {
    fault.complaints().add(node.Mark(), "'at' names the phase '" + into.phase +
                                            "', and no phase of that name offers load" +
                                            did_you_mean(into.phase, names));
  } else if (into.offset >= length_of(phases, into.phase)) {
    fault.complaints().add(node.Mark(), "'at' lies behind the end of the phase '" + into.phase + "'");
  }
}

// `hold: 5s` and `heal: 5s` say the same; `heal: never` leaves it broken until the load has ended.
void read_healing(MapReader& fault, Fault& into) {
  Duration hold{0};
  const bool held = fault.has("hold");
  if (held) {
    fault.duration("hold", hold);
    into.hold = hold;
  }
  const YAML::Node heal = fault.get("heal");
  if (!heal.IsDefined()) {
    return;
  }
  if (held) {
    fault.complaints().add(heal.Mark(), "give 'hold' or 'heal', not both: each says when it is healed");
  } else if (heal.IsScalar() && heal.Scalar() == "never") {
    into.never = true;
  } else {
    const auto after = heal.IsScalar() ? parse_duration(heal.Scalar()) : std::nullopt;
    if (!after) {
      fault.complaints().add(heal.Mark(), "'heal' must be never or a time such as 5s");
    }
    into.hold = after;
  }
}

void check(MapReader& fault, const Fault& read) {
  const bool restarts = read.action == FaultAction::restart || read.action == FaultAction::restart_empty;
  if (restarts && (read.hold || read.never)) {
    fault.complaints().add(fault.mark(), "a restart comes back by itself: 'hold' and 'heal' mean nothing here");
  }
  if (read.action == FaultAction::restart_empty && read.role != FaultRole::redis_master &&
      read.role != FaultRole::redis_replica) {
    fault.complaints().add(fault.mark(),
                           "'restart-empty' is for redis-master and redis-replica: it throws the data away");
  }
  if (read.role == FaultRole::any && !read.of.empty()) {
    fault.complaints().add(fault.mark(), "'of' names a process, so 'role' cannot be any");
  }
  if (read.every && *read.every < std::chrono::seconds{1}) {
    fault.complaints().add(fault.mark(), "'every' must be at least 1s");
  }
}

void read_fault(Complaints& complaints, const YAML::Node& node, std::size_t number, const std::vector<Phase>& phases,
                std::vector<Fault>& into) {
  MapReader reader{complaints, node, "fault " + std::to_string(number)};
  if (!reader.ok()) {
    return;
  }
  Fault fault;
  reader.need("at", "steady+20s");
  reader.need("do", "kill");
  reader.need("role", "redis-master");
  read_at(reader, phases, fault);
  read_word<FaultAction, kFaultActions>(reader, "do", fault.action);
  read_word<FaultRole, kFaultRoles>(reader, "role", fault.role);
  if (reader.has("every")) {
    Duration every{0};
    reader.duration("every", every);
    fault.every = every;
  }
  reader.text("of", fault.of);
  read_healing(reader, fault);
  check(reader, fault);
  reader.done();
  into.push_back(fault);
}

}  // namespace

std::string_view to_string(FaultAction action) {
  constexpr std::string_view kNames[kFaultActions]{"kill", "term", "freeze", "restart", "restart-empty"};
  return kNames[static_cast<std::size_t>(action)];
}

std::string_view to_string(FaultRole role) {
  constexpr std::string_view kNames[kFaultRoles]{
      "redis-master", "redis-replica", "sentinel", "kafka-leader", "kafka-controller",
      "kafka-broker", "postgres",      "app",      "any"};
  return kNames[static_cast<std::size_t>(role)];
}

std::vector<std::string> fault_errors(const Scenario& scenario) {
  const Target& target = scenario.target;
  if (scenario.faults.empty() || target.kind == Target::Kind::stack) {
    return {};
  }
  if (target.control.empty()) {
    return {scenario.file + ": its faults need `target: {stack: full}`, or a target file with 'control'"};
  }
  if (target.control.count("heal") == 0) {
    return {scenario.file + ": the target file's 'control' has no 'heal'"};
  }
  std::vector<std::string> errors;
  for (const Fault& fault : scenario.faults) {
    const std::string action(to_string(fault.action));
    const std::string wanted = action + " " + std::string(to_string(fault.role));
    if (target.control.count(action) == 0 && target.control.count(wanted) == 0) {
      errors.push_back(scenario.file + ": the target file's 'control' has no command for '" + wanted + "'");
    }
  }
  return errors;
}

void read_faults(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases,
                 std::vector<Fault>& into) {
  if (!node.IsSequence()) {
    complaints.add(node.Mark(), "'faults' must be a list such as [{at: steady+20s, do: kill, role: redis-master}]");
    return;
  }
  std::size_t number = 0;
  for (const YAML::Node& entry : node) {
    read_fault(complaints, entry, ++number, phases, into);
  }
}

}  // namespace plumbline::load
