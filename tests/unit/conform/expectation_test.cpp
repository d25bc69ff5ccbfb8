// Known departures: what is as declared, what differs either way, and which files are refused.
#include "expectations/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expectations/read.h"

namespace plumbline::conform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Catalogue& catalogue_of_two() {
  static const Catalogue catalogue = [] {
    Catalogue made;
    for (const char* id : {"EIO-HS-01", "EIO-HS-02"}) {
      Clause clause;
      clause.id = id;
      clause.level = Level::must;
      made.clauses.push_back(clause);
    }
    return made;
  }();
  return catalogue;
}

struct Compared {
  std::vector<ClauseVerdict> verdicts;
  std::vector<std::string> differences;
};

Compared compared(Verdict verdict, const Expectation& declared, const std::string& started = "2026-11-21T10:00:00Z") {
  ClauseVerdict one;
  one.clause = &catalogue_of_two().clauses.front();
  one.verdict = verdict;
  one.observed = "two live sockets";
  Compared result{{one}, {}};
  result.differences = compare_with({declared}, started, {"EIO-HS-01", "EIO-HS-02"}, result.verdicts);
  return result;
}

const Expectation kFails{"EIO-HS-01", Verdict::fail, "two live", "upstream 7", "2026-12-31"};

TEST(Expectations, LetADeclaredFailureBeConditional) {
  const Compared run = compared(Verdict::fail, kFails);

  EXPECT_THAT(run.differences, IsEmpty());
  EXPECT_EQ(run.verdicts.front().word(), "XFAIL");
  EXPECT_EQ(conclude(run.verdicts), Conformance::conditional);
  EXPECT_EQ(run.verdicts.front().reason, "known until 2026-12-31: upstream 7");
}

TEST(Expectations, TellADeclaredFailureThatHolds) {
  const Compared run = compared(Verdict::pass, kFails);

  EXPECT_THAT(run.differences, ElementsAre("EIO-HS-01: declared FAIL, but it is PASS; remove the entry"));
  EXPECT_EQ(run.verdicts.front().word(), "XPASS");
}

TEST(Expectations, DoNotExcuseAnotherFailure) {
  Expectation other = kFails;
  other.signature = "three";
  const Compared run = compared(Verdict::fail, other);

  EXPECT_THAT(run.differences, ElementsAre(HasSubstr("declared to begin with 'three', but observed: two live")));
  EXPECT_EQ(conclude(run.verdicts), Conformance::non_conformant);
}

TEST(Expectations, CountNoLongerOnceExpired) {
  const Compared last = compared(Verdict::fail, kFails, "2026-12-31T23:59:59Z");
  const Compared late = compared(Verdict::fail, kFails, "2027-01-01T00:00:00Z");

  EXPECT_THAT(last.differences, IsEmpty());
  EXPECT_THAT(late.differences, ElementsAre(HasSubstr("counted until 2026-12-31")));
  EXPECT_EQ(conclude(late.verdicts), Conformance::non_conformant);
}

TEST(Expectations, TellWhatWasNotJudged) {
  Expectation missing = kFails;
  missing.clause = "EIO-HS-02";

  EXPECT_THAT(compared(Verdict::pass, missing).differences, ElementsAre(HasSubstr("but it was not judged")));
  EXPECT_THAT(compared(Verdict::not_applicable, kFails).differences,
              ElementsAre(HasSubstr("but it is NOT_APPLICABLE")));
}

TEST(Expectations, LeaveOutWhatWasNotAskedFor) {
  std::vector<ClauseVerdict> none;

  EXPECT_THAT(compare_with({kFails}, "2026-11-21", {"EIO-HS-02"}, none), IsEmpty());
}

ReadExpectations read(const std::string& entries, const std::string& head = "schema: expectations/1\n") {
  const WallTime today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  return read_expectations("known.yaml", head + "entries:\n" + entries, catalogue_of_two(), "mine", today);
}

TEST(ExpectationsFile, ReadsCasesClausesAndGlobs) {
  const auto one =
      read("- {case: EIO-HS-01.a, expect: FAIL, signature: two, issue: 'https://x/7', expires: 2027-01-01}\n");
  const auto both = read("- {case: 'EIO-*', expect: WARN, reason: known, expires: 2027-01-01}\n");

  ASSERT_THAT(one.errors, IsEmpty());
  EXPECT_THAT(one.expectations,
              ElementsAre(Expectation{"EIO-HS-01", Verdict::fail, "two", "https://x/7", "2027-01-01"}));
  EXPECT_EQ(both.expectations.size(), 2U);
  EXPECT_EQ(expectations_from_json(to_json(both.expectations)), both.expectations);
}

TEST(ExpectationsFile, IsRefusedWithPlaceAndReason) {
  const std::string rest = ", reason: r, expires: 2027-01-01}\n";
  const std::vector<std::pair<std::string, std::string>> bad{
      {"- {case: EIO-HS-99, expect: FAIL" + rest, "known.yaml:3:3: no clause is called 'EIO-HS-99'"},
      {"- {case: EIO-HS-01, expect: PASS" + rest, "must be FAIL, WARN or INCONCLUSIVE"},
      {"- {case: EIO-HS-01, expect: FAIL, expires: 2027-01-01}\n", "needs a 'reason' or an 'issue'"},
      {"- {case: EIO-HS-01, expect: FAIL, reason: r}\n", "has no 'expires'"},
      {"- {case: EIO-HS-01, expect: FAIL, reason: r, expires: 2027-02-30}\n", "must be a day"},
      {"- {case: EIO-HS-01, expect: FAIL, reason: r, expires: 2027-06-01}\n", "at most 180 days away"},
      {"- {case: EIO-HS-01, expect: FAIL" + rest + "- {case: EIO-HS-01, expect: FAIL" + rest, "is declared twice"},
      {"- {cases: EIO-HS-01, expect: FAIL" + rest, "did you mean 'case'?"},
      {"  7\n", "must be a list"},
      {"- 7\n", "must be a mapping"}};
  for (const auto& [entries, sentence] : bad) {
    EXPECT_THAT(read(entries).errors, testing::Contains(HasSubstr(sentence))) << entries;
  }
  EXPECT_THAT(read("  []\n", "schema: expectations/1\ntarget: other\n").errors,
              ElementsAre(HasSubstr("the departures of 'other', but the target is 'mine'")));
  EXPECT_THAT(read("  []\n", "schema: expectations/2\n").errors, ElementsAre(HasSubstr("unknown schema")));
}

}  // namespace
}  // namespace plumbline::conform
