// Reads the gates: the bounds that make a run pass or fail. Stage: scenario.
#include <algorithm>

#include "scenario/sections.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

const std::vector<std::string> kMetrics{"e2e", "e2e_last", "answer", "typing", "receipt", "ack"};
const std::vector<std::string> kStatistics{"p50", "p95", "p99", "max", "mean"};

std::vector<std::string> known_gates() {
  std::vector<std::string> names{"anomalies", "errors"};
  for (const std::string& metric : kMetrics) {
    for (const std::string& statistic : kStatistics) {
      names.push_back(metric + "." + statistic);
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

void read_gate(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases, Gate& gate) {
  MapReader reader{complaints, node, "gate '" + gate.name + "'"};
  if (!reader.ok()) {
    return;
  }
  read_bound(reader, gate);
  reader.text("phase", gate.phase);
  reader.later({"except", "within", "to", "tau"});
  reader.done();
  const auto named = [&](const Phase& phase) {
    return phase.name == gate.phase || phase.origin == gate.phase;
  };
  if (!gate.phase.empty() && std::none_of(phases.begin(), phases.end(), named)) {
    std::vector<std::string> names;
    for (const Phase& phase : phases) {
      names.push_back(phase.origin);
    }
    const std::string guess = nearest(gate.phase, names);
    complaints.add(node["phase"].Mark(), "gate '" + gate.name + "' names the phase '" + gate.phase +
                                             "', which does not exist" +
                                             (guess.empty() ? "" : "; did you mean '" + guess + "'?"));
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
    if (std::find(known.begin(), known.end(), gate.name) == known.end()) {
      const std::string guess = nearest(gate.name, known);
      complaints.add(entry.first.Mark(),
                     "unknown gate '" + gate.name + "'" + (guess.empty() ? "" : "; did you mean '" + guess + "'?"));
      continue;
    }
    const std::size_t dot = gate.name.find('.');
    gate.metric = gate.name.substr(0, dot);
    gate.statistic = dot == std::string::npos ? "" : gate.name.substr(dot + 1);
    gate.kind = gate.name == "errors" ? Gate::Kind::errors : Gate::Kind::latency;
    read_gate(complaints, entry.second, phases, gate);
    into.push_back(gate);
  }
}

}  // namespace plumbline::load
