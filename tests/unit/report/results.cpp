#include "results.h"

namespace plumbline::render {
namespace {

using history::ClauseResult;
using history::Outcome;
using history::RunResult;
using history::Second;

Second second(double t, bool flagged) {
  Second made;
  made.t = t;
  made.offered = 500;
  made.done = 499.5;
  made.deliveries = 1300;
  if (t > 0) {
    made.e2e_p50 = 2.1;
    made.e2e_p95 = 5.6;
    made.e2e_p99 = 9.4;
    made.answer_p99 = 4.8;
  }
  made.slip_p99 = flagged ? 12.0 : 0.08;
  made.connections = 2000;
  made.generator_cpu = 22;
  made.target_cpu = 31;
  made.generator_rss_mb = 61;
  made.target_rss_mb = 84;
  made.flagged = flagged;
  made.flag_reason = flagged ? "slip p99 12 ms > 1 ms" : "";
  return made;
}

}  // namespace

RunResult passing_run() {
  RunResult run;
  run.verb = "load";
  run.name = "smoke";
  run.question = "Does the target deliver 500 messages a second?";
  run.target = "embedded";
  run.version = "0.1.0";
  run.started_at = "2026-11-21T08:01:02.003Z";
  run.sentence = "nothing acknowledged was lost, doubled or reordered";
  run.again = "plumbline load scenarios/smoke.yaml --seed 7";
  run.outcome = Outcome::pass;
  run.exit_code = ExitCode::ok;
  run.generator_facts = {{"slip p99", "0.08 ms (limit 1 ms)"}};
  run.seed = 7;
  run.sent = run.acked = 60'012;
  run.expected_deliveries = run.deliveries = 156'031;
  run.anomalies = {{"acked-lost", 0}, {"phantom", 0}, {"sequence-gap", 0}, {"visible-duplicate", 0}};
  run.latency_ms = {{"answer", {1.1, 2.9, 4.8, 21, 1.3, 60'012, 0.045}},
                    {"e2e", {2.1, 5.6, 9.4, 1502, 2.6, 156'031, 0.049}}};
  run.gates = {{"e2e.p95", "< 250 ms", "5.60 ms", Outcome::pass, "\u00B1 0.05 ms"},
               {"anomalies", "none", "none", Outcome::pass, ""}};
  run.phases = {{"warm-up", 0, 1, false, 500, 500, 500, 0, {}, {}},
                {"steady", 1, 3, true, 59'512, 59'512, 59'512, 0, run.latency_ms["e2e"], run.latency_ms["answer"]}};
  run.steps = {{"send", 60'012, 60'012, 0, 0, run.latency_ms["answer"], run.latency_ms["answer"]}};
  run.seconds = {second(0, false), second(1, false), second(2, false)};
  run.e2e_curve = {{0.5, 2.1}, {0.99, 9.4}, {1, 1502}};
  run.environment = {{"cores", "2"}};
  run.configuration = "name: smoke\n";
  return run;
}

RunResult failing_run() {
  RunResult run = passing_run();
  run.outcome = Outcome::fail;
  run.exit_code = ExitCode::anomalies;
  run.reason = "anomalies";
  run.sentence = "2 acknowledged messages are gone";
  run.acked = 60'010;
  run.unknown = 2;
  run.indeterminate_committed = 1;
  run.anomalies["acked-lost"] = 2;
  run.anomalies["sequence-gap"] = 3;
  run.examples = {{"acked-lost", "5f2c7c1e-9f0c-4a63-8d6e-0b0c2a6f1d11", "message 17 of device 812 is absent"},
                  {"acked-lost", "", std::string("hostile ") + kHostile},
                  {"sequence-gap", "", "conversation 3: 3 numbers"}};
  run.gates[0] = {"e2e.p95", "< 5 ms", "5.60 ms", Outcome::fail, "\u00B1 0.05 ms"};
  run.gates[1] = {"anomalies", "none", "2", Outcome::fail, "acked-lost 2"};
  return run;
}

RunResult faulted_run() {
  RunResult run = failing_run();
  run.examples[0].neighbours = {"41   message 16 of device 812   acknowledged 12.300 s   in the history",
                                std::string("42   ") + kHostile};
  history::FaultRow killed;
  killed.number = 1;
  killed.action = "kill";
  killed.role = "redis-master";
  killed.process = "redis-1";
  killed.struck = true;
  killed.at_s = 1.25;
  killed.window_end_s = 2.5;
  killed.uw_sys_s = 0.64;
  killed.uw_key_max_s = 0.9;
  killed.ttr_measured = true;
  killed.ttr_p99_s = 2;
  killed.detect_s = 0.01;
  killed.elected_s = 2.31;
  killed.sends_back_s = 0.63;
  killed.bad = 320;
  killed.events = {{"down", "redis-1", "", 1.26}, {"switched", "redis-2", "redis-master", 3.56}};
  history::FaultRow stalled = killed;
  stalled.number = 2;
  stalled.uw_open = true;
  stalled.stall_ms = 140;
  stalled.ttr_p99_s.reset();
  history::FaultRow refused;
  refused.number = 3;
  refused.action = "freeze";
  refused.role = "kafka-leader";
  refused.error = std::string("no broker leads ") + kHostile;
  run.faults = {killed, stalled, refused};
  run.outage.planned = 3;
  run.outage.struck = 2;
  run.outage.rate_per_s = 500;
  run.outage.fault_free_gap_s = 0.02;
  run.outage.baseline_seconds = 35;
  run.outage.baseline_p99_ms = 4.8;
  run.outage.baseline_worst_p99_ms = 9.1;
  run.outage.baseline_slow_p99 = 2;
  run.outage.at_risk = 17;
  run.outage.errors = {{"status 503", 310}, {"timeout", 10}};
  run.seconds[1].kafka_lag = 0.25;
  return run;
}

RunResult invalid_run() {
  RunResult run = passing_run();
  run.outcome = Outcome::unknown;
  run.generator = history::Generator::invalid;
  run.generator_reasons = {"slip p99 12 ms > 1 ms in 1 of 2 measured seconds"};
  run.exit_code = ExitCode::no_judgement;
  run.reason = "generator";
  run.sentence = "the generator sent late in 1 of 2 measured seconds";
  run.seconds[2] = second(2, true);
  for (history::GateResult& gate : run.gates) {
    gate.outcome = Outcome::unknown;
    gate.note = "";
  }
  return run;
}

RunResult conform_run() {
  RunResult run;
  run.verb = "conform";
  run.name = "core";
  run.target = "http://127.0.0.1:4000";
  run.version = "0.1.0";
  run.started_at = "2026-11-21T08:01:02.003Z";
  run.sentence = "NON-CONFORMANT: 1 clause fails";
  run.again = "plumbline conform --target http://127.0.0.1:4000 --seed 91";
  run.outcome = Outcome::fail;
  run.exit_code = ExitCode::gates_failed;
  run.reason = "clauses";
  run.seed = 91;
  run.clauses = {
      {"EIO-HS-01", "The handshake answers an open packet", "MUST", "PASS", "0{...}", "0{...}", "", "", "", "", "",
       3.5},
      {"EIO-HS-02", "Unknown transport", "SHOULD", "NON_STRICT", "400", "404", "", "", "legal, not preferred", "", "",
       2},
      {"EIO-UP-04", "Packets around an upgrade are delivered once", "MUST", "FAIL", "\"b\" once, after \"a\"",
       std::string("never ") + kHostile, "evidence/EIO-UP-04.a.log:31-58", "plumbline conform EIO-UP-04 --seed 91 -v",
       "missing packet", "", "Once the upgrade packet is sent ...", 1200},
      {"EIO-UP-05", "Polling closes", "MUST", "BLOCKED", "", "", "", "", "", "EIO-UP-04", "", 0},
      {"EIO-HB-03", "Missing pong", "MUST", "INCONCLUSIVE", "", "", "", "", "harness lag", "", "", 900},
      {"EIO-HB-04", "Slow timers", "MUST", "NOT_APPLICABLE", "", "", "", "", "", "", "", 0}};
  return run;
}

}  // namespace plumbline::render
