// Programs around a client so bad that nothing of theirs may pass: real processes, whose silence is waited for.
#include <gtest/gtest.h>

#include "catalogue/catalogue.h"
#include "judge/fold.h"
#include "runner/runner.h"
#include "subject_client/program.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;

// The verdicts that a program gets that speaks these lines and never connects.
std::vector<ClauseVerdict> judge_program(const std::string& script) {
  const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  std::vector<const CaseRecord*> cases;
  for (const CaseRecord& record : all_cases()) {
    if (record.clause.starts_with("CLI-")) {
      cases.push_back(&record);
    }
  }
  Target target;
  target.timing.ping_interval = 300ms;
  target.timing.ping_timeout = 200ms;
  target.timing.answer_bound = 100ms;
  target.timing_declared = true;
  target.capabilities = {{"client", true}, {"sio.recovery", true}};
  RunnerOptions options;
  options.begin = [&script](LiveMedium& medium, Take& take) -> std::shared_ptr<void> {
    return begin_client({{"/bin/sh", "-c", script}, "/dev/null"}, medium, take);
  };
  const SteadyClock clock;
  const RunnerReport report = run_cases(loaded.catalogue, cases, target, clock, options);
  std::vector<ClauseVerdict> verdicts = fold(loaded.catalogue, report.runs);
  for (ClauseVerdict& verdict : verdicts) {
    EXPECT_NE(verdict.verdict, Verdict::pass) << verdict.case_id << ": " << verdict.observed;
    EXPECT_NE(verdict.verdict, Verdict::non_strict) << verdict.case_id << ": " << verdict.observed;
    verdict.clause = nullptr;  // the catalogue goes
  }
  return verdicts;
}

TEST(BadProgram, EarnsNothingWhenItIsSilent) {
  EXPECT_EQ(judge_program(R"(echo '{"event":"ready"}'; cat > /dev/null)").size(), 12U);
}

TEST(BadProgram, EarnsNothingWhenItSaysThatAllWentWell) {
  EXPECT_EQ(judge_program(R"(echo '{"event":"ready"}'; while read line; do echo '{"event":"connect","nsp":"/"}';)"
                          R"( echo '{"event":"connect_error","nsp":"/"}'; echo '{"event":"event","args":["fence"]}';)"
                          R"( echo '{"event":"disconnect"}'; done)")
                .size(),
            12U);
}

TEST(BadProgram, EarnsNothingWhenItTalksNonsenseOrEnds) {
  EXPECT_EQ(judge_program("echo hello; echo '{\"no\":1}'").size(), 12U);
}

}  // namespace
}  // namespace plumbline::conform
