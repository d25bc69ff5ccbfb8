// junit.xml: what a CI server shows. One test case per gate, anomaly and generator verdict, or per clause.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "plumbline/checker/anomaly.h"
#include "plumbline/render/render.h"
#include "text.h"

namespace plumbline::render {
namespace {

using history::RunResult;

struct Case {
  std::string group;
  std::string name;
  ClauseMark mark{ClauseMark::pass};
  std::string message;
  std::string body;
  double seconds{0};
  std::vector<std::pair<std::string, std::string>> properties;
};

Case generator_case(const RunResult& result) {
  Case made{"generator", "the generator kept its own promises", ClauseMark::pass, {}, {}, 0, {}};
  for (const std::string& reason : result.generator_reasons) {
    made.body += reason + "\n";
  }
  if (result.generator == history::Generator::invalid) {
    made.mark = ClauseMark::error;
    made.message = "INVALID: no number of this run may be believed";
  } else if (result.generator == history::Generator::degraded) {
    made.mark = ClauseMark::note;
  }
  return made;
}

// Which message, what happened to it, and the messages around it.
std::string example_line(const history::AnomalyExample& example) {
  std::string lines = (example.message_id.empty() ? "" : example.message_id + ": ") + example.text + "\n";
  for (const std::string& neighbour : example.neighbours) {
    lines += "  " + neighbour + "\n";
  }
  return lines;
}

std::string fatal_examples(const RunResult& result) {
  std::string lines;
  for (const AnomalyRow& row : anomalies_of(result)) {
    for (const history::AnomalyExample* example : row.examples) {
      lines += row.fatal ? row.name + " " + example_line(*example) : "";
    }
  }
  return lines;
}

void add_gates(const RunResult& result, std::vector<Case>& cases) {
  for (const history::GateResult& gate : result.gates) {
    Case made{"gates", gate.name + " " + gate.bound, ClauseMark::pass, gate.value, gate.note, 0, {}};
    if (gate.outcome == history::Outcome::fail) {
      made.mark = ClauseMark::fail;
      if (gate.name == "anomalies") {
        made.body += (made.body.empty() ? "" : "\n") + fatal_examples(result);
      }
    } else if (gate.outcome == history::Outcome::unknown) {
      made.mark = ClauseMark::skipped;
      made.message = "not judged: " + (gate.note.empty() ? std::string(verdict_word(result)) : gate.note);
    }
    cases.push_back(made);
  }
}

// A fault is no test: its cost is for reading, unless it proves nothing.
void add_faults(const RunResult& result, std::vector<Case>& cases) {
  for (const history::FaultRow& fault : result.faults) {
    Case made{"faults", std::to_string(fault.number) + " " + fault_name(fault), ClauseMark::note, {}, {}, 0, {}};
    if (!fault.struck) {
      made.mark = ClauseMark::skipped;
      made.message = "did not take place: " + fault.error;
    } else {
      made.message = "longest send gap " + precise_seconds(fault.uw_sys_s);
      made.properties = {{"process", fault.process}};
    }
    cases.push_back(made);
  }
}

void add_anomalies(const RunResult& result, std::vector<Case>& cases) {
  const std::vector<AnomalyRow> happened = anomalies_of(result);
  for (const auto& [name, count] : result.anomalies) {
    Case made{"anomalies", name, ClauseMark::pass, {}, {}, 0, {}};
    for (const AnomalyRow& row : happened) {
      if (row.name == name) {
        made.mark = row.fatal ? ClauseMark::fail : ClauseMark::note;
        made.message = std::to_string(count) + " times: " + row.sentence;
        for (const history::AnomalyExample* example : row.examples) {
          made.body += example_line(*example);
        }
      }
    }
    if (made.mark == ClauseMark::pass && looked_in_vain(result)) {
      made.mark = ClauseMark::skipped;
      made.message = "not judged: the run did not end, or sent nothing";
    }
    cases.push_back(made);
  }
}

void add_clauses(const RunResult& result, std::vector<Case>& cases) {
  for (const history::ClauseResult& clause : result.clauses) {
    Case made{clause.id.substr(0, clause.id.rfind('-')),
              clause.id + " " + clause.title,
              mark_of(clause.verdict),
              clause.verdict + (clause.reason.empty() ? "" : ": " + clause.reason),
              {},
              clause.duration_ms / 1000,
              {{"clause", clause.id}, {"level", clause.level}, {"evidence", clause.evidence}}};
    if (!clause.blocked_by.empty()) {
      made.message += " (blocked by " + clause.blocked_by + ")";
    }
    if (made.mark != ClauseMark::pass) {
      made.body = "expected   " + clause.expected + "\nobserved   " + clause.observed + "\nevidence   " +
                  clause.evidence + "\nreproduce  " + clause.reproduce + "\n";
    }
    cases.push_back(made);
  }
}

// A CI that reads only this file must not see green where nothing could be judged.
void add_missing_judgement(const RunResult& result, std::vector<Case>& cases) {
  const bool said =
      std::any_of(cases.begin(), cases.end(), [](const Case& made) { return made.mark == ClauseMark::error; });
  if (result.outcome == history::Outcome::unknown && !said) {
    Case made{"run", "the run could be judged", ClauseMark::error, {}, {}, 0, {}};
    made.message = std::string(verdict_word(result)) + ": " + sentence_of(result);
    cases.insert(cases.begin(), made);
  }
}

std::string seconds_of(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

std::string outcome_element(const Case& made) {
  switch (made.mark) {
    case ClauseMark::pass:
      return {};
    case ClauseMark::note:
      return "      <system-out>" + xml(made.message + "\n" + made.body) + "</system-out>\n";
    case ClauseMark::skipped:
      return "      <skipped message=\"" + xml(made.message) + "\"/>\n";
    case ClauseMark::fail:
      return "      <failure message=\"" + xml(made.message) + "\">" + xml(made.body) + "</failure>\n";
    case ClauseMark::error:
      return "      <error message=\"" + xml(made.message) + "\">" + xml(made.body) + "</error>\n";
  }
  return {};
}

std::string case_element(const Case& made) {
  std::string text = "    <testcase classname=\"" + xml(made.group) + "\" name=\"" + xml(made.name) + "\" time=\"" +
                     seconds_of(made.seconds) + "\"";
  std::string inner;
  for (const auto& [name, value] : made.properties) {
    if (!value.empty()) {
      inner += "        <property name=\"" + xml(name) + "\" value=\"" + xml(value) + "\"/>\n";
    }
  }
  if (!inner.empty()) {
    inner = "      <properties>\n" + inner + "      </properties>\n";
  }
  inner += outcome_element(made);
  return text + (inner.empty() ? "/>\n" : ">\n" + inner + "    </testcase>\n");
}

}  // namespace

std::string to_junit(const RunResult& result) {
  std::vector<Case> cases;
  if (result.verb == "conform") {
    add_clauses(result, cases);
  } else {
    cases.push_back(generator_case(result));
    add_gates(result, cases);
    add_faults(result, cases);
    add_anomalies(result, cases);
  }
  add_missing_judgement(result, cases);
  int failures = 0;
  int errors = 0;
  int skipped = 0;
  double seconds = 0;
  std::string body;
  for (const Case& made : cases) {
    failures += made.mark == ClauseMark::fail ? 1 : 0;
    errors += made.mark == ClauseMark::error ? 1 : 0;
    skipped += made.mark == ClauseMark::skipped ? 1 : 0;
    seconds += made.seconds;
    body += case_element(made);
  }
  const std::string totals = " tests=\"" + std::to_string(cases.size()) + "\" failures=\"" + std::to_string(failures) +
                             "\" errors=\"" + std::to_string(errors) + "\" skipped=\"" + std::to_string(skipped) +
                             "\" time=\"" + seconds_of(seconds) + "\"";
  const auto property = [](std::string_view name, std::string_view value) {
    return "      <property name=\"" + std::string(name) + "\" value=\"" + xml(value) + "\"/>\n";
  };
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plumbline\"" + totals +
         ">\n  <testsuite name=\"" + xml(result.verb + " " + result.name) + "\"" + totals + " timestamp=\"" +
         xml(result.started_at) + "\">\n    <properties>\n" + property("verdict", verdict_word(result)) +
         property("generator", history::to_string(result.generator)) + property("sentence", sentence_of(result)) +
         property("seed", std::to_string(result.seed)) + property("target", result.target) +
         property("version", result.version) + property("again", result.again) + "    </properties>\n" + body +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace plumbline::render
