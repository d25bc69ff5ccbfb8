#include "progress/final_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "plumbline/checker/anomaly.h"
#include "progress/text.h"

namespace plumbline::load {
namespace {

using history::RunResult;

std::string headline(const RunResult& result) {
  if (result.exit_code == ExitCode::interrupted) {
    return "INTERRUPTED   " + result.sentence;
  }
  const bool invalid = result.generator == history::Generator::invalid && result.exit_code == ExitCode::no_judgement;
  return std::string(invalid ? "INVALID" : history::to_string(result.outcome)) + "   " + result.sentence;
}

void append_latency(std::string& out, const RunResult& result) {
  for (const auto* name : {"e2e", "ack", "answer", "typing", "receipt"}) {
    const auto found = result.latency_ms.find(name);
    if (found == result.latency_ms.end() || found->second.count == 0) {
      continue;
    }
    const history::Quantiles& q = found->second;
    out += fmt::format("  {:<9} p50 {}   p95 {}   p99 {} (± {})", name, ms_text(q.p50), ms_text(q.p95), ms_text(q.p99),
                       ms_text(q.error_ms));
    const auto last = result.latency_ms.find("e2e_last");
    if (std::string_view(name) == "e2e" && last != result.latency_ms.end()) {
      out += fmt::format("   last receiver p99 {}", ms_text(last->second.p99));
    }
    out += '\n';
  }
}

bool fails_a_run(const std::string& name) {
  const auto& kinds = checker::anomaly_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](const checker::AnomalyKind& kind) {
    return kind.name == name && (kind.severity == checker::Severity::s0 || kind.severity == checker::Severity::s1);
  });
}

void append_anomalies(std::string& out, const RunResult& result) {
  std::string line;
  for (const auto& [name, count] : result.anomalies) {
    if (count > 0) {
      line += fmt::format("{}{} {}", line.empty() ? "" : "   ", name, grouped(count));
    }
  }
  if (!line.empty()) {
    out += "  anomalies " + line + "\n";
  }
  std::size_t shown = 0;
  for (const history::AnomalyExample& example : result.examples) {
    if (!fails_a_run(example.anomaly)) {
      continue;  // it is counted above; what broke comes first here
    }
    if (++shown > 3) {
      break;
    }
    out += fmt::format("            {}: {}\n", example.anomaly, example.text);
    for (const std::string& neighbour : example.neighbours) {
      out += "              " + neighbour + "\n";
    }
  }
}

void append_ledger(std::string& out, const RunResult& result) {
  const auto count = [&](const char* name) {
    const auto found = result.anomalies.find(name);
    return found == result.anomalies.end() ? 0 : found->second;
  };
  out += fmt::format(
      "  ledger    sent {}   acked {}   refused {}   unknown {} ({} turned out stored)   lost {}   duplicate {}   out "
      "of order {}\n",
      grouped(result.sent), grouped(result.acked), grouped(result.failed), grouped(result.unknown),
      grouped(result.indeterminate_committed), grouped(count("acked-lost") + count("acked-undelivered")),
      grouped(count("duplicate-entity") + count("visible-duplicate")),
      grouped(count("push-inversion") + count("real-time-inversion")));
  if (result.expected_deliveries > 0) {
    out +=
        fmt::format("  delivered {} of {} expected", grouped(result.deliveries), grouped(result.expected_deliveries));
    // More than expected is no mistake: what a device gets after it was away was not owed to it live.
    out += result.latency_ms.count("catch_up") == 0 ? "\n" : ", what devices missed while away included\n";
  }
}

// "kill redis-master at 50.3 s  ->  sends back after 0.64 s, switched after 2.3 s, devices back after 1.2 s"
std::string fault_line(const history::FaultRow& fault) {
  std::string line = fmt::format("{} {}", fault.action, fault.role);
  if (!fault.struck) {
    return line + " did not take place: " + fault.error;
  }
  line += fmt::format(" ({}) at {:.1f} s  ->  ", fault.process, fault.at_s);
  line += fault.uw_open ? "sends never back" : fmt::format("{:.2f} s without accepted sends", fault.uw_sys_s);
  if (fault.elected_s) {
    line += fmt::format(", elected after {:.2f} s", *fault.elected_s);
  }
  if (fault.devices_back_s) {
    line += fmt::format(", devices back after {:.2f} s", *fault.devices_back_s);
  }
  if (fault.caught_up_s) {
    line += fmt::format(", deliveries caught up after {:.2f} s", *fault.caught_up_s);
  }
  return fault.stall_ms > 0 ? line + fmt::format("   (the machine stood still for {:.0f} ms)", fault.stall_ms) : line;
}

void append_faults(std::string& out, const RunResult& result) {
  constexpr std::size_t kShown = 12;
  std::size_t shown = 0;
  for (const history::FaultRow& fault : result.faults) {
    if (++shown <= kShown) {
      out += "  fault     " + fault_line(fault) + "\n";
    }
  }
  if (shown > kShown) {
    out += fmt::format("            and {} more, in the report\n", shown - kShown);
  }
}

}  // namespace

std::string final_table(const RunResult& result, const std::string& report) {
  const auto passed = std::count_if(result.gates.begin(), result.gates.end(), [](const history::GateResult& gate) {
    return gate.outcome == history::Outcome::pass;
  });
  std::string out = headline(result) + "\n";
  out += fmt::format("  gates     {} of {}        generator {}\n", passed, result.gates.size(),
                     history::to_string(result.generator));
  for (const history::GateResult& gate : result.gates) {
    if (gate.outcome != history::Outcome::pass) {
      out += fmt::format("            {} {} {}, bound {}{}\n", history::to_string(gate.outcome), gate.name, gate.value,
                         gate.bound, gate.note.empty() ? "" : " (" + gate.note + ")");
    }
  }
  for (const std::string& reason : result.generator_reasons) {
    out += "            " + reason + "\n";
  }
  append_faults(out, result);
  append_latency(out, result);
  append_ledger(out, result);
  append_anomalies(out, result);
  out += "  report    " + report + "\n  again     " + result.again + "\n";
  return out;
}

}  // namespace plumbline::load
