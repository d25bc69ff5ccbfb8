// What must hold for the page of any run.
#include <gtest/gtest.h>

#include "plumbline/render/render.h"
#include "results.h"

namespace plumbline::render {
namespace {

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

history::RunResult hostile_run() {
  history::RunResult run = failing_run();
  for (std::string* text :
       {&run.name, &run.question, &run.target, &run.version, &run.started_at, &run.sentence, &run.again, &run.reason,
        &run.configuration, &run.phases[0].name, &run.steps[0].name, &run.gates[0].name, &run.gates[0].bound,
        &run.gates[0].value, &run.gates[0].note, &run.examples[0].message_id, &run.seconds[0].flag_reason}) {
    *text = kHostile;
  }
  run.seconds[0].flagged = true;
  run.generator = history::Generator::degraded;
  run.generator_reasons = {kHostile};
  run.generator_facts = {{kHostile, kHostile}};
  run.environment = {{kHostile, kHostile}};
  run.anomalies[kHostile] = 1;
  run.latency_ms[kHostile] = {1, 1, 1, 1, 1, 1, 1};
  return run;
}

TEST(Page, HostileTextsStayText) {
  const std::string page = to_html(hostile_run(), {kHostile});

  EXPECT_EQ(times(page, "</script>"), 4U);  // data, dygraphs, its synchronizer, the page's own
  EXPECT_EQ(times(page, "<script"), 4U);
  EXPECT_EQ(times(page, "<b a="), 0U);
  EXPECT_EQ(page.find('\x01'), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
}

TEST(Page, HostileTextsStayOneTableCellOfMarkdown) {
  history::RunResult run = hostile_run();
  run.again.clear();  // these two stand in code spans, where text is text
  run.examples[0].message_id.clear();
  const std::string page = to_markdown(run);

  EXPECT_EQ(times(page, "<b a="), 0U);
  EXPECT_EQ(times(page, "@all"), 0U);
  EXPECT_EQ(times(page, "\nnext"), 0U);
}

TEST(Page, NamesNoOtherHost) {
  const std::string page = to_html(passing_run(), {});

  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  EXPECT_EQ(page.find("href=\"http"), std::string::npos);
  EXPECT_EQ(page.find("sourceMappingURL"), std::string::npos);
}

TEST(Page, LeadsWithTheVerdict) {
  const std::string page = to_html(failing_run(), {});

  EXPECT_LT(page.find(">FAIL</span> 2 acknowledged messages are gone"), page.find("What broke"));
  EXPECT_LT(page.find("What broke"), page.find("id=\"generator\""));
  const char* order[] = {"id=\"generator\"", "id=\"gates\"",  "id=\"ledger\"",     "id=\"time\"",
                         "id=\"latency\"",   "id=\"phases\"", "id=\"environment\""};
  for (std::size_t i = 1; i < std::size(order); ++i) {
    EXPECT_LT(page.find(order[i - 1]), page.find(order[i])) << order[i];
  }
}

TEST(Page, AnInvalidRunStillNamesLostMessages) {
  history::RunResult run = invalid_run();
  run.anomalies["acked-lost"] = 1;

  const std::string page = to_html(run, {});

  EXPECT_LT(page.find(">INVALID</span>"), page.find("What broke"));
}

TEST(Page, AnEmptyResultIsAPageToo) {
  const history::RunResult empty;

  EXPECT_NE(to_html(empty, {}).find("UNKNOWN"), std::string::npos);
  EXPECT_NE(to_markdown(empty).find("UNKNOWN"), std::string::npos);
  EXPECT_NE(to_junit(empty).find("<testsuites"), std::string::npos);
}

TEST(Page, CarriesNoScriptWithoutPlots) {
  history::RunResult run = passing_run();
  run.seconds.clear();
  run.e2e_curve.clear();

  EXPECT_EQ(times(to_html(run, {}), "<script"), 0U);
}

TEST(Page, ShowsClausesThatNeedADecisionFirst) {
  const std::string page = to_html(conform_run(), {});
  std::size_t before = 0;
  for (const char* id : {"EIO-UP-04", "EIO-UP-05", "EIO-HB-03", "EIO-HS-02", "EIO-HS-01", "EIO-HB-04"}) {
    const std::size_t at = page.find("id=\"" + std::string(id) + "\"");
    ASSERT_NE(at, std::string::npos) << id;
    EXPECT_GT(at, before) << id;
    before = at;
  }
}

TEST(Page, NamesTheBlockerInTheRow) {
  const std::string page = to_html(conform_run(), {});
  const std::size_t row = page.find("id=\"EIO-UP-05\"");

  EXPECT_LT(page.find("blocked by <a href=\"#EIO-UP-04\">", row), page.find("</summary>", row));
}

TEST(Page, LinksToEvidenceOfTheRunOnly) {
  history::RunResult run = conform_run();
  EXPECT_EQ(times(to_html(run, {}), "<a href=\"evidence/EIO-UP-04.a.log\">"), 1U);

  for (const char* elsewhere : {"javascript:alert(1)", "evidence/../../secret", "http://evidence/x", kHostile}) {
    run.clauses[2].evidence = elsewhere;
    EXPECT_EQ(times(to_html(run, {}), "<dt>evidence</dt><dd><a "), 0U) << elsewhere;
  }
}

}  // namespace
}  // namespace plumbline::render
