// Reads the gates: the bounds that make a run pass or fail. Stage: scenario.
#include <fmt/format.h>

#include <algorithm>

#include "plumbline/base/did_you_mean.h"
#include "scenario/sections.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

const std::vector<std::string> kGateMetrics{"e2e", "e2e_last", "answer", "typing", "receipt", "ack"};
const std::vector<std::string> kStatistics{"p50", "p90", "p95", "p99", "max", "mean"};
// What the outage ruler measures, each the worst over all faults.
const std::vector<std::string> kOutages{"uw_sys", "uw_strict", "uw_key_p50", "uw_key_p99", "uw_key_max",
                                        "uw_dlv", "ttr_p50",   "ttr_p99",    "reconnect"};

std::vector<std::string> known_gates() {
  std::vector<std::string> names{"anomalies", "errors", "kafka.lag"};
  for (const std::string& outage : kOutages) {
    names.push_back("outage." + outage);
  }
  for (const std::string& metric : kGateMetrics) {
    for (const std::string& statistic : kStatistics) {
      names.push_back(fmt::format("{}.{}", metric, statistic));
    }
  }
  return names;
}

void read_bound(MapReader& reader, Gate& gate) {
  reader.need("below");
  if (gate.kind == Gate::Kind::errors) {
    reader.percent("below", gate.below);
    return;
  }
  Duration bound{0};
  reader.duration("below", bound);
  gate.below = static_cast<double>(bound.count()) / 1e6;
}

bool is_role_prefix(const std::string& word) {
  for (std::size_t i = 0; i + 1 < kFaultRoles && !word.empty(); ++i) {
    if (to_string(static_cast<FaultRole>(i)).substr(0, word.size()) == word) {
      return true;
    }
  }
  return false;
}

Gate::Kind kind_of(const Gate& gate) {
  return gate.metric == "errors"   ? Gate::Kind::errors
         : gate.metric == "outage" ? Gate::Kind::outage
         : gate.metric == "kafka"  ? Gate::Kind::lag
                                   : Gate::Kind::latency;
}

void read_gate(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases, Gate& gate) {
  MapReader reader{complaints, node, "gate '" + gate.name + "'"};
  if (!reader.ok()) {
    return;
  }
  read_bound(reader, gate);
  if (gate.kind == Gate::Kind::latency) {
    std::string except;
    reader.text("except", except);
    gate.except_faults = except == "faults";
    if (gate.except_faults && gate.metric != "e2e" && gate.metric != "answer") {
      complaints.add(node["except"].Mark(), "'except' is for e2e and answer: only they are kept by the second");
    }
    if (!except.empty() && except != "faults") {
      complaints.add(node["except"].Mark(), "'except' must be faults, not '" + except + "'");
    }
  }
  if (gate.kind == Gate::Kind::latency || gate.kind == Gate::Kind::errors) {
    reader.text("phase", gate.phase);
  }
  reader.later({"within", "to", "tau"});
  reader.done();
  const auto named = [&](const Phase& phase) {
    return phase.name == gate.phase || phase.origin == gate.phase;
  };
  if (!gate.phase.empty() && std::none_of(phases.begin(), phases.end(), named)) {
    std::vector<std::string> names;
    names.reserve(phases.size());
    for (const Phase& phase : phases) {
      names.push_back(phase.origin);
    }
    complaints.add(node["phase"].Mark(), "gate '" + gate.name + "' names the phase '" + gate.phase +
                                             "', which does not exist" + did_you_mean(gate.phase, names));
  }
}

}  // namespace

void read_gates(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases,
                std::vector<Gate>& into) {
  if (!node.IsMap()) {
    complaints.add(node.Mark(), "'gates' must be a mapping of gates to bounds");
    return;
  }
  const std::vector<std::string> known = known_gates();
  for (const auto& entry : node) {
    Gate gate;
    gate.name = entry.first.Scalar();
    if (gate.name == "anomalies") {
      gate.kind = Gate::Kind::anomalies;
      if (!entry.second.IsScalar() || entry.second.Scalar() != "none") {
        complaints.add(entry.second.Mark(), "gate 'anomalies' must be none");
      }
      into.push_back(gate);
      continue;
    }
    // outage.uw_sys@kafka: only the faults of the roles that begin so.
    const std::size_t at = gate.name.find('@');
    const std::string base = gate.name.substr(0, at);
    gate.role = at == std::string::npos ? "" : gate.name.substr(at + 1);
    if (at != std::string::npos && !is_role_prefix(gate.role)) {
      complaints.add(entry.first.Mark(), "gate '" + gate.name + "': no role begins with '" + gate.role + "'");
    }
    if (std::find(known.begin(), known.end(), base) == known.end() ||
        (at != std::string::npos && base.rfind("outage.", 0) != 0)) {
      complaints.add(entry.first.Mark(), "unknown gate '" + gate.name + "'" + did_you_mean(gate.name, known));
      continue;
    }
    const std::size_t dot = base.find('.');
    gate.metric = base.substr(0, dot);
    gate.statistic = dot == std::string::npos ? "" : base.substr(dot + 1);
    gate.kind = kind_of(gate);
    read_gate(complaints, entry.second, phases, gate);
    into.push_back(gate);
  }
}

}  // namespace plumbline::load
