#include "text.h"

#include <gtest/gtest.h>

#include <limits>

namespace plumbline::render {
namespace {

TEST(CountText, GroupsByThousands) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1\u202F000");
  EXPECT_EQ(count_text(1'234'567), "1\u202F234\u202F567");
}

TEST(MsText, HasThreeSignificantDigits) {
  EXPECT_EQ(ms_text(0.084), "0.08");
  EXPECT_EQ(ms_text(8.4), "8.40");
  EXPECT_EQ(ms_text(9.996), "10.0");
  EXPECT_EQ(ms_text(12.64), "12.6");
  EXPECT_EQ(ms_text(99.96), "100");
  EXPECT_EQ(ms_text(1502.4), "1\u202F502");
  EXPECT_EQ(ms_text(-1502.4), "-1\u202F502");
  EXPECT_EQ(ms_text(std::numeric_limits<double>::infinity()), "\u2013");
}

TEST(Xml, ReplacesWhatXmlCannotSay) {
  EXPECT_EQ(xml("a\x01"
                "b\xFF"
                "c"),
            "a\uFFFDb\uFFFDc");
  EXPECT_EQ(xml("\xEF\xBF\xBF"), "\uFFFD");
  EXPECT_EQ(xml("<a b='c'>&\n"), "&lt;a b=&#39;c&#39;&gt;&amp;&#10;");
}

TEST(Printable, KeepsWellFormedTextOfAllLengths) {
  const std::string text = "a\u00E4\u20AC\U0001F600";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(printable("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(printable("\xF0\x9F\x98"), "\uFFFD\uFFFD\uFFFD");  // cut off
}

TEST(Printable, CannotTurnTheDirectionOfItsNeighbours) {
  EXPECT_EQ(printable("a\u202Eb\u2066c\u2060"), "a\uFFFDb\uFFFDc\u2060");
}

TEST(Markdown, MakesNoLinkOfText) {
  EXPECT_EQ(markdown("[a](b)"), "\\[a\\](b)");
}

TEST(CodeSpan, CannotBeLeft) {
  EXPECT_EQ(code_span("a`b|c\nd"), "`a'b\\|c d`");
}

TEST(VerdictWord, InvalidBeatsTheOutcome) {
  history::RunResult run;
  run.outcome = history::Outcome::pass;
  run.generator = history::Generator::invalid;

  EXPECT_EQ(verdict_word(run), "INVALID");
}

TEST(Anomalies, TheGravestComeFirstAndUnknownNamesAreGrave) {
  history::RunResult run;
  run.anomalies = {{"sequence-gap", 1}, {"phantom", 0}, {"visible-duplicate", 2}, {"new-kind", 1}};

  const std::vector<AnomalyRow> rows = anomalies_of(run);

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.at(0).name, "new-kind");
  EXPECT_EQ(rows.at(1).name, "visible-duplicate");
  EXPECT_EQ(rows.at(2).name, "sequence-gap");
  EXPECT_FALSE(rows.at(2).fatal);
}

}  // namespace
}  // namespace plumbline::render
